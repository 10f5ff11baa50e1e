from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from riskassess.accounts.calendar import the_calendar
from riskassess.accounts.roles import Role
from riskassess.proposals.models import CoInvestigator
from riskassess.proposals.states import State
from riskassess.reviews.queries import stuck_submissions, visible_proposals
from riskassess.web.context import Site
from riskassess.web.forms.finding import VIEW_WORDS, ProposalFilter, view_of
from riskassess.web.proposal_rows import WAITING, consents_of, followed_up, row_of, turns_of, with_rows

PAGE_SIZE = 50
MOST_TURNS = 3


def home(request):
    """The researcher's own page; staff without proposals are sent to their desk or to the audit log."""
    own = followed_up(own_proposals(request.user))
    counts = own.aggregate(
        **{name: Count("pk", filter=view_of(name), distinct=True) for name in (*VIEW_WORDS, *WAITING)}
    )
    if not request.user.has_role(Role.RESEARCHER) and not counts["all"]:
        places = [item["url"] for item in Site(request).nav if item["url"] != request.path]
        return redirect(places[0] if places else "account")
    show = request.GET.get("show") if request.GET.get("show") in VIEW_WORDS else "all"
    found = ProposalFilter(request.GET, queryset=with_rows(own.filter(view_of(show))), request=request)
    page = Paginator(found.rows, PAGE_SIZE).get_page(request.GET.get("page"))
    calendar = the_calendar()
    is_waiting = any(proposal.state == State.SUBMITTED for proposal in page)
    stuck = stuck_submissions(own) if is_waiting else {}
    consents = consents_of(request.user)
    turns = [*consents, *turns_of(own, MOST_TURNS)][:MOST_TURNS]
    waits = len(consents) + sum(counts[name] for name in WAITING)
    return render(
        request,
        "home/home.html",
        {
            "greeting": greeting(request.user.first_name),
            "sentence": sentence(counts, waits),
            "turns": turns,
            "more_turns": waits - len(turns),
            "rows": [row_of(proposal, request.user, stuck, calendar) for proposal in page],
            "page": page,
            "chips": chips(counts, show, request.GET),
            "show": show,
            "form": found.form,
            "is_narrowed": found.is_used,
            "is_empty": not counts["all"],
            "query": query_of(request.GET, show=show),
            "may_create": request.user.has_perm("proposals.create"),
        },
    )


def own_proposals(user):
    """What this person leads or takes part in; drafts of others only where they were invited."""
    taken = CoInvestigator.objects.filter(proposal=OuterRef("pk"), user=user)
    return visible_proposals(user).filter(Q(owner=user) | Exists(taken))


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


def sentence(counts, waits: int) -> str:
    """One sentence that counts what waits."""
    drafts = counts["drafts"]
    if not counts["all"] and not waits:
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
    return f"{first} {_('Everything else is moving.')}" if counts["review"] > counts["waiting"] else first


ALWAYS = {"all", "drafts", "review", "decided"}


def chips(counts, show: str, given) -> list[dict]:
    """The views that hold something, and the four that everybody knows; each keeps the search."""
    return [
        {"label": words, "count": counts[name], "url": f"?{query_of(given, show=name)}", "current": name == show}
        for name, words in VIEW_WORDS.items()
        if counts[name] or name in ALWAYS or name == show
    ]


def query_of(given, *, show: str) -> str:
    """The address of this view with the search as it is, without the page of the list."""
    kept = given.copy()
    kept.pop("page", None)
    kept["show"] = show
    for name in [name for name in kept if not kept[name]]:
        del kept[name]
    return kept.urlencode()
