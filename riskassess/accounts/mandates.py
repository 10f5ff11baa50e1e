"""Mandates of auditors: an administrator asks, an officer confirms, either ends one; each step is an event."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import Mandate, Unit, User
from riskassess.accounts.roles import Role
from riskassess.audit.log import record
from riskassess.core.errors import Conflict, DomainError

LONGEST_DAYS = 366
LAPSES_AFTER = timedelta(days=7)


@transaction.atomic
def ask_mandate(
    *,
    auditor: User,
    actor: User,
    starts: date,
    ends: date,
    reason: str,
    unit: Unit | None = None,
    submitted_from: date | None = None,
    submitted_until: date | None = None,
) -> Mandate:
    """Ask for a mandate; it counts once an officer confirms it within a week."""
    if auditor.pk == actor.pk:
        raise DomainError(_("Nobody asks for a mandate of their own. Let another administrator ask."), field="auditor")
    if not auditor.has_role(Role.AUDITOR):
        raise DomainError(_("%(name)s is no auditor. Grant the role first.") % {"name": auditor.name}, field="auditor")
    if ends < starts:
        raise DomainError(_("The last day lies before the first. Choose a later one."), field="ends")
    if (ends - starts).days > LONGEST_DAYS:
        raise DomainError(_("A mandate lasts a year at most. Choose an earlier last day."), field="ends")
    if ends < timezone.localdate():
        raise DomainError(_("The last day has passed. Choose a later one."), field="ends")
    if submitted_from and submitted_until and submitted_until < submitted_from:
        raise DomainError(_("The last day lies before the first. Choose a later one."), field="submitted_until")
    if not reason.strip():
        raise DomainError(_("Say what the mandate is for."), field="reason")
    mandate = Mandate.objects.create(
        auditor=auditor,
        asked_by=actor,
        starts=starts,
        ends=ends,
        unit=unit,
        submitted_from=submitted_from,
        submitted_until=submitted_until,
        reason=reason.strip(),
    )
    _record("mandate.asked", mandate, actor)
    return mandate


@transaction.atomic
def confirm_mandate(*, mandate: Mandate, actor: User) -> Mandate:
    """The second person says yes; from then on it counts, on its days."""
    mandate = _still_waiting(mandate)
    if actor.pk in {mandate.asked_by_id, mandate.auditor_id}:
        raise DomainError(_("A second person confirms a mandate: neither who asked for it nor the auditor."))
    if mandate.created_at < timezone.now() - LAPSES_AFTER:
        raise Conflict(_("Nobody confirmed this mandate within a week, so it has lapsed. Let it be asked for again."))
    mandate.confirmed_by, mandate.confirmed_at = actor, timezone.now()
    mandate.save(update_fields=["confirmed_by", "confirmed_at"])
    _record("mandate.confirmed", mandate, actor)
    return mandate


@transaction.atomic
def end_mandate(*, mandate: Mandate, actor: User) -> Mandate:
    """Take back what waits, or end what is in force before its last day."""
    mandate = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate.pk)
    if mandate.ended_at:
        raise Conflict(_("This mandate has ended already."))
    mandate.ended_by, mandate.ended_at = actor, timezone.now()
    mandate.save(update_fields=["ended_by", "ended_at"])
    _record("mandate.ended" if mandate.confirmed_at else "mandate.declined", mandate, actor)
    return mandate


def _still_waiting(mandate: Mandate) -> Mandate:
    mandate = Mandate.objects.select_for_update(of=("self",)).select_related("auditor", "unit").get(pk=mandate.pk)
    if mandate.confirmed_at or mandate.ended_at:
        raise Conflict(_("Somebody has settled this mandate already."))
    return mandate


def _record(verb: str, mandate: Mandate, actor: User) -> None:
    days = ("starts", "ends", "submitted_from", "submitted_until")
    record(
        verb,
        subject=mandate,
        actor_id=actor.pk,
        role=actor.role_now,
        actor_name=actor.name,
        after={
            "auditor": str(mandate.auditor.uid),
            "unit": str(mandate.unit.uid) if mandate.unit else None,
            **{name: getattr(mandate, name).isoformat() if getattr(mandate, name) else None for name in days},
            "reason": mandate.reason,
        },
    )
