"""That a review or the answer to an appeal is late is told further up, once; it decides nothing."""

from datetime import date

from django.db import transaction

from riskassess.accounts.calendar import the_calendar
from riskassess.audit.log import record as record_event
from riskassess.reviews.models import Appeal, Case


@transaction.atomic
def note_case_delay(*, case: Case, today: date) -> bool:
    """Says whether it was not noted before in this round."""
    if not Case.objects.filter(pk=case.pk, delay_told_on__isnull=True).update(delay_told_on=today):
        return False
    _record(case, "case.delay_told", case.proposal.reference, case.due_on, today)
    return True


@transaction.atomic
def note_appeal_delay(*, appeal: Appeal, today: date) -> bool:
    if not Appeal.objects.filter(pk=appeal.pk, delay_told_on__isnull=True, outcome="").update(delay_told_on=today):
        return False
    _record(appeal, "appeal.delay_told", appeal.decision.case.proposal.reference, appeal.due_on, today)
    return True


def _record(subject, verb: str, reference: str, due_on: date, today: date) -> None:
    record_event(
        verb,
        subject=subject,
        actor_id=None,
        role="system",
        reference=reference,
        after={"due_on": due_on.isoformat(), "working_days": the_calendar().count(due_on, today)},
    )
