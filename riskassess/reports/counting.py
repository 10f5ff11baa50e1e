"""Counts of a period for people who see no case: small cells are left vague, and one more where a sum would tell."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Min

from riskassess.accounts.calendar import the_calendar
from riskassess.assessments.models import AssessmentRecord
from riskassess.audit.models import ChainCheck, Event
from riskassess.core.words import LEVELS
from riskassess.proposals.models import Proposal
from riskassess.reports.models import PeriodKind
from riskassess.reviews.models import Appeal, Case, Condition, Decision, Hold, Outcome, Route

FEWEST = 5  # a smaller count could point at somebody
FEWEST_FOR_MOST = 10
Cells = list[list]
# Moves of a proposal as the audit log names them, by what they are counted as.
MOVED = {
    "registered": "proposal.register",
    "withdrawn": "proposal.withdraw",
    "changes": "proposal.request_changes",
}


def count_period(*, kind: str, first_day: date, last_day: date, units: list[int], zone: ZoneInfo) -> dict[str, Cells]:
    """Name of a table -> [key, count or None where it is too small], in the order in which the report shows them."""
    start = datetime.combine(first_day, time.min, zone)
    end = datetime.combine(last_day + timedelta(days=1), time.min, zone)
    counted = _cases(start, end, units, zone)
    if kind == PeriodKind.AUDIT:
        counted |= _of_record(start, end)
    return {name: cells if name in ("times", "record") else vague(cells) for name, cells in counted.items()}


def vague(cells: Cells) -> Cells:
    """Counts from one to four become None. Where that is a single one, the next smallest goes with it: else whoever
    knows the sum knows it."""
    hidden = {number for number, (_key, count) in enumerate(cells) if 0 < count < FEWEST}
    if len(hidden) == 1 and (others := [n for n, (_key, count) in enumerate(cells) if count and n not in hidden]):
        hidden.add(min(others, key=lambda number: cells[number][1]))
    return [[key, None if number in hidden else count] for number, (key, count) in enumerate(cells)]


def _cases(start: datetime, end: datetime, units: list[int], zone: ZoneInfo) -> dict[str, Cells]:
    def of(prefix: str) -> dict:
        return {f"{prefix}proposal__unit__in": units} if units else {}

    newest: dict[int, AssessmentRecord] = {}
    records = AssessmentRecord.objects.filter(version__created_at__gte=start, version__created_at__lt=end, **of(""))
    for record in records.only("version_id", "inherent_upper", "route").order_by("pk"):
        newest.setdefault(record.version_id, record)  # the first one: as it was filed
    levels, routes = Counter(r.inherent_upper for r in newest.values()), Counter(r.route for r in newest.values())
    decisions = Decision.objects.filter(decided_at__gte=start, decided_at__lt=end, **of("case__"))
    outcomes = Counter(decisions.values_list("outcome", flat=True))
    return {
        "filed": [["submitted", len(newest)], *_moves(start, end, units), ["decided", sum(outcomes.values())]],
        "levels": [[level, levels[level]] for level in LEVELS],
        "routes": [[str(route), routes[route]] for route in Route],
        "outcomes": [[str(outcome), outcomes[outcome]] for outcome in Outcome],
        "times": _times(start, end, of("")),
        "holds": _holds(start, end, of("case__")),
        "conditions": _conditions(start, end, of("decision__case__"), zone),
        "appeals": _appeals(start, end, of("decision__case__")),
    }


def _moves(start: datetime, end: datetime, units: list[int]) -> Cells:
    events = Event.objects.filter(verb__in=MOVED.values(), at__gte=start, at__lt=end)
    if units:
        events = events.filter(reference__in=Proposal.objects.filter(unit__in=units).values("reference"))
    count = dict(events.order_by().values_list("verb").annotate(Count("sequence")))
    return [[key, count.get(verb, 0)] for key, verb in MOVED.items()]


def _times(start: datetime, end: datetime, of_units: dict) -> Cells:
    rows = (
        Case.objects.filter(**of_units)
        .annotate(sent=Min("proposal__versions__created_at"), ended=Min("decisions__decided_at"))
        .filter(ended__gte=start, ended__lt=end)
        .values_list("route", "sent", "ended")
    )
    taken: dict[str, list[int]] = {}
    calendar = the_calendar()
    for route, sent, ended in rows:
        taken.setdefault(route, []).append(calendar.count(sent.date(), ended.date()))
    cells: Cells = []
    for route in Route:
        days = sorted(taken.get(route, []))
        if days:
            enough = len(days) >= FEWEST
            cells.append([f"{route}:half", days[(len(days) - 1) // 2] if enough else None])
        if len(days) >= FEWEST_FOR_MOST:
            cells.append([f"{route}:most", days[(9 * len(days) + 9) // 10 - 1]])
    return cells


def _holds(start: datetime, end: datetime, of_units: dict) -> Cells:
    holds = Hold.objects.filter(**of_units)
    return [
        ["opened", holds.filter(created_at__gte=start, created_at__lt=end).count()],
        ["lifted", holds.filter(state=Hold.State.LIFTED, lifted_at__gte=start, lifted_at__lt=end).count()],
        [
            "standing",
            holds.filter(
                created_at__lt=end, state__in=[Hold.State.POSSIBLE, Hold.State.FIRM, Hold.State.LIFTING]
            ).count(),
        ],
    ]


def _conditions(start: datetime, end: datetime, of_units: dict, zone: ZoneInfo) -> Cells:
    conditions = Condition.objects.filter(**of_units)
    days = (start.astimezone(zone).date(), (end - timedelta(days=1)).astimezone(zone).date())
    return [
        ["set", conditions.filter(created_at__gte=start, created_at__lt=end).count()],
        ["fulfilled", conditions.filter(fulfilled_on__range=days).count()],
        ["broken", conditions.filter(broken_on__range=days).count()],
    ]


def _appeals(start: datetime, end: datetime, of_units: dict) -> Cells:
    appeals = Appeal.objects.filter(**of_units)
    settled = appeals.filter(settled_at__gte=start, settled_at__lt=end)
    return [
        ["filed", appeals.filter(created_at__gte=start, created_at__lt=end).count()],
        *[[str(outcome), settled.filter(outcome=outcome).count()] for outcome in Appeal.Outcome],
    ]


def _of_record(start: datetime, end: datetime) -> dict[str, Cells]:
    verbs = Event.objects.filter(at__gte=start, at__lt=end).order_by().values_list("verb").annotate(Count("sequence"))
    checks = ChainCheck.objects.filter(at__gte=start, at__lt=end)
    return {
        "events": [[verb, count] for verb, count in sorted(verbs)],
        "record": [["checks", checks.count()], ["good", checks.filter(kind="").count()]],
    }
