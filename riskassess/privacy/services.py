"""Orders about personal data: one orders, another confirms. `workflow.privacy` carries them out."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record
from riskassess.core.errors import Conflict, DomainError
from riskassess.privacy.models import MONTHS, LegalHold, Order, RecordClass, RetentionRule


def months_kept() -> dict[str, int]:
    """By record class."""
    return {**MONTHS, **dict(RetentionRule.objects.values_list("record_class", "months"))}


@transaction.atomic
def place_hold(*, actor: User, reason: str, reference: str = "", person: User | None = None) -> LegalHold:
    hold = LegalHold.objects.create(
        reference=reference, person=person, reason=_reason(reason, _("Say why this is kept longer.")), placed_by=actor
    )
    _tell("legal_hold.placed", hold, actor, reference=reference, reason=hold.reason)
    return hold


@transaction.atomic
def order(*, kind: str, actor: User, reason: str, **what) -> Order:
    """`what` is person, hold, or record_class and months, by the kind."""
    reason = _reason(reason, _("Say who asked for it, or why it is done. Leave the person's name out."))
    if kind == Order.Kind.MONTHS and not 1 <= (what["months"] or 0) <= 600:
        raise DomainError(_("Give a number of months from 1 to 600."), field="months")
    same = Order.objects.filter(kind=kind, state=Order.State.WAITING)
    given = {name: value for name, value in what.items() if name != "months"}
    if same.filter(**given).exists():
        raise Conflict(_("This was ordered already and waits for an officer."))
    ordered = Order.objects.create(kind=kind, reason=reason, ordered_by=actor, **what)
    _tell("privacy.ordered", ordered, actor, kind=kind, reason=reason)
    return ordered


@transaction.atomic
def settle(*, ordered: Order, actor: User, is_confirmed: bool, reason: str = "") -> Order:
    """Confirm or refuse; whoever ordered can't. The caller carries a confirmed order out in the same transaction."""
    row = Order.objects.select_for_update().get(pk=ordered.pk)
    if row.state != Order.State.WAITING:
        raise Conflict(_("This was settled already: %(state)s.") % {"state": row.get_state_display()})
    if row.ordered_by_id == actor.pk:
        raise DomainError(_("You ordered this. Somebody else confirms it."))
    if row.person_id == actor.pk:
        raise DomainError(_("This is about you. Another officer confirms it."))
    if not is_confirmed:
        reason = _reason(reason, _("Say why it is refused."))
    row.state = Order.State.DONE if is_confirmed else Order.State.REFUSED
    row.settled_by, row.settled_at = actor, timezone.now()
    row.save(update_fields=["state", "settled_by", "settled_at"])
    _tell("privacy.settled", row, actor, kind=row.kind, outcome=str(row.state), reason=reason.strip())
    return row


@transaction.atomic
def release_hold(*, hold: LegalHold, actor: User) -> None:
    LegalHold.objects.filter(pk=hold.pk, released_at__isnull=True).update(released_at=timezone.now())
    _tell("legal_hold.released", hold, actor, reference=hold.reference)


@transaction.atomic
def keep_months(*, record_class: str, months: int, actor: User) -> None:
    before = months_kept()[record_class]
    RetentionRule.objects.update_or_create(record_class=record_class, defaults={"months": months})
    _tell("retention.changed", RecordClass(record_class).value, actor, before=before, after=months)


def standing_holds() -> tuple[set[str], set[int]]:
    """References of proposals and keys of people that nothing may go of."""
    rows = LegalHold.objects.filter(released_at__isnull=True).values_list("reference", "person_id")
    return {reference for reference, _person in rows if reference}, {person for _ref, person in rows if person}


def _reason(text: str, ask: str) -> str:
    text = (text or "").strip()
    if not text:
        raise DomainError(ask, field="reason")
    return text


def _tell(verb: str, subject, actor: User, *, reference: str = "", **after) -> None:
    record(
        verb,
        subject=f"privacy.{subject}" if isinstance(subject, str) else subject,
        actor_id=actor.pk,
        role=actor.role_now,
        actor_name=actor.name,
        reference=reference,
        after=after,
    )
