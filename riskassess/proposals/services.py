from contextlib import suppress
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Partner
from riskassess.accounts.models import Unit, User
from riskassess.audit.log import record
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.models import (
    Funder,
    Participation,
    Proposal,
    ReferenceCounter,
    TechnologyItem,
    Visit,
)
from riskassess.proposals.states import MOVES, State

FIELDS = ("title", "summary", "kinds", "starts", "ends")
FIRST_YEAR, LAST_YEAR = 1900, 2199
MOST_ROWS = 30


@transaction.atomic
def move(*, proposal: Proposal, name: str, actor: User | None, to: State | None = None, reason: str = "") -> Proposal:
    """Take one step of MOVES by compare-and-set; the loser of a race gets a Conflict and nothing has changed."""
    step = MOVES[name]
    target = to or step.target
    if target not in step.targets:
        raise DomainError(_("This step cannot lead there."))
    source = proposal.state
    if source not in step.sources:
        raise Conflict(
            _("%(reference)s is %(state)s now, so this step is not open. Reload the page to see where it stands.")
            % {"reference": proposal.reference, "state": State(source).label}
        )
    changed = Proposal.objects.filter(pk=proposal.pk, state=source, revision=proposal.revision).update(
        state=target, revision=F("revision") + 1, updated_at=timezone.now()
    )
    if not changed:
        raise Conflict(
            _("Somebody changed %(reference)s at the same time. Nothing was done; reload the page and look again.")
            % {"reference": proposal.reference}
        )
    proposal.state, proposal.revision = target, proposal.revision + 1
    record(
        f"proposal.{name}",
        subject=proposal,
        actor_id=actor.pk if actor else None,
        role=role_in(actor, proposal),
        actor_name=actor.name if actor else "",
        reference=proposal.reference,
        before={"state": str(source)},
        after={"state": str(target), **({"reason": reason} if reason else {})},
    )
    return proposal


def role_in(actor: User | None, proposal: Proposal) -> str:
    """The part in which somebody acts on this proposal, for the record."""
    if actor is None:
        return "system"
    if proposal.owner_id == actor.pk:
        return "researcher"
    if any(co.user_id == actor.pk for co in proposal.coinvestigators.all()):
        return "coinvestigator"
    return actor.role_now


@transaction.atomic
def create_proposal(*, owner: User, title: str, unit: Unit, summary: str = "", opened: UUID | None = None) -> Proposal:
    """Open a draft and give it the next reference of the year.

    `opened` names the form: the same form sent again gives the draft that it opened, so long as there is one.
    """
    if not title.strip():
        raise DomainError(_("Give the collaboration a title; you can change it later."), field="title")
    year = timezone.localdate().year
    ReferenceCounter.objects.get_or_create(year=year)
    ReferenceCounter.objects.select_for_update().get(year=year)  # from here on one at a time
    if opened and (present := Proposal.objects.filter(owner=owner, opened=opened).first()):
        return present
    ReferenceCounter.objects.filter(year=year).update(last=F("last") + 1)
    number = ReferenceCounter.objects.get(year=year).last
    proposal = Proposal.objects.create(
        reference=f"RA-{year}-{number:04d}",
        institution_id=unit.institution_id,
        unit=unit,
        owner=owner,
        title=title.strip(),
        summary=summary,
        opened=opened,
    )
    record(
        "proposal.created",
        subject=proposal,
        actor_id=owner.pk,
        role="researcher",
        actor_name=owner.name,
        reference=proposal.reference,
        after={"unit": str(unit.uid)},
    )
    return proposal


def guard_editable(proposal: Proposal) -> None:
    """Lock the row and refuse unless it may still be written; call inside a transaction."""
    state = Proposal.objects.select_for_update().values_list("state", flat=True).get(pk=proposal.pk)
    if state not in MOVES["submit"].sources:
        raise Conflict(
            _("%(reference)s is %(state)s, so it can no longer be changed here. What you typed is shown below.")
            % {"reference": proposal.reference, "state": State(state).label}
        )


@transaction.atomic
def describe(
    *,
    proposal: Proposal,
    actor: User,
    title: str,
    summary: str,
    kinds: list[str],
    unit: Unit,
    starts: date | None = None,
    ends: date | None = None,
) -> Proposal:
    """Write the collaboration's own fields."""
    guard_editable(proposal)
    if starts and ends and ends < starts:
        raise DomainError(_("The end lies before the start. Choose a later end."), field="ends")
    for name, day in (("starts", starts), ("ends", ends)):
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise DomainError(_("The year cannot be right. Write it in four digits, such as 2027-01-15."), field=name)
    new = {"title": title.strip(), "summary": summary, "kinds": list(kinds), "starts": starts, "ends": ends}
    changed = [name for name in FIELDS if getattr(proposal, name) != new[name]]
    if proposal.unit_id != unit.pk:
        changed.append("unit")
    for name, value in new.items():
        setattr(proposal, name, value)
    proposal.unit = unit
    if changed:
        proposal.save(update_fields=[*FIELDS, "unit", "updated_at"])
        _record_edit(proposal, actor, "proposal.described", {"fields": sorted(changed)})
    return proposal


