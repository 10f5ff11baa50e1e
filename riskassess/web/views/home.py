from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from riskassess.accounts.roles import Role
from riskassess.assessments.models import AssessmentRecord
from riskassess.proposals.models import CoInvestigator, Proposal
from riskassess.proposals.queries import with_people
from riskassess.proposals.states import AFTER_DECISION, UNDER_REVIEW, State
from riskassess.reviews.models import Condition, Decision
from riskassess.reviews.queries import stuck_submissions, visible_proposals
from riskassess.web.context import Site
from riskassess.web.standing import standing_of

PAGE_SIZE = 50
MOST_TURNS = 3
SEARCH_FROM = 20
SHOWN = {
    "all": Q(),
    "drafts": Q(state=State.DRAFT),
    "review": Q(state__in=[*UNDER_REVIEW, State.SUBMITTED, State.CHANGES_REQUESTED]),
    "decided": Q(state__in=[*AFTER_DECISION, State.REGISTERED, State.WITHDRAWN]),
}


def home(request):
    """The researcher's own page; staff without proposals are sent to their desk or to the audit log."""
    own = own_proposals(request.user)
    counts = own.aggregate(
        **{name: Count("pk", filter=which) if name != "all" else Count("pk") for name, which in SHOWN.items()},
        changes=Count("pk", filter=Q(state=State.CHANGES_REQUESTED)),
    )
    if not request.user.has_role(Role.RESEARCHER) and not counts["all"]:
        places = [item["url"] for item in Site(request).nav if item["url"] != request.path]
        return redirect(places[0] if places else "account")
    show = request.GET.get("show") if request.GET.get("show") in SHOWN else "all"
    search = " ".join(request.GET.get("q", "").split())[:100]
    rows = with_rows(own.filter(SHOWN[show]))
    if search:
        rows = rows.filter(Q(title__icontains=search) | Q(reference__icontains=search) | Q(pk__in=by_partner(search)))
    page = Paginator(rows.order_by("-updated_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    is_waiting = any(proposal.state == State.SUBMITTED for proposal in page)
    stuck = stuck_submissions(own) if is_waiting else {}
    waiting = list(with_rows(own.filter(state=State.CHANGES_REQUESTED)).order_by("updated_at")[:MOST_TURNS])
    return render(
        request,
        "home/home.html",
        {
            "greeting": greeting(request.user.first_name),
            "sentence": sentence(counts),
            "turns": [turn_of(proposal) for proposal in waiting],
            "more_turns": counts["changes"] - len(waiting),
            "rows": [row_of(proposal, stuck) for proposal in page],
            "page": page,
            "chips": chips(counts, show, search),
            "show": show,
            "search": search,
            "has_search": counts["all"] > SEARCH_FROM or bool(search),
            "is_empty": not counts["all"],
            "query": query_of(show, search),
            "may_create": request.user.has_perm("proposals.create"),
        },
    )


def own_proposals(user):
    """What this person leads or takes part in; drafts of others only where they were invited."""
    taken = CoInvestigator.objects.filter(proposal=OuterRef("pk"), user=user)
    return visible_proposals(user).filter(Q(owner=user) | Exists(taken))


def by_partner(search: str):
    return Proposal.objects.filter(participations__partner__name__icontains=search).values("pk")


def with_rows(proposals):
    """All that a row shows, in a number of queries that does not grow with the rows."""
    newest = AssessmentRecord.objects.filter(proposal=OuterRef("pk")).order_by("-version__number", "-pk")
    levels = ("inherent_lower", "inherent_upper", "residual_upper", "if_agreed_upper")
    decisions = Decision.objects.order_by("-round", "-pk").prefetch_related(
        Prefetch("conditions", queryset=Condition.objects.filter(fulfilled_on__isnull=True).order_by("due_on"))
    )
    return (
        with_people(proposals)
        .select_related("case__officer")
        .annotate(
            **{name: Subquery(newest.values(name)[:1]) for name in levels},
            answered=Count("questionnaire__answers", distinct=True),
            proposed=Count(
                "questionnaire__safeguards",
                filter=Q(questionnaire__safeguards__state="proposed"),
                distinct=True,
            ),
        )
        .prefetch_related(Prefetch("case__decisions", queryset=decisions))
    )


def row_of(proposal, stuck) -> dict:
    case = getattr(proposal, "case", None)
    decision = next(iter(case.decisions.all()), None) if case else None
    open_conditions = list(decision.conditions.all()) if decision else []
    standing = standing_of(
        proposal,
        decision=decision,
        open_conditions=len(open_conditions),
        next_condition=open_conditions[0].due_on if open_conditions else None,
        is_stuck=proposal.pk in stuck,
    )
    is_draft = proposal.state == State.DRAFT
    hint = standing.hint
    if is_draft and proposal.answered:
        hint = ngettext("%(n)d answer so far", "%(n)d answers so far", proposal.answered) % {"n": proposal.answered}
    return {
        "proposal": proposal,
        "url": proposal.get_absolute_url(),
        "partners": partner_words(proposal),
        "standing": standing,
        "hint": hint,
        "level": (proposal.inherent_lower, proposal.inherent_upper) if proposal.inherent_lower else None,
        "reached": reached_of(proposal),
        "proposed": proposal.proposed,
    }


def reached_of(proposal):
    """The level with safeguards, where the level as filed is firm and they lower it."""
    if not proposal.inherent_lower or proposal.inherent_lower != proposal.inherent_upper:
        return None
    return proposal.if_agreed_upper if proposal.if_agreed_upper != proposal.inherent_upper else None


def partner_words(proposal) -> str:
    names = [row.partner.name for row in proposal.participations.all()]
    if len(names) > 2:
        return _("%(first)s and %(n)d more") % {"first": names[0], "n": len(names) - 1}
    return " · ".join(names)


def turn_of(proposal) -> dict:
    case = proposal.case
    name = case.officer.first_name if case.officer else _("Research security")
    return {
        "title": _("%(name)s asks for changes") % {"name": name},
        "text": _("%(title)s · the clock waits for you") % {"title": proposal.title},
        "url": proposal.get_absolute_url(),
        "label": _("Read and answer"),
    }


def greeting(name: str) -> str:
    hour = timezone.localtime().hour
    if hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    if hour < 18:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


NUMBERS = (
    "",
    gettext_lazy("One"),
    gettext_lazy("Two"),
    gettext_lazy("Three"),
    gettext_lazy("Four"),
    gettext_lazy("Five"),
)


def sentence(counts) -> str:
    """One sentence that counts what waits."""
    waits, drafts = counts["changes"], counts["drafts"]
    if not counts["all"]:
        return _("Nothing is filed yet.")
    number = NUMBERS[waits] if 0 < waits < len(NUMBERS) else str(waits)
    first = (
        ngettext("%(n)s thing waits for you.", "%(n)s things wait for you.", waits) % {"n": number}
        if waits
        else _("Nothing waits for you.")
    )
    if drafts:
        return f"{first} " + ngettext(
            "%(n)d draft is yours to finish.", "%(n)d drafts are yours to finish.", drafts
        ) % {"n": drafts}
    return f"{first} {_('Everything else is moving.')}" if counts["review"] > waits else first


def chips(counts, show, search) -> list[dict]:
    words = {"all": _("All"), "drafts": _("Drafts"), "review": _("In review"), "decided": _("Decided")}
    return [
        {"label": words[name], "count": counts[name], "url": f"?{query_of(name, search)}", "current": name == show}
        for name in words
    ]


def query_of(show: str, search: str) -> str:
    return urlencode({"show": show, **({"q": search} if search else {})})
