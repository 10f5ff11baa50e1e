from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.accounts.roles import Role
from riskassess.core.words import ROUTE_WORDS
from riskassess.proposals.states import State
from riskassess.reviews.models import Deciders, Route
from riskassess.reviews.queries import desk_counts, inbox, listed_proposals, visible_proposals
from riskassess.reviews.talk import waiting_help, without_lead
from riskassess.web.standing import paused_words
from riskassess.web.views.lists import changes_count

PAGE_SIZE = 50
MOST_HELP = 5
VIEWS = ("open", "mine", "waiting", "decided", "all")


def desk(request):
    proposals = listed_proposals(request.user)
    counts = desk_counts(request.user, proposals)
    show = request.GET.get("show")
    if show not in VIEWS:
        show = "mine" if counts["mine"] else "open"
    page = Paginator(inbox(request.user, proposals, show=show), PAGE_SIZE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    shown = [case.proposal_id for case in page]
    seen = set(visible_proposals(request.user).filter(pk__in=shown).values_list("pk", flat=True))
    rows = [{**row_of(case, today), "is_hidden": case.proposal_id not in seen} for case in page]
    words = {
        "mine": _("Mine"),
        "open": _("All open"),
        "waiting": _("Waiting for the researcher"),
        "decided": _("Decided"),
    }
    may_read_changes = request.user.has_perm("reviews.read_changes")
    return render(
        request,
        "desk/desk.html",
        {
            "perms_of_desk": may_read_changes,
            "changes_count": changes_count(request.user) if may_read_changes else 0,
            "help": help_rows(request.user),
            "without_lead": without_lead(request.user)[:MOST_HELP],
            "page": page,
            "rows": rows,
            "lead": lead(counts),
            "next_case": rows[0]["case"] if rows and show in {"mine", "open"} else None,
            "chips": [
                {"label": words[name], "count": counts[name], "url": f"?show={name}", "current": name == show}
                for name in words
            ],
            "query": f"show={show}&",
            "show": show,
        },
    )


def help_rows(user) -> dict | None:
    """The calls for help that wait for an officer, the oldest first, and how many more there are."""
    if not user.has_role(Role.OFFICER):
        return None
    waiting = list(waiting_help(user)[: MOST_HELP + 1])
    count = len(waiting) if len(waiting) <= MOST_HELP else waiting_help(user).count()
    return {"rows": waiting[:MOST_HELP], "more": max(count - MOST_HELP, 0)}


def lead(counts) -> str:
    mine, others = counts["mine"], counts["open"] - counts["carried"]
    if not mine and not others:
        return _("Nothing waits for you.")
    first = ngettext("%(n)d case is yours.", "%(n)d cases are yours.", mine) % {"n": mine}
    second = ngettext("%(n)d more is with others.", "%(n)d more are with others.", others) % {"n": others}
    return f"{first} {second}" if others else first


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
        "is_paused": case.proposal.state == State.CHANGES_REQUESTED,
        "paused": paused_words(case) if case.paused_on else "",
        "is_open": case.proposal.state in {State.SUBMITTED, State.IN_REVIEW, State.FLAGGED},
    }


def next_step(case) -> str:
    state = case.proposal.state
    if state == State.CHANGES_REQUESTED:
        return _("Waits for the researcher")
    if state not in {State.SUBMITTED, State.IN_REVIEW, State.FLAGGED}:
        if getattr(case, "has_appeal", False):
            return _("An appeal to read")
        if getattr(case, "has_report", False):
            return _("A condition to look at")
        return case.proposal.get_state_display().capitalize()
    if case.escalated:
        return case.escalated
    if case.officer_id is None:
        return _("Choose a case officer")
    if case.has_possible_hold:
        return _("Settle a possible hold")
    if case.has_hold:
        return _("A legal hold stands")
    if case.panel_called:
        return _("The panel votes")
    if case.route == Route.PANEL and case.panel_waits and not case.is_voted:
        return _("The panel recommends")
    if case.deciders == Deciders.HIGH:
        return _("Second vote") if case.is_voted else _("First vote, by an officer")
    if case.deciders == Deciders.MODERATE and not case.is_recommended:
        return _("Recommendation")
    return _("Decision")
