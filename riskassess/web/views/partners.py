"""The registry: who the partners are, and what an officer changes about them."""

from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.db.models import Q, prefetch_related_objects
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from partners import queries as registry
from partners import services
from partners.models import Ownership, Parentage, Partner, Party
from partners.queries.due import next_try
from partners.queries.facts import owner_hits_in
from partners.queries.listed import named_loaded
from partners.queries.owners import Shares, node_of, parties_in, shares_above
from riskassess.audit.log import subject_of
from riskassess.audit.queries import events_of
from riskassess.core.errors import DomainError
from riskassess.proposals.models import Participation
from riskassess.reviews.queries import visible_proposals
from riskassess.web import partner_words as words
from riskassess.web.forms import partners as forms
from riskassess.web.history import actor_of
from riskassess.web.registry_scope import partners_open_to
from riskassess.web.views.moves import keep_refusal, status_of

PAGE_SIZE = 50
MOST_EVENTS = 30
MOST_PROPOSALS = 50


def partners(request):
    form = forms.FindForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    found = registry.registered(asked.get("q", ""), asked.get("country", ""), asked.get("type", ""))
    found = found.filter(pk__in=partners_open_to(request.user).values("pk"))
    page = Paginator(found.prefetch_related("aliases", "identifiers"), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"partner": partner} for partner in page]
    if sees_screening := request.user.has_perm("partners.see_screening"):
        said = registry.sanction_hits(page.object_list)
        for row in rows:
            row["tone"], row["words"] = words.STANDINGS[said[row["partner"]]]
    query = urlencode({name: value for name, value in asked.items() if value})
    return render(
        request,
        "partners/partners.html",
        {
            "form": form,
            "page": page,
            "rows": rows,
            "is_asked": bool(query),
            "query": f"{query}&" if query else "",
            "sees_screening": sees_screening,
        },
    )


def partner(request, uid):
    found = get_object_or_404(partners_open_to(request.user).select_related("merged_into"), uid=uid)
    if found.merged_into and request.method == "GET":
        messages.info(request, _("%(name)s was merged into this record.") % {"name": found.name})
        return redirect(found.merged_into)
    action = request.POST.get("do", "") if request.method == "POST" else ""
    opened = {
        name: kind(request.POST, prefix=name) if name == action else kind(prefix=name) for name, kind in FORMS.items()
    }
    if action != "edit":
        opened["edit"] = forms.PartnerEditForm(initial=forms.PartnerEditForm.of(found), prefix="edit")
    if action.startswith("settle-owner:"):
        opened[action] = forms.SettleForm(request.POST, prefix=action)
    if action:
        form = opened.get(action)
        try:
            if (form is None or form.is_valid()) and change(found, action, form, request):
                return redirect(found)
        except DomainError as fault:
            if form is None:
                messages.error(request, str(fault))
                return redirect(found)
            keep_refusal(form, fault)
        found.refresh_from_db()
    bound = [form for form in opened.values() if form.is_bound]
    then = forms.AsOfForm(request.GET if "as_of" in request.GET else None)
    day = then.cleaned_data["as_of"] if then.is_valid() else None
    context = page_of(request, found, day) | {
        "then": then,
        "day": day,
        "forms": opened,
        "opened": action,
        "faulty": bound[0] if bound else None,
    }
    context["unsettled"] = unsettled(context["tree"], opened)
    return render(request, "partners/partner.html", context, status=status_of(*bound))


FORMS = {
    "edit": forms.PartnerEditForm,
    "name": forms.NameForm,
    "identifier": forms.IdentifierForm,
    "owner": forms.OwnerForm,
    "parent": forms.ParentForm,
}


def change(partner: Partner, action: str, form, request) -> bool:
    """Make one change and say so."""
    actor, given = request.user, form.cleaned_data if form else {}
    if action == "edit":
        services.edit_partner(partner=partner, actor=actor, **given)
    elif action == "name":
        services.add_alias(partner=partner, actor=actor, **given)
    elif action == "identifier" and given["scheme"] == "ror":
        services.set_ror_id(partner=partner, ror_id=given["value"], actor=actor)
    elif action == "identifier":
        services.add_identifier(partner=partner, actor=actor, **given)
    elif action == "owner":
        services.add_owner(owned=partner, actor=actor, **given)
    elif action.startswith("settle-owner:"):
        services.settle_owner(share=one_of(partner.owners, action.partition(":")[2]), actor=actor, **given)
    elif action == "parent":
        services.add_parent(child=partner, actor=actor, **given)
    elif action == "screen":
        services.screen_anew(partner, actor)
        messages.success(request, _("%(name)s is being compared with the lists.") % {"name": partner.name})
        return True
    elif action == "no-ror":
        services.set_ror_id(partner=partner, ror_id="", actor=actor)
    else:
        remove(partner, action, actor)
    messages.success(request, _("Saved."))
    return True


