from pathlib import Path

import pytest
import yaml

from partners.matching.score import SCORER, Name, Named, compare

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())


def named(text, kind="organisation", **known):
    return Named((Name(text),), kind=kind, **known)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['query']} | {case['listed']}"[:80])
def test_compare_says_how_likely(case):
    kind = case.get("kind", "organisation")

    scored = compare(named(case["query"], kind), named(case["listed"], kind))

    assert (scored.band, scored.scorer) == (case["band"], SCORER)


def test_compare_takes_an_equal_identifier_for_exact_whatever_the_names():
    ids = frozenset({("ror", "https://ror.org/02kkvpp62")})

    scored = compare(named("Kestrel Arc", ids=ids), named("Sable Reach", ids=ids))

    assert (scored.band, scored.score, scored.features[0].name) == ("exact", 1.0, "identifier")
