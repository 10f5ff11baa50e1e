from functools import partial

from django.db.models import Exists, OuterRef, QuerySet

from riskassess.accounts.models import User
from riskassess.accounts.roles import Role
from riskassess.core.prepared import ask
from riskassess.proposals.models import Proposal
from riskassess.reports.models import Report
from riskassess.reports.rules import PERMISSIONS
from riskassess.reviews.queries import scope_key, visible_proposals


def reports_of(proposal: Proposal, user: User, *, with_redacted: bool = False):
    """The proposal's reports for whoever may see it, the newest first; nobody else gets a row, and kinds that ask for
    more than reading the proposal are left out here."""
    in_scope = Exists(visible_proposals(user).filter(pk=OuterRef("proposal")))
    found = Report.objects.filter(in_scope, proposal=proposal)
    if not with_redacted:
        found = found.filter(is_redacted=False)
    if not user.has_role(Role.AUDITOR):
        found = found.exclude(kind__in=list(PERMISSIONS))
    return found.select_related("job", "file", "version", "proposal", "decision").order_by("-pk")


def reports_on(proposal: Proposal, user: User) -> list[Report]:
    """All of `reports_of`, for the page that lists them."""
    return ask(scope_key(user), partial(_of_one, user), keys=[proposal.pk], most=1)


def _of_one(user: User, keys: list[int]) -> QuerySet[Report]:
    return reports_of(Proposal(pk=keys[0]), user, with_redacted=True)


def recent_reports(user: User):
    """Finished reports of other people's cases in this person's scope, the newest first."""
    rows = Report.objects.filter(proposal__in=visible_proposals(user), file__isnull=False)
    if not user.has_role(Role.AUDITOR):
        rows = rows.exclude(kind__in=list(PERMISSIONS))
    rows = rows.exclude(proposal__owner=user).exclude(proposal__coinvestigators__user=user)
    return rows.select_related("proposal", "version").order_by("-pk")


def latest_report(proposal: Proposal, user: User, kind: str) -> Report | None:
    return reports_of(proposal, user).filter(kind=kind).first()
