"""The desk: which cases somebody finds there, in which order, and whose turn each of them is.

What a page shows is looked for in two steps, first the keys and then the rows, so that the cost of a row is paid for
the rows of one page alone, however many cases there are.
"""

from collections.abc import Callable, Hashable
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
from django.db.models.functions import Concat

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
from riskassess.reviews.models.following import REPORTED
from riskassess.reviews.queries import listed_proposals, scope_key

MOST_COUNTED = 99
FEW_OPEN = 500
SPARE = 20  # of the most urgent ones, for those that turn out to be none of the reader's business
MOST_ROWS = 25
PROMISE_DAYS = 90
LEVELS = ("inherent_lower", "inherent_upper", "residual_upper", "if_agreed_upper")
# What a row shows of its case and the people of it.
SHOWN = (
    *("round", "route", "deciders", "panel_called", "escalated", "due_on", "paused_on", "closed_at"),
    *("proposal__reference", "proposal__title", "proposal__state", "proposal__owner__name", "proposal__unit__name"),
    *("officer__name", "reviewer__name"),
)
IS_OPEN = Q(closed_at__isnull=True)
CARRIED = Q(ended_at__isnull=True, kind__in=["officer", "reviewer", "panel"])
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
    carried = Assignment.objects.filter(CARRIED, user=user, case__closed_at__isnull=True)
    return Q(pk__in=carried.values("case")) | mine_after(user)


def mine_after(user: User) -> Q:
    """Of `mine`, what waits for this person although the case is closed."""
    reported = Condition.objects.filter(REPORTED).order_by().values("decision")
    decided = Decision.objects.filter(pk__in=reported, case__officer=user, round=F("case__round"))
    appeals = Assignment.objects.filter(user=user, ended_at__isnull=True, kind="appeal")
    return Q(pk__in=appeals.values("case")) | Q(pk__in=decided.order_by().values("case"))


def with_turns(cases: QuerySet[Case], user: User) -> QuerySet[Case]:
    """These cases with whom each waits for (`waits_for`), and what makes one of them this person's."""
    of_case, of_round = {"case": OuterRef("pk")}, {"case": OuterRef("pk"), "round": OuterRef("round")}
    assigned = Assignment.objects.filter(**of_case, user=user, ended_at__isnull=True)
    heard = Recommendation.objects.filter(case=OuterRef("case"), round=OuterRef("case__round"), by=OuterRef("user"))
    unheard = Assignment.objects.filter(**of_case, kind="panel", ended_at__isnull=True).exclude(Exists(heard))
    reported = Condition.objects.filter(
        REPORTED, decision__case=OuterRef("pk"), decision__round=OuterRef("round"), decision__case__officer=user
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


# Whom a case waits for, tried from the top: the same answer for filters, counts, reminders and the words of a row.
WAITING = (
    ("closed", ~IS_OPEN),
    ("researcher", IS_PAUSED),
    ("any officer", Q(officer__isnull=True)),
    ("officer", Q(has_possible_hold=True)),
    ("called panel", Q(panel_called=True)),
    ("panel", Q(route=Route.PANEL, panel_waits=True, is_voted=False)),
    ("approver", Q(deciders=Deciders.HIGH, is_voted=True)),
    ("approver", Q(deciders=Deciders.MODERATE, is_recommended=True)),
    ("reviewer", Q(deciders=Deciders.MODERATE, reviewer__isnull=False)),
)
WORDS = {"closed": "", "any officer": "officer", "called panel": "panel"}
WAITS_FOR = Choice(
    *(When(condition, then=Value(WORDS.get(who, who))) for who, condition in WAITING),
    default=Value("officer"),
    output_field=CharField(),
)


def my_turn(user: User) -> Q:
    """Cases `with_turns` that wait for this very person."""
    turns = {
        "any officer": Q(pk__isnull=not user.has_role(Role.OFFICER)),
        "officer": Q(officer=user),
        "reviewer": Q(reviewer=user, has_said=False),
        "panel": Q(is_on_panel=True, has_said=False),
        "called panel": Q(is_on_panel=True, has_voted=False),
        "approver": Q(has_voted=False, has_said=False, pk__isnull=not user.has_role(Role.APPROVER)),
    }
    nobody = Q(pk__isnull=True)
    turn = Choice(
        *(When(condition, then=turns.get(who, nobody)) for who, condition in WAITING),
        default=turns["officer"],
        output_field=BooleanField(),
    )
    return Q(turn) | Q(has_appeal=True) | Q(has_report=True)


def waiting_for_vote(cases: QuerySet[Case], user: User) -> list[int]:
    """The cases that wait for this person to decide, and what came up to the institution's top role; the first
    by due day."""
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


IN_ORDER = ("due_on", "pk")
# Paused cases come last: nobody is late with them.
PAUSED_LAST = Choice(When(IS_PAUSED, then=Value(1)), default=Value(0))


def first_keys(key: Hashable, narrowed: Callable[[], QuerySet[Case]], most: int, *, are_few: bool) -> list[int]:
    """The first cases `with_turns` of these, paused ones last. `are_few`: putting all in order is no work; otherwise
    those that run come one by one off an index, and the paused ones are looked for only where there is room."""
    if are_few:
        return ask((key, most), partial(_all_in_order, narrowed, most))
    running = ask((key, most), partial(_running, narrowed, most))
    if len(running) == most:
        return running
    return running + ask((key, most - len(running)), partial(_paused, narrowed, most - len(running)))


def _all_in_order(narrowed, most: int):
    return narrowed().order_by(PAUSED_LAST, *IN_ORDER).values_list("pk", flat=True)[:most]


def _running(narrowed, most: int):
    return narrowed().filter(~IS_PAUSED).order_by(*IN_ORDER).values_list("pk", flat=True)[:most]


def _paused(narrowed, most: int):
    return narrowed().filter(IS_PAUSED).order_by(*IN_ORDER).values_list("pk", flat=True)[:most]


def rows_of(keys: list[int], user: User) -> list[Case]:
    """These cases in this order with all that a row of the desk shows; one query whatever their number."""
    found = ask(user.pk, partial(_rows, user), keys=keys, most=MOST_ROWS)
    for case in found:
        for name, level in zip(LEVELS, (case.levels or "").split() or [""] * len(LEVELS), strict=True):
            setattr(case, name, level)
    by_key = {case.pk: case for case in found}
    return [by_key[key] for key in keys if key in by_key]


def _rows(user: User, keys: list[int]) -> QuerySet[Case]:
    newest = AssessmentRecord.objects.filter(proposal=OuterRef("proposal")).order_by("-version__number", "-pk")
    joined = [part for name in LEVELS for part in (F(name), Value(" "))]
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
            levels=Subquery(newest.annotate(levels=Concat(*joined)).values("levels")[:1]),
            is_open_to=Exists(declared),
            news=Subquery(news.values("sequence")[:1]),
            seen_to=Subquery(seen.values("sequence")[:1]),
        )
        .select_related("proposal__owner", "proposal__unit", "officer", "reviewer")
        .only(*SHOWN)
    )


