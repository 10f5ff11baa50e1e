"""Sections of the questionnaire: what is asked, kept, refused, and who wins when two people write."""

import re
from datetime import UTC, datetime

import pytest
from django.http import QueryDict
from django.urls import reverse

from riskassess.assessments.edits import tell_answers
from riskassess.assessments.models import Answer, AnswerChange
from riskassess.assessments.services import save_answers
from riskassess.audit.models import Event
from riskassess.management.filing import answer
from riskassess.web.draft import Draft
from riskassess.web.views.questionnaire import Contested, read_shown, save_section, section_form
from riskassess.workflow import discard, submit
from tests.story import join
from tests.web.filing.pages import filled, read, text_of

pytestmark = pytest.mark.django_db


def section(proposal, name):
    return reverse("section", args=[proposal.reference, name])


def value_of(proposal, question, row=""):
    found = Answer.objects.filter(questionnaire=proposal.questionnaire, question=question, row=row).first()
    return found.value if found else None


def test_follow_up_is_asked_under_its_question_once_the_answer_calls_it(as_user, ana, filed):
    proposal, browser = filed(), as_user(ana)
    row = str(proposal.participations.first().uid)
    before = browser.get(section(proposal, "partners"))
    assert f"question-O4a-{row}" not in read(before).ids

    sent = filled(before, "questions", do="continue") | {f"O4-{row}": ["yes"]}
    page = browser.post(section(proposal, "partners"), sent)

    assert page["Location"] == f"{section(proposal, 'partners')}#question-O4a-{row}"
    after = browser.get(section(proposal, "partners"))
    assert "Because you answered yes" in text_of(after)
    assert re.search(r"Your answers bring up \d+ more questions\.", text_of(after))


def test_answer_that_no_longer_applies_is_kept_but_not_asked(as_user, ana, filed):
    proposal, browser = filed(example="04-coastal"), as_user(ana)
    assert value_of(proposal, "V4a") == "both"

    page = browser.get(section(proposal, "freedom"))
    browser.post(section(proposal, "freedom"), filled(page, "questions", V4="no"))

    assert "question-V4a" not in read(browser.get(section(proposal, "freedom"))).ids
    assert value_of(proposal, "V4a") == "both"


def test_only_options_of_the_catalogue_are_taken(as_user, ana, filed):
    proposal, browser = filed(), as_user(ana)
    page = browser.get(section(proposal, "work"))

    page = browser.post(section(proposal, "work"), filled(page, "questions", T4="weapons", T5="no"))

    assert page.status_code == 422
    assert "Choose one of the answers shown." in text_of(page)
    assert value_of(proposal, "T4") == "humanities"
    assert value_of(proposal, "T5") == "yes"
    assert "Not saved yet." in text_of(page)
    assert ("T5", "no") in read(page).forms["questions"]


def test_unsure_stands_alone(as_user, ana, filed):
    proposal, browser = filed(), as_user(ana)
    page = browser.get(section(proposal, "data"))

    page = browser.post(section(proposal, "data"), filled(page, "questions", Y1=["unsure", "open"]))

    assert page.status_code == 422
    assert "Choose unsure alone, or those you know of." in text_of(page)


def test_exemption_is_confirmed_by_an_officer_alone(as_user, ana, filed):
    proposal, browser = filed(example="06-harbour"), as_user(ana)
    row = str(proposal.technology_items.get().uid)
    page = browser.get(section(proposal, "technology"))
    assert f'value="confirmed" name="X6-{row}"' not in page.content.decode()

    page = browser.post(section(proposal, "technology"), filled(page, "questions") | {f"X6-{row}": ["confirmed"]})

    assert page.status_code == 422
    assert value_of(proposal, "X6", row) == "unsure"


def test_emptied_answer_is_taken_back(as_user, ana, filed):
    proposal, browser = filed(), as_user(ana)
    sent = filled(browser.get(section(proposal, "data")), "questions")
    del sent["Y1"]

    page = browser.post(section(proposal, "data"), sent)

    assert page.status_code == 302
    assert value_of(proposal, "Y1") is None


