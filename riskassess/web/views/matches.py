from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import queries as registry
from partners.countries import country_name
from partners.models import Hit, Partner, name_of_party
from riskassess import workflow
from riskassess.assessments.queries import latest_version
from riskassess.audit.services import record_read
from riskassess.core.errors import DomainError
from riskassess.proposals.models import ParticipationContact
from riskassess.proposals.services import role_in
from riskassess.web.access import get_proposal_for
from riskassess.web.context import home_of
from riskassess.web.downloads import file_to_keep
from riskassess.web.forms.reviews import JudgementForm
from riskassess.web.people import uids_named, without_origin
from riskassess.web.views.moves import keep_refusal, status_of


def match(request, reference, uid):
    proposal = get_proposal_for(request.user, reference, "reviews.view_match")
    hit, case = _hit_of(proposal, uid), getattr(proposal, "case", None)
    may_judge = request.user.has_perm("reviews.judge", proposal)
    may_confirm = (
        hit.judgement is not None
        and hit.waits
        and hit.judgement.by != request.user
        and request.user.has_perm("reviews.confirm_judgement", proposal)
    )
    return judging(
        request,
        hit,
        may_judge=may_judge,
        may_confirm=may_confirm,
        after=case or proposal,
        said=_("The judgement is kept, and the case is assessed with it.") if case else _("The judgement is kept."),
        context={
            "proposal": proposal,
            "place": place_of(hit, proposal),
            "evidence_url": reverse("match_evidence", args=[reference, hit.uid]),
            "crumbs": [
                home_of(request.user, proposal),
                (reference, (case or proposal).get_absolute_url()),
                (_("Match"), ""),
            ],
        },
    )


def judging(request, hit: Hit, *, may_judge: bool, may_confirm: bool, after, said: str, context: dict):
    """The page of a match with its judgement, or the second person's yes, wherever it is opened from."""
    is_confirming = request.method == "POST" and "confirm" in request.POST
    if request.method == "POST" and not (may_confirm if is_confirming else may_judge):
        raise PermissionDenied
    given = (request.POST, request.FILES) if request.method == "POST" and not is_confirming else ()
    is_person = hit.screening.contact_id is not None
    form = JudgementForm(*given, of_person=is_person, of_whole=bool(hit.part_of))
    if is_confirming or (request.method == "POST" and form.is_valid()):
        try:
            if is_confirming:
                workflow.confirm_judgement(judgement=hit.judgement, actor=request.user)
            else:
                workflow.judge_hit(hit=hit, actor=request.user, **form.cleaned_data)
        except DomainError as fault:
            if is_confirming:
                messages.error(request, str(fault))
            else:
                keep_refusal(form, fault)
        else:
            messages.success(request, said)
            return redirect(after)
    return render(
        request,
        "cases/match.html",
        {
            "hit": hit,
            "partner": hit.screening.about,
            "is_person": is_person,
            "form": form,
            "may_judge": may_judge,
            "may_confirm": may_confirm,
            "sides": sides_of(hit),
            "features": weighed(hit.explanation.get("features", [])),
            **context,
        },
        status=status_of(form),
    )


def hits():
    """Matches with all that the page shows of one."""
    return Hit.objects.select_related(
        "screening__partner", "screening__contact", "edition__source", "entity", "judgement__by",
        "judgement__confirmed_by", "judgement__evidence_file",
    )  # fmt: skip


def _hit_of(proposal, uid) -> Hit:
    """A match of one of the partners in the newest version, of whoever owns it, or of somebody whom a version names
    there."""
    version = latest_version(proposal)
    if version is None:
        raise Http404
    partner_uids = [row["partner"] for row in version.content["partners"]]
    named = Q(screening__partner__uid__in=partner_uids) | Q(screening__partner__absorbed__uid__in=partner_uids)
    named |= Q(screening__contact__uid__in=uids_named(proposal))
    partners = Partner.objects.filter(Q(uid__in=partner_uids) | Q(absorbed__uid__in=partner_uids)).distinct()
    for owner in registry.owners_of(partners, timezone.localdate()):
        named |= Q(**{f"screening__{name_of_party(owner)}": owner})
    return get_object_or_404(hits().filter(named).distinct(), uid=uid)


def place_of(hit: Hit, proposal) -> str:
    """Where the person of a match is named, and with which part in the work; empty for a partner."""
    if not hit.screening.contact_id:
        return ""
    links = ParticipationContact.objects.filter(participation__proposal=proposal, contact=hit.screening.contact_id)
    link = links.select_related("participation__partner").first()
    if link is None and (share := hit.screening.contact.holdings.select_related("owned").first()):
        return _("who holds shares in %(partner)s") % {"partner": share.owned}
    if link is None:
        return _("named in an earlier version of %(reference)s") % {"reference": proposal.reference}
    place = _("named at %(partner)s") % {"partner": link.participation.partner}
    return f"{place} ({link.role})" if link.role else place


def match_evidence(request, reference, uid):
    proposal = get_proposal_for(request.user, reference, "reviews.view_match")
    return evidence(request, _hit_of(proposal, uid), role_in(request.user, proposal), reference)


