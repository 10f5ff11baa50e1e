"""The desk: which cases somebody finds there, in which order, and whose turn each of them is.

What a page shows is looked for in two steps, first the keys and then the rows, so that the cost of a row is paid for
the rows of one page alone, however many cases there are.
"""

from datetime import date, timedelta
from functools import partial

from django.db.models import (
    BooleanField,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models import Case as Choice

from riskassess.accounts.models import RoleMembership, User
from riskassess.accounts.roles import Role
from riskassess.assessments.models import AssessmentRecord
from riskassess.audit.models import Event
from riskassess.core.prepared import ask
from riskassess.proposals.models import CoInvestigator
from riskassess.proposals.states import AFTER_DECISION, State
from riskassess.reviews.models import (
    Assignment,
    Case,
    CaseSeen,
    Condition,
    Deciders,
    Decision,
    Hold,
    Interest,
    Recommendation,
    Route,
    SavedFilter,
    Vote,
)
from riskassess.reviews.queries import listed_proposals, scope_key

MOST_COUNTED = 999
MOST_ROWS = 50
PROMISE_DAYS = 90
LEVELS = ("inherent_lower", "inherent_upper", "residual_upper", "if_agreed_upper")
IS_OPEN = Q(closed_at__isnull=True)
IS_PAUSED = Q(proposal__state=State.CHANGES_REQUESTED) | Q(paused_on__isnull=False)


def visible_cases(user: User) -> QuerySet[Case]:
    """The cases that this person may know of, without those of proposals they take part in. Asked row by row, so that
    a page of many cases asks for its own rows alone."""
    takes_part = CoInvestigator.objects.filter(proposal=OuterRef("proposal"), user=user)
    return Case.objects.filter(
        Exists(listed_proposals(user).filter(pk=OuterRef("proposal"))), ~Q(proposal__owner=user), ~Exists(takes_part)
    )


def mine(user: User) -> Q:
    """What somebody carries or is on the panel of, and what is theirs after a decision: an appeal, a condition
    reported."""
    assigned = Assignment.objects.filter(user=user, ended_at__isnull=True)
    carried = assigned.filter(kind__in=["officer", "reviewer", "panel"], case__closed_at__isnull=True)
    reported = Condition.objects.filter(
        decision__case__officer=user,
        decision__round=F("decision__case__round"),
        reported_at__isnull=False,
        fulfilled_on__isnull=True,
        broken_on__isnull=True,
    )
    return (
        Q(pk__in=carried.values("case"))
        | Q(pk__in=assigned.filter(kind="appeal").values("case"))
        | Q(pk__in=reported.values("decision__case"))
    )


def with_turns(cases: QuerySet[Case], user: User) -> QuerySet[Case]:
    """These cases with whom each waits for (`waits_for`), and what makes one of them this person's."""
    of_case, of_round = {"case": OuterRef("pk")}, {"case": OuterRef("pk"), "round": OuterRef("round")}
    assigned = Assignment.objects.filter(**of_case, user=user, ended_at__isnull=True)
    heard = Recommendation.objects.filter(case=OuterRef("case"), round=OuterRef("case__round"), by=OuterRef("user"))
    unheard = Assignment.objects.filter(**of_case, kind="panel", ended_at__isnull=True).exclude(Exists(heard))
    reported = Condition.objects.filter(
        decision__case=OuterRef("pk"),
        decision__round=OuterRef("round"),
        reported_at__isnull=False,
        fulfilled_on__isnull=True,
        broken_on__isnull=True,
        decision__case__officer=user,
    )
    return cases.annotate(
        has_possible_hold=Exists(Hold.objects.filter(**of_case, state=Hold.State.POSSIBLE)),
        has_hold=Exists(Hold.objects.filter(**of_case, state__in=[Hold.State.FIRM, Hold.State.LIFTING])),
        is_recommended=Exists(Recommendation.objects.filter(**of_round)),
        is_voted=Exists(Vote.objects.filter(**of_round, fallen="")),
        has_said=Exists(Recommendation.objects.filter(**of_round, by=user)),
        has_voted=Exists(Vote.objects.filter(**of_round, fallen="", by=user)),
        panel_waits=Exists(unheard),
        is_on_panel=Exists(assigned.filter(kind="panel")),
        has_appeal=Exists(assigned.filter(kind="appeal")),
        has_report=Exists(reported),
        waits_for=WAITS_FOR,
    )


# Whom an open case waits for: the same answer for filters, counts, reminders and the words of a row.
WAITS_FOR = Choice(
    When(~IS_OPEN, then=Value("")),
    When(IS_PAUSED, then=Value("researcher")),
    When(officer__isnull=True, then=Value("officer")),
    When(has_possible_hold=True, then=Value("officer")),
    When(panel_called=True, then=Value("panel")),
    When(route=Route.PANEL, panel_waits=True, is_voted=False, then=Value("panel")),
    When(deciders=Deciders.HIGH, is_voted=True, then=Value("approver")),
    When(deciders=Deciders.MODERATE, is_recommended=True, then=Value("approver")),
    When(deciders=Deciders.MODERATE, reviewer__isnull=False, then=Value("reviewer")),
    default=Value("officer"),
    output_field=CharField(),
)


def my_turn(user: User) -> Q:
    """Cases `with_turns` that wait for this very person."""
    turns = (
        Q(waits_for="officer", officer=user)
        | Q(waits_for="reviewer", reviewer=user, has_said=False)
        | Q(waits_for="panel", is_on_panel=True, panel_called=False, has_said=False)
        | Q(waits_for="panel", is_on_panel=True, panel_called=True, has_voted=False)
        | Q(has_appeal=True)
        | Q(has_report=True)
    )
    if user.has_role(Role.APPROVER):
        turns |= Q(waits_for="approver", has_voted=False, has_said=False)
    if user.has_role(Role.OFFICER):
        turns |= Q(waits_for="officer", officer__isnull=True)
    return turns


def waiting_for_vote(cases: QuerySet[Case], user: User) -> list[int]:
    """The cases that wait for this person to decide, and what came up to the institution's top role; the first
    thousand by due day."""
    comes_up = ~Q(escalated="") & Q(proposal__institution__top_approver=user)
    turns = with_turns(cases.filter(IS_OPEN), user).filter(my_turn(user) | comes_up).order_by("due_on", "pk")
    return list(turns.values_list("pk", flat=True)[: MOST_COUNTED + 1])


def stand(name: str, user: User, today: date) -> Q:
    """A closed set of ways in which a case `with_turns` may stand."""
    return {
        "": Q(),
        "turn": my_turn(user),
        "overdue": IS_OPEN & ~IS_PAUSED & Q(due_on__lt=today),
        "week": IS_OPEN & ~IS_PAUSED & Q(due_on__gte=today, due_on__lte=today + timedelta(days=7)),
        "waiting": IS_OPEN & ~my_turn(user),
        "hold": Q(has_hold=True) | Q(has_possible_hold=True),
        "paused": IS_PAUSED,
    }[name]


# Paused cases come last: nobody is late with them.
PAUSED_LAST = Choice(When(IS_PAUSED, then=Value(1)), default=Value(0))


def rows_of(keys: list[int], user: User) -> list[Case]:
    """These cases in this order with all that a row of the desk shows; one query whatever their number."""
    found = ask(user.pk, partial(_rows, user), keys=keys, most=MOST_ROWS)
    by_key = {case.pk: case for case in found}
    return [by_key[key] for key in keys if key in by_key]


def _rows(user: User, keys: list[int]) -> QuerySet[Case]:
    newest = AssessmentRecord.objects.filter(proposal=OuterRef("proposal")).order_by("-version__number", "-pk")
    news = (
        Event.objects.filter(reference=OuterRef("proposal__reference"))
        .exclude(actor_id=user.pk)
        .exclude(verb="access.denied")
        .order_by("-sequence")
    )
    seen = CaseSeen.objects.filter(case=OuterRef("pk"), user=user)
    # What `visible_proposals` asks of the staff beyond `listed_proposals`, whose rows these are.
    declared = Interest.objects.filter(
        case=OuterRef("pk"), round=OuterRef("round"), user=user, answer=Interest.Answer.NONE
    )
    return (
        with_turns(Case.objects.filter(pk__in=keys), user)
        .annotate(
            **{name: Subquery(newest.values(name)[:1]) for name in LEVELS},
            is_open_to=Exists(declared),
            news=Subquery(news.values("sequence")[:1]),
            seen_to=Subquery(seen.values("sequence")[:1]),
        )
        .select_related("proposal__owner", "proposal__unit", "officer", "reviewer")
    )


def is_unread(case: Case) -> bool:
    """Whether others did something on this row that the reader has not seen."""
    return bool(case.news) and case.news > (case.seen_to or 0)


COUNTED = ("turn", "overdue", "hold")


def desk_counts(user: User, today: date) -> dict[str, int]:
    """How many of this person's cases stand how, of the most urgent 1,000 at most; one query."""
    rows = ask((today, scope_key(user)), partial(_counted, user, today))
    counts = {name: sum(row[place] for row in rows) for place, name in enumerate(COUNTED)}
    waiting = sum(is_open and not is_turn for is_turn, *_others, is_open in rows)
    return {"mine": len(rows), **counts, "waiting": waiting}


def _counted(user: User, today: date) -> QuerySet[Case]:
    # The most urgent ones are found first: how a case stands is worked out for no others.
    urgent = visible_cases(user).filter(mine(user)).order_by("due_on", "pk").values("pk")[: MOST_COUNTED + 1]
    standing = {f"is_{name}": ExpressionWrapper(stand(name, user, today), BooleanField()) for name in COUNTED}
    standing["is_open"] = ExpressionWrapper(IS_OPEN, BooleanField())
    return with_turns(Case.objects.filter(pk__in=urgent), user).annotate(**standing).values_list(*standing)


def workload(today: date) -> list[User]:
    """Every officer of today with `load`, the open cases they carry, the busiest first; one query."""
    found = ask(today, partial(_workload, today))
    for officer in found:
        officer.load = officer.load or 0
    return sorted(found, key=lambda officer: -officer.load)


def _workload(today: date) -> QuerySet[User]:
    rows = RoleMembership.objects.in_force(today).filter(role=Role.OFFICER)
    carried = (
        Case.objects.filter(officer=OuterRef("pk"), closed_at__isnull=True)
        .order_by()
        .values("officer")
        .annotate(count=Count("pk"))
    )
    officers = User.objects.filter(is_active=True, pk__in=rows.values("user"))
    return officers.annotate(load=Subquery(carried.values("count"))).order_by("name")


def promises_kept(today: date) -> list[dict]:
    """By route, how many of the last 90 days' decisions came in time, and of how many; one query."""
    since = today - timedelta(days=PROMISE_DAYS)
    return list(
        Decision.objects.filter(decided_at__date__gte=since, round=F("case__round"))
        .order_by()
        .values("case__route")
        .annotate(count=Count("pk"), kept=Count("pk", filter=Q(decided_at__date__lte=F("case__due_on"))))
    )


def saved_filters(user: User) -> QuerySet[SavedFilter]:
    """One's own and those that colleagues share."""
    return SavedFilter.objects.filter(Q(owner=user) | Q(is_shared=True, owner__is_active=True)).select_related("owner")


def decided() -> Q:
    return Q(proposal__state__in=AFTER_DECISION)
