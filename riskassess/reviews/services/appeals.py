"""The one appeal against a decision: read by somebody who took no part in it, by a day of its own."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.calendar import calendar_of
from riskassess.accounts.models import User
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.services import role_in
from riskassess.reviews.hearing import choose_hearer, why_no_appeal, why_not_hear
from riskassess.reviews.models import Appeal, Assignment, Case, Decision


@transaction.atomic
def file_appeal(*, case: Case, decision: Decision, actor: User, reasons: str) -> Appeal:
    """Contest a decision. Who reads it is chosen at once; where nobody is free the case is escalated."""
    case = Case.objects.select_for_update().select_related("proposal__institution").get(pk=case.pk)
    if why := why_no_appeal(case, decision):
        raise Conflict(why)
    if not reasons.strip():
        raise DomainError(_("Say what you contest, and why."), field="reasons")
    hearer, why_hearer = choose_hearer(case)
    institution = case.proposal.institution
    appeal = Appeal.objects.create(
        decision=decision,
        by=actor,
        reasons=reasons.strip(),
        due_on=calendar_of(institution).add(timezone.localdate(), institution.appeal_working_days),
        hearer=hearer,
    )
    if hearer is None:
        case.escalated = _("An appeal waits, and nobody who took no part in the decision is free to read it.")
        case.save(update_fields=["escalated"])
    else:
        Assignment.objects.create(case=case, kind=Assignment.Kind.APPEAL, user=hearer, reason=why_hearer[:300])
    _record(appeal, actor, "appeal.filed", {"hearer": hearer.pk if hearer else None, "reasons": appeal.reasons})
    return appeal


@transaction.atomic
def pass_on_appeal(*, appeal: Appeal) -> Appeal:
    """Whoever was to read an appeal may not any more: somebody else does, or the case is escalated."""
    case = Case.objects.select_for_update().select_related("proposal__institution").get(pk=appeal.decision.case_id)
    before = appeal.hearer_id
    case.assignments.filter(kind=Assignment.Kind.APPEAL, ended_at__isnull=True).update(ended_at=timezone.now())
    appeal.hearer, why = choose_hearer(case)
    appeal.save(update_fields=["hearer"])
    if appeal.hearer is None:
        case.escalated = _("An appeal waits, and nobody who took no part in the decision is free to read it.")
        case.save(update_fields=["escalated"])
    else:
        Assignment.objects.create(case=case, kind=Assignment.Kind.APPEAL, user=appeal.hearer, reason=why[:300])
    _record(appeal, None, "appeal.passed_on", {"before": before, "hearer": appeal.hearer_id})
    return appeal


@transaction.atomic
def settle_appeal(*, appeal: Appeal, actor: User, upheld: bool, answer: str) -> Appeal:
    """Answer an appeal for good. What follows an upheld one is the story's to do."""
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related("decision__case__proposal").get(pk=appeal.pk)
    if not appeal.is_open:
        raise Conflict(_("This appeal is answered already."))
    if why := why_not_hear(appeal, actor):
        raise DomainError(why)
    if not answer.strip():
        raise DomainError(_("Say why. The researcher reads these words."), field="answer")
    appeal.outcome = Appeal.Outcome.UPHELD if upheld else Appeal.Outcome.REJECTED
    appeal.answer, appeal.settled_at = answer.strip(), timezone.now()
    appeal.hearer = actor
    appeal.save(update_fields=["outcome", "answer", "settled_at", "hearer"])
    appeal.decision.case.assignments.filter(kind=Assignment.Kind.APPEAL, ended_at__isnull=True).update(
        ended_at=appeal.settled_at
    )
    _record(appeal, actor, "appeal.settled", {"outcome": str(appeal.outcome), "answer": appeal.answer})
    return appeal


@transaction.atomic
def link_round(*, appeal: Appeal, round_number: int) -> Appeal:
    """Keep which round the upheld appeal opened."""
    appeal.new_round = round_number
    appeal.save(update_fields=["new_round"])
    return appeal


def _record(appeal: Appeal, actor: User | None, verb: str, after: dict) -> None:
    proposal = appeal.decision.case.proposal
    record_event(
        verb,
        subject=appeal,
        actor_id=actor.pk if actor else None,
        role=role_in(actor, proposal),
        actor_name=actor.name if actor else "",
        reference=proposal.reference,
        after=after,
    )
