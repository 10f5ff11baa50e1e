from django.db import transaction
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.services import role_in
from riskassess.reviews.models import Case, Interest
from riskassess.reviews.rules import conflict_reason
from riskassess.reviews.weighing import reasons_to_weigh


@transaction.atomic
def declare_none(*, case: Case, actor: User, because: str = "") -> Interest:
    """Somebody says, for this round, that nothing stands against their reading the case. What was shown to them as a
    reason to think twice is kept with what they say to it."""
    case = Case.objects.select_for_update(of=("self",)).select_related("proposal__owner").get(pk=case.pk)
    if reason := conflict_reason(actor, case.proposal):
        raise Conflict(_("%(reason)s Somebody else takes this step.") % {"reason": reason})
    weighed = reasons_to_weigh(actor, case.proposal)
    if weighed and not because.strip():
        raise DomainError(_("Say in a few words why you can judge this all the same."), field="because")
    return _keep(case, actor, Interest.Answer.NONE, because, weighed)


@transaction.atomic
def declare_interest(*, case: Case, actor: User, because: str) -> Interest:
    """Somebody says that something stands against it. It holds for good; their vote of this round falls."""
    if not because.strip():
        raise DomainError(_("Say in a few words what stands against it. The team does not read it."), field="because")
    case = Case.objects.select_for_update(of=("self",)).select_related("proposal__owner").get(pk=case.pk)
    interest = _keep(case, actor, Interest.Answer.YES, because, reasons_to_weigh(actor, case.proposal))
    if case.closed_at is None:
        case.votes.filter(round=case.round, fallen="", by=actor).update(fallen=_("A conflict of interest came up."))
    return interest


def _keep(case: Case, actor: User, answer: str, because: str, weighed: list[str]) -> Interest:
    """Said twice, it is kept once."""
    interest, is_new = Interest.objects.get_or_create(
        case=case,
        user=actor,
        round=case.round,
        answer=answer,
        defaults={"because": because.strip()[:2000], "weighed": weighed},
    )
    if is_new:
        record_event(
            "interest.declared",
            subject=interest,
            actor_id=actor.pk,
            role=role_in(actor, case.proposal),
            actor_name=actor.name,
            reference=case.proposal.reference,
            after={"answer": str(answer), "because": interest.because, "weighed": weighed, "round": case.round},
        )
    return interest
