"""Naming people at the partners, without script: all or nothing, with as little asked as tells people apart."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import Contact, Screening
from partners.services import register_partner
from riskassess import workflow
from riskassess.audit.models import Event
from riskassess.jobs.running import run_pending
from riskassess.management.filing import read_example
from riskassess.proposals.contacts import Named, UnfitContact, contacts_of
from riskassess.proposals.models import Proposal
from riskassess.proposals.services import create_proposal
from tests.story import join
from tests.web.filing.pages import filled, read, text_of

pytestmark = pytest.mark.django_db
ORCID = "0000-0002-1825-0097"


@pytest.fixture
def draft(filed):
    return filed()


@pytest.fixture
def address(draft):
    return reverse("contacts", args=[draft.reference])


@pytest.fixture
def browser(as_user, ana):
    return as_user(ana)


@pytest.fixture
def coimbra(draft):
    return draft.participations.get(partner__country="PT")


def name_people(draft, actor, *people):
    """`people` are (country of the partner, name)."""
    named = [Named(draft.participations.get(partner__country=country), name) for country, name in people]
    return workflow.choose_contacts(proposal=draft, actor=actor, people=named)


def test_page_says_what_it_is_for_and_asks_for_little(browser, address):
    page = browser.get(address)

    names = {name for name, _value in read(page).forms["contacts"]}
    words = text_of(page)
    assert {name for name in names if name.startswith("contact-0-")} == {
        f"contact-0-{field}" for field in ("uid", "partner", "name", "role", "orcid", "birth_year")
    }
    for said in ("We never ask where a person comes from", "who review or audit the case", "one purpose", "deleted"):
        assert said in words


def test_people_are_saved_changed_and_taken_away(browser, draft, address, coimbra):
    given = {
        "contact__0__partner": str(coimbra.uid),
        "contact__0__name": "Ida  Holm",
        "contact__0__role": "leads the laboratory",
        "contact__0__orcid": f"https://orcid.org/{ORCID}",
        "contact__0__birth_year": "1974",
    }
    page = browser.post(address, filled(browser.get(address), "contacts", do="add-contact"))
    assert Contact.objects.count() == 0
    answer = browser.post(address, filled(page, "contacts", do="back", **given))

    assert answer.url == reverse("collaboration", args=[draft.reference]) + "#partners"
    (row,) = contacts_of(draft)
    assert (row.contact.name, row.role, row.contact.orcid, row.contact.birth_year, row.participation) == (
        "Ida Holm",
        "leads the laboratory",
        ORCID,
        1974,
        coimbra,
    )
    browser.post(address, filled(browser.get(address), "contacts", contact__0__name="Ida Holme"))
    (changed,) = contacts_of(draft)
    assert (changed.contact.name, Contact.objects.count()) == ("Ida Holme", 1)  # the row before is deleted
    page = browser.post(address, filled(browser.get(address), "contacts", do="remove-contact-0"))
    browser.post(address, filled(page, "contacts"))
    assert (contacts_of(draft), Contact.objects.count()) == ([], 0)


def test_record_says_how_many_and_never_who(browser, draft, address, ana):
    name_people(draft, ana, ("PT", "Ida Holm"))

    event = Event.objects.get(verb="proposal.contacts_set")

    assert event.detail.after == {"count": 1}


def test_each_fault_is_named_at_its_row_and_nothing_is_saved(browser, draft, address, coimbra, ana):
    name_people(draft, ana, ("PT", "Ida Holm"))
    page = browser.post(address, filled(browser.get(address), "contacts", do="add-contact"))
    sent = filled(
        page,
        "contacts",
        contact__0__birth_year="seventy",
        contact__1__role="postdoc",
        contact__1__orcid="0000-0002-1825-0098",
        contact__1__partner="",
    )

    answer = browser.post(address, sent)

    assert answer.status_code == 422
    words = text_of(answer)
    for said in (
        "Write the year as four digits",
        "Give the person's name, or take the row away",
        "does not fit the rest",
        "Choose the partner at which",
    ):
        assert said in words
    assert 'value="seventy"' in answer.content.decode()
    assert [row.contact.birth_year for row in contacts_of(draft)] == [None]


def test_same_person_twice_is_refused_at_the_second_row(browser, draft, address, coimbra, ana):
    name_people(draft, ana, ("PT", "Ida Holm"))
    page = browser.post(address, filled(browser.get(address), "contacts", do="add-contact"))

    answer = browser.post(
        address, filled(page, "contacts", contact__1__partner=str(coimbra.uid), contact__1__name="Ida Holm")
    )

    assert answer.status_code == 422
    assert "The same person stands twice at this partner" in text_of(answer)
    assert "id_contact-1-name_error" in read(answer).ids


@pytest.mark.parametrize(
    "hostile",
    [
        {"contact__0__name": "<script>alert(1)</script> Holm"},
        {"contact__0__name": "Ida Holm", "contact__0__role": "x" * 100_000},
        {"contact__0__name": "Ida \x00 Holm"},
        {"contact__0__name": "Ida Holm", "contact__0__birth_year": "9" * 5000},
        {"contact__0__name": "Ida Holm", "contact__0__birth_year": "-1e3"},
        {"contact__0__name": "Ida Holm", "contact__0__uid": "nonsense"},
        {"contact__0__name": "Ida Holm", "contact__0__partner": "00000000-0000-4000-8000-000000000000"},
        {"contact__0__name": "Ida Holm", "contact__count": "999999999"},
        {"contact__0__name": "Ida Holm", "seen": "a:b c:d" * 500},
        {"contact__0__name": "Ida Holm", "do": "remove-contact-999"},
        {"contact__0__name": "Ida Holm", "nationality": "NO", "contact__0__nationality": "NO"},
    ],
)
def test_hostile_input_is_refused_or_harmless(browser, draft, address, coimbra, hostile):
    sent = filled(browser.get(address), "contacts", contact__0__partner=str(coimbra.uid)) | {
        name.replace("__", "-"): [value] for name, value in hostile.items()
    }

    answer = browser.post(address, sent)

    assert answer.status_code in {200, 302, 400, 409, 422}
    page = browser.get(address).content.decode()
    assert "<script>alert" not in answer.content.decode() + page
    assert len(contacts_of(draft)) == (1 if answer.status_code == 302 else 0)


def test_partner_of_another_proposal_is_refused(browser, draft, address, filed, eve):
    other = filed(owner=eve).participations.first()

    answer = browser.post(
        address, filled(browser.get(address), "contacts", contact__0__partner=str(other.uid), contact__0__name="Ida")
    )

    assert (answer.status_code, Contact.objects.count()) == (422, 0)


def test_two_who_write_at_once_lose_nothing(browser, draft, address, as_user, ana, mateo):
    join(draft, mateo, can_edit=True)
    page = browser.get(address)
    name_people(draft, mateo, ("AT", "Mateo's Choice"))
    coimbra = draft.participations.get(partner__country="PT")

    answer = browser.post(
        address, filled(page, "contacts", contact__0__partner=str(coimbra.uid), contact__0__name="Ida Holm")
    )

    assert answer.status_code == 409
    assert "Somebody changed this page after you opened it" in text_of(answer)
    assert "Mateo's Choice" in text_of(answer)
    again = browser.post(address, filled(answer, "contacts"))
    assert (again.status_code, [row.contact.name for row in contacts_of(draft)]) == (302, ["Ida Holm"])


def test_people_are_compared_in_the_background_and_the_level_knows(browser, draft, listed, ana):
    name_people(draft, ana, ("PT", "Orsolya Quillfeather"), ("AT", "Ida Holm"))
    run_pending()

    assert set(Screening.objects.filter(contact__isnull=False).values_list("contact__name", "hits__band")) == {
        ("Orsolya Quillfeather", "likely"),
        ("Ida Holm", None),
    }
    page = browser.get(reverse("check", args=[draft.reference]))
    assert "Orsolya Quillfeather" in text_of(page)


def test_submission_waits_for_the_people(draft, listed, ana):
    run_pending()
    name_people(draft, ana, ("PT", "Ida Holm"))

    workflow.submit(proposal=draft, actor=ana)
    assert Proposal.objects.get(pk=draft.pk).state == "submitted"
    run_pending()

    done = Proposal.objects.get(pk=draft.pk)
    assert done.state != "submitted"
    (version,) = done.versions.all()
    contact = Contact.objects.get()
    assert [row["contacts"] for row in version.content["partners"]] == [[str(contact.uid)], []]
    assert "Holm" not in str(version.content)
    assert contact.filed_at is not None


def test_discarded_draft_takes_its_people_along(browser, draft, listed, ana):
    name_people(draft, ana, ("PT", "Orsolya Quillfeather"))
    run_pending()

    workflow.discard(proposal=draft, actor=ana)

    assert (Contact.objects.count(), Screening.objects.filter(contact__isnull=False).count()) == (0, 0)


def test_partner_taken_away_takes_its_people_along(draft, ana):
    name_people(draft, ana, ("PT", "Ida Holm"), ("AT", "Marek Tannhollow"))
    vienna = draft.participations.get(partner__country="AT")

    workflow.choose_partners(proposal=draft, actor=ana, rows=[(vienna.partner, vienna.role)])

    assert list(Contact.objects.values_list("name", flat=True)) == ["Marek Tannhollow"]


def test_person_of_two_proposals_stays_with_the_other(draft, filed, ana):
    other = filed()
    name_people(draft, ana, ("PT", "Ida Holm"))
    name_people(other, ana, ("PT", "Ida Holm"))
    assert Contact.objects.count() == 1

    workflow.discard(proposal=other, actor=ana)

    assert [row.contact.name for row in contacts_of(draft)] == ["Ida Holm"]


@pytest.mark.parametrize(("orcid", "people"), [(ORCID, 1), ("", 2)])
def test_whom_two_researchers_name_alike_is_one_person_only_by_orcid(draft, filed, ana, eve, orcid, people):
    for proposal, owner in ((draft, ana), (filed(owner=eve), eve)):
        coimbra = proposal.participations.get(partner__country="PT")
        named = [Named(coimbra, "Wei Zhang", orcid=orcid)]
        workflow.choose_contacts(proposal=proposal, actor=owner, people=named)

    assert Contact.objects.count() == people


def test_page_takes_the_same_queries_for_1_and_20_people(browser, draft, address, ana):
    counts = []
    for count in (1, 20):
        name_people(draft, ana, *(("PT", f"Person Number {n}") for n in range(count)))
        browser.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(address).status_code == 200
        counts.append(len(caught))

    assert counts[0] == counts[1]


def test_what_a_browser_kept_comes_back_unsaved(browser, draft, address):
    kept = filled(browser.get(address), "contacts", contact__0__name="Half a", do="bring")

    page = browser.post(address, kept)

    assert ("contact-0-name", "Half a") in read(page).forms["contacts"]
    assert not contacts_of(draft)


def test_without_partners_the_page_leads_to_them(browser, ana, university):
    empty = create_proposal(owner=ana, title="Empty", unit=ana.unit)

    page = browser.get(reverse("contacts", args=[empty.reference]))

    assert "Name a partner first" in text_of(page)
    assert reverse("collaboration", args=[empty.reference]) + "#partners" in read(page).links


def test_collaboration_page_saves_and_leads_to_the_people(browser, draft):
    page = browser.get(reverse("collaboration", args=[draft.reference]))

    answer = browser.post(page.wsgi_request.path, filled(page, "collaboration", title="Other title", do="contacts"))

    draft.refresh_from_db()
    assert (answer.url, draft.title) == (reverse("contacts", args=[draft.reference]), "Other title")


def test_section_of_partners_says_where_a_person_has_a_listed_name(browser, draft, listed, ana):
    name_people(draft, ana, ("PT", "Orsolya Quillfeather"), ("AT", "Ida Holm"))
    run_pending()

    words = text_of(browser.get(reverse("section", args=[draft.reference, "partners"])))

    assert words.count("a name on a list is like that of a person you named here") == 1


def test_people_stay_when_two_records_of_their_partner_become_one(draft, ana, omar):
    name_people(draft, ana, ("PT", "Ida Holm"))
    twin = register_partner(name="Universidade de Coimbra, Arquivo", country="PT", actor=ana)
    merged = draft.participations.get(partner__country="PT").partner

    workflow.merge_partners(kept=twin, merged=merged, reason="One house.", actor=omar)

    (row,) = contacts_of(draft)
    assert (row.contact.name, row.participation.partner) == ("Ida Holm", twin)


def test_file_with_people_is_filed_with_them(filed):
    content = read_example("01-digital")
    people = [{"name": "Ida Holm", "role": "archivist", "orcid": ORCID, "birth_year": 1974}, {"name": "Marek T."}]
    partners = [{**content["partners"][0], "contacts": people}, *content["partners"][1:]]

    proposal = filed(partners=partners)

    assert [(row.contact.name, row.role, row.contact.birth_year) for row in contacts_of(proposal)] == [
        ("Ida Holm", "archivist", 1974),
        ("Marek T.", "", None),
    ]


def test_file_with_a_wrong_orcid_is_refused_whole(filed, db):
    content = read_example("01-digital")
    wrong = [{**content["partners"][0], "contacts": [{"name": "Ida", "orcid": "0000-0002-1825-0098"}]}]

    with pytest.raises(UnfitContact, match="does not fit the rest"):
        filed(partners=[*wrong, *content["partners"][1:]])

    assert not Proposal.objects.exists()
