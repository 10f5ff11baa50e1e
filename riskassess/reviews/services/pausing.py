"""The clock of a case: it stands while the authors are asked something, and the due day moves by that time."""

from django.db import transaction
from django.utils import timezone

from riskassess.accounts.calendar import calendar_of
from riskassess.accounts.models import User
from riskassess.audit.log import record as record_event
from riskassess.proposals.services import role_in
from riskassess.reviews.models import Case


@transaction.atomic
def stop_clock(*, case: Case, actor: User | None) -> bool:
    """Says whether the clock ran until now."""
    case = _locked(case)
    if case.paused_on:
        return False
    case.paused_on = timezone.localdate()
    case.save(update_fields=["paused_on"])
    _record(case, actor, "case.paused", {"due_on": case.due_on.isoformat()})
    return True


@transaction.atomic
def start_clock(*, case: Case, actor: User | None) -> bool:
    """Let the clock run on: the due day moves by the working days for which it stood."""
    case = _locked(case)
    if not case.paused_on:
        return False
    before, since, today = case.due_on, case.paused_on, timezone.localdate()
    calendar = calendar_of(case.proposal.institution)
    stood = calendar.count(since, today)
    case.due_on, case.paused_on = calendar.add(before, stood), None
    case.promised_days += stood  # a recount keeps the time for which the clock stood
    case.save(update_fields=["due_on", "paused_on", "promised_days"])
    after = {"due_on": case.due_on.isoformat(), "since": since.isoformat(), "working_days": stood}
    _record(case, actor, "case.resumed", after, before={"due_on": before.isoformat()})
    return True


def _locked(case: Case) -> Case:
    return Case.objects.select_for_update(of=("self",)).select_related("proposal__institution").get(pk=case.pk)


def _record(case: Case, actor: User | None, verb: str, after: dict, before: dict | None = None) -> None:
    record_event(
        verb,
        subject=case,
        actor_id=actor.pk if actor else None,
        role=role_in(actor, case.proposal),
        actor_name=actor.name if actor else "",
        reference=case.proposal.reference,
        before=before,
        after=after,
    )
