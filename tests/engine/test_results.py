"""The bytes of a result are its plain JSON with sorted names, however they are written, and lead back to it."""

import json
from pathlib import Path

import pytest

from riskassess.engine.loading import load_catalogue
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess

RELEASES = sorted(path.parent for path in Path(__file__).parents[2].glob("fixtures/catalogues/*/*/golden.yaml"))


@pytest.mark.parametrize("folder", RELEASES, ids=lambda path: f"{path.parent.name}@{path.name}")
def test_bytes_are_the_plain_json_and_lead_back(folder):
    catalogue = load_catalogue(folder)

    for case in catalogue.golden:
        result = assess(catalogue, case.facts, on=case.on)
        plain = json.dumps(result.to_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

        assert result.canonical() == plain.encode()
        assert Assessment.from_json(json.loads(plain)).canonical() == plain.encode()


def test_texts_with_every_kind_of_letter_are_written_alike():
    catalogue = load_catalogue(RELEASES[0])
    case = catalogue.golden[0]
    label = 'Łódź "quoted" \\ \n \t \x07 \x7f \u2028 😀'
    partners = [{**row, "label": label} for row in case.facts["partners"]]

    result = assess(catalogue, {**case.facts, "partners": partners}, on=case.on)

    plain = json.dumps(result.to_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert result.canonical() == plain.encode()
    assert label in {finding.row_label for finding in result.findings}


@pytest.mark.parametrize("change", [lambda points: points.pop(), lambda points: points.append(1)])
def test_stored_points_that_are_not_three_are_refused(change):
    catalogue = load_catalogue(RELEASES[0])
    results = (assess(catalogue, case.facts, on=case.on).to_json() for case in catalogue.golden)
    stored = json.loads(json.dumps(next(result for result in results if result.get("steps"))))
    change(stored["steps"][0]["after"])

    with pytest.raises(ValueError, match="zip"):
        Assessment.from_json(stored)
