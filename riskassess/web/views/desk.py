from functools import partial
from urllib.parse import urlencode

from django.core.cache import cache
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.queries.lists import lists_in_force
from riskassess.accounts.roles import Role
from riskassess.assessments.law import keys_of_law_changes
from riskassess.core.prepared import ask
from riskassess.core.words import ROUTE_WORDS
from riskassess.proposals.states import State
from riskassess.reviews.changed import keys_of_changed
from riskassess.reviews.inbox import (
    FEW_OPEN,
    MOST_COUNTED,
    MOST_ROWS,
    desk_counts,
    first_keys,
    is_unread,
    promises_kept,
    rows_of,
    saved_filters,
    urgent_of_mine,
    visible_cases,
    with_turns,
    workload,
)
from riskassess.reviews.models import Case, Deciders
from riskassess.reviews.queries import scope_key, visible_proposals
from riskassess.reviews.talk import help_key, helped_by, waiting_help, without_lead
from riskassess.web.drawing import drawn
from riskassess.web.forms.desk import SHOW_WORDS, STAND_WORDS, BulkForm, CaseFilter, SaveViewForm
from riskassess.web.standing import paused_words

PAGE_SIZE = MOST_ROWS
KEPT_SECONDS = 600  # figures over 90 days need not be of this very minute
MOST_HELP, MOST_LISTS, MOST_CHANGES = 5, 5, 999
CHIPS = (("mine", ""), ("mine", "turn"), ("mine", "overdue"), ("mine", "waiting"), ("mine", "hold"))


class Desk:
    """One reader's desk as an address asks for it; a part is read only where the page shows it."""

    def __init__(self, request):
        self.request, self.user, self.today = request, request.user, timezone.localdate()
        self.is_officer = request.user.has_role(Role.OFFICER)
        self.officers = workload(self.today)
        self.are_few = sum(officer.load for officer in self.officers) <= FEW_OPEN
        self.urgent = urgent_of_mine(request.user, self.today, are_few=self.are_few)
        self.counts = desk_counts(self.urgent)

    @cached_property
    def found(self) -> CaseFilter:
        given = self.request.GET.copy()
        if given.get("show") not in SHOW_WORDS:
            given["show"] = "mine" if self.counts["mine"] else "open"
        return CaseFilter(
            given, queryset=Case.objects.none(), request=self.request, officers=self.officers, today=self.today
        )

    @cached_property
    def given(self) -> dict[str, str]:
        return self.found.given

    @cached_property
    def page(self) -> "LongPage":
        return LongPage(self._keys, self.request.GET.get("page"))

    def _keys(self, start: int, end: int) -> list[int]:
        if self.given == {"show": "mine"} and end == MOST_COUNTED + 1:
            return [key for key, *_standing in self.urgent[start:end]]
        asked = (scope_key(self.user), self.today, *sorted(self.given.items()))
        if self.given["show"] == "decided":
            return ask((asked, start, end), partial(self._decided, start, end))
        return first_keys(asked, self._narrowed, end, are_few=self.are_few)[start:]

    def _narrowed(self):
        return self.found.narrow(with_turns(visible_cases(self.user), self.user))

    def _decided(self, start: int, end: int):
        return self._narrowed().order_by("-closed_at", "pk").values_list("pk", flat=True)[start:end]

    @cached_property
    def rows(self) -> list[dict]:
        return [row_of(case, self.today) for case in rows_of(self.page.keys, self.user)]

    @cached_property
    def reads_changes(self) -> bool:
        return self.user.has_perm("reviews.read_changes")

    @property
    def is_narrowed(self) -> bool:
        given = self.given
        is_bare = len(given) == 1 or (given["show"] == "mine" and set(given) == {"show", "stand"})
        return not is_bare or bool(self.found.form.errors)

    @property
    def chips(self) -> list[dict]:
        now = (self.given["show"], self.given.get("stand", ""))
        is_narrowed = len(self.given) > 1 + ("stand" in self.given)
        chips = [
            {
                "label": STAND_WORDS[stand] if stand else SHOW_WORDS[show],
                "count": capped(self.counts[stand or show], is_more=self.counts["mine"] > MOST_COUNTED),
                "url": f"?{urlencode({'show': show, **({'stand': stand} if stand else {})})}",
                "current": now == (show, stand) and not is_narrowed,
            }
            for show, stand in CHIPS
            if self.counts[stand or show] or not stand or now == (show, stand)
        ]
        for show in ("open", "decided"):
            is_current = now == (show, "") and not is_narrowed
            chips.append({"label": SHOW_WORDS[show], "count": None, "url": f"?show={show}", "current": is_current})
        return chips

    @property
    def lead(self) -> str:
        mine, turn, overdue = (self.counts[name] for name in ("mine", "turn", "overdue"))
        if not mine:
            return _("Nothing waits for you.")
        words = [ngettext("%(n)s case is yours.", "%(n)s cases are yours.", mine) % {"n": capped(mine)}]
        if turn:
            words.append(ngettext("%(n)s is your move.", "%(n)s are your move.", turn) % {"n": capped(turn)})
        if overdue:
            words.append(
                ngettext("%(n)s is over its time.", "%(n)s are over their time.", overdue) % {"n": capped(overdue)}
            )
        return " ".join(words)


