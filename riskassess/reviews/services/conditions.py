"""What becomes of a condition: said to be done, looked at by somebody else, or not kept."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.checking import CheckedFile
from riskassess.files.models import StoredFile
from riskassess.files.services import store_checked
from riskassess.proposals.services import role_in
from riskassess.proposals.states import STANDING
from riskassess.reviews.models import Condition, ConditionFile

MOST_FILES = 5


@transaction.atomic
def name_owner(*, condition: Condition, actor: User, owner: User) -> Condition:
    """Say who sees to it. Whoever carries the case looks at it later, so it is somebody else."""
    condition = _locked(condition)
    case = condition.decision.case
    if owner.pk in {case.officer_id, case.reviewer_id}:
        raise DomainError(_("%(name)s carries the case and looks at it later. Name somebody else.") % {"name": owner})
    if not owner.is_active:
        raise DomainError(_("%(name)s has left. Name somebody else.") % {"name": owner})
    before = condition.owner_id
    if before != owner.pk:
        condition.owner = owner
        condition.save(update_fields=["owner"])
        _record(condition, actor, "condition.owner_named", {"owner": owner.pk, "before": before})
    return condition


@transaction.atomic
def report_condition(*, condition: Condition, actor: User, evidence: str, file: CheckedFile | None = None) -> Condition:
    """Whoever sees to it, or an author, says that it is done, with what shows it. It stays open until an officer has
    looked."""
    condition = _locked(condition)
    if condition.reported_at:
        raise Conflict(_("Somebody said already that this is done. An officer looks at it."))
    evidence = _needed(
        evidence, _("Say in a sentence what shows that it is done, and where it can be read."), "evidence"
    )
    condition.evidence, condition.reported_by, condition.reported_at = evidence, actor, timezone.now()
    condition.returned = ""
    condition.save(update_fields=["evidence", "reported_by", "reported_at", "returned"])
    kept = _keep(condition, actor, file) if file else None
    shown = {"file": kept.name, "sha256": kept.sha256} if kept else {}
    _record(condition, actor, "condition.reported", {"evidence": evidence, **shown})
    return condition


@transaction.atomic
def propose_condition(*, condition: Condition, actor: User, advice: str) -> Condition:
    """The reviewer has looked and proposes to close it; an officer closes."""
    condition = _locked(condition)
    if not condition.reported_at:
        raise Conflict(_("Nobody says yet that this is done. Ask the researcher to say what shows it."))
    if condition.reported_by_id == actor.pk:
        raise DomainError(_("You said that this is done, so somebody else looks at it."))
    advice = _needed(advice, _("Say in a sentence what you looked at."), "reasons")
    condition.advice, condition.proposed_by, condition.proposed_at = advice, actor, timezone.now()
    condition.save(update_fields=["advice", "proposed_by", "proposed_at"])
    _record(condition, actor, "condition.proposed", {"advice": advice})
    return condition


@transaction.atomic
def accept_condition(*, condition: Condition, actor: User) -> Condition:
    """An officer has looked and finds it done. Nobody accepts what they said themselves."""
    condition = _locked(condition)
    if not condition.reported_at:
        raise Conflict(_("Nobody says yet that this is done. Ask the researcher to say what shows it."))
    if condition.reported_by_id == actor.pk:
        raise DomainError(_("You said that this is done, so somebody else looks at it."))
    if condition.proposed_by_id == actor.pk:
        raise DomainError(_("You proposed to close this, so another officer closes it."))
    condition.fulfilled_on, condition.fulfilled_by = timezone.localdate(), actor
    condition.save(update_fields=["fulfilled_on", "fulfilled_by"])
    _record(condition, actor, "condition.fulfilled", {"evidence": condition.evidence})
    return condition


@transaction.atomic
def return_condition(*, condition: Condition, actor: User, reasons: str) -> Condition:
    """Something is still missing: the authors read what, and say again when it is done."""
    condition = _locked(condition)
    if not condition.reported_at:
        raise Conflict(_("Nobody says that this is done, so nothing can be sent back."))
    condition.returned = _needed(reasons, _("Say what is still missing; the researcher reads it."), "reasons")
    condition.reported_at = condition.reported_by = condition.proposed_at = condition.proposed_by = None
    condition.advice = ""
    condition.save(update_fields=["returned", "reported_at", "reported_by", "proposed_at", "proposed_by", "advice"])
    _record(condition, actor, "condition.returned", {"reasons": condition.returned})
    return condition


@transaction.atomic
def break_condition(*, condition: Condition, actor: User, reasons: str) -> Condition:
    """It was not kept. What that means for the approval is a matter of the case that is opened again."""
    condition = _locked(condition)
    condition.breach = _needed(reasons, _("Say what was not kept, and where that can be seen."), "reasons")
    condition.broken_on = timezone.localdate()
    condition.save(update_fields=["breach", "broken_on"])
    _record(condition, actor, "condition.broken", {"reasons": condition.breach})
    return condition


def _locked(condition: Condition) -> Condition:
    condition = (
        Condition.objects.select_for_update(of=("self",))
        .select_related("decision__case__proposal")
        .get(pk=condition.pk)
    )
    case = condition.decision.case
    if not condition.is_open or case.proposal.state not in STANDING or condition.decision.round != case.round:
        raise Conflict(
            _("This condition is settled, or %(reference)s moved on. Reload the page to see where it stands.")
            % {"reference": case.proposal.reference}
        )
    return condition


def _keep(condition: Condition, actor: User, file: CheckedFile) -> StoredFile:
    if condition.files.count() >= MOST_FILES:
        raise DomainError(
            _("%(n)d files belong to this condition already. Say in the text where the rest can be read.")
            % {"n": MOST_FILES},
            field="file",
        )
    stored = store_checked(file=file)
    ConditionFile.objects.create(condition=condition, file=stored, added_by=actor)
    return stored


def _needed(text: str, sentence: str, field: str) -> str:
    if not text.strip():
        raise DomainError(sentence, field=field)
    return text.strip()


def _record(condition: Condition, actor: User, verb: str, after: dict) -> None:
    proposal = condition.decision.case.proposal
    record_event(
        verb,
        subject=condition,
        actor_id=actor.pk,
        role=role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after={"condition": condition.text, **after},
    )
