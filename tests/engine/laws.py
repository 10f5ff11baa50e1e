"""What the tests of the laws share: the releases, how many examples, and what may not fall."""

import os
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import HealthCheck, Phase, note
from hypothesis import settings as examples

from riskassess.engine.catalogue import LEVELS, ROUTES
from riskassess.engine.facts import OPEN_ROW
from riskassess.engine.loading import load_catalogue
from riskassess.engine.scoring import assess

FOLDER = Path(settings.CATALOGUES_DIR) / "allea-eu"
ON = date(2026, 11, 23)
DECIDERS = ("low", "moderate", "high")
EXAMPLES = sorted((Path(settings.BASE_DIR) / "fixtures" / "proposals").glob("*.json"))
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}
# 13 laws over two releases: 2,080 examples, the same ones each time; 104,000 that differ each time in `make laws-long`.
examples.register_profile("ci", max_examples=80, derandomize=True, print_blob=False, phases=[Phase.generate], **QUIET)
# A handful beside the other tests, for each of the thousands of faults that `make mutants` plants.
examples.register_profile("few", max_examples=6, derandomize=True, phases=[Phase.generate], **QUIET)
examples.register_profile("long", max_examples=4_000, print_blob=True, database=None, **QUIET)
LAW = examples.get_profile(os.environ.get("LAWS", "ci"))


def number_of(folder):
    return tuple(int(part) for part in folder.name.split("."))


FOLDERS = sorted((folder for folder in FOLDER.iterdir() if (folder / "catalogue.yaml").is_file()), key=number_of)
FIRST, NEWEST = FOLDERS[0], FOLDERS[-1]


@cache
def released(name):
    return load_catalogue(FOLDER / name)


over_releases = pytest.mark.parametrize("release", [FIRST.name, NEWEST.name])
over_all_releases = pytest.mark.parametrize("release", [folder.name for folder in FOLDERS])


def run(catalogue, world):
    note(world)
    return assess(catalogue, world, on=ON)


def rank(level):
    return LEVELS.index(level)


def firm_scores(result):
    return {finding.key: finding.score for finding in result.firm_findings}


def measures(result):
    """Everything that an added risk may raise and never lower."""
    found = {
        "lower": rank(result.inherent.lower),
        "upper": rank(result.inherent.upper),
        "residual lower": rank(result.residual.lower),
        "residual upper": rank(result.residual.upper),
        "route": ROUTES.index(result.route),
        "deciders": DECIDERS.index(result.deciders),
    }
    for dimension in result.dimensions:
        found[f"{dimension.id} score"] = dimension.score
        found[f"{dimension.id} upper"] = dimension.upper_score
        found[f"{dimension.id} residual"] = dimension.residual_score
    return found


def fallen(before, after):
    """What stands lower after than before."""
    first, second = measures(before), measures(after)
    lowered = {name: (first[name], second[name]) for name in first if second[name] < first[name]}
    scores = firm_scores(after)
    lowered |= {
        key: (score, scores.get(key, 0)) for key, score in firm_scores(before).items() if scores.get(key, 0) < score
    }
    holds = {(hold.rule, hold.row, hold.state) for hold in after.holds}
    for hold in before.holds:
        if (hold.rule, hold.row, "firm") not in holds and (hold.rule, hold.row, hold.state) not in holds:
            lowered[f"hold {hold.rule}:{hold.row}"] = (hold.state, None)
    return lowered


def open_rows(catalogue, result):
    """The kinds of rows of which one that is not named yet was judged."""
    return {catalogue.rule(line.rule).scope for line in result.trace if line.row == OPEN_ROW}


def outside(before, after):
    """What settling open answers, or naming open rows, brought that was not shown."""
    found = {}
    first = {dimension.id: dimension for dimension in before.dimensions}
    shown = {hold.rule for hold in before.holds}
    confirmed = {hold.rule for hold in after.holds if hold.state == "firm"}
    was_firm = {hold.rule for hold in before.holds if hold.state == "firm"}
    if confirmed - shown or was_firm - confirmed:
        found["holds"] = (shown, confirmed)
    if rank(after.inherent.lower) < rank(before.inherent.lower):
        found["lower"] = (before.inherent, after.inherent)
    found |= {d.id: (first[d.id].score, d.score) for d in after.dimensions if d.score < first[d.id].score}
    if confirmed == was_firm:  # a hold that was shown as possible may bring its own points
        if rank(after.inherent.upper) > rank(before.inherent.upper):
            found["upper"] = (before.inherent, after.inherent)
        high = {d.id: d.upper_score for d in after.dimensions if d.upper_score > first[d.id].upper_score}
        found |= {f"{dimension} upper": (first[dimension].upper_score, score) for dimension, score in high.items()}
        found |= {f.rule: "fires" for f in after.firm_findings if f.rule not in {g.rule for g in before.findings}}
    return found