class LongPage:
    """A page of a list that may be very long: it is counted up to a bound, so that a page costs the same at any length.
    Reads like Django's Page."""

    def __init__(self, keys_between, number):
        self.number = int(number) if str(number).isdecimal() and 0 < int(number) <= 10_000 else 1
        start = (self.number - 1) * PAGE_SIZE
        # One query for the page and for the count, which needs no more than what is ever shown.
        end = max(start + PAGE_SIZE, MOST_COUNTED) + 1
        keys = keys_between(start, end)
        self.keys, self.has_next = keys[:PAGE_SIZE], len(keys) > PAGE_SIZE
        self.has_previous = self.number > 1
        self.start_index, self.end_index = (start + 1 if self.keys else 0), start + len(self.keys)
        self.paginator = {"count": capped(start + len(keys)) if self.keys else 0}
        self.previous_page_number, self.next_page_number = self.number - 1, self.number + 1


def capped(count: int, *, is_more: bool = False, most: int = MOST_COUNTED) -> str:
    """ "99+" where there are more; and a plus behind a count of the first hundred alone."""
    if count > most:
        return f"{most}+"
    return f"{count}+" if is_more and count else str(count)


def desk(request):
    return render(request, "desk/desk.html", desk_context(Desk(request)))


def desk_context(desk: Desk, *, bulk: BulkForm | None = None, save: SaveViewForm | None = None) -> dict:
    given = desk.given
    views = [
        {
            "row": view,
            "url": reverse("desk_view", args=[view.uid]),
            "is_own": view.owner_id == desk.user.pk,
            "is_current": view.query == given,
        }
        for view in saved_filters(desk.user)
    ]
    ticked = set(bulk.data.getlist("case")) if bulk else set()
    for row in desk.rows:
        row["is_ticked"] = row["case"].proposal.reference in ticked
        row["html"] = row_html(row, has_ticks=desk.is_officer and bool(desk.officers))
    waiting = [row for row in desk.rows if row["is_open"]]
    return {
        "help": help_rows(desk.user) if desk.is_officer else None,
        "without_lead": ask(help_key(desk.user), partial(_without_lead, desk.user)) if desk.is_officer else [],
        "rows": desk.rows,
        "lead": desk.lead,
        "next_case": waiting[0]["case"] if waiting and given["show"] == "mine" else None,
        "here": urlencode(given),
        "is_narrowed": desk.is_narrowed,
        "saved": views,
        "save": save or SaveViewForm(),
        "bulk": bulk,
        "parts": parts_of(desk, bulk),
    }


def changes_words(user) -> str:
    """How many facts and rules of law changed and wait for an officer; empty where none did."""
    count = len(ask(scope_key(user), partial(_changes_that_wait, user)))
    words = ngettext("%(n)s changed fact waits for you", "%(n)s changed facts wait for you", count)
    return words % {"n": capped(count, most=MOST_CHANGES)} if count else ""


def _changes_that_wait(user):
    of_facts, of_law = keys_of_changed(visible_proposals(user)), keys_of_law_changes(visible_proposals(user))
    return of_facts.order_by().union(of_law.order_by(), all=True)[: MOST_CHANGES + 1]


def load_rows(desk: Desk) -> list[dict]:
    most = max([officer.load for officer in desk.officers], default=0)
    return [
        {"name": officer.name, "is_reader": officer.pk == desk.user.pk, "load": officer.load, "most": max(most, 1)}
        for officer in desk.officers
    ]