def remove(partner: Partner, action: str, actor) -> None:
    """Actions of the form `drop-name:uid`; a row of another partner is not found."""
    kind, _colon, uid = action.partition(":")
    if kind == "drop-name":
        services.remove_alias(alias=one_of(partner.aliases, uid), actor=actor)
    elif kind == "drop-identifier":
        services.remove_identifier(identifier=one_of(partner.identifiers, uid), actor=actor)
    elif kind == "end-owner":
        share = one_of(partner.owners, uid)
        services.end_ownership(share=share, until=timezone.localdate(), actor=actor)
    elif kind == "drop-owner":
        services.remove_owner(share=one_of(partner.owners, uid), actor=actor)
    elif kind == "drop-parent":
        services.remove_parent(parentage=one_of(partner.parentages, uid), actor=actor)
    else:
        raise DomainError(_("This page knows no such step. Nothing was changed."))


def one_of(rows, uid: str):
    """A row of this partner, or a sentence."""
    try:
        return rows.get(uid=UUID(uid))
    except (ValueError, ObjectDoesNotExist):
        raise DomainError(_("Somebody took this away meanwhile. Nothing else was changed.")) from None


def ror_of(partner: Partner) -> dict | None:
    """What ROR says of the organisation, where its record is held here."""
    standing = registry.standing_of(partner.ror_id) if partner.ror_id else None
    if standing is None or standing.given is None:
        return None
    return {"standing": standing, "tree": registry.ror_tree(standing.given)}


def unsettled(tree: list[dict], opened: dict) -> list[dict]:
    """A form for each owner of whom only a name is known, or nothing any more."""
    rows = []
    for share in (row["share"] for row in tree if not row["level"] and not row["share"].party):
        key = f"settle-owner:{share.uid}"
        form = opened.get(key) or forms.SettleForm(initial=forms.SettleForm.of(share), prefix=key)
        rows.append({"key": key, "name": share.who, "form": form})
    return rows


def page_of(request, partner: Partner, day: date | None = None) -> dict:
    """With a past day: its owners, what the lists said and its country's facts as they were then, and nothing to
    change."""
    today, user, at = day or timezone.localdate(), request.user, registry.end_of(day) if day else None
    sees_screening = user.has_perm("partners.see_screening")
    around = Ownership.objects.filter(Q(owned=partner) | Q(owner=partner)).select_related("owner", "owned", "person")
    held = [share for share in around if share.owned_id == partner.pk]
    shares = shares_above([partner], today, [share for share in held if share.is_held(today)])
    proposals = (
        Participation.objects.filter(partner=partner, proposal__in=visible_proposals(user))
        .select_related("proposal__owner")
        .order_by("-proposal__created_at")[:MOST_PROPOSALS]
    )
    parts = Parentage.objects.filter(Q(child=partner) | Q(parent=partner)).select_related("child", "parent")
    context = {
        "partner": partner,
        "ror": ror_of(partner),
        "crumbs": [(_("Partners"), reverse("partners")), (partner.name, "")],
        "names": partner.aliases.all(),
        "identifiers": partner.identifiers.all(),
        "tree": words.owner_tree(shares, partner, sees_people=sees_screening, seen=frozenset({partner.pk})),
        "owners": [
            words.owner_words(owner, sees_people=sees_screening) for owner in registry.owners_over_half(partner, shares)
        ],
        "ended": [
            {"share": share, "who": words.name_of(share, sees_people=sees_screening)}
            for share in held
            if share.until and share.until <= today
        ],
        "holdings": [share for share in around if share.owner_id == partner.pk],
        "parentages": [row for row in parts if row.child_id == partner.pk],
        "parts": [row for row in parts if row.parent_id == partner.pk],
        "facts": registry.fact_sources(partner.country, today),
        "proposals": proposals,
        "merges": partner.merges.filter(undone_at__isnull=True).select_related("merged", "by"),
        "may_edit": day is None and user.has_perm("partners.edit"),
        "sees_screening": sees_screening,
        "has_owner": bool(shares.of.get(node_of(partner))),
    }
    if sees_screening:
        parties = list(dict.fromkeys([partner, *parties_in(shares)]))
        of_partners = [party for party in parties if isinstance(party, Partner)]
        prefetch_related_objects(of_partners, "aliases", "identifiers")
        context |= {"names": partner.aliases.all(), "identifiers": partner.identifiers.all()}
        standings = registry.screening_standings(parties, at, named_loaded(of_partners))
        words.with_lists(context["tree"], standings, partner)
        context |= lists_of(partner, standings[partner], day) | {
            "owner_hit": words.owner_hit_words(owner_hits_of(partner, shares, standings, at)),
            "history": [
                words.history_row(event, actor_of(event, user))
                for event in events_of(subject_of(partner))[:MOST_EVENTS]
            ],
        }
    return context


def owner_hits_of(
    partner: Partner, shares: Shares, standings: dict[Party, registry.Standing], at: datetime | None
) -> registry.OwnerHit:
    said = {party: standing.facts["sanction_hit"] for party, standing in standings.items()}
    return owner_hits_in(shares, [partner], said, at)[partner.pk]


def lists_of(partner: Partner, standing: registry.Standing, day: date | None) -> dict:
    """What the lists say of the partner itself."""
    screening = standing.screening
    tone, said = words.STANDINGS[standing.facts["sanction_hit"]]
    return {
        "not_current": standing.why if screening and not standing.is_current else "",
        "next_try": next_try(partner) if screening and not standing.is_current and day is None else None,
        "screening": screening,
        "tone": tone,
        "said": said,
        "hits": sorted(screening.hits.all(), key=lambda hit: not hit.is_open) if screening else [],
    }
