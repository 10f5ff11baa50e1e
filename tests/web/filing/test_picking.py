"""Looking for an organisation in the filing form, choosing it, and registering one that is new."""

from datetime import date

import pytest
from django.urls import reverse

from partners.models import Partner, RorRecord
from partners.services import register_partner
from riskassess.audit.models import Event
from tests.partners.ror import hold_record
from tests.web.filing.pages import filled, read, text_of

pytestmark = pytest.mark.django_db
VIENNA, FJORD = "https://ror.org/03prydq77", "https://ror.org/00003ef66"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def draft(filed):
    return filed()


@pytest.fixture
def vienna(draft):
    """In the draft, as its second partner."""
    hold_record(VIENNA, "University of Vienna", "Universität Wien", country="AT")
    return Partner.objects.get(ror_id=VIENNA)


@pytest.fixture
def fjord():
    return hold_record(FJORD, "Fjord Institute of Robotics", "FIR", city="Bergen")


@pytest.fixture
def address(draft):
    return reverse("collaboration", args=[draft.reference])


@pytest.fixture
def browser(as_user, ana):
    return as_user(ana)


@pytest.fixture
def press(browser, address):
    """Press a button of the page with these values typed into it."""
    return lambda page, do, **changes: browser.post(address, filled(page, "collaboration", do=do, **changes))


def typed(name, country="DE", row=2, **more):
    fields = {"name": name, "country": country, **more}
    return {f"partner__{row}__{field}": value for field, value in fields.items()}


def test_search_and_choice_fill_the_row_and_keep_the_rest(browser, press, address, draft, fjord):
    page = press(browser.get(address), "add-partner", title="Typed meanwhile")
    page = press(page, "find-partner-2", partner__2__name="fjord robotics institute")
    assert "1 organisation found." in text_of(page)
    assert "Bergen, Norway · education" in text_of(page)

    page = press(page, f"pick-partner-2:{FJORD}")

    form = dict(read(page).forms["collaboration"])
    assert (form["title"], form["partner-2-name"], form["partner-2-country"]) == (
        "Typed meanwhile",
        "Fjord Institute of Robotics",
        "NO",
    )
    assert press(page, "continue").status_code == 302
    assert draft.participations.last().partner.ror_id == FJORD


def test_offer_says_where_it_comes_from_and_of_which_day(browser, fjord):
    RorRecord.objects.update(modified_on=date(2025, 3, 9))

    assert "From ROR as of 9 Mar 2025" in text_of(browser.get("/organisations?q=fjord"))


def test_partner_of_the_registry_is_chosen_by_its_own_key(browser, press, address, draft, ana):
    known = register_partner(name="Norderhaven Robotics", country="DE", actor=ana)
    page = press(press(browser.get(address), "add-partner"), "find-partner-2", partner__2__name="norderhaven robot")
    assert "Known here" in text_of(page)

    page = press(page, f"pick-partner-2:{known.uid}")
    press(page, "continue")

    assert draft.participations.last().partner == known
    assert Partner.objects.filter(name="Norderhaven Robotics").count() == 1


def test_what_the_proposal_has_already_is_said_and_not_offered_again(browser, press, address, vienna):
    page = press(press(browser.get(address), "add-partner"), "find-partner-2", partner__2__name="wien")
    assert "Partner 2 of this proposal already" in text_of(page)
    assert "pick-partner-2" not in page.content.decode()

    page = press(page, f"pick-partner-2:{vienna.uid}")

    assert "University of Vienna is in this proposal already, as partner 2. Nothing was added." in text_of(page)
    assert dict(read(page).forms["collaboration"])["partner-2-name"] == "wien"


def test_another_organisation_can_be_chosen_without_typing_anew(browser, press, address, vienna):
    page = press(browser.get(address), "change-partner-1")

    form = dict(read(page).forms["collaboration"])
    assert (form["partner-1-known"], form["partner-1-name"]) == ("", "University of Vienna")
    assert 'type="search"' not in page.content.decode().partition('id="row-partner-1"')[2][:10]