def promise_rows(today) -> list[dict]:
    """The share in percent where there are enough of them, otherwise the bare numbers."""
    rows = []
    for row in cache.get_or_set(f"promises-{today}", lambda: promises_kept(today), KEPT_SECONDS):
        count, kept = row["count"], row["kept"]
        few = _("%(kept)d of %(count)d") % {"kept": kept, "count": count}
        share = _("%(share)d %% of %(count)d") % {"share": kept * 100 // count, "count": count}
        rows.append({"label": ROUTE_WORDS[row["case__route"]], "words": share if count >= 20 else few})
    return rows


def list_rows(today) -> list:
    """The lists in force, those past their time first."""
    standings = lists_in_force(today)
    return sorted(standings, key=lambda standing: (not standing.is_old, standing.source.name))[:MOST_LISTS]


def help_rows(user) -> dict:
    """The calls for help that wait for an officer, the oldest first, and how many more there are."""
    waiting = ask(help_key(user), partial(_help_that_waits, user))
    count = len(waiting) if len(waiting) <= MOST_HELP else waiting_help(user).count()
    return {"rows": waiting[:MOST_HELP], "more": max(count - MOST_HELP, 0)}


def _help_that_waits(user):
    return waiting_help(user)[: MOST_HELP + 1]


def _without_lead(user):
    return without_lead(helped_by(user))[:MOST_HELP]


def row_of(case, today) -> dict:
    """What a row of the desk says of a case, from what the query brought along."""
    return {
        "case": case,
        "level": {"lower": case.inherent_lower, "upper": case.inherent_upper},
        "reached": {"lower": case.if_agreed_upper, "upper": case.if_agreed_upper}
        if case.inherent_lower == case.inherent_upper
        else None,
        "next": next_step(case),
        "route": ROUTE_WORDS[case.route],
        "days_left": (case.due_on - today).days,
        "days_over": (today - case.due_on).days,
        "is_paused": case.proposal.state == State.CHANGES_REQUESTED,
        "paused": paused_words(case) if case.paused_on else "",
        "is_open": case.proposal.state in {State.SUBMITTED, State.IN_REVIEW, State.FLAGGED},
        "is_unread": is_unread(case),
        "is_hidden": not case.is_open_to,
    }


def row_html(row: dict, *, has_ticks: bool) -> str:
    case, proposal = row["case"], row["case"].proposal
    people = (proposal.owner.name, case.officer and case.officer.name, case.reviewer and case.reviewer.name)
    holds = (case.has_hold, case.has_possible_hold, case.due_on, case.closed_at)
    words = tuple(str(value) for name, value in row.items() if name != "case")
    of_proposal = (proposal.reference, proposal.title, proposal.unit.name)
    key = (*of_proposal, *people, *holds, *words, has_ticks)
    return drawn("desk/_row.html", key, lambda: {"row": row, "ticks": has_ticks})


def parts_of(desk: Desk, bulk: BulkForm | None) -> dict[str, str]:
    """What stands around the rows, which is the same from one visit to the next."""
    form, page, chips = desk.found.form, desk.page, desk.chips
    choices = tuple((name, tuple(map(tuple, field.choices))) for name, field in form.fields.items())
    shown = {"form": form, "is_narrowed": desk.is_narrowed}
    place = (page.start_index, page.end_index, page.paginator["count"], page.number, page.has_next)
    query = f"{urlencode(desk.given)}&"
    return {
        "chips": drawn(
            "_partials/chip_list.html",
            tuple(tuple(chip.values()) for chip in chips),
            lambda: {"name": _("Which cases"), "chips": chips},
        ),
        "filter": drawn("desk/_filter.html", (form.data.urlencode(), choices, desk.is_narrowed), lambda: shown),
        "bulk": bulk_html(desk.officers, bulk) if desk.is_officer and desk.officers else "",
        "pages": drawn("_partials/page_numbers.html", (query, *place), lambda: {"page": page, "query": query}),
        "keys": drawn("_partials/key_list.html", (), dict),
        "side": side_html(desk),
    }


def bulk_html(officers: list, bulk: BulkForm | None) -> str:
    typed = (bulk.data.get("officer"), bulk.data.get("reason")) if bulk else ()
    key = (tuple((officer.uid, officer.name, officer.load) for officer in officers), typed)
    return drawn("desk/_bulk.html", key, lambda: {"officers": officers, "bulk": bulk})


def side_html(desk: Desk) -> str:
    parts = {
        "load": load_rows(desk) if desk.is_officer else [],
        "promises": promise_rows(desk.today) if desk.is_officer else [],
        "lists": list_rows(desk.today) if desk.reads_changes else [],
        "reads_changes": desk.reads_changes,
        "changes": changes_words(desk.user) if desk.reads_changes else "",
    }
    rows = tuple(tuple(row.values()) for name in ("load", "promises") for row in parts[name])
    lists = tuple((standing.source.name, standing.is_old, standing.age_days) for standing in parts["lists"])
    return drawn("desk/_side.html", (rows, lists, parts["reads_changes"], parts["changes"]), lambda: parts)


def next_step(case) -> str:
    """What comes next, in words; whom it waits for was found by the query (`waits_for`)."""
    state = case.proposal.state
    if state == State.CHANGES_REQUESTED:
        return _("Waits for the researcher")
    if state not in {State.SUBMITTED, State.IN_REVIEW, State.FLAGGED}:
        if case.has_appeal:
            return _("An appeal to read")
        if case.has_report:
            return _("A condition to look at")
        return case.proposal.get_state_display().capitalize()
    if case.escalated:
        return case.escalated
    if case.officer_id is None:
        return _("Choose a case officer")
    if case.has_possible_hold:
        return _("Settle a possible hold")
    if case.waits_for == "panel":
        return _("The panel votes") if case.panel_called else _("The panel recommends")
    if case.has_hold:
        return _("A legal hold stands")
    if case.deciders == Deciders.HIGH:
        return _("Second vote, by an approver") if case.is_voted else _("First vote, by an officer")
    if case.deciders == Deciders.MODERATE:
        return _("Decision, by an approver") if case.is_recommended else _("Recommendation")
    return _("Decision")