def test_leaving_keeps_what_was_answered_and_coming_back_shows_it(as_user, ana, filed):
    proposal, browser = filed(answers={}), as_user(ana)
    sent = filled(browser.get(section(proposal, "work")), "questions", T4="basic", do="leave")

    page = browser.post(section(proposal, "work"), sent)

    assert page["Location"] == proposal.get_absolute_url()
    assert ("T4", "basic") in read(browser.get(section(proposal, "work"))).forms["questions"]


def test_text_typed_while_somebody_submitted_is_kept(as_user, ana, filed, listed):
    proposal, browser = filed(), as_user(ana)
    sent = filled(browser.get(section(proposal, "work")), "questions", T5="no")
    submit(proposal=proposal, actor=ana)

    page = browser.post(section(proposal, "work"), sent)

    assert page.status_code == 409
    assert "can no longer be changed here" in text_of(page)
    assert ("T5", "no") in read(page).forms["questions"]
    assert value_of(proposal, "T5") == "yes"


def test_two_who_change_one_answer_both_see_it(as_user, ana, mateo, filed):
    proposal = filed()
    join(proposal, mateo, can_edit=True)
    browser = as_user(ana)
    sent = filled(browser.get(section(proposal, "work")), "questions", T4="applied")
    answer(proposal=proposal, actor=mateo, values={("T4", ""): "basic"})

    page = browser.post(section(proposal, "work"), sent)

    assert page.status_code == 409
    assert "Mateo Ruiz changed this at " in text_of(page)
    assert "Basic research, driven by curiosity" in page.context["contested"][0]["theirs"]
    assert value_of(proposal, "T4") == "basic"
    assert browser.post(section(proposal, "work"), filled(page, "questions")).status_code == 302
    assert value_of(proposal, "T4") == "applied"


def test_asking_for_help_chooses_between_no_two_answers(as_user, ana, mateo, filed):
    proposal = filed()
    browser = as_user(ana)
    sent = filled(browser.get(section(proposal, "work")), "questions", T4="applied")
    answer(proposal=proposal, actor=mateo, values={("T4", ""): "basic"})
    page = browser.post(section(proposal, "work"), sent)
    asking = {"do": "help:T5", "help-T5": "What counts here?"}

    page = browser.post(section(proposal, "work"), filled(page, "questions", **asking))

    assert page.status_code == 409
    assert "What counts here?" in page.content.decode()
    assert value_of(proposal, "T4") == "basic"


def test_loser_takes_the_others_answer_and_keeps_the_rest(as_user, ana, mateo, filed):
    proposal = filed()
    browser = as_user(ana)
    sent = filled(browser.get(section(proposal, "work")), "questions", T4="applied", T5="no")
    answer(proposal=proposal, actor=mateo, values={("T4", ""): "basic"})
    page = browser.post(section(proposal, "work"), sent)
    assert "Take Mateo's" in text_of(page)

    page = browser.post(section(proposal, "work"), filled(page, "questions", do="take:T4"))

    assert ("T4", "basic") in read(page).forms["questions"]
    assert value_of(proposal, "T5") == "yes"
    assert browser.post(section(proposal, "work"), filled(page, "questions")).status_code == 302
    assert (value_of(proposal, "T4"), value_of(proposal, "T5")) == ("basic", "no")


def test_untouched_answer_stays_the_others_after_a_conflict_about_another(as_user, ana, mateo, filed):
    proposal = filed()
    browser = as_user(ana)
    sent = filled(browser.get(section(proposal, "work")), "questions", T4="applied")
    answer(proposal=proposal, actor=mateo, values={("T4", ""): "basic", ("T5", ""): "no"})

    page = browser.post(section(proposal, "work"), sent)
    browser.post(section(proposal, "work"), filled(page, "questions"))

    assert (value_of(proposal, "T4"), value_of(proposal, "T5")) == ("applied", "no")