def test_near_duplicate_is_shown_first_and_registered_as_new_only_on_purpose(browser, press, address, draft, ana):
    known = register_partner(name="Norderhaven Robotics", country="DE", actor=ana)
    events = Event.objects.count()
    page = press(browser.get(address), "add-partner")

    page = press(page, "continue", title="Typed", **typed("Norderhaven Robotics GmbH"))

    assert page.status_code == 422
    assert "Is it one of these?" in text_of(page)
    assert f"pick-partner-2:{known.uid}" in page.content.decode()
    assert dict(read(page).forms["collaboration"])["title"] == "Typed"
    assert (Event.objects.count(), Partner.objects.filter(name__endswith="GmbH").exists()) == (events, False)
    assert press(page, "continue").status_code == 422  # saving again is not enough

    assert press(page, "new-partner-2").status_code == 302

    new = draft.participations.last().partner
    assert new.name == "Norderhaven Robotics GmbH"
    told = Event.objects.get(verb="partner.registered", detail__after__name=new.name).detail
    assert (told.after["told_apart"], told.actor_name) == ("Norderhaven Robotics", ana.name)


def test_this_is_it_takes_the_known_one(browser, press, address, draft, ana):
    known = register_partner(name="Norderhaven Robotics", country="DE", actor=ana)
    page = press(press(browser.get(address), "add-partner"), "continue", **typed("Norderhaven Robotics GmbH"))

    press(press(page, f"pick-partner-2:{known.uid}"), "continue")

    assert draft.participations.last().partner == known
    assert not Partner.objects.filter(name__endswith="GmbH").exists()


def test_told_apart_counts_for_those_that_were_shown_and_no_others(browser, press, address, draft, ana):
    register_partner(name="Norderhaven Robotics", country="DE", actor=ana)
    page = press(press(browser.get(address), "add-partner"), "continue", **typed("Norderhaven Robotics GmbH"))
    register_partner(name="Norderhaven Robotic", country="DE", actor=ana)

    page = press(page, "new-partner-2")

    assert page.status_code == 422
    assert "Norderhaven Robotic" in text_of(page)


def test_new_organisation_keeps_its_type_and_website(browser, press, address, draft):
    page = press(browser.get(address), "add-partner")

    page = press(page, "continue", **typed("Quarzwerk Lindau", type="company", website="https://quarzwerk.example"))

    assert page.status_code == 302
    new = draft.participations.last().partner
    assert (new.name, new.type, new.website) == ("Quarzwerk Lindau", "company", "https://quarzwerk.example")


def test_website_that_is_none_is_said_at_its_field(browser, press, address):
    page = press(
        press(browser.get(address), "add-partner"), "continue", **typed("Quarzwerk Lindau", website="quarzwerk")
    )

    assert page.status_code == 422
    assert "The website is not a web address" in text_of(page)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Type a name, an affiliation or a ROR id first."),
        ("x", "Type at least two letters."),
        ("?!…", "There is no letter and no digit in this."),
        ("a" * 1001, "This is longer than 1000 characters."),
        ("Zzyzx Qwrtk", "No organisation found."),
        ("https://ror.org/03prydq78", "This is no ROR id: a letter or digit is wrong."),
        ("https://ror.org/02kkvpp62", "No organisation with this ROR id is held here."),
        ("\u200b<b>%s{}", "No organisation found."),
    ],
)
def test_search_says_why_it_finds_nothing(browser, press, address, text, sentence):
    page = press(press(browser.get(address), "add-partner"), "find-partner-2", partner__2__name=text)

    assert sentence in text_of(page)


def test_suggestions_answer_a_fragment_to_htmx_and_a_page_otherwise(browser, vienna, fjord):
    asked = f"/organisations?row=partner-0&partner-0-name=wien&partner-1-known={vienna.uid}"
    fragment = browser.get(asked, headers={"HX-Request": "true"}).content.decode()
    page = browser.get("/organisations?q=fjord")

    assert "<html" not in fragment
    assert 'hx-swap-oob="innerHTML:#said-partner-0">1 organisation found.' in fragment
    assert "Partner 2 of this proposal already" in fragment
    assert reverse("ror_record", args=["00003ef66"]) in page.content.decode()
    assert "From ROR" in text_of(page)


@pytest.mark.parametrize("count", [1, 3])
def test_search_asks_the_same_whatever_is_found(browser, ana, django_assert_num_queries, count):
    for number in range(count):
        register_partner(name=f"Lindau Institute {'ABC'[number]}", country="DE", actor=ana)
        hold_record(f"https://ror.org/0{number}", f"Lindau College {'ABC'[number]}", "Lindow")
    browser.get("/organisations?q=lindau")

    with django_assert_num_queries(19):
        shown = browser.get("/organisations?q=lindau")

    assert len(shown.context["search"].offers) == 2 * count


def test_only_who_writes_the_draft_chooses(as_user, mateo, press, browser, address, draft, fjord):
    sent = filled(press(browser.get(address), "add-partner"), "collaboration", do=f"pick-partner-2:{FJORD}")

    assert as_user(mateo).post(address, sent).status_code in (403, 404)
