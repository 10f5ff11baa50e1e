"""The first section: rows without script, suggestions, all or nothing."""

import pytest
from django.urls import reverse

from partners.models import Partner
from riskassess.audit.models import Event
from riskassess.proposals.services import describe, set_funders
from tests.partners.ror import hold_record
from tests.web.filing.pages import filled, read, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def vienna(db):
    return hold_record("https://ror.org/03prydq77", "University of Vienna", country="AT")


@pytest.fixture
def draft(filed):
    return filed()


@pytest.fixture
def address(draft):
    return reverse("collaboration", args=[draft.reference])


@pytest.fixture
def browser(as_user, ana):
    return as_user(ana)


def test_row_more_keeps_all_that_was_typed_and_saves_nothing(browser, draft, address):
    events = Event.objects.count()
    sent = filled(browser.get(address), "collaboration", title="Other", starts="tomorrow", do="add-partner")

    page = browser.post(address, sent)

    form = dict(read(page).forms["collaboration"])
    assert (form["title"], form["starts"], form["partner-count"], form["partner-2-name"]) == (
        "Other",
        "tomorrow",
        "3",
        "",
    )
    assert "Not saved yet" not in text_of(page)
    draft.refresh_from_db()
    assert (draft.title != "Other", Event.objects.count()) == (True, events)


def test_row_less_takes_the_right_one(browser, draft, address):
    page = browser.post(address, filled(browser.get(address), "collaboration", do="remove-partner-0"))
    name = draft.participations.first().partner.name
    assert f"Partner: {name} is taken away when you save." in text_of(page)
    assert "Partner 2" not in text_of(page)

    browser.post(address, filled(page, "collaboration"))

    assert [row.partner.name for row in draft.participations.all()] == ["University of Vienna"]


def test_blank_rows_are_left_out(browser, draft, address):
    page = browser.post(address, filled(browser.get(address), "collaboration", do="add-funder"))

    page = browser.post(address, filled(page, "collaboration"))

    assert page.status_code == 302
    assert draft.funders.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": " "}, "Give the collaboration a title; you can change it later."),
        ({"starts": "2027-02-30"}, "Write the date as year-month-day, such as 2027-01-15."),
        ({"starts": "2028-01-01", "ends": "2027-01-01"}, "The end lies before the start."),
        ({"kinds": "espionage"}, "Choose among the kinds shown."),
        ({"unit": "9999"}, "Choose one of the units of the list."),
        ({"partner__0__country": ""}, "Choose the country in which the organisation is established."),
        ({"partner__0__ror_id": "123"}, "This is no ROR id."),
        ({"partner__0__role": "owner"}, "Choose one of the parts of the list."),
        ({"funder__0__kind": "x"}, "Choose one of the kinds of the list."),
    ],
)
def test_what_cannot_be_kept_is_said_and_all_is_shown_again(browser, draft, address, changes, sentence):
    sent = filled(browser.get(address), "collaboration", summary="Typed for an hour", **changes)

    page = browser.post(address, sent)

    assert page.status_code == 422
    assert sentence in text_of(page)
    assert ("summary", "Typed for an hour") in read(page).forms["collaboration"]
    draft.refresh_from_db()
    assert draft.summary != "Typed for an hour"


def test_row_that_the_registry_refuses_writes_nothing_at_all(browser, draft, address, vienna):
    partners, events = Partner.objects.count(), Event.objects.count()
    sent = filled(
        browser.get(address),
        "collaboration",
        title="New title",
        partner__0__name="Brand new institute",
        partner__0__ror_id="",
        partner__1__ror_id="https://ror.org/03prydq77",
        partner__1__country="DE",
    )

    page = browser.post(address, sent)

    assert page.status_code == 422
    assert "belongs to University of Vienna" in text_of(page)
    draft.refresh_from_db()
    assert draft.title != "New title"
    assert (Partner.objects.count(), Event.objects.count()) == (partners, events)


