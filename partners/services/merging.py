"""Two records of one organisation become one, and two again where that was wrong."""

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from partners import queries
from partners.changes import note_owner_hits
from partners.models import Alias, FactChange, Identifier, Ownership, Parentage, Partner, PartnerMerge
from partners.queries.owners import current_shares, percent_words
from partners.services.recording import record_event
from partners.services.screenings import screen_anew
from riskassess.accounts.models import User
from riskassess.audit.log import story
from riskassess.core.errors import Conflict, DomainError

# What goes over, by the name under which a merge remembers it. Screenings and judgements stay with the record that
# they are about; the kept one is compared anew under all names.
ROWS = {
    "aliases": (Alias, "partner"),
    "identifiers": (Identifier, "partner"),
    "owners": (Ownership, "owned"),
    "holdings": (Ownership, "owner"),
    "parentages": (Parentage, "child"),
    "parts": (Parentage, "parent"),
    "changes": (FactChange, "partner"),
    "absorbed": (Partner, "merged_into"),
}
FIELDS = ("ror_id", "type", "city", "website")  # taken over where the kept record has none


@story()
def merge_partners(
    *, kept: Partner, merged: Partner, reason: str, actor: User, pointers: dict[str, list[int]] | None = None
) -> PartnerMerge:
    """Everything of `merged` goes to `kept`; the record itself stays and leads there. `pointers` are the keys of
    rows of later chapters that were moved with it, kept for the undoing."""
    reason = (reason or "").strip()
    if not reason:
        raise DomainError(_("Say how you know that they are one. The reason is kept."), field="reason")
    kept, merged = _locked(kept, merged)
    _guard_mergeable(kept, merged)
    today = timezone.localdate()
    touched = {p.pk: p for p in (kept, *queries.owned_below(kept, today), *queries.owned_below(merged, today))}.values()
    before = queries.owner_hits(touched, today)
    fields = {"kept": _fields(kept), "merged": _fields(merged)}
    rows = {name: _move(name, merged, kept) for name in ROWS}
    Partner.objects.filter(pk=merged.pk).update(merged_into=kept, ror_id="", updated_at=timezone.now())
    joined = {name: fields["kept"][name] or fields["merged"][name] for name in FIELDS}
    Partner.objects.filter(pk=kept.pk).update(**joined, updated_at=timezone.now())
    given = {"normalised": merged.normalised, "kind": Alias.Kind.ALIAS}
    alias, is_new = Alias.objects.get_or_create(partner=kept, name=merged.name, defaults=given)
    kept.refresh_from_db()
    merge = PartnerMerge.objects.create(
        kept=kept,
        merged=merged,
        reason=reason,
        by=actor,
        moved={
            "rows": rows,
            "name": alias.pk if is_new else None,
            "fields": {**fields, "after": _fields(kept)},
            "pointers": pointers or {},
        },
    )
    note_owner_hits(before, queries.owner_hits(touched, today), f"merge {merge.uid}")
    content = {"merged": merged.name, "reason": reason, "record": str(merged.uid), "rows": _counts(rows)}
    record_event("partner.merged", kept, actor, after=content)
    record_event("partner.merged", merged, actor, after={**content, "into": str(kept.uid)})
    screen_anew(kept, actor)
    return merge


@story()
def undo_merge(*, merge: PartnerMerge, actor: User) -> PartnerMerge:
    """Both records are as they were, but for what was added to the kept one since. Refused where something that went
    over is no longer as it came."""
    kept, merged = _locked(merge.kept, merge.merged)
    if reason := why_not_undo(merge):
        raise Conflict(reason)
    moved, today = merge.moved, timezone.localdate()
    touched = {p.pk: p for p in (kept, *queries.owned_below(kept, today))}.values()
    before = queries.owner_hits(touched, today)
    if moved["name"]:
        Alias.objects.filter(pk=moved["name"]).delete()
    for name, keys in moved["rows"].items():
        model, field = ROWS[name]
        model.objects.filter(pk__in=keys).update(**{field: merged})
    Partner.objects.filter(pk=kept.pk).update(**moved["fields"]["kept"], updated_at=timezone.now())
    Partner.objects.filter(pk=merged.pk).update(
        merged_into=None, **moved["fields"]["merged"], updated_at=timezone.now()
    )
    PartnerMerge.objects.filter(pk=merge.pk).update(undone_at=timezone.now(), undone_by=actor)
    merge.refresh_from_db()
    note_owner_hits(before, queries.owner_hits(touched, today), f"merge {merge.uid} undone")
    for partner in (kept, merged):
        record_event("partner.unmerged", partner, actor, before={"merged": merged.name, "record": str(merged.uid)})
        screen_anew(partner, actor)
    return merge