@transaction.atomic
def set_partners(*, proposal: Proposal, actor: User, rows: list[tuple[Partner, str]]) -> list[Participation]:
    """Make these the partners, in this order; a partner that stays keeps its row and so its answers."""
    guard_editable(proposal)
    if len({partner.pk for partner, _role in rows}) < len(rows):
        raise DomainError(_("The same organisation stands twice. Remove one of the rows."), field="partners")
    guard_count(rows, "partners")
    kept = {row.partner_id: row for row in proposal.participations.all()}
    before = [(row.partner_id, row.role) for row in kept.values()]
    for partner_id in kept.keys() - {partner.pk for partner, _role in rows}:
        kept.pop(partner_id).delete()
    result = []
    for position, (partner, role) in enumerate(rows):
        row = kept.get(partner.pk) or Participation(proposal=proposal, partner=partner)
        row.role, row.position = role, position
        row.save()
        result.append(row)
    if before != [(partner.pk, role) for partner, role in rows]:
        _record_edit(proposal, actor, "proposal.partners_set", {"partners": [str(p.uid) for p, _role in rows]})
    return result


@transaction.atomic
def repoint_partner(*, old: Partner, new: Partner, only: list[int] | None = None) -> list[int]:
    """Have proposals take part with `new` where they did with `old`, with the answers that were given; the keys of the
    rows. A proposal that names both keeps both."""
    rows = Participation.objects.filter(partner=old)
    if only is not None:
        rows = rows.filter(pk__in=only)
    keys = sorted(rows.exclude(proposal__participations__partner=new).values_list("pk", flat=True))
    Participation.objects.filter(pk__in=keys).update(partner=new)
    return keys


@transaction.atomic
def set_funders(*, proposal: Proposal, actor: User, rows: list[dict]) -> list[Funder]:
    """Make these the funders; a row with the uid of a present one changes it, so that its answers stay."""
    return set_rows(proposal, actor, Funder, rows, ("name", "country", "kind"), "funders")


@transaction.atomic
def set_technology(*, proposal: Proposal, actor: User, rows: list[dict]) -> list[TechnologyItem]:
    """Make these the technology items, as `set_funders` does for funders."""
    return set_rows(proposal, actor, TechnologyItem, rows, ("label",), "technology")


def set_rows(proposal, actor, model, rows, fields, name):
    """A row keeps the uid it was given, also one that a page gave it before it was first saved, or that it had before
    it was taken away: answers stay with their row however it is named, moved or put back."""
    guard_editable(proposal)
    guard_count(rows, name)
    kept = {str(row.uid): row for row in model.objects.filter(proposal=proposal)}
    before = [[getattr(row, field) for field in fields] for row in kept.values()]
    given_uids = [str(given.get("uid") or "") for given in rows]
    unnamed = [uid for uid in kept if uid not in given_uids]
    free = _free_uids(set(given_uids) - kept.keys())
    result = []
    for position, (uid, given) in enumerate(zip(given_uids, rows, strict=True)):
        values = {field: given.get(field) or _nothing(model, field) for field in fields}
        same = "" if uid in kept or uid in free else _same(kept, unnamed, values)
        row = kept.pop(uid if uid in kept else same, None) or model(proposal=proposal)
        if uid in free:
            row.uid = free.pop(uid)
        for field, value in values.items():
            setattr(row, field, value)
        row.position = position
        row.save()
        result.append(row)
    for row in kept.values():
        row.delete()
    if before != [[getattr(row, field) for field in fields] for row in result]:
        _record_edit(proposal, actor, f"proposal.{name}_set", {"count": len(result)})
    return result


def _nothing(model, field):
    return model._meta.get_field(field).get_default()


def _same(kept, unnamed, values) -> str:
    """A row without a uid that says what a present one says: a page sent twice adds nothing twice."""
    said = values.items()
    return next((uid for uid in unnamed if uid in kept and all(getattr(kept[uid], f) == v for f, v in said)), "")


def _free_uids(given: set[str]) -> dict[str, UUID]:
    """Those of these that are uids and that no row of any proposal has."""
    found = {}
    for text in given:
        with suppress(ValueError):
            found[text] = UUID(text)
    for model in (Participation, Funder, TechnologyItem, Visit):
        taken = set(model.objects.filter(uid__in=found.values()).values_list("uid", flat=True)) if found else set()
        found = {text: uid for text, uid in found.items() if uid not in taken}
    return found


def guard_count(rows, name):
    if len(rows) > MOST_ROWS:
        raise DomainError(
            _("At most %(most)d rows fit here. Put the rest into the summary.") % {"most": MOST_ROWS}, field=name
        )


@transaction.atomic
def discard_draft(*, proposal: Proposal, actor: User | None) -> str:
    """Delete a draft that was never submitted; its reference is not given out again. Returns the reference. Without an
    actor it is the system, after the time for which drafts are kept."""
    if Proposal.objects.select_for_update().values_list("state", flat=True).get(pk=proposal.pk) != State.DRAFT:
        raise Conflict(_("Only a draft can be discarded. What was submitted can be withdrawn."))
    record(
        "proposal.discarded",
        subject=proposal,
        actor_id=actor.pk if actor else None,
        role=role_in(actor, proposal) if actor else "system",
        actor_name=actor.name if actor else "",
        reference=proposal.reference,
        before={"state": "draft"},
    )
    reference = proposal.reference
    proposal.delete()
    return reference


def touch(proposal: Proposal) -> None:
    """Note that something of the proposal that is no answer was changed; what was kept of it counts no longer."""
    proposal.updated_at = timezone.now()
    Proposal.objects.filter(pk=proposal.pk).update(updated_at=proposal.updated_at)


def _record_edit(proposal, actor, verb, after):
    touch(proposal)
    record(
        verb,
        subject=proposal,
        actor_id=actor.pk,
        role=role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after=after,
    )
