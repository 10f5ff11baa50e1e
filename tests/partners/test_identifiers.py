"""An equal identifier makes a match exact, whatever the names, when a partner is screened and when a list changes."""

from pathlib import Path

import pytest

from partners import queries
from partners.lists import Outcome, import_edition
from partners.models import Hit, Identifier, ListSource
from partners.queries.listed import find_listed, named_as
from partners.screening import screen
from partners.services import confirm_judgement, judge_hit, register_partner

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parents[2] / "fixtures" / "lists" / "opensanctions-sample.json"
LEI = "0000SAMPLETERN000121"


@pytest.fixture
def import_sample(db, tmp_path):
    """Import the sample, with some of its text changed."""

    def bring(old="", new=""):
        path = tmp_path / "entities.json"
        path.write_text(SAMPLE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        result = import_edition(source=ListSource.objects.get(code="opensanctions"), path=path)
        assert result.outcome == Outcome.IMPORTED, result.sentence
        return result.edition

    return bring


@pytest.fixture
def harbour(ana):
    """A partner whose names say nothing of the listed bureau, whose LEI it has."""
    partner = register_partner(name="Harbour Light Foundation", country="NO", actor=ana)
    Identifier.objects.create(partner=partner, scheme="lei", value=LEI)
    return partner


def test_equal_identifier_is_an_exact_match_whatever_the_names(harbour, import_sample):
    import_sample()

    hit = screen(harbour).hits.get()

    assert (hit.band, hit.score, hit.entity.external_id) == ("exact", 1.0, "smp-1")
    first = hit.explanation["features"][0]
    assert (first["name"], first["listed_text"]) == ("identifier", LEI)
    assert queries.sanction_hit(harbour) != "none"


def test_clearing_an_exact_match_takes_a_second_person(harbour, import_sample, omar, ana):
    import_sample()
    hit = screen(harbour).hits.get()

    judgement = judge_hit(hit=hit, verdict="different", reason="The number was mistyped.", actor=omar)

    assert judgement.needs_second
    assert confirm_judgement(judgement=judgement, actor=ana).confirmed_by == ana


def test_same_value_of_another_scheme_is_no_match(harbour, import_sample):
    harbour.identifiers.update(scheme="vat")
    import_sample()

    assert not screen(harbour).hits.exists()


def test_identifier_that_an_edition_adds_finds_the_partner(harbour, import_sample, run_jobs):
    import_sample(LEI, "")
    assert not screen(harbour).hits.exists()

    import_sample()
    run_jobs()

    assert Hit.objects.get(screening__partner=harbour).band == "exact"


def test_year_of_birth_parts_people_of_one_name(import_sample):
    edition = import_sample()

    found = {
        year: find_listed(named_as("Orla Quist", kind="person", birth_year=year), [edition])
        for year in (1961, 1964, 1990)
    }

    assert {year: len(matches) for year, matches in found.items()} == {1961: 1, 1964: 1, 1990: 0}