def why_not_undo(merge: PartnerMerge) -> str:
    """Empty where the merge can be undone."""
    kept = Partner.objects.get(pk=merge.kept_id)
    if merge.undone_at:
        return _("This merge is undone already.")
    if kept.merged_into_id:
        return _("%(name)s was itself merged into another record since. Undo that first.") % {"name": kept.name}
    if PartnerMerge.objects.filter(kept=kept, undone_at__isnull=True, pk__gt=merge.pk).exists():
        return _("Another record was merged into this one since. Undo the newest merge first.")
    if _fields(kept) != merge.moved["fields"]["after"]:
        return _("ROR id, type, city or website were corrected since, so nobody can tell whose they are.")
    if merge.moved["name"] and not Alias.objects.filter(pk=merge.moved["name"], partner=kept).exists():
        return _("The name that came with the merge was taken away since.")
    for name, keys in merge.moved["rows"].items():
        model, field = ROWS[name]
        if model.objects.filter(pk__in=keys, **{field: kept}).count() != len(keys):
            return _("Names, identifiers or owners that came with the merge were taken away since.")
    return ""


def _locked(*partners: Partner) -> list[Partner]:
    rows = {row.pk: row for row in Partner.objects.select_for_update().filter(pk__in=[p.pk for p in partners])}
    return [rows[partner.pk] for partner in partners]


def _guard_mergeable(kept: Partner, merged: Partner) -> None:
    names = {"kept": kept.name, "merged": merged.name}
    if kept.pk == merged.pk:
        raise DomainError(_("This is the same record. Choose another one."), field="other")
    if kept.merged_into_id or merged.merged_into_id:
        raise Conflict(_("One of the two was merged into another record meanwhile. Look at it again."))
    if kept.ror_id and merged.ror_id:
        words = _("%(kept)s and %(merged)s have different ROR ids, so they are two organisations. Correct an id first.")
        raise DomainError(words % names, field="other")
    if kept.country != merged.country:
        words = _("%(kept)s and %(merged)s stand in different countries. Correct one of them first.")
        raise DomainError(words % names, field="other")
    pair = (kept.pk, merged.pk)
    is_owned = Ownership.objects.filter(owner__in=pair, owned__in=pair).exists()
    if is_owned or Parentage.objects.filter(parent__in=pair, child__in=pair).exists():
        words = _("One of them owns the other or is a part of it, so they are two. Take that away first.")
        raise DomainError(words, field="other")
    held = sum((share.percent for share in current_shares(timezone.localdate()).filter(owned__in=pair)), Decimal(0))
    if held > 100:
        words = _("Together %(sum)s %% would be owned. Take away or end the shares that stand in both records first.")
        raise DomainError(words % {"sum": percent_words(held)}, field="other")


def _move(name: str, merged: Partner, kept: Partner) -> list[int]:
    """The keys of the rows that went over. What the kept record has already stays where it is."""
    model, field = ROWS[name]
    rows = model.objects.filter(**{field: merged})
    if name == "aliases":
        rows = rows.exclude(name__in=[kept.name, *kept.aliases.values_list("name", flat=True)])
    elif name == "parentages":
        rows = rows.exclude(parent__in=kept.parentages.values("parent"))
    elif name == "parts":
        rows = rows.exclude(child__in=kept.parts.values("child"))
    elif name == "changes":
        rows = rows.filter(handled_at__isnull=True)
    keys = sorted(rows.values_list("pk", flat=True))
    model.objects.filter(pk__in=keys).update(**{field: kept})
    return keys


def _fields(partner: Partner) -> dict[str, str]:
    return {name: getattr(partner, name) for name in FIELDS}


def _counts(rows: dict[str, list[int]]) -> dict[str, int]:
    return {name: len(keys) for name, keys in rows.items() if keys}