def is_unread(case: Case) -> bool:
    """Whether others did something on this row that the reader has not seen."""
    return bool(case.news) and case.news > (case.seen_to or 0)


COUNTED = ("turn", "overdue", "hold")


def urgent_of_mine(user: User, today: date, *, are_few: bool) -> list[tuple]:
    """The most urgent of this person's cases, one more than is counted at most, paused ones last: the key of each and
    whether it is open and stands as each of COUNTED. `are_few` as in `first_keys`, of all open cases."""
    key = (today, scope_key(user))
    if are_few:
        return ask(key, partial(_urgent, user, today))
    running = ask(key, partial(_urgent_running, user, today))
    return running if len(running) > MOST_COUNTED else running + ask(key, partial(_urgent_paused, user, today))


def desk_counts(urgent: list[tuple]) -> dict[str, int]:
    """How many of `urgent_of_mine` stand how."""
    counts = {name: sum(row[place] for row in urgent) for place, name in enumerate(COUNTED, 2)}
    waiting = sum(is_open and not is_turn for _key, is_open, is_turn, *_others in urgent)
    return {"mine": len(urgent), **counts, "waiting": waiting}


def _urgent(user: User, today: date) -> QuerySet[Case]:
    return _standing(Case.objects.filter(mine(user)), user, today)


def _urgent_running(user: User, today: date) -> QuerySet[Case]:
    # The first are found off the index of open cases by their due day: who may know of a case, and how it stands, is
    # worked out for no others.
    carried = Assignment.objects.filter(CARRIED, case=OuterRef("pk"), user=user)
    first = Case.objects.filter(IS_OPEN, ~IS_PAUSED, Exists(carried)).order_by(*IN_ORDER).values("pk")
    found = Q(pk__in=first[: MOST_COUNTED + 1 + SPARE]) | mine_after(user)
    return _standing(Case.objects.filter(~IS_PAUSED, found), user, today)


def _urgent_paused(user: User, today: date) -> QuerySet[Case]:
    return _standing(Case.objects.filter(IS_PAUSED, mine(user)), user, today)


def _standing(cases: QuerySet[Case], user: User, today: date) -> QuerySet[Case]:
    standing = {f"is_{name}": ExpressionWrapper(stand(name, user, today), BooleanField()) for name in COUNTED}
    return (
        with_turns(visible_cases(user).filter(pk__in=cases.order_by().values("pk")), user)
        .annotate(is_open=ExpressionWrapper(IS_OPEN, BooleanField()), **standing)
        .order_by(PAUSED_LAST, *IN_ORDER)
        .values_list("pk", "is_open", *standing)[: MOST_COUNTED + 1]
    )


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
