"""What an auditor's mandates open: proposals come from `visible_proposals`, events from here."""

from django.db.models import Q, QuerySet

from riskassess.accounts.models import User
from riskassess.audit.models import Event
from riskassess.audit.queries import start_of
from riskassess.auditing.models import AuditNote, Sample
from riskassess.proposals.models import Proposal
from riskassess.reviews.queries import visible_proposals


def events_open_to(user: User, events: QuerySet[Event]) -> QuerySet[Event]:
    """All events for whoever audits the whole institution, else those of the cases of the mandate."""
    if any(mandate.is_whole for mandate in user.mandates_now):
        return events
    return events.filter(reference__in=visible_proposals(user).values("reference"))


def cases_in_mandate(user: User, *, since=None, until=None, state: str = "") -> QuerySet[Proposal]:
    """The submitted proposals that an auditor may read, by reference."""
    found = visible_proposals(user).filter(Q(submitted_at__isnull=False)).order_by("reference")
    if since:
        found = found.filter(submitted_at__gte=start_of(since))
    if until:
        found = found.filter(submitted_at__date__lte=until)
    return found.filter(state=state) if state else found


def notes_of(user: User, proposal: Proposal | None = None) -> QuerySet[AuditNote]:
    """An auditor's own notes and findings; nobody else's."""
    found = AuditNote.objects.filter(author=user).select_related("proposal")
    return found.filter(proposal=proposal) if proposal else found


def samples_of(user: User) -> QuerySet[Sample]:
    return Sample.objects.filter(drawn_by=user)
