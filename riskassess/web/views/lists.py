from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from partners import queries as registry
from partners.models import FactChange, Ownership
from partners.queries.listed import find_listed, named_as
from riskassess import workflow
from riskassess.assessments.law import law_changes
from riskassess.assessments.models import LawChange
from riskassess.core.errors import DomainError
from riskassess.proposals.models import ParticipationContact, Proposal
from riskassess.reviews.changed import OPEN, Changed, changed_facts
from riskassess.reviews.queries import visible_proposals
from riskassess.web.access import get_proposal_for
from riskassess.web.forms.lists import SearchForm
from riskassess.web.list_words import tabs
from riskassess.web.views.matches import weighed

HITS = {
    "confirmed": _("on a list, as a person confirmed"),
    "possible": _("possible match"),
    "not_screened": _("not compared yet"),
    "cleared": _("match judged to be somebody else"),
    "none": _("no match"),
    "no_value": _("nothing recorded"),
}
FACTS = {
    "sanction_hit": _("Sanctions lists"),
    "legal_list": _("Legal lists without asset freeze"),
    "defence_link": _("Lists of concern"),
    "owner_hit": _("Lists, of whoever owns more than half"),
}
COUNTRY_FACTS = {
    "measures": _("Restrictive measures in force"),
    "afi_band": _("Academic Freedom Index, band"),
    "rule_of_law": _("Rule of law, percentile rank"),
    "eu_eea": _("Member of the European Union or the EEA"),
    "eu_or_eu001": _("Member of the European Union or destination of EU001"),
    "gdpr_adequate": _("Data protection: inside the EEA, or an adequacy decision"),
}
COUNTRY_VALUES = {
    "yes": _("yes"),
    "no": _("no"),
    "high": _("high, rank 50 or more"),
    "middle": _("middle, rank 25 to 50"),
    "low": _("low, rank below 25"),
    "no_value": _("no value"),
}
OTHER_LISTS = {
    "eu": _("on a list of the European Union"),
    "other": _("on a list of another authority"),
    "listed": _("listed"),
}


def search(request):
    """Compare any name with the lists in force; nothing of it is stored."""
    form = SearchForm(request.GET if "name" in request.GET else None)
    editions = registry.editions_in_force()
    matches = None
    if form.is_valid() and editions:
        given = form.cleaned_data
        who = named_as(given["name"], given["country"], given["kind"], given["birth_year"])
        matches = [{"match": match, "features": weighed(match.features)} for match in find_listed(who, editions)]
    return render(
        request,
        "lists/search.html",
        {"form": form, "editions": editions, "matches": matches, "tabs": tabs("list_search", request.user)},
    )


def changes(request):
    found = changed_facts(visible_proposals(request.user))
    match_urls = open_match_urls(found)
    rows = [
        {
            "changed": each,
            "fact": {**FACTS, **COUNTRY_FACTS}.get(each.change.fact, each.change.fact),
            "before": said(each.change.fact, each.change.before),
            "after": said(each.change.fact, each.change.after),
            "match_url": match_urls.get(each.change.contact_id, ""),
        }
        for each in found
    ]
    laws = [law_row(change) for change in law_changes(visible_proposals(request.user))]
    return render(request, "lists/changes.html", {"rows": rows, "laws": laws, "waiting": waiting_rows(request.user)})


def waiting_rows(user) -> list[dict]:
    """Cleared matches that wait for a second person, each with the page on which it is confirmed; people only where
    this person sees a case that names them, or a partner that they own."""
    hits = registry.waiting_hits()
    people = [hit.party.pk for hit in hits if hit.screening.contact_id]
    named = ParticipationContact.objects.filter(
        contact__in=people, participation__proposal__in=visible_proposals(user)
    ).values_list("contact", "participation__proposal__reference")
    references = dict(named.order_by("-participation__proposal__reference"))
    owned = dict(Ownership.objects.filter(person__in=people).values_list("person", "owned__uid"))
    rows = []
    for hit in hits:
        pk = hit.screening.contact_id
        if not pk:
            url = reverse("partner_match", args=[hit.party.uid, hit.uid])
        elif pk in references:
            url = reverse("match", args=[references[pk], hit.uid])
        elif pk in owned:
            url = reverse("partner_match", args=[owned[pk], hit.uid])
        else:
            continue
        rows.append({"hit": hit, "url": url, "is_own": hit.judgement.by_id == user.pk})
    return rows


HOW = {
    "new": _("is new"),
    "possible": _("may apply now"),
    "gone": _("no longer applies"),
    "changed": _("says something else"),
}


def law_row(change: LawChange) -> dict:
    """A change of law with the difference it makes to one proposal, in words."""
    proposal = change.record.proposal
    is_open = proposal.state in OPEN
    return {
        "change": change,
        "proposal": proposal,
        "why": _("release %(release)s") % {"release": change.cause}
        if change.kind == LawChange.Kind.RELEASE
        else _("a day that came or passed"),
        "rules": [{"title": title, "how": HOW[how]} for _rule, title, how in change.rules],
        "before": {end: change.before[end] for end in ("lower", "upper")},
        "after": {end: change.after[end] for end in ("lower", "upper")},
        "is_open": is_open,
        "assesses": is_open and change.kind == LawChange.Kind.DATES,
    }


def said(fact: str, value):
    """The value of a fact in words."""
    if fact in FACTS:
        return {**HITS, **OTHER_LISTS, "no_value": _("no value")}.get(value, value)
    if isinstance(value, list):
        return ", ".join(str(registry.MEASURES.get(each, each)) for each in value) or _("none")
    return COUNTRY_VALUES.get(value, value)


def open_match_urls(found: list[Changed]) -> dict[int, str]:
    """Of each person whose facts changed, the page of a match that waits for somebody; a partner has its own page."""
    named = {each.change.contact: (*each.open, *each.approved)[0].reference for each in found if each.change.contact}
    screenings = registry.latest_screenings(named) if named else {}
    urls = {}
    for contact, reference in named.items():
        hits = screenings[contact].hits.all() if contact in screenings else ()
        if waiting := next((hit for hit in hits if hit.is_open), None):
            urls[contact.pk] = reverse("match", args=[reference, waiting.uid])
    return urls


@require_POST
def change_handle(request, uid):
    change = get_object_or_404(FactChange.objects.select_related("partner", "contact"), uid=uid)
    try:
        handled = workflow.handle_change(change=change, actor=request.user)
    except DomainError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, " ".join(_handled_words(handled)) or _("Noted."))
    return redirect("changes")


@require_POST
def law_change_handle(request, uid):
    change = get_object_or_404(LawChange.objects.select_related("record__proposal"), uid=uid)
    change.record.proposal = get_proposal_for(request.user, change.record.proposal.reference, "reviews.read_changes")
    try:
        record = workflow.handle_law_change(change=change, actor=request.user)
    except DomainError as fault:
        messages.error(request, str(fault))
    else:
        named = {"names": change.record.proposal.reference}
        messages.success(request, _("Assessed again: %(names)s.") % named if record else _("Noted."))
    return redirect("changes")


def _handled_words(handled: workflow.Handled) -> list[str]:
    said = []
    if handled.assessed:
        said.append(_("Assessed again: %(names)s.") % {"names": _references(handled.assessed)})
    if handled.waiting:
        sentence = _("Being compared with the newest lists, and assessed again after that: %(names)s.")
        said.append(sentence % {"names": _references(handled.waiting)})
    return said


def _references(proposals: list[Proposal]) -> str:
    return ", ".join(proposal.reference for proposal in proposals)