def test_answer_saved_while_the_page_was_being_checked_is_seen(ana, mateo, filed):
    proposal = filed()
    draft = Draft(proposal)
    current = draft.catalogue.section("work")
    posted = QueryDict("T4=applied&shown=T4:1&shown=T5:1&T5=yes")
    form = section_form(draft, current, posted, read_shown(posted))
    assert form.is_valid()
    answer(proposal=proposal, actor=mateo, values={("T4", ""): "basic"})

    with pytest.raises(Contested) as caught:
        save_section(draft, current, ana, form, None)

    assert [a.value for a in caught.value.answers.values()] == ["basic"]


def test_answer_that_was_not_touched_gives_way_to_another_persons(as_user, ana, mateo, filed):
    proposal, browser = filed(), as_user(ana)
    sent = filled(browser.get(section(proposal, "work")), "questions", T5="no")
    answer(proposal=proposal, actor=mateo, values={("T4", ""): "basic"})

    page = browser.post(section(proposal, "work"), sent)

    assert page.status_code == 302
    assert (value_of(proposal, "T4"), value_of(proposal, "T5")) == ("basic", "no")


def test_htmx_saves_quietly_and_leaves_the_questions_when_they_are_the_same(as_user, ana, filed):
    proposal, browser = filed(), as_user(ana)
    sent = filled(browser.get(section(proposal, "work")), "questions", T3="social")

    page = browser.post(section(proposal, "work"), sent, headers={"HX-Request": "true"})

    assert (page.status_code, page["HX-Reswap"]) == (200, "none")
    assert value_of(proposal, "T3") == ["social"]


def test_htmx_brings_the_questions_anew_when_others_are_asked(as_user, ana, filed):
    proposal, browser = filed(), as_user(ana)
    sent = filled(browser.get(section(proposal, "work")), "questions", T4="applied")

    page = browser.post(section(proposal, "work"), sent, headers={"HX-Request": "true"})

    assert "HX-Reswap" not in page.headers
    assert "question-P2" in read(page).ids


def test_technology_items_come_and_go_without_script(as_user, ana, filed):
    proposal, browser = filed(example="03-plankton", technology=[]), as_user(ana)
    page = browser.get(section(proposal, "technology"))

    page = browser.post(
        section(proposal, "technology"), filled(page, "questions", item__0__label="Lens", do="add-item")
    )
    assert ("item-1-label", "") in read(page).forms["questions"]
    page = browser.post(
        section(proposal, "technology"), filled(page, "questions", item__1__label="Sieve", do="remove-item-0")
    )
    assert "Item: Lens is taken away when you save." in text_of(page)
    assert not proposal.technology_items.exists()
    browser.post(section(proposal, "technology"), filled(page, "questions"))

    assert [item.label for item in proposal.technology_items.all()] == ["Sieve"]


def test_item_sent_twice_is_one_item_that_keeps_its_answers(as_user, ana, filed):
    proposal, browser = filed(example="03-plankton", technology=[]), as_user(ana)
    page = browser.get(section(proposal, "technology"))
    sent = filled(page, "questions", item__0__label="Lens")

    browser.post(section(proposal, "technology"), sent)
    item = proposal.technology_items.get()
    answer(proposal=proposal, actor=ana, values={("D1a", str(item.uid)): "ai_hpc"})
    browser.post(section(proposal, "technology"), sent, headers={"HX-Request": "true"})

    assert proposal.technology_items.get() == item
    assert value_of(proposal, "D1a", str(item.uid)) == "ai_hpc"


def test_own_later_choice_is_no_quarrel_with_oneself(as_user, ana, filed):
    proposal, browser = filed(), as_user(ana)
    page = browser.get(section(proposal, "work"))
    browser.post(section(proposal, "work"), filled(page, "questions", T4="applied"))

    page = browser.post(section(proposal, "work"), filled(page, "questions", T4="trl4"))

    assert page.status_code == 302
    assert value_of(proposal, "T4") == "trl4"


