"""What makes somebody think twice before they review a case, and bars nobody: it is shown, asked about and kept."""

from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Contact
from riskassess.accounts.models import User
from riskassess.accounts.roles import Role
from riskassess.proposals.models import Proposal
from riskassess.proposals.queries import authors_with
from riskassess.reviews.models import Vote

LONG_AGO_YEARS = 5
MANY_DECISIONS = 10


def reasons_to_weigh(user: User, proposal: Proposal) -> list[str]:
    """Each in a sentence; none where nothing was found."""
    found = []
    if proposal.unit_id in user.units_with(Role.APPROVER):
        found.append(_("You head the unit of this proposal."))
    elif user.unit_id and user.unit_id in {proposal.unit_id, proposal.owner.unit_id}:
        found.append(_("You and the lead researcher work in the same unit."))
    if user.pk in authors_with(proposal.owner_id, timezone.now() - relativedelta(years=LONG_AGO_YEARS)):
        found.append(_("You and the lead researcher filed a proposal together within the last five years."))
    decided = Vote.objects.filter(by=user, case__proposal__owner=proposal.owner_id, decision__isnull=False)
    if decided.values("case").distinct().count() > MANY_DECISIONS:
        found.append(_("You decided more than ten cases of this lead researcher."))
    if Contact.objects.filter(name__iexact=user.name, participations__participation__proposal=proposal).exists():
        found.append(_("Somebody of your name is named at a partner."))
    return found


def role_words(user: User, proposal: Proposal) -> str:
    """What may be said to the first of these: that this is the role which the unit gave them."""
    if proposal.unit_id in user.units_with(Role.APPROVER) | user.units_with(Role.REVIEWER):
        return _("I hold this role for the unit.")
    return ""
