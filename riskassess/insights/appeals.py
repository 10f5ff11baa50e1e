"""How often decisions were overturned, by level and by rule, so that the catalogue can be calibrated. Read only, and
never so fine that a single case could be told from it."""

from collections import Counter
from dataclasses import dataclass

from riskassess.reviews.models import Appeal, Decision, Outcome

FEWEST = 5


@dataclass(frozen=True)
class Row:
    """None stands for a figure that is kept back: it, or what is left beside it, is under five."""

    name: str  # a level or a rule
    decided: int | None
    appealed: int | None
    upheld: int | None

    @property
    def is_kept_back(self) -> bool:
        return self.decided is None


def overturned() -> tuple[list[Row], list[Row]]:
    """By level and by rule, of decisions that can be contested. In one query, whatever the number of cases."""
    decided = {"level": Counter(), "rule": Counter()}
    appealed = {"level": Counter(), "rule": Counter()}
    upheld = {"level": Counter(), "rule": Counter()}
    rows = (
        Decision.objects.exclude(outcome=Outcome.APPROVE)
        .order_by("pk")
        .values_list("record__inherent_upper", "record__result__findings", "appeal__outcome", "appeal__pk")
    )
    for level, findings, outcome, appeal in rows.iterator(chunk_size=500):
        names = {("level", level), *(("rule", finding["rule"]) for finding in findings or ())}
        for group, name in names:
            decided[group][name] += 1
            appealed[group][name] += appeal is not None
            upheld[group][name] += outcome == Appeal.Outcome.UPHELD
    levels, rules = (
        [
            _row(name, decided[group][name], appealed[group][name], upheld[group][name])
            for name in sorted(decided[group])
        ]
        for group in ("level", "rule")
    )
    return levels, [row for row in rules if not row.is_kept_back]


def _row(name: str, decided: int, appealed: int, upheld: int) -> Row:
    shown_appealed = _shown(appealed, decided) if decided >= FEWEST else None
    return Row(
        name=name,
        decided=decided if decided >= FEWEST else None,
        appealed=shown_appealed,
        upheld=_shown(upheld, appealed) if shown_appealed is not None else None,
    )


def _shown(part: int, whole: int) -> int | None:
    return part if part >= FEWEST and whole - part >= FEWEST else None