def test_unknown_section_is_not_found(as_user, ana, filed):
    assert as_user(ana).get(section(filed(), "nowhere")).status_code == 404


def told(proposal):
    found = Event.objects.filter(verb="answers.saved", reference=proposal.reference).select_related("detail")
    return [event.detail.after for event in found.order_by("sequence")]


def test_saves_of_a_minute_are_one_event_with_question_ids_and_no_values(as_user, ana, filed):
    proposal, browser = filed(), as_user(ana)
    tell_answers()
    before = len(told(proposal))
    for changes in ({"T5": "no"}, {"T5": "yes"}, {"T4": "basic"}):
        browser.post(section(proposal, "work"), filled(browser.get(section(proposal, "work")), "questions", **changes))
    AnswerChange.objects.filter(is_told=False).update(at=datetime(2026, 11, 23, 9, 30, 20, tzinfo=UTC))
    assert len(told(proposal)) == before

    tell_answers(until=datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    assert len(told(proposal)) == before
    for _ in range(2):
        tell_answers(until=datetime(2026, 11, 23, 9, 31, tzinfo=UTC))

    assert told(proposal)[before:] == [
        {"section": "work", "questions": ["T4", "T5"], "minute": "2026-11-23T09:30:00+00:00"}
    ]


def test_present_minute_is_told_before_the_submission_and_the_discarding(ana, filed, listed):
    kept, gone = filed(), filed()

    submit(proposal=kept, actor=ana)
    discard(proposal=gone, actor=ana)

    for proposal in (kept, gone):
        verbs = [event.verb for event in Event.objects.filter(reference=proposal.reference).order_by("sequence")]
        assert "answers.saved" in verbs
        assert verbs[-1] != "answers.saved"
    assert not AnswerChange.objects.filter(is_told=False).exists()


def test_level_panel_stays_away_where_the_institution_says_so(as_user, ana, filed, university):
    proposal, browser = filed(), as_user(ana)
    assert "Risk level so far" in text_of(browser.get(section(proposal, "work")))

    university.institution.shows_level_while_writing = False
    university.institution.save()

    assert "Risk level so far" not in text_of(browser.get(section(proposal, "work")))
    assert "comes a little later" in text_of(browser.get(reverse("assessment", args=[proposal.reference])))


def test_draft_shows_doubts_and_leaves_blank_answers_in_peace(as_user, ana, filed):
    proposal, browser = filed(answers={}, partners=[]), as_user(ana)
    address = reverse("assessment", args=[proposal.reference])
    assert "Nothing found so far" in text_of(browser.get(address))

    answer(proposal=proposal, actor=ana, values={("T4", ""): "humanities", ("T5", ""): "no", ("V2", ""): "unsure"})

    words = text_of(browser.get(address))
    assert "Somebody may stop a publication or delay it for more than a year" in words
    assert "Special data about people would be held outside the EU" not in words.partition("rules were checked")[0]


def test_second_half_of_a_question_waits_for_the_first(as_user, ana, filed):
    proposal, browser = filed(example="03-plankton", answers={"T4": "applied"}), as_user(ana)
    address = section(proposal, "use")

    before = read(browser.get(address)).ids
    browser.post(address, filled(browser.get(address), "questions", D3="yes"))
    after = read(browser.get(address)).ids

    assert {"question-D3a", "question-D3b"}.isdisjoint(before)
    assert {"question-D3a", "question-D3b"} <= after


@pytest.mark.parametrize(("technologies", "is_optional"), [(["quantum"], False), (["none"], True)])
def test_item_is_not_called_optional_where_one_must_be_named(as_user, ana, filed, technologies, is_optional):
    proposal = filed(example="03-plankton", technology=[])
    save_answers(questionnaire=proposal.questionnaire, actor=ana, values={("D1", ""): technologies})

    words = text_of(as_user(ana).get(section(proposal, "technology")))

    assert ("Technology, method or item (optional)" in words) == is_optional
    assert ("Name at least one" in words) == (not is_optional)
