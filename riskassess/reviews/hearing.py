"""Who may read an appeal: an approver who took no part in what is contested. Each answer is a sentence, or empty."""

from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.proposals.states import DECIDED
from riskassess.reviews.models import Appeal, Assignment, Case, Decision, Outcome
from riskassess.reviews.rules import conflict_reason


def took_part(case: Case) -> set[int]:
    """Everybody who carried, advised on or decided this case in any round."""
    named = case.assignments.exclude(kind=Assignment.Kind.APPEAL).values_list("user", flat=True)
    voted = case.votes.values_list("by", flat=True)
    advised = case.recommendations.values_list("by", flat=True)
    return {*named, *voted, *advised}


def choose_hearer(case: Case) -> tuple[User | None, str]:
    """An approver of the unit who took no part, else one of the institution, and why it is this person."""
    out = took_part(case)
    for unit, words in ((case.proposal.unit, _("an approver of this unit")), (None, _("an approver elsewhere"))):
        for user in holders(Role.APPROVER, unit=unit):
            if user.pk not in out and not conflict_reason(user, case.proposal):
                return user, _("%(who)s who took no part in the decision") % {"who": words}
    return None, ""


def open_appeal(case: Case) -> Appeal | None:
    """The appeal of this case that waits to be answered and whose reader is gone."""
    waiting = Appeal.objects.filter(decision__case=case, settled_at__isnull=True).select_related("hearer").first()
    if waiting is None or (waiting.hearer and not conflict_reason(waiting.hearer, case.proposal)):
        return None
    return waiting


def why_not_hear(appeal: Appeal, user: User) -> str:
    case = appeal.decision.case
    if reason := conflict_reason(user, case.proposal):
        return _("%(reason)s Somebody else reads the appeal.") % {"reason": reason}
    if user.pk in took_part(case):
        return _("You took part in what is contested, so somebody else reads the appeal.")
    if not user.has_role(Role.APPROVER):
        return _("An approver who took no part reads the appeal.")
    return ""


def why_no_appeal(case: Case, decision: Decision) -> str:
    if decision.outcome == Outcome.APPROVE:
        return _("This was approved as you filed it; there is nothing to contest.")
    if decision.round != case.round or case.proposal.state not in DECIDED:
        return _("The case moved on since this decision. Its page says where it stands.")
    if Appeal.objects.filter(decision=decision).exists():
        return _("There is an appeal against this decision already, and one is all there is.")
    if timezone.localdate() > decision.appeal_until:
        return _(
            "The last day for an appeal was %(day)s. Write to research security: an officer can open the case again "
            "where facts have changed."
        ) % {"day": decision.appeal_until.isoformat()}
    return ""
