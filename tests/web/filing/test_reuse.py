"""Beginning with an earlier proposal, and settling what came along, without JavaScript."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from riskassess import workflow
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.services import save_answers
from riskassess.files.checking import MEGABYTE
from riskassess.proposals.models import Proposal
from riskassess.web.downloads import file_to_keep
from riskassess.web.renewals import changes_since
from tests.story import join
from tests.web.filing.evidence import add, upload
from tests.web.filing.pages import filled, read, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(as_user, ana):
    return as_user(ana)


def copy_of(browser, source: Proposal) -> Proposal:
    page = browser.get(reverse("proposal_new"))
    address = reverse("proposal_copy", args=[source.reference])
    (form,) = [name for name, action in read(page).actions.items() if action == address]
    answer = browser.post(address, filled(page, form))
    copied = Proposal.objects.exclude(pk=source.pk).get()
    assert answer["Location"] == reverse("collaboration", args=[copied.reference])
    return copied


def test_new_page_offers_what_one_may_copy_or_renew(browser, submitted, filed, eve):
    registered, draft = submitted(), filed(title="Only begun")
    filed(owner=eve, title="Of somebody else")

    page = browser.get(reverse("proposal_new"))

    words = text_of(page)
    assert (registered.title in words, "Only begun" in words, "Of somebody else" in words) == (True, True, False)
    assert f"Renew {registered.reference}" in words
    assert f"Renew {draft.reference}" not in words


def test_new_page_takes_as_many_queries_for_three_as_for_one(browser, filed):
    counts = []
    for more in (1, 2):
        for _row in range(more):
            filed()
        with CaptureQueriesContext(connection) as made:
            browser.get(reverse("proposal_new"))
        counts.append(len(made))

    assert counts[0] == counts[1]


def test_copy_takes_evidence_and_invites_the_team_where_that_is_ticked(browser, filed, folder, ana, mateo, omar):
    source = filed()
    join(source, mateo)
    partner = source.participations.first()
    add(browser, source, upload("letter.pdf"), about=f"row:{partner.uid}")
    add(browser, source, upload("note.txt"), about="question:T5:")
    with CaptureQueriesContext(connection) as made:
        page = browser.get(reverse("proposal_new"))
    filed()
    with CaptureQueriesContext(connection) as more:
        browser.get(reverse("proposal_new"))
    address = reverse("proposal_copy", args=[source.reference])
    (form,) = [name for name, action in read(page).actions.items() if action == address]

    answer = browser.post(address, filled(page, form, with_evidence="on", with_team="on"), follow=True)
    plain = Proposal.objects.get(reference=browser.post(address)["Location"].split("/")[2])

    words = text_of(answer)
    assert ("2 files of evidence came along" in words, "1 person is invited" in words) == (True, True)
    copied = Proposal.objects.exclude(pk=plain.pk).get(copied_from=source)
    taken, given = ({row.title: row for row in each.evidence.all()} for each in (copied, source))
    assert {title: row.question for title, row in taken.items()} == {"letter": "", "note": "T5"}
    assert taken["letter"].row == str(copied.participations.get(partner=partner.partner).uid)
    files = [each["note"].versions.get().file for each in (given, taken)]
    assert files[0].sha256 == files[1].sha256
    assert files[0].path != files[1].path
    assert file_to_keep(files[1]).content == file_to_keep(files[0]).content
    assert [(each.email, each.can_edit) for each in copied.invitations.all()] == [(mateo.email, True)]
    assert not copied.coinvestigators.exists()
    assert (plain.evidence.count(), plain.invitations.count()) == (0, 0)
    assert len(more) == len(made)


def test_file_without_room_stays_behind_and_that_is_said(browser, filed, folder, settings):
    source = filed()
    add(browser, source, upload("letter.pdf"), upload("note.txt"))
    sizes = [row.versions.get().file.size for row in source.evidence.all()]
    settings.EVIDENCE_MEGABYTES = (sum(sizes) + sizes[0]) / MEGABYTE

    answer = browser.post(reverse("proposal_copy", args=[source.reference]), {"with_evidence": "on"}, follow=True)

    assert "1 file of evidence did not:" in text_of(answer)
    assert Proposal.objects.get(copied_from=source).evidence.count() == 1


def test_copy_sent_twice_is_one_draft(browser, filed):
    source = filed()
    page = browser.get(reverse("proposal_new"))
    address = reverse("proposal_copy", args=[source.reference])
    (form,) = [name for name, action in read(page).actions.items() if action == address]

    first, second = (browser.post(address, filled(page, form)) for _time in range(2))

    assert first["Location"] == second["Location"]
    assert Proposal.objects.count() == 2


def test_copy_is_open_to_whoever_takes_part_and_becomes_theirs(as_user, filed, ana, mateo, eve, omar):
    source = filed()
    join(source, mateo, can_edit=False)
    address = reverse("proposal_copy", args=[source.reference])

    statuses = [as_user(person).post(address).status_code for person in (eve, omar, mateo)]

    assert statuses == [404, 404, 302]
    assert Proposal.objects.get(copied_from=source).owner == mateo


def test_section_says_where_an_answer_comes_from_until_it_is_kept(browser, filed):
    source = filed()
    copied = copy_of(browser, source)
    address = reverse("section", args=[copied.reference, "work"])
    page = browser.get(address)
    count = text_of(page).count(f"From {source.reference}; still right?")
    assert count == 4
    assert f"{count} to confirm" in text_of(page)

    answer = browser.post(address, filled(page, "questions", do="keep:T5"))

    page = browser.get(address)
    assert answer["Location"].startswith(f"{address}#question-")
    assert text_of(page).count("still right?") == count - 1
    assert not copied.questionnaire.answers.get(question="T5").waits


def test_continuing_confirms_nothing(browser, filed):
    copied = copy_of(browser, filed())
    address = reverse("section", args=[copied.reference, "work"])

    browser.post(address, filled(browser.get(address), "questions", T6="new"))

    waits = [each.question for each in copied.questionnaire.answers.all() if each.waits]
    assert "T5" in waits
    assert "T6" not in waits
    assert "filled in, to confirm" in text_of(browser.get(reverse("check", args=[copied.reference])))


def test_one_button_keeps_a_whole_section_and_what_was_changed_beside(browser, filed):
    copied = copy_of(browser, filed())
    address = reverse("section", args=[copied.reference, "work"])

    answer = browser.post(address, filled(browser.get(address), "questions", T5="no", do="keep-all"))

    assert answer["Location"] == address
    section = {"T3", "T4", "T5", "P3", "P4"}
    answers = {each.question: each for each in copied.questionnaire.answers.filter(question__in=section)}
    assert answers["T5"].value == "no"
    assert not any(each.waits for each in answers.values())
    assert any(each.waits for each in copied.questionnaire.answers.exclude(question__in=section))


def test_submitting_is_refused_while_answers_wait(browser, filed):
    copied = copy_of(browser, filed())
    work = reverse("section", args=[copied.reference, "work"])
    browser.post(work, filled(browser.get(work), "questions", T6="new"))

    check = browser.get(reverse("check", args=[copied.reference]))
    page = browser.post(reverse("submit", args=[copied.reference]), filled(check, "submit", statement="on"))

    assert page.status_code == 422
    copied.refresh_from_db()
    assert copied.state == "draft"


@pytest.fixture
def renewed(submitted, ana):
    """A renewal of Ana's registered proposal, just opened."""
    return workflow.copy_proposal(source=submitted(), actor=ana, is_renewal=True).proposal


