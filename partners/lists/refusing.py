from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.lists.outcomes import ImportResult, Outcome, result_of
from partners.lists.recording import record_step
from partners.lists.staging import drop_entries
from partners.models import ListEdition, ListSource
from riskassess.accounts.models import User
from riskassess.jobs.models import OVER

State = ListEdition.State
UNDECIDED = (State.STAGING, State.HELD)
ABANDONED_AFTER = timedelta(hours=1)


def refuse(edition: ListEdition, reason: str, actor: User | None, outcome: Outcome = Outcome.REJECTED) -> ImportResult:
    """Keep the row of what was refused and why; its entries go. What was settled meanwhile stays as it is."""
    with transaction.atomic():
        undecided = ListEdition.objects.filter(pk=edition.pk, state__in=UNDECIDED)
        if undecided.update(state=State.REJECTED, reason=reason):
            edition.state, edition.reason = State.REJECTED, reason
            record_step("list.refused", edition, actor, outcome=outcome.value)
    if edition.state != State.REJECTED:
        edition.refresh_from_db()
        return result_of(edition)
    drop_entries(edition)
    return result_of(edition, outcome)


def hold(edition: ListEdition, reason: str) -> ImportResult:
    with transaction.atomic():
        if ListEdition.objects.filter(pk=edition.pk, state=State.STAGING).update(state=State.HELD, reason=reason):
            edition.state, edition.reason = State.HELD, reason
            record_step("list.held", edition, edition.brought_by, outcome=Outcome.HELD.value)
    edition.refresh_from_db()
    return result_of(edition)


def clear_all_abandoned() -> None:
    for source in ListSource.objects.filter(editions__state=State.STAGING).distinct():
        clear_abandoned(source)


def clear_abandoned(source: ListSource) -> None:
    """What a killed import, or a killed refusal, left behind; nobody ever saw it."""
    begun = source.editions.filter(state=State.STAGING, created_at__lt=timezone.now() - ABANDONED_AFTER)
    for edition in begun.select_related("job", "source"):
        if edition.job is None or edition.job.state in OVER:
            refuse(edition, _("The import was interrupted."), None)
    for edition in source.editions.filter(state=State.REJECTED, entries__isnull=False).distinct():
        drop_entries(edition)
