import pytest

from partners import candidates
from partners.candidates.places import number_of, ror_id_of
from partners.candidates.searching import searcher_of
from partners.matching.normalise import normalise
from partners.matching.score import Name
from partners.models import Alias, ListEdition, ListSource, Partner, RorRecord

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def make_partner(name, *aliases):
    partner = Partner.objects.create(name=name, normalised=normalise(name), country="NO")
    for alias in aliases:
        Alias.objects.create(partner=partner, name=alias, normalised=normalise(alias))
    return partner


def test_search_finds_names_written_differently():
    kestrel = make_partner("Kestrel Arc Instruments", "Институт Севера")
    make_partner("Sable Reach Foundation")
    candidates.build(candidates.PARTNERS)

    for text in ("Kestrl Arc Instrument", "instruments arc kestrel", "Institut Severa", "KESTREL-ARC Instruments Ltd"):
        assert candidates.search([Name(text)], candidates.PARTNERS)[0] == kestrel.pk


def test_search_makes_what_is_absent_or_broken():
    sable = make_partner("Sable Reach Foundation")
    assert candidates.search(["Sable Reach"], candidates.PARTNERS) == [sable.pk]

    aside = candidates.PARTNERS.folder.with_name("aside")
    candidates.PARTNERS.folder.rename(aside)  # a reader may still be locking in it, so that removing could fail
    assert candidates.search(["Sable Reach"], candidates.PARTNERS) == [sable.pk]

    (candidates.PARTNERS.folder / "meta.json").write_text("{")
    assert candidates.search(["Sable Reach"], candidates.PARTNERS) == [sable.pk]


def test_search_reads_an_index_that_was_made_anew():
    make_partner("Sable Reach Foundation")
    candidates.build(candidates.PARTNERS)
    assert candidates.search(["Kestrel Arc"], candidates.PARTNERS) == []

    kestrel = make_partner("Kestrel Arc Instruments")
    candidates.build(candidates.PARTNERS)

    assert candidates.search(["Kestrel Arc"], candidates.PARTNERS) == [kestrel.pk]


def test_refresh_partners_adds_what_is_new():
    make_partner("Sable Reach Foundation")
    candidates.refresh_partners()
    assert candidates.search(["Kestrel Arc"], candidates.PARTNERS) == []

    kestrel = make_partner("Norderhaven Optics", "Kestrel Arc Instruments")
    assert candidates.refresh_partners() > 0

    assert candidates.search(["Kestrel Arc"], candidates.PARTNERS) == [kestrel.pk]


def test_refresh_partners_writes_a_name_once_however_often_it_runs():
    sable, gone = make_partner("Sable Reach Foundation"), make_partner("Sable Reach Trust")
    candidates.refresh_partners()
    Partner.objects.filter(pk=gone.pk).update(merged_into=sable)

    for _time in range(3):  # all within the minutes that are read again
        candidates.refresh_partners()

    assert searcher_of(candidates.PARTNERS).num_docs == 1


def test_partners_are_found_by_the_names_of_their_ror_record():
    partner = make_partner("Norderhaven Optics")
    record = RorRecord.objects.create(
        ror_id="https://ror.org/02kkvpp62", name="Optikk", normalised="optikk", country="NO"
    )
    record.names.create(text="Kestrel Arc", normalised="kestrel arc", kind="label")
    Partner.objects.filter(pk=partner.pk).update(ror_id="https://ror.org/02kkvpp62")

    assert candidates.search(["Kestrel Arc"], candidates.PARTNERS) == [partner.pk]


def test_remove_superseded_leaves_what_is_kept():
    candidates.build(candidates.PARTNERS)
    source = ListSource.objects.create(code="a", name="A", kind=ListSource.Kind.CONCERN, format="own_csv")
    edition = ListEdition.objects.create(source=source, file_name="a.csv", sha256="0" * 64, normaliser="names-1")
    candidates.build(candidates.of_edition(edition))
    half_made = candidates.PARTNERS.folder.with_name("edition-8.made-xyz")
    half_made.mkdir()

    removed = candidates.remove_superseded([candidates.PARTNERS])

    assert set(removed) == {candidates.of_edition(edition).folder.name, half_made.name}
    assert candidates.PARTNERS.folder.is_dir()


@pytest.mark.parametrize(
    "ror_id", ["https://ror.org/02kkvpp62", "https://ror.org/000025p04", "https://ror.org/00003ef66"]
)
def test_ror_ids_stand_in_an_index_as_numbers(ror_id):
    assert ror_id_of(number_of(ror_id)) == ror_id
