"""What the authors tell while an approval stands, and what an officer says to it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.services import role_in
from riskassess.reviews.followups import why_not_follow_up
from riskassess.reviews.models import Case, Decision, FollowUp


@transaction.atomic
def follow_up(*, decision: Decision, actor: User, kind: str, is_changed: bool, text: str) -> FollowUp:
    """Give the account that is asked for: once a decision and kind."""
    case = Case.objects.select_for_update(of=("self",)).select_related("proposal").get(pk=decision.case_id)
    if why := why_not_follow_up(case.proposal, decision, kind):
        raise Conflict(why)
    text = text.strip()
    if not text and kind == FollowUp.Kind.CLOSING:
        raise DomainError(_("Say in a few sentences what came of the work."), field="text")
    if not text and is_changed:
        raise DomainError(_("Say what is otherwise than you filed it."), field="text")
    account = FollowUp.objects.create(decision=decision, kind=kind, is_changed=is_changed, text=text, by=actor)
    _record(account, actor, f"{kind}.told", {"is_changed": is_changed})
    return account


@transaction.atomic
def see_follow_up(*, account: FollowUp, actor: User, answer: str = "") -> FollowUp:
    """An officer has read it, and says so."""
    account = (
        FollowUp.objects.select_for_update(of=("self",)).select_related("decision__case__proposal").get(pk=account.pk)
    )
    if account.seen_at:
        raise Conflict(_("Somebody read this already."))
    account.seen_at, account.seen_by, account.answer = timezone.now(), actor, answer.strip()
    account.save(update_fields=["seen_at", "seen_by", "answer"])
    _record(account, actor, f"{account.kind}.read", {"answer": account.answer} if account.answer else {})
    return account


def _record(account: FollowUp, actor: User, verb: str, after: dict) -> None:
    proposal = account.decision.case.proposal
    record_event(
        verb,
        subject=account,
        actor_id=actor.pk,
        role=role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after=after,
    )
