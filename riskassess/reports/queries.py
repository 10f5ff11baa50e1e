from riskassess.accounts.models import User
from riskassess.proposals.models import Proposal
from riskassess.reports.models import Report
from riskassess.reviews.queries import visible_proposals


def reports_of(proposal: Proposal, user: User):
    """The proposal's reports for whoever may see it, the newest first; nobody else gets a row."""
    return (
        Report.objects.filter(proposal=proposal, proposal__in=visible_proposals(user))
        .select_related("job", "file", "version", "proposal", "decision")
        .order_by("-pk")
    )


def latest_report(proposal: Proposal, user: User, kind: str) -> Report | None:
    return reports_of(proposal, user).filter(kind=kind).first()
