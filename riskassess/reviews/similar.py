"""Earlier decided cases in which rules found the same, with what came of them."""

from dataclasses import dataclass
from datetime import datetime

from riskassess.engine.results import Assessment
from riskassess.reviews.models import Case, Decision, Outcome

LOOKED_AT = 1000  # decisions, the newest first
LIKE = 0.5  # at least half of all findings of either case are in both


@dataclass(frozen=True)
class Similar:
    reference: str
    outcome: str
    reasons: str
    decided_at: datetime
    same: int  # rules that found something in both
    of: int  # rules that found something in either

    @property
    def outcome_words(self) -> str:
        return str(Outcome(self.outcome).label)


def rules_found(result: Assessment) -> list[str]:
    """The rules of the firm findings, each once."""
    return sorted({finding.rule for finding in result.findings if finding.firm})


def similar_cases(*, case: Case, result: Assessment, proposals, user) -> list[Similar]:
    """The last decision of each other case of these already scoped proposals, the most alike first; one query."""
    here = set(rules_found(result))
    if not here:
        return []
    rows = (
        Decision.objects.filter(case__proposal__in=proposals)
        .exclude(case=case)
        .exclude(case__proposal__owner=user)
        .exclude(case__proposal__coinvestigators__user=user)
        .order_by("-decided_at", "-pk")
        .values_list("case", "case__proposal__reference", "outcome", "reasons", "decided_at", "rules")[:LOOKED_AT]
    )
    found, seen = [], set()
    for case_id, reference, outcome, reasons, decided_at, rules in rows:
        if case_id in seen:
            continue
        seen.add(case_id)
        there = set(rules)
        same, either = len(here & there), len(here | there)
        if same and same / either >= LIKE:
            found.append(Similar(reference, outcome, reasons, decided_at, same, either))
    return sorted(found, key=lambda row: row.same / row.of, reverse=True)