def test_change_by_somebody_else_is_not_overwritten_unseen(browser, draft, address, ana):
    sent = filled(browser.get(address), "collaboration", title="Mine")
    describe(
        proposal=draft,
        actor=ana,
        title="Theirs",
        summary="",
        kinds=draft.kinds,
        unit=draft.unit,
        starts=None,
        ends=None,
    )

    page = browser.post(address, sent)

    assert page.status_code == 409
    assert ("title", "Mine") in read(page).forms["collaboration"]
    assert {"name": "title", "title": "Title", "theirs": "Theirs", "mine": "Mine"} in page.context["contested"]
    draft.refresh_from_db()
    assert draft.title == "Theirs"
    assert browser.post(address, filled(page, "collaboration")).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Mine"


def test_loser_takes_one_part_of_the_other_page(browser, draft, address, mateo):
    sent = filled(browser.get(address), "collaboration", title="Mine", funder__0__name="My funder")
    set_funders(proposal=draft, actor=mateo, rows=[{"name": "A foundation", "country": "BE", "kind": "private"}])
    page = browser.post(address, sent)
    assert [item["name"] for item in page.context["contested"]] == ["funders"]
    assert "A foundation" in page.context["contested"][0]["theirs"]

    page = browser.post(address, filled(page, "collaboration", do="take:funders"))
    page = browser.post(address, filled(page, "collaboration"))

    assert page.status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.funders.get().name) == ("Mine", "A foundation")


def test_same_partner_twice_is_refused(browser, draft, address):
    name = draft.participations.first().partner.name
    country = draft.participations.first().partner.country
    sent = filled(
        browser.get(address), "collaboration", partner__1__name=name, partner__1__country=country, partner__1__ror_id=""
    )

    page = browser.post(address, sent)

    assert page.status_code == 422
    assert "The same organisation stands twice." in text_of(page)


def test_mark_up_in_a_title_is_shown_as_text(browser, draft, address):
    browser.post(address, filled(browser.get(address), "collaboration", title="<script>alert(1)</script>"))

    page = browser.get(draft.get_absolute_url())

    assert "<script>alert(1)" not in page.content.decode()
    assert "&lt;script&gt;alert(1)" in page.content.decode()


# -- the page saves itself ---------------------------------------------------------------------------------------------

HTMX = {"headers": {"HX-Request": "true"}}


def kept(browser, page, address, **changes):
    return browser.post(address, filled(page, "collaboration", do="keep", **changes), **HTMX)


def retitle(draft, person):
    own = {name: getattr(draft, name) for name in ("summary", "kinds", "unit", "starts", "ends")}
    describe(proposal=draft, actor=person, title="Mateo's", **own)


def test_page_saves_itself_and_leaves_what_is_not_whole_to_a_button(browser, draft, address):
    page = browser.get(address)
    partners = list(draft.participations.values_list("partner", flat=True))

    answer = kept(
        browser, page, address, summary="Saved alone", ends="soon", partner__0__gone="yes", funder__0__name="Own fund"
    )

    assert answer["X-Saved"] == "no"
    assert 'id="collaboration"' not in answer.content.decode()
    assert "Planned end: Write the date as year-month-day" in text_of(answer)
    assert "Partner organisations: saved when you press a button that leads on" in text_of(answer)
    draft.refresh_from_db()
    assert (draft.summary, draft.funders.first().name) == ("Saved alone", "Own fund")
    assert list(draft.participations.values_list("partner", flat=True)) == partners


def test_page_that_saves_itself_never_chooses_and_saves_the_rest(browser, draft, address, mateo):
    page = browser.get(address)
    retitle(draft, mateo)

    answer = kept(browser, page, address, title="Ana's", summary="Beside it")

    assert answer["X-Saved"] == "no"
    assert "Two versions: choose" in text_of(answer)
    draft.refresh_from_db()
    assert (draft.title, draft.summary) == ("Mateo's", "Beside it")
    marks = dict(read(answer).forms["collaboration"])
    sent = filled(page, "collaboration", title="Ana's", summary="Beside it", seen=marks["seen"], both=marks["both"])
    assert browser.post(address, sent).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Ana's"


def test_what_was_not_touched_here_stays_as_others_left_it(browser, draft, address, mateo):
    page = browser.get(address)
    retitle(draft, mateo)

    assert browser.post(address, filled(page, "collaboration", summary="Ana's")).status_code == 302

    draft.refresh_from_db()
    assert (draft.title, draft.summary) == ("Mateo's", "Ana's")
