"""Repeating parts: add, copy, move, take away and put back, by buttons that need no script; answers stay with a row."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.services import register_partner
from riskassess.assessments.facts import fingerprint, present_content
from riskassess.assessments.models import AnswerChange
from riskassess.audit.models import Event
from riskassess.management.filing import answer
from tests.story import OPEN
from tests.web.filing.pages import filled, read, text_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def draft(filed):
    return filed(example=OPEN)


@pytest.fixture
def browser(as_user, ana):
    return as_user(ana)


@pytest.fixture
def press(browser, draft):
    """Press a button of the collaboration with these values typed into it."""
    address = reverse("collaboration", args=[draft.reference])

    def pressed(do, page=None, **changes):
        return browser.post(address, filled(page or browser.get(address), "collaboration", do=do, **changes))

    return pressed


@pytest.fixture
def press_item(browser, draft):
    address = reverse("section", args=[draft.reference, "technology"])

    def pressed(do, page=None, **changes):
        return browser.post(address, filled(page or browser.get(address), "questions", do=do, **changes))

    return pressed


def form_of(page, form="collaboration"):
    return dict(read(page).forms[form])


def names(rows):
    return [str(row) for row in rows.all()]


def value_of(draft, question, row):
    return draft.questionnaire.answers.filter(question=question, row=str(row)).values_list("value", flat=True).first()


VISIT = {"role": "doctoral", "people": "2", "direction": "incoming", "months": "3", "access": "The clean room"}


def visit(number=0, **changes):
    return {f"visit__{number}__{name}": value for name, value in {**VISIT, **changes}.items()}


def test_moved_row_keeps_its_answers(press, draft):
    answer(proposal=draft, actor=draft.owner, values={("X1a", str(draft.technology_items.first().uid)): "yes"})
    before = {str(row.uid): row.partner.name for row in draft.participations.all()}
    order = names(draft.participations)

    page = press("down-partner-0")

    assert 'value="up-partner-1" hx-post autofocus' in page.content.decode()
    assert "Partner 1 is number 2 now." in text_of(page)
    press("continue", page)
    assert names(draft.participations) == [order[1], order[0]]
    assert {str(row.uid): row.partner.name for row in draft.participations.all()} == before
    assert Event.objects.filter(verb="proposal.partners_set", reference=draft.reference).count() == 2


def test_first_row_goes_no_further_up_and_the_last_no_further_down(press):
    page = press("up-partner-0")
    text = page.content.decode()

    assert 'value="up-partner-0"' not in text
    assert 'value="down-partner-1"' not in text
    assert page.status_code == 200


def test_row_that_was_taken_away_is_put_back_until_it_is_saved(press, draft):
    page = press("remove-funder-0")
    assert "is taken away when you save. Until then you can put it back." in text_of(page)
    assert 'value="restore-funder-0" hx-post autofocus' in page.content.decode()
    kept = draft.funders.get()

    page = press("restore-funder-0", page)
    press("continue", page)
    assert draft.funders.get() == kept

    press("continue", press("remove-funder-0"))
    assert not draft.funders.exists()


def test_copied_funder_takes_its_answers_along_once_saved(press, draft):
    funder = draft.funders.get()
    answer(proposal=draft, actor=draft.owner, values={("F2", str(funder.uid)): "yes"})

    page = press("copy-funder-0")
    assert "Funder 1 was copied; the copy is number 2." in text_of(page)
    assert draft.funders.count() == 1
    sent = {"page": page, "funder__1__name": "Another fund"}
    press("continue", **sent)

    copy = draft.funders.last()
    assert (copy.name, value_of(draft, "F2", copy.uid)) == ("Another fund", "yes")
    answer(proposal=draft, actor=draft.owner, values={("F2", str(copy.uid)): "no"})
    press("continue", **{**sent, "seen": ""})  # sent twice: nothing is added, and no answer is put over a later one
    assert (draft.funders.count(), value_of(draft, "F2", copy.uid)) == (2, "no")


def test_copied_item_takes_its_answers_along_in_its_history(press_item, draft, ana):
    item = draft.technology_items.first()
    answered = {a.question: a.value for a in draft.questionnaire.answers.filter(row=str(item.uid))}
    assert answered

    page = press_item("copy-item-0")
    press_item("continue", page, item__1__label="A second laser")

    copy = draft.technology_items.get(label="A second laser")
    assert {a.question: a.value for a in draft.questionnaire.answers.filter(row=str(copy.uid))} == answered
    assert AnswerChange.objects.filter(answer__row=str(copy.uid), by=ana, before__isnull=True).count() == len(answered)


def test_answer_that_only_an_officer_enters_is_not_copied(press_item, draft):
    item = draft.technology_items.first()
    draft.questionnaire.answers.update_or_create(
        question="X6", row=str(item.uid), defaults={"value": "confirmed", "changed_by": draft.owner, "changed_at": NOW}
    )

    press_item("continue", press_item("copy-item-0"), item__1__label="A second laser")

    assert value_of(draft, "X6", draft.technology_items.get(label="A second laser").uid) is None


def test_renamed_item_keeps_its_answers_although_the_page_was_not_read_anew(press_item, draft, browser):
    address = reverse("section", args=[draft.reference, "technology"])
    page = press_item("add-item")
    sent = filled(page, "questions", item__1__label="Mirror")
    browser.post(address, sent, headers={"HX-Request": "true"})
    mirror = draft.technology_items.get(label="Mirror")
    answer(proposal=draft, actor=draft.owner, values={("X2", str(mirror.uid)): "no"})

    browser.post(address, {**sent, "item-1-label": ["Lens"]}, headers={"HX-Request": "true"})

    assert draft.technology_items.get(label="Lens") == mirror
    assert value_of(draft, "X2", mirror.uid) == "no"


def test_item_put_back_after_the_page_saved_itself_has_its_answers_again(press_item, draft, browser):
    address = reverse("section", args=[draft.reference, "technology"])
    item = draft.technology_items.first()
    answered = draft.questionnaire.answers.filter(row=str(item.uid)).count()
    gone = press_item("remove-item-0")
    browser.post(address, filled(gone, "questions"), headers={"HX-Request": "true"})
    assert not draft.technology_items.filter(uid=item.uid).exists()

    press_item("continue", press_item("restore-item-0", gone))

    again = draft.technology_items.get(uid=item.uid)
    assert (again.label, draft.questionnaire.answers.filter(row=str(again.uid)).count()) == (item.label, answered)


def test_copied_partner_waits_for_another_organisation(press, draft, ana):
    known = register_partner(name="Quiet Harbour Institute", country="NO", actor=ana)
    first = draft.participations.first()
    answered = {a.question: a.value for a in draft.questionnaire.answers.filter(row=str(first.uid))}
    assert answered

    page = press("copy-partner-0")
    assert (form_of(page)["partner-1-name"], form_of(page)["partner-1-role"]) == ("", first.role)
    assert "Choose the other organisation here." in text_of(page)
    count = draft.participations.count()
    press("continue", page)  # without an organisation it is no row
    assert draft.participations.count() == count
    press("continue", press(f"pick-partner-1:{known.uid}", page))

    copy = draft.participations.get(partner=known)
    assert {a.question: a.value for a in draft.questionnaire.answers.filter(row=str(copy.uid))} == answered


def test_uid_of_another_proposals_row_makes_a_row_of_its_own(press, draft, filed):
    other = filed().funders.get()

    press("continue", funder__0__uid=str(other.uid), funder__0__name="Mine")

    other.refresh_from_db()
    assert (draft.funders.get().uid == other.uid, other.name == "Mine") == (False, False)


def test_visit_is_planned_with_a_partner_named_on_the_same_page(press, draft, ana):
    known = register_partner(name="Quiet Harbour Institute", country="NO", actor=ana)
    page = press(f"pick-partner-2:{known.uid}", press("add-partner"))

    page = press("add-visit", page)
    assert "We ticked" in text_of(page)
    uid = form_of(page)["partner-2-uid"]
    press("continue", page, **visit(partner=uid))

    row = draft.visits.get()
    assert (row.participation.partner, row.role, row.people, row.direction, row.months, row.access) == (
        known, "doctoral", 2, "incoming", 3, "The clean room",
    )  # fmt: skip
    draft.refresh_from_db()
    assert "visit" in draft.kinds


def test_visit_of_a_partner_that_leaves_names_none(press, draft):
    uid = form_of(page := press("add-visit"))["partner-0-uid"]
    press("continue", page, **visit(partner=uid))

    page = press("remove-partner-0")
    press("continue", page)

    assert draft.visits.get().participation is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"role": ""}, "Choose the role, or take the row away."),
        ({"role": "spy"}, "Choose one of the roles of the list."),
        ({"people": "0"}, "Write how many people, as a whole number from 1 to 999."),
        ({"people": "two"}, "Write how many people, as a whole number from 1 to 999."),
        ({"months": "9" * 400}, "Write the months, as a whole number from 1 to 120."),
        ({"direction": ""}, "Say whether they come to us or go to a partner."),
        ({"partner": "x"}, "This partner is no longer above. Choose another one."),
        ({"access": "a" * 5000}, "At most 1000 characters fit here; shorten it a little."),
    ],
)
def test_visit_that_cannot_be_kept_is_said_beside_its_field(press, draft, changes, sentence):
    page = press("continue", press("add-visit"), **visit(**changes))

    assert (page.status_code, sentence in text_of(page)) == (422, True)
    name, value = next(iter(changes.items()))
    if name not in {"role", "direction", "partner"}:
        assert form_of(page)[f"visit-0-{name}"] == value
    assert not draft.visits.exists()


def test_visits_are_shown_wherever_the_proposal_is_read(press, draft, browser):
    uid = form_of(page := press("add-visit"))["partner-0-uid"]
    press("continue", page, **visit(partner=uid))
    words = f"2 × doctoral candidate, comes from {draft.participations.first().partner}, 3 months: The clean room"

    assert words in text_of(browser.get(reverse("check", args=[draft.reference])))


def test_proposal_without_visits_keeps_its_fingerprint(draft):
    content = present_content(draft.questionnaire)

    assert "visits" not in content
    assert sorted(content) == ["answers", "funders", "partners", "proposal", "technology"]
    assert fingerprint(content) == fingerprint({name: content[name] for name in sorted(content, reverse=True)})


HOSTILE = ["<script>alert(1)</script>", "\u202etxt.exe\u2066", "<img src=x onerror=alert(1)>", "{{ 7|add:7 }}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_of_a_row_is_shown_as_text(press, press_item, browser, draft, text):
    page = press("continue", press("add-visit"), funder__0__name=text, **visit(access=text))
    press_item("continue", item__0__label=text)

    assert page.status_code == 302
    for place in ("collaboration", "check"):
        shown = browser.get(reverse(place, args=[draft.reference])).content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
    assert (draft.funders.get().name, draft.visits.get().access, draft.technology_items.first().label) == (
        text, text, text,
    )  # fmt: skip


@pytest.mark.parametrize("field", ["partner__0__name", "funder__0__name", "visit__0__access", "visit__0__people"])
def test_character_that_no_database_keeps_is_refused_in_words(press, draft, field):
    before = fingerprint(present_content(draft.questionnaire))

    page = press("continue", press("add-visit"), **{**visit(), field: "a\x00b"})

    assert page.status_code == 400
    assert fingerprint(present_content(draft.questionnaire)) == before


@pytest.mark.parametrize("field", ["partner__0__name", "funder__0__name", "visit__0__access"])
def test_text_of_5000_characters_is_refused_beside_its_field_and_kept(press, field):
    page = press("change-partner-0", press("add-visit"))

    page = press("continue", page, **{**visit(), field: "a" * 5000})

    assert page.status_code == 422
    assert form_of(page)[field.replace("__", "-")] == "a" * 5000
    assert f"id_{field.replace('__', '-')}_error" in read(page).ids


def test_page_costs_the_same_with_one_row_and_with_three(browser, draft, press):
    address = reverse("collaboration", args=[draft.reference])
    counts = []
    for more in (1, 3):
        page = browser.get(address)
        for name in ("visit", "funder"):
            while form_of(page)[f"{name}-count"] != str(more):
                page = press(f"add-{name}", page)
        rows = {f"funder__{number}__name": f"Fund {number}" for number in range(more)}
        for number in range(more):
            rows |= visit(number, partner=form_of(page)["partner-0-uid"])
        press("continue", page, **rows)
        with CaptureQueriesContext(connection) as found:
            browser.get(address)
        counts.append(len(found))

    assert (draft.visits.count(), draft.funders.count()) == (3, 3)
    assert counts[0] == counts[1]


def test_enter_searches_where_a_name_waits_and_saves_where_none_does(press, draft):
    page = press("enter", press("add-partner"), partner__2__name="Kestrel Arc")
    assert "1 organisation found." in text_of(page)
    assert page.status_code == 200

    assert press("enter").status_code == 302


def test_what_a_browser_kept_is_shown_as_it_was_and_not_saved(press, draft):
    page = press("bring", press("add-funder"), title="Typed and left", funder__1__name="A second fund")

    assert (form_of(page)["title"], form_of(page)["funder-1-name"]) == ("Typed and left", "A second fund")
    assert "Not saved yet." not in text_of(page)
    assert draft.funders.count() == 1


def test_what_planned_visits_say_is_not_asked_again(press, draft, browser):
    address = reverse("section", args=[draft.reference, "data"])
    press("continue", press("add-visit"))
    assert "question-M1" in read(browser.get(address)).ids

    press("continue", press("add-visit"), **visit())

    page = browser.get(address)
    assert "question-M1" not in read(page).ids
    assert "2 × doctoral candidate, comes to us, 3 months: The clean room" in text_of(page)
    answer(proposal=draft, actor=draft.owner, values={("M1", ""): "A task"})  # what was written before stays
    assert "question-M1" in read(browser.get(address)).ids