def evidence(request, hit: Hit, role: str, reference: str = ""):
    """The file that a judgement rests on, as data to keep."""
    judgement = hit.judgement
    if judgement is None or judgement.evidence_file is None:
        raise Http404
    record_read(
        "judgement.evidence_read",
        actor_id=request.user.pk,
        role=role,
        subject=f"partners.Judgement:{judgement.uid}",
        reference=reference,
    )
    return file_to_keep(judgement.evidence_file)


def sides_of(hit: Hit) -> list[dict]:
    """Ours beside theirs, as it stood then."""
    seen = hit.explanation
    if hit.screening.contact_id:
        return _sides_of_person(hit)
    theirs = ", ".join(str(country_name(code)) for code in seen["listed_countries"])
    whole = hit.part_of[-1:]
    ours = [seen["partner_country"]] if not whole else seen["whole_countries"]
    return [
        {"label": _("Name"), "ours": whole[0] if whole else seen["partner"], "theirs": seen["listed"]},
        {
            "label": _("All names"),
            "ours": "; ".join(seen["whole_names"] if whole else hit.screening.names),
            "theirs": "; ".join(name for name, _kind in seen.get("listed_names", ())),
        },
        {"label": _("Country"), "ours": ", ".join(str(country_name(code)) for code in ours), "theirs": theirs},
        {"label": _("Kind"), "ours": hit.screening.partner.get_type_display(), "theirs": hit.entity.get_kind_display()},
        {"label": _("Programme"), "ours": "", "theirs": seen["programme"]},
        {"label": _("Listed on"), "ours": "", "theirs": _day_words(seen["listed_on"])},
        {"label": _("Reference"), "ours": hit.screening.partner.ror_id, "theirs": seen["reference"]},
        {"label": _("Remarks"), "ours": "", "theirs": hit.entity.remarks},
    ]


def _day_words(day: str | None) -> str:
    return formats.date_format(date.fromisoformat(day), "j M Y") if day else ""


def _sides_of_person(hit: Hit) -> list[dict]:
    """Neither side says where somebody comes from."""
    seen, contact = hit.explanation, hit.screening.contact
    ids = ", ".join(each.value for each in hit.entity.identifiers.all() if each.scheme == "orcid")
    years = ", ".join(map(str, seen["listed_birth_years"]))
    return [
        {"label": _("Name"), "ours": seen["partner"], "theirs": seen["listed"]},
        {"label": _("All names"), "ours": "", "theirs": "; ".join(name for name, _kind in seen["listed_names"])},
        {"label": _("ORCID iD"), "ours": contact.orcid, "theirs": ids},
        {"label": _("Year of birth"), "ours": contact.birth_year, "theirs": years},
        {"label": _("Programme"), "ours": "", "theirs": seen["programme"]},
        {"label": _("Listed on"), "ours": "", "theirs": _day_words(seen["listed_on"])},
        {"label": _("Reference"), "ours": "", "theirs": seen["reference"]},
        {"label": _("Remarks"), "ours": "", "theirs": without_origin(hit.entity.remarks)},
    ]


def weighed(features: list[dict]) -> list[dict]:
    """What speaks for and against, the weightiest first; what weighs nothing, or only rounds off, is left out."""
    found = []
    for feature in features:
        weight = feature["value"] * feature["weight"]
        if feature["name"] not in {"at_outset", "enough"} and abs(weight) >= 0.05:
            name = str(FEATURES.get(feature["name"], feature["name"]))
            found.append({"name": name, "why": feature["why"], "speaks_for": weight > 0, "weight": weight})
    return sorted(found, key=lambda each: -abs(each["weight"]))


FEATURES = {
    "identifier": gettext_lazy("An identifier is the same"),
    "acronym": gettext_lazy("The acronym is the same"),
    "equal": gettext_lazy("The names are equal"),
    "words": gettext_lazy("Words"),
    "covered": gettext_lazy("How much of the name is found"),
    "own_words": gettext_lazy("Words of its own"),
    "rare_words": gettext_lazy("Rare words"),
    "only_asked_for": gettext_lazy("Words only in the name asked for"),
    "only_listed": gettext_lazy("Words only in the listed name"),
    "last_word": gettext_lazy("The end of the name"),
    "known_word_differs": gettext_lazy("A known word differs"),
    "letters": gettext_lazy("Letters"),
    "telling": gettext_lazy("How much the words tell"),
    "contradiction": gettext_lazy("Words that contradict each other"),
    "left_out_of_much": gettext_lazy("Words left out"),
    "left_out_of_little": gettext_lazy("Words left out of a short name"),
    "slips": gettext_lazy("Slips of spelling"),
    "kinds": gettext_lazy("Kind of organisation in the name"),  # this and the next two: of an older scorer
    "usual_words_only": gettext_lazy("Only usual words agree"),
    "one_word_left": gettext_lazy("Only one word is left to compare"),
    "numbers": gettext_lazy("Numbers in the name"),
    "order": gettext_lazy("Order of the words"),
    "known_words_differ": gettext_lazy("Well-known words differ"),
    "initials": gettext_lazy("Initials"),
    "weak_name": gettext_lazy("A weak alias"),
    "former_name": gettext_lazy("A former name"),
    "country": gettext_lazy("Country"),
    "birth_year": gettext_lazy("Year of birth"),
    "kind": gettext_lazy("Organisation or person"),
}
