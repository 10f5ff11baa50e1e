import hashlib
import json
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.engine.results import Assessment
from riskassess.files.checking import CheckedFile
from riskassess.files.services import store_checked
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
            if hold.state == Hold.State.LIFTED and hold.has_run_out(timezone.localdate()):
                changed |= end_hold_lift(hold=hold, today=timezone.localdate())
            continue
        stands = hold.pk is not None and hold.state in {Hold.State.FIRM, Hold.State.POSSIBLE}
        before = hold.state
        hold.title, hold.activity, hold.because_sha256, hold.state = found.title, found.activity or "", because, state
        hold.evidence = hold.authority = hold.number = ""
        hold.file = hold.valid_until = hold.lifted_by = hold.confirmed_by = hold.lifted_at = None
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
def lift_hold(
    *,
    hold: Hold,
    actor: User,
    authority: str,
    number: str,
    evidence: str = "",
    file: CheckedFile | None = None,
    valid_until: date | None = None,
) -> Hold:
    """First half of lifting a firm hold: the authority's answer, in words or as a file. Another person confirms."""
    for name, value, words in (
        ("authority", authority, _("Say which authority answered.")),
        ("number", number, _("Give the number of its answer, or its date where it has none.")),
    ):
        if not value.strip():
            raise DomainError(words, field=name)
    if not evidence.strip() and file is None:
        raise DomainError(_("Say what the authority allows, or add its answer as a file."), field="evidence")
    if valid_until is not None and valid_until < timezone.localdate():
        raise DomainError(
            _("This authorisation has ended. The hold stands until there is another one."), field="valid_until"
        )
    if reason := conflict_reason(actor, hold.case.proposal):
        raise DomainError(reason)
    changed = Hold.objects.filter(pk=hold.pk, state=Hold.State.FIRM).update(
        state=Hold.State.LIFTING,
        authority=authority.strip()[:200],
        number=number.strip()[:120],
        evidence=evidence.strip(),
        file=store_checked(file=file) if file else None,
        valid_until=valid_until,
        lifted_by=actor,
        confirmed_by=None,
        lifted_at=None,
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
    if hold.has_run_out(timezone.localdate()):
        raise DomainError(_("This authorisation has ended meanwhile. The hold stands until there is another one."))
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


@transaction.atomic
def end_hold_lift(*, hold: Hold, today: date) -> bool:
    """The authorisation has run out: the hold stands again. Says whether it was lifted until now."""
    changed = Hold.objects.filter(pk=hold.pk, state__in=[Hold.State.LIFTED, Hold.State.LIFTING], valid_until__lt=today)
    changed = changed.update(state=Hold.State.FIRM, lifted_by=None, confirmed_by=None, lifted_at=None)
    if not changed:
        return False
    before = hold.state
    hold.refresh_from_db()
    _record_hold(hold, None, "hold.ran_out", before)
    return True


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
        after={
            "rule": hold.rule,
            "row": hold.row,
            "state": str(hold.state),
            "authority": hold.authority,
            "number": hold.number,
            "evidence": hold.evidence,
            "file_sha256": hold.file.sha256 if hold.file else None,
            "valid_until": hold.valid_until.isoformat() if hold.valid_until else None,
        },
    )
