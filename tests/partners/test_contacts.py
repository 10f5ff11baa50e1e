"""People named as contacts: compared by name, ORCID iD and year of birth, and by nothing else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partners import queries
from partners.lists import import_edition
from partners.models import Contact, FactChange, Hit, Judgement, Screening
from partners.queries.due import due_contacts
from partners.screening import screen
from partners.services import (
    confirm_judgement,
    erase_contact,
    file_contacts,
    forget_contact,
    judge_hit,
    keep_contact,
    request_contact_screening,
)
from riskassess.audit.models import Event
from riskassess.core.errors import DomainError
from riskassess.files.models import StoredFile
from riskassess.files.services import path_of
from riskassess.jobs.models import State
from riskassess.jobs.running import run_pending
from tests.files.making import pdf
from tests.partners.test_rescreening import run_to_the_end

pytestmark = pytest.mark.django_db
HEAD = "id,name,aliases,former_names,kind,country,programme,listed_on,remarks,address,identifiers,birth_years\n"
ORCID = "0000-0002-1825-0097"


@pytest.fixture
def list_people(tmp_path, sanctions):
    """Put these people in force, each (id, name, country, identifiers, birth years)."""

    def put(*rows, day="2026-11-01"):
        path = tmp_path / f"people-{day}.csv"
        lines = [f"{key},{name},,,person,{place},demo,,,,{ids},{years}\n" for key, name, place, ids, years in rows]
        path.write_text(f"# date: {day}\n# entries: {len(lines)}\n{HEAD}{''.join(lines)}")
        result = import_edition(source=sanctions, path=path)
        assert result.outcome == "imported", result.sentence
        return result.edition

    return put


LISTED = ("P1", "Orsolya Quillfeather", "NO", "", "1961")


@pytest.mark.parametrize(
    ("given", "band"),
    [
        ({"name": "Orsolya Quillfeather"}, "likely"),
        ({"name": "Quillfeather, Orsolya"}, "likely"),
        ({"name": "Orsolya Quillfeather", "birth_year": 1962}, "likely"),  # a year apart may be a slip
        ({"name": "Orsolya Quillfeather", "birth_year": 1985}, None),
        ({"name": "Orsolya Brennick"}, None),
        ({"name": "Somebody Else", "orcid": ORCID}, "exact"),
    ],
)
def test_contact_is_compared_by_name_orcid_and_year(given, band, list_people):
    list_people(LISTED, ("P2", "Marek Tannhollow", "", f"orcid:{ORCID}", ""))

    hits = list(screen(keep_contact(**given)).hits.all())

    assert [hit.band for hit in hits] == ([band] if band else [])


def test_a_name_alone_is_never_confirmed_and_no_country_speaks(list_people):
    list_people(LISTED)
    contact = keep_contact(name="Orsolya Quillfeather")

    hit = screen(contact).hits.get()

    assert queries.sanction_hit(contact) == "possible"
    assert (hit.explanation["listed_countries"], hit.explanation["partner_country"]) == ([], "")
    assert "country" not in {feature["name"] for feature in hit.explanation["features"]}
    assert {"words", "at_outset"} <= {feature["name"] for feature in hit.explanation["features"]}


def test_organisations_of_the_same_name_are_no_match(sanctions, put_in_force, kestrel):
    put_in_force(sanctions, "1,Kestrel Arc Instruments,,,organisation,NO,,,,")

    assert screen(keep_contact(name="Kestrel Arc Instruments")).hits.count() == 0
    assert screen(kestrel).hits.count() == 1


def test_clearing_takes_two_people_and_holds_until_the_entry_changes(list_people, omar, ana):
    list_people(LISTED)
    contact = keep_contact(name="Orsolya Quillfeather")

    judgement = judge_hit(hit=screen(contact).hits.get(), verdict="different", reason="Another field.", actor=omar)
    assert (judgement.words, queries.sanction_hit(contact)) == ("different person", "possible")
    with pytest.raises(DomainError, match="You gave this judgement"):
        confirm_judgement(judgement=judgement, actor=omar)
    confirm_judgement(judgement=judgement, actor=ana)
    assert queries.sanction_hit(contact) == "cleared"

    assert screen(contact).hits.get().inherited
    list_people((*LISTED[:2], "SE", *LISTED[3:]), day="2026-11-02")  # where somebody comes from changes nothing
    assert screen(contact).hits.get().inherited
    list_people((*LISTED[:4], "1961|1962"), day="2026-11-03")
    assert not screen(contact).hits.get().inherited
    assert queries.sanction_hit(contact) == "possible"


def test_judgement_is_of_this_person_only(list_people, omar):
    list_people(LISTED)
    first, second = (keep_contact(name="Orsolya Quillfeather") for _n in range(2))

    judge_hit(hit=screen(first).hits.get(), verdict="same", reason="Her own page says so.", actor=omar)

    assert (queries.sanction_hit(first), screen(second).hits.get().verdict) == ("confirmed", "")


def test_keep_contact_takes_the_same_person_among_the_known_and_changes_nobody(db):
    known = keep_contact(name="Ida  Holm", orcid="https://orcid.org/0000-0002-1825-0097")

    same = keep_contact(name="Ida Holm", orcid=ORCID, known=Contact.objects.all())
    other = keep_contact(name="Ida Holm", birth_year=1974, known=Contact.objects.all())

    assert (same, known.name, known.orcid) == (known, "Ida Holm", ORCID)
    assert other != known


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"name": "  "}, "name", "Give the person's name"),
        ({"name": "…!?"}, "name", "Give the person's name"),
        ({"name": "a" * 201}, "name", "longer than 200"),
        ({"name": "Ida Holm", "orcid": "0000-0002-1825-0098"}, "orcid", "does not fit the rest"),
        ({"name": "Ida Holm", "orcid": "'; DROP TABLE"}, "orcid", "not of the form"),
        ({"name": "Ida Holm", "birth_year": 1740}, "birth_year", "such as 1974"),
        ({"name": "Ida Holm", "birth_year": 9999}, "birth_year", "such as 1974"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(given, field, words, db):
    with pytest.raises(DomainError, match=words) as fault:
        keep_contact(**given)

    assert (fault.value.field, Contact.objects.count()) == (field, 0)


def test_name_with_signs_that_do_not_print_is_evened_out(db):
    assert keep_contact(name="Ida\u202e\x00 <b>Holm</b>\n").name == "Ida <b>Holm</b>"


def test_new_edition_screens_contacts_anew_and_lists_what_changed(list_people):
    run_to_the_end(list_people(("P9", "Marek Tannhollow", "", "", "")))
    contact, other = keep_contact(name="Orsolya Quillfeather"), keep_contact(name="Ida Holm")
    for each in (contact, other):
        screen(each)

    edition = list_people(("P9", "Marek Tannhollow", "", "", ""), LISTED, day="2026-11-08")
    assert not queries.is_fresh(contact)
    run_to_the_end(edition)

    assert queries.is_fresh(contact)
    assert queries.is_fresh(other)
    assert list(FactChange.objects.values_list("contact", "fact", "before", "after")) == [
        (contact.pk, "sanction_hit", "none", "possible")
    ]

    run_to_the_end(list_people(("P9", "Marek Tannhollow", "", "", ""), day="2026-11-15"))
    assert queries.sanction_hit(contact) == "none"


def test_edition_without_news_of_persons_looks_at_no_contact(list_people, concern, put_in_force):
    run_to_the_end(list_people(LISTED))
    contact = keep_contact(name="Ida Holm")
    screen(contact)

    run_to_the_end(put_in_force(concern, "1,Marrow Bay Shipping,,,organisation,,,,,"))

    assert contact.screenings.count() == 1


def test_contact_whose_screening_failed_is_due(list_people):
    list_people(LISTED)
    contact = keep_contact(name="Ida Holm")
    screen(contact)
    assert list(due_contacts()) == []

    Screening.objects.update(state=Screening.State.FAILED)

    assert list(due_contacts()) == [contact]


def test_facts_are_the_gravest_of_partner_and_people(list_people):
    list_people(LISTED)
    contact, fine = keep_contact(name="Orsolya Quillfeather"), keep_contact(name="Ida Holm")
    for each in (contact, fine):
        screen(each)
    said = queries.contact_facts_of([contact.uid, fine.uid, "7e4c4d3e-0000-4000-8000-000000000000"])
    partner = {"sanction_hit": "none", "legal_list": "other", "defence_link": "none", "eu_eea": "yes"}

    assert [each["sanction_hit"] for each in said.values()].count("not_screened") == 1  # erased: nothing is known
    assert queries.gravest(partner, said[str(fine.uid)]) == partner
    assert queries.gravest(partner, *said.values()) == {**partner, "sanction_hit": "possible"}


def test_erased_person_leaves_nothing_but_that_it_was_done(
    list_people, omar, ana, settings, django_capture_on_commit_callbacks
):

    list_people(LISTED)
    contact = keep_contact(name="Orsolya Quillfeather", birth_year=1961)
    hit = screen(contact).hits.get()
    proof = SimpleUploadedFile("page.pdf", pdf())
    judge_hit(hit=hit, verdict="cannot_tell", reason="Looked.", actor=omar, evidence_file=proof)
    hit.refresh_from_db()
    judge_hit(hit=hit, verdict="different", reason="Looked again.", actor=ana)
    path = path_of(StoredFile.objects.get(name="page.pdf"))
    file_contacts(contacts=Contact.objects.all())

    with pytest.raises(DomainError, match="who asked for it"):
        erase_contact(contact=contact, reason=" ", actor=omar)
    with django_capture_on_commit_callbacks(execute=True):
        erase_contact(contact=contact, reason="Asked for on 3 May.", actor=omar)

    assert [model.objects.count() for model in (Contact, Screening, Hit, Judgement)] == [0, 0, 0, 0]
    assert not path.exists()
    event = Event.objects.get(verb="contact.erased")
    assert event.detail.after == {"reason": "Asked for on 3 May."}
    assert not any(
        "Quillfeather" in str(each.detail.after) for each in Event.objects.filter(verb__startswith="contact")
    )


def test_filed_once_stays_filed(db):
    contact = keep_contact(name="Ida Holm")
    file_contacts(contacts=Contact.objects.all())
    contact.refresh_from_db()
    first = contact.filed_at

    file_contacts(contacts=Contact.objects.all())
    contact.refresh_from_db()

    assert (contact.filed_at, first <= timezone.now()) == (first, True)
    forget_contact(contact=contact)
    assert not Contact.objects.exists()


def test_list_that_cannot_be_read_is_never_no_match(list_people, settings, tmp_path):
    list_people(LISTED)
    contact = keep_contact(name="Ida Holm")
    settings.VAR_DIR = tmp_path / "a file"
    settings.VAR_DIR.write_text("where no index can be made")

    job = request_contact_screening(contact=contact, key="screen:test")
    run_pending()

    job.refresh_from_db()
    assert job.state in {State.QUEUED, State.FAILED}
    assert contact.screenings.latest("pk").state == Screening.State.FAILED
    assert queries.sanction_hit(contact) == "not_screened"


def test_job_of_a_person_who_was_taken_away_ends_well(list_people):
    list_people(LISTED)
    contact = keep_contact(name="Ida Holm")
    job = request_contact_screening(contact=contact, key="screen:test")
    forget_contact(contact=contact)

    run_pending()

    job.refresh_from_db()
    assert job.state == State.DONE