def test_renewing_leads_to_the_page_that_asks_what_changed(browser, submitted):
    source = submitted()

    answer = browser.post(reverse("proposal_renew", args=[source.reference]))

    new = Proposal.objects.get(renews=source)
    assert answer["Location"] == reverse("renewal", args=[new.reference])
    words = text_of(browser.get(answer["Location"]))
    assert f"as it stood in {source.reference}" in words
    assert "All of this is still right" in words


def test_renewal_keeps_a_section_whole_and_nothing_beside_it(browser, renewed):
    address = reverse("renewal", args=[renewed.reference])
    page = browser.get(address)
    (form,) = [name for name, sent in read(page).forms.items() if ("shown", "T5:1") in sent]

    browser.post(address, filled(page, form, keep="work"))

    waits = {each.question for each in renewed.questionnaire.answers.all() if each.waits}
    assert {"T3", "T4", "T5", "P3", "P4"} & waits == set()
    assert "Y1" in waits
    assert "Settled" in text_of(browser.get(address))


def test_renewal_confirms_nothing_that_the_page_did_not_show(browser, renewed):
    browser.post(reverse("renewal", args=[renewed.reference]), {"keep": "work", "shown": ["T5:7", "T3:1", "T3"]})

    confirmed = {each.question for each in renewed.questionnaire.answers.exclude(confirmed_at=None)}
    assert confirmed == {"T3"}


def test_version_of_a_renewal_says_what_changed_since_the_approved_one(as_user, renewed, ana, omar, run_jobs):
    questionnaire, source = renewed.questionnaire, renewed.renews
    keys = [(each.question, each.row) for each in questionnaire.answers.all()]
    workflow.confirm_answers(proposal=renewed, actor=ana, keys=keys)
    save_answers(questionnaire=questionnaire, actor=ana, values={("T6", ""): "renewal", ("P4", ""): "s3"})
    workflow.submit(proposal=renewed, actor=ana)
    run_jobs()

    page = as_user(ana).get(reverse("version", args=[renewed.reference, 1]))

    words = text_of(page)
    assert f"What changed since {source.reference}, which this renews" in words
    assert "How balanced is the exchange" in words
    changes = changes_since(source.versions.get(), renewed.versions.get(), catalogue_of(questionnaire.release))
    assert [change.after for change in changes] == [
        "A renewal of earlier work", source.reference, "3. We give somewhat more",
    ]  # fmt: skip


def test_renewal_page_is_of_renewals_alone(browser, filed):
    assert browser.get(reverse("renewal", args=[filed().reference])).status_code == 404
