"""The example proposals: real organisations, valid files, and the level that their story promises."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from jsonschema import Draft202012Validator

from riskassess.engine.facts import FactsError
from riskassess.engine.loading import load_catalogue
from riskassess.engine.proposals import proposal_schema, read_proposal
from riskassess.engine.scoring import assess

ROOT = Path(settings.BASE_DIR)
EXAMPLES = sorted((ROOT / "fixtures" / "proposals").glob("*.json"))
BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
# lower, upper, residual, with proposed safeguards, route, rules of firm findings, rules of possible holds
EXPECTED = {
    "01-digital-archive": ("low", "low", "low", "low", "fast_track", set(), set()),
    "02-quantum-theory": ("low", "low", "low", "low", "fast_track", set(), set()),
    "03-plankton-images": ("low", "low", "low", "low", "fast_track", {"K01"}, set()),
    "04-coastal-interviews": ("moderate", "moderate", "moderate", "moderate", "light", {"G05"}, set()),
    "05-ocean-laser": ("high", "high", "high", "moderate", "full", {"K01", "K04", "K05", "K18"}, set()),
    "06-harbour-robots": ("moderate", "moderate", "moderate", "moderate", "full", {"K02"}, {"L01", "L09", "L10"}),
}


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(sorted((Path(settings.CATALOGUES_DIR) / "allea-eu").iterdir())[-1])


def _read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_each_example_has_its_expected_result():
    assert [path.stem for path in EXAMPLES] == sorted(EXPECTED)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_comes_to_its_expected_level(path, catalogue):
    lower, upper, residual, if_agreed, route, found, possible_holds = EXPECTED[path.stem]

    result = assess(catalogue, read_proposal(catalogue, _read(path), on=date(2026, 11, 23)), on=date(2026, 11, 23))

    assert (result.inherent.lower, result.inherent.upper) == (lower, upper)
    assert (result.residual.upper, result.if_agreed.upper) == (residual, if_agreed)
    assert result.route == route
    assert {finding.rule for finding in result.firm_findings} == found
    assert {hold.rule for hold in result.holds if hold.state == "possible"} == possible_holds
    assert [hold for hold in result.holds if hold.state == "firm"] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_answers_every_asked_question(path, catalogue):
    result = assess(catalogue, read_proposal(catalogue, _read(path), on=date(2026, 11, 23)), on=date(2026, 11, 23))

    assert [(item.question, item.row) for item in result.open_answers if item.state == "missing"] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_fits_the_published_schema(path):
    schema = json.loads((ROOT / "docs" / "proposal.schema.json").read_text(encoding="utf-8"))

    assert [error.message for error in Draft202012Validator(schema).iter_errors(_read(path))] == []


def test_published_schema_is_that_of_the_catalogue(catalogue):
    published = json.loads((ROOT / "docs" / "proposal.schema.json").read_text(encoding="utf-8"))

    assert published == proposal_schema(catalogue)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_ror_ids_of_an_example_are_well_formed(path):
    """The last two digits of a ROR id are a checksum over the rest (ISO/IEC 7064, MOD 97-10)."""
    for ror in [partner["ror"] for partner in _read(path)["partners"] if "ror" in partner]:
        code = ror.removeprefix("https://ror.org/")
        number = 0
        for letter in code[:-2]:
            number = number * 32 + BASE32.index(letter)

        assert int(code[-2:]) == 98 - (number * 100) % 97


def test_real_organisations_carry_the_name_and_country_of_their_ror_record():
    with gzip.open(ROOT / "fixtures" / "ror" / "ror-sample.jsonl.gz", "rt", encoding="utf-8") as stream:
        sample = {record["id"]: record for record in map(json.loads, stream)}
    partners = [partner for path in EXAMPLES for partner in _read(path)["partners"] if partner.get("ror") in sample]

    assert len(partners) >= 4
    for partner in partners:
        record = sample[partner["ror"]]
        (shown,) = [name["value"] for name in record["names"] if "ror_display" in name["types"]]
        country = record["locations"][0]["geonames_details"]["country_code"]
        assert (partner["name"], partner["country"]) == (shown, country)


def test_organisations_of_risky_answers_are_invented():
    """No statement about a real organisation: whoever has a ROR id has none but harmless answers and facts."""
    for path in EXAMPLES:
        for partner in [partner for partner in _read(path)["partners"] if "ror" in partner]:
            assert partner["answers"]["O4"] == "no"
            assert partner["answers"].get("V5") != "none"
            assert partner["facts"]["sanction_hit"] == "none"
            assert partner["facts"]["measures"] == []


def test_answer_that_only_an_officer_gives_is_refused_in_a_file(catalogue):
    proposal = _read(ROOT / "fixtures" / "proposals" / "05-ocean-laser.json")
    proposal["technology"][0]["answers"]["X6"] = "confirmed"

    with pytest.raises(FactsError, match=r'^technology\[0\].answers.X6: "confirmed" is entered by an officer'):
        read_proposal(catalogue, proposal, on=date(2026, 11, 23))
