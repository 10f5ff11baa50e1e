from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.services import role_in
from riskassess.reviews.models import Condition


@transaction.atomic
def fulfil_condition(*, condition: Condition, actor: User, evidence: str) -> Condition:
    """Note that a condition is met, with what shows it."""
    if not evidence.strip():
        raise DomainError(_("Say what shows that the condition is met."), field="evidence")
    proposal = condition.decision.case.proposal
    changed = Condition.objects.filter(pk=condition.pk, fulfilled_on__isnull=True).update(
        fulfilled_on=timezone.localdate(), fulfilled_by=actor, evidence=evidence.strip()
    )
    if not changed:
        raise Conflict(_("This condition is marked as met already."))
    condition.refresh_from_db()
    record_event(
        "condition.fulfilled",
        subject=condition,
        actor_id=actor.pk,
        role=role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after={"evidence": condition.evidence},
    )
    return condition
