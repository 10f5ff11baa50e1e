"""Threads of a proposal: among authors, with research security, and after submission."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from riskassess import workflow
from riskassess.audit.models import EventDetail
from riskassess.notices.models import Notice
from riskassess.proposals.models import Comment, Thread
from tests.story import HIGH, MODERATE, join
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


def address(proposal, name="messages", **more):
    return reverse(name, kwargs={"reference": proposal.reference, **more})


def thread_address(thread):
    return address(thread.proposal, "thread", uid=thread.uid)


def told(user, need):
    return Notice.objects.filter(user=user, subject__endswith=need).count()


@pytest.fixture
def draft(filed, mateo):
    proposal = filed()
    join(proposal, mateo, can_edit=False)
    return proposal


def say(client, proposal, text="Which of the two contracts do you mean?", kind="comment", **more):
    return client.post(address(proposal), {"do": "message", "kind": kind, "text": text, **more}, follow=True)


def test_authors_comment_resolve_and_open_again(draft, ana, mateo, as_user):
    lead, reader = as_user(ana), as_user(mateo)
    say(lead, draft, mention=str(mateo.uid))
    thread = Thread.objects.get()
    assert told(mateo, "you were named in a comment") == 1

    reader.post(thread_address(thread), {"do": "answer", "text": "The second one."})
    assert told(ana, "an answer for you") == 1
    assert "The second one." in text_of(lead.get(address(draft)))
    lead.post(thread_address(thread), {"do": "resolve"})
    thread.refresh_from_db()
    assert (thread.resolved_by, thread.comments.count()) == (ana, 2)
    assert reader.post(thread_address(thread), {"do": "answer", "text": "Wait."}).status_code == 409
    reader.post(thread_address(thread), {"do": "reopen"})
    thread.refresh_from_db()
    assert thread.resolved_at is None
    assert EventDetail.objects.filter(event__verb="thread.opened").get().after["kind"] == "comment"


def test_record_and_mails_hold_nothing_of_what_was_said(draft, ana, mateo, as_user, run_jobs, mailoutbox):
    say(as_user(ana), draft, text="Marzipan shipments", mention=str(mateo.uid))
    run_jobs()

    assert mailoutbox
    assert not any("Marzipan" in mail.subject + mail.body or draft.title in mail.body for mail in mailoutbox)
    details = EventDetail.objects.filter(event__reference=draft.reference)
    assert not any("Marzipan" in str(each.after) for each in details)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write something first."),
        (" \n ", "Write something first."),
        ("x" * 5001, "At most 5000 characters fit here; this has 5001."),
    ],
)
def test_text_that_cannot_be_kept_is_said_and_shown_again(draft, ana, as_user, text, sentence):
    lead = as_user(ana)

    page = lead.post(address(draft), {"do": "message", "kind": "comment", "text": text})
    assert (page.status_code, Thread.objects.count()) == (422, 0)
    assert sentence in text_of(page)
    assert text.strip() in page.content.decode()

    say(lead, draft)
    page = lead.post(thread_address(Thread.objects.get()), {"do": "answer", "text": text})
    assert page.status_code == 422
    assert sentence in text_of(page)
    assert Comment.objects.count() == 1


def test_hostile_text_is_shown_as_text_with_its_line_breaks(draft, ana, as_user):
    text = "<script>alert(1)</script>\r\n{{ 7|add:7 }} http://evil.example <b>bold</b>"

    page = say(as_user(ana), draft, text=text).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n{{ 7|add:7 }} http://evil.example" in page
    assert 'href="http://evil.example' not in page


def test_form_sent_twice_begins_one_thread(draft, ana, as_user):
    sent = {"do": "message", "kind": "comment", "text": "Once.", "opened": "6c1b1a52-3f0e-4c7e-9a52-6f1f6b6c0001"}

    for _time in range(2):
        assert as_user(ana).post(address(draft), sent).status_code == 302

    assert Comment.objects.count() == 1


def test_nobody_outside_can_be_named(draft, ana, eve, as_user):
    page = as_user(ana).post(
        address(draft), {"do": "message", "kind": "comment", "text": "Look.", "mention": str(eve.uid)}
    )

    assert page.status_code == 422
    assert not Notice.objects.filter(user=eve).exists()


# Help on a draft


def test_officer_finds_a_call_for_help_and_answers_it(draft, ana, omar, as_user):
    lead, officer = as_user(ana), as_user(omar)
    say(lead, draft, kind="help", text="Does a software licence count as equipment?", about="T4|")
    thread = Thread.objects.get()
    place = reverse("help", args=[thread.uid])
    assert told(omar, "help is asked of you") == 1

    desk = officer.get(reverse("desk"))
    assert "Ana Ferreira asks" in text_of(desk)
    assert place in desk.content.decode()
    page = officer.get(place)
    assert "Does a software licence count as equipment?" in text_of(page)
    assert "This is a draft." in text_of(page)
    officer.post(place, {"do": "answer", "text": "No, unless it comes with a dongle."})

    assert told(ana, "an answer for you") == 1
    assert "No, unless it comes with a dongle." in text_of(lead.get(address(draft)))
    assert "Help is asked" not in text_of(officer.get(reverse("desk")))
    lead.post(thread_address(thread), {"do": "answer", "text": "It does."})
    assert "Help is asked" in text_of(officer.get(reverse("desk")))
    assert told(omar, "help is asked of you") == 2


def test_help_on_a_draft_opens_that_thread_alone(draft, ana, mateo, omar, as_user):
    lead, officer = as_user(ana), as_user(omar)
    say(lead, draft, text="Only between us.")
    say(lead, draft, kind="help", text="What is meant here?")
    comment, help_thread = Thread.objects.order_by("pk")

    page = text_of(officer.get(reverse("help", args=[help_thread.uid])))

    assert draft.title in page
    assert "Only between us." not in page
    assert mateo.name not in page
    assert draft.summary[:30] not in page
    assert officer.get(reverse("help", args=[comment.uid])).status_code == 404
    for name in ("proposal", "messages", "check", "people"):
        assert officer.get(address(draft, name)).status_code == 404
    assert officer.post(thread_address(help_thread), {"do": "answer", "text": "x"}).status_code == 404


def test_help_is_open_to_officers_without_a_conflict_only(
    draft, ana, eve, tomasz, jonas, david, omar, university, as_user
):
    say(as_user(ana), draft, kind="help")
    place = reverse("help", args=[Thread.objects.get().uid])
    ada = university.people["ada"]

    for person in (eve, tomasz, jonas, david, ada, ana):
        assert as_user(person).get(place).status_code == 404, person
    assert as_user(omar).get(place).status_code == 200
    type(omar).objects.filter(pk=omar.pk).update(supervisor=ana)
    assert as_user(omar).get(place).status_code == 404
    assert "Help is asked" not in text_of(as_user(omar).get(reverse("desk")))


# Who reads what after submission


@pytest.fixture
def case(submitted, ana, mateo):
    proposal = submitted(example=HIGH)
    join(proposal, mateo, can_edit=False)
    workflow.open_thread(proposal=proposal, actor=ana, kind="comment", text="Among us only.")
    workflow.open_thread(proposal=proposal, actor=ana, kind="help", text="What does dual use mean?")
    workflow.open_thread(
        proposal=proposal, actor=ana, kind="correction", text="It moved.", question="field:starts", correct="1 May 2027"
    )
    workflow.open_thread(proposal=proposal, actor=proposal.case.officer, kind="request", text="Who reads the data?")
    return proposal


def test_each_kind_is_read_by_whom_it_is_for(case, ana, mateo, omar, tomasz, david, jonas, eve, university, as_user):
    texts = ("Among us only.", "What does dual use mean?", "1 May 2027", "Who reads the data?")

    def seen(person):
        page = as_user(person).get(address(case))
        return tuple(text in text_of(page) for text in texts) if page.status_code == 200 else page.status_code

    assert {name: seen(person) for name, person in {
        "ana": ana, "mateo": mateo, "omar": omar, "tomasz": tomasz, "david": david, "jonas": jonas, "eve": eve,
        "ada": university.people["ada"],
    }.items()} == {
        "ana": (True, True, True, True),
        "mateo": (True, True, True, True),
        "omar": (False, True, True, True),
        "tomasz": (False, True, True, True),
        "david": (False, True, True, True),
        "jonas": 404,
        "eve": 404,
        "ada": 404,
    }  # fmt: skip


def test_each_kind_is_answered_and_settled_by_whom_it_is_for(case, ana, mateo, omar, tomasz, david, as_user):
    def allowed(person, action):
        found = {}
        for thread in case.threads.order_by("pk"):
            sent = {"do": action, "text": "Yes."}
            found[thread.kind] = as_user(person).post(thread_address(thread), sent).status_code
            Thread.objects.filter(pk=thread.pk).update(resolved_at=None, resolved_by=None)
        return found

    assert allowed(david, "answer") == {"comment": 404, "help": 403, "correction": 403, "request": 403}
    assert allowed(omar, "answer") == {"comment": 404, "help": 302, "correction": 302, "request": 302}
    assert allowed(mateo, "answer") == {"comment": 302, "help": 302, "correction": 302, "request": 302}
    assert allowed(ana, "resolve") == {"comment": 302, "help": 302, "correction": 403, "request": 403}
    assert allowed(tomasz, "resolve") == {"comment": 404, "help": 302, "correction": 302, "request": 302}
    assert allowed(david, "resolve") == {"comment": 404, "help": 403, "correction": 403, "request": 403}


def test_officer_who_is_named_reads_that_comment(case, ana, omar, tomasz, as_user):
    say(as_user(ana), case, text="@Omar, look at this.", mention=str(omar.uid))

    assert "look at this" in text_of(as_user(omar).get(address(case)))
    assert "look at this" not in text_of(as_user(tomasz).get(address(case)))
    assert "Among us only." not in text_of(as_user(omar).get(address(case)))


def test_reviewer_asks_and_is_told_of_the_answer(submitted, ana, tomasz, as_user):
    proposal = submitted(example=MODERATE)
    reviewer = as_user(tomasz)
    assert "Ask Ana" in text_of(reviewer.get(address(proposal, "case")))

    page = reviewer.post(address(proposal, "ask"), {"text": "Who can read the raw data?"}, follow=True)

    assert "Your question is with the authors." in text_of(page)
    assert told(ana, "a question for you") == 1
    thread = Thread.objects.get()
    as_user(ana).post(thread_address(thread), {"do": "answer", "text": "The two of us."})
    assert told(tomasz, "an answer for you") == 1
    assert as_user(ana).get(address(proposal, "ask")).status_code == 403
    assert reviewer.post(address(proposal, "ask"), {"text": " "}).status_code == 422


def test_question_waits_on_the_proposal_until_it_is_answered(submitted, ana, mateo, tomasz, as_user):
    proposal = submitted(example=MODERATE)
    join(proposal, mateo, can_edit=False)
    thread = workflow.open_thread(proposal=proposal, actor=tomasz, kind="request", text="Who reads the raw data?")
    workflow.open_thread(proposal=proposal, actor=ana, kind="comment", text="Hm.")
    page = address(proposal, "proposal")

    for person in (ana, mateo):
        found = as_user(person).get(page)
        assert "Tomasz Wilk asks you something" in text_of(found)
        assert f"{address(proposal)}#thread-{thread.uid}" in found.content.decode()
    workflow.answer_thread(thread=thread, actor=mateo, text="We two.")

    assert f"#thread-{thread.uid}" not in as_user(ana).get(page).content.decode()


def test_correction_leaves_the_version_and_is_settled_by_who_reviews(case, ana, omar, as_user):
    version = case.versions.get()
    before = version.content
    thread = case.threads.get(kind="correction")
    page = as_user(omar).get(address(case))
    assert address(case, "request_changes") in page.content.decode()

    as_user(omar).post(thread_address(thread), {"do": "settle", "text": "One month makes no difference."})

    thread.refresh_from_db()
    version.refresh_from_db()
    assert (thread.resolved_by, version.content) == (omar, before)
    assert told(ana, "an answer for you") == 1
    assert (
        as_user(ana).post(thread_address(case.threads.get(kind="help")), {"do": "settle", "text": "x"}).status_code
        == 422
    )


def test_nothing_is_corrected_while_it_is_written(draft, ana, as_user):
    as_user(ana).post(address(draft), {"do": "correction", "about": "field:title", "correct": "A", "text": "B"})

    assert not Thread.objects.exists()


def test_queries_do_not_grow_with_threads(draft, ana, mateo, as_user):
    lead, counts = as_user(ana), []
    for more in (1, 2):
        for number in range(more):
            thread = workflow.open_thread(
                proposal=draft, actor=ana, kind="comment", text=f"Word {number}", question="T4", mentioned=mateo
            )
            workflow.answer_thread(thread=thread, actor=mateo, text="Answer")
        lead.get(address(draft))
        with CaptureQueriesContext(connection) as found:
            lead.get(address(draft))
        counts.append(len(found))

    assert counts[0] == counts[1]


def test_desk_asks_the_same_number_of_queries_for_one_and_three_calls(draft, ana, omar, as_user):
    officer, counts = as_user(omar), []
    for more in (1, 2):
        for number in range(more):
            workflow.open_thread(proposal=draft, actor=ana, kind="help", text=f"Help {number}")
        officer.get(reverse("desk"))
        with CaptureQueriesContext(connection) as found:
            officer.get(reverse("desk"))
        counts.append(len(found))

    assert counts[0] == counts[1]
