import hashlib
import json

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.engine.results import Assessment
from riskassess.proposals.services import role_in
from riskassess.reviews.models import Case, Hold
from riskassess.reviews.rules import conflict_reason


@transaction.atomic
def sync_holds(*, case: Case, result: Assessment) -> bool:
    """Bring the case's holds in line with an assessment; a lift stays while the finding's own facts are equal.

    Returns whether anything changed that deciders must know.
    """
    present = {(hold.rule, hold.row): hold for hold in case.holds.all()}
    changed = False
    for found in result.holds:
        because = hashlib.sha256(
            json.dumps([item.to_json() for item in found.because], sort_keys=True).encode()
        ).hexdigest()
        hold = present.pop((found.rule, found.row or ""), None)
        state = Hold.State.FIRM if found.state == "firm" else Hold.State.POSSIBLE
        if hold is None:
            hold = Hold(case=case, rule=found.rule, row=found.row or "")
        elif hold.because_sha256 == because and hold.state in {state, Hold.State.LIFTED, Hold.State.LIFTING}:
            continue
        stands = hold.pk is not None and hold.state in {Hold.State.FIRM, Hold.State.POSSIBLE}
        before = hold.state
        hold.title, hold.activity, hold.because_sha256, hold.state = found.title, found.activity or "", because, state
        hold.evidence, hold.lifted_by, hold.confirmed_by, hold.lifted_at = "", None, None, None
        hold.save()
        changed = True
        # What a hold rests on may change while it stands; it was placed once.
        _record_hold(hold, None, "hold.changed" if stands else "hold.placed", before)
    for hold in present.values():
        if hold.state != Hold.State.GONE:
            before, hold.state = hold.state, Hold.State.GONE
            hold.save(update_fields=["state"])
            changed = True
            _record_hold(hold, None, "hold.gone", before)
    return changed


@transaction.atomic
def lift_hold(*, hold: Hold, actor: User, evidence: str) -> Hold:
    """First half of lifting a firm hold: name the authority's evidence. Another person confirms."""
    if not evidence.strip():
        raise DomainError(_("Name the authority's answer: who gave it, its number and its date."), field="evidence")
    if reason := conflict_reason(actor, hold.case.proposal):
        raise DomainError(reason)
    changed = Hold.objects.filter(pk=hold.pk, state=Hold.State.FIRM).update(
        state=Hold.State.LIFTING, evidence=evidence.strip(), lifted_by=actor
    )
    if not changed:
        raise Conflict(
            _("Only a firm hold can be lifted; this one is %(state)s.") % {"state": hold.get_state_display()}
        )
    hold.refresh_from_db()
    _record_hold(hold, actor, "hold.lift_proposed", Hold.State.FIRM)
    return hold


@transaction.atomic
def confirm_hold_lift(*, hold: Hold, actor: User) -> Hold:
    """Second half: another officer or approver has read the evidence. The score stays as it is."""
    if hold.lifted_by_id == actor.pk:
        raise DomainError(_("You lifted this hold, so another officer or approver confirms it."))
    if reason := conflict_reason(actor, hold.case.proposal):
        raise DomainError(reason)
    changed = (
        Hold.objects.filter(pk=hold.pk, state=Hold.State.LIFTING)
        .exclude(lifted_by=actor)
        .update(state=Hold.State.LIFTED, confirmed_by=actor, lifted_at=timezone.now())
    )
    if not changed:
        raise Conflict(_("This hold does not wait for a second person now."))
    hold.refresh_from_db()
    _record_hold(hold, actor, "hold.lifted", Hold.State.LIFTING)
    return hold


def _record_hold(hold, actor, verb, before):
    proposal = hold.case.proposal
    record_event(
        verb,
        subject=hold,
        actor_id=actor.pk if actor else None,
        role=role_in(actor, proposal),
        actor_name=actor.name if actor else "",
        reference=proposal.reference,
        before={"state": str(before)} if before else None,
        after={"rule": hold.rule, "row": hold.row, "state": str(hold.state), "evidence": hold.evidence},
    )
