import pytest

from partners import candidates
from partners.matching.resolve import pieces_of
from tests.partners.ror import hold_record

pytestmark = pytest.mark.django_db

RECORDS = [
    ("https://ror.org/00003ef66", "Norderhaven University", ["Universitet Norderhaven", "NHU"], "NO", "Norderhaven"),
    ("https://ror.org/02kkvpp62", "Sable Reach Institute", ["SRI"], "NO", "Sable"),
    ("https://ror.org/000025p04", "Sable Reach Institute", [], "SE", "Reach"),
    ("https://ror.org/01ggx4157", "European Organization for Particles", ["CERN"], "CH", "Meyrin"),
]


@pytest.fixture(autouse=True)
def records(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    for ror_id, name, others, country, city in RECORDS:
        hold_record(ror_id, name, *others, country=country, city=city)
    candidates.build(candidates.ROR)


@pytest.mark.parametrize(
    ("name", "country", "found", "how"),
    [
        ("Norderhaven University", "", 0, "exact"),
        ("University of Norderhaven", "NO", 0, "key"),
        ("Sable Reach Institute", "SE", 2, "exact"),
        ("Sable Reach Institute", "", None, None),  # two bear the name
        ("CERN", "CH", 3, "acronym"),
        ("CERN", "", None, None),  # an acronym without a country says nothing
        ("CERN", "FR", None, None),
        ("Norderhaven Hospital", "NO", None, None),
        ("", "NO", None, None),
    ],
)
def test_resolve_name_rather_none_than_a_wrong_one(name, country, found, how):
    resolution = candidates.resolve_name(name, country)

    expected = None if found is None else (RECORDS[found][0], how)
    assert (resolution and (resolution.record.ror_id, resolution.how)) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dept. of Physics, Norderhaven University, 4021 Norderhaven, Norway", 0),
        ("Department of Physics Norderhaven University Norderhaven Norway", 0),
        ("Sable Reach Institute, Reach, Sweden", 2),
        ("Sable Reach Institute", None),
        ("CERN, 1211 Geneva, Switzerland", 3),
        ("Somewhere else, Norway", None),
        ("", None),
        (", ;; &amp; <I></I>", None),
    ],
)
def test_resolve_affiliation_finds_the_organisation_between_the_commas(text, found):
    resolution = candidates.resolve_affiliation(text)

    assert (resolution and resolution.record.ror_id) == (None if found is None else RECORDS[found][0])


def test_pieces_of_is_not_drawn_out_by_long_texts():
    assert len(pieces_of("a, b; " * 100_000)) <= 40
