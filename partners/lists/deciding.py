"""What a person decides about an edition: accept what was held, refuse it, bring an earlier one back."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.lists.outcomes import ImportResult
from partners.lists.recording import record_step
from partners.lists.refusing import refuse
from partners.models import ListEdition
from riskassess.accounts.models import User
from riskassess.core.errors import Conflict, DomainError

State = ListEdition.State


class NotByUploader(DomainError):
    pass


@transaction.atomic
def accept_edition(*, edition: ListEdition, actor: User | None, reason: str) -> ListEdition:
    """Say yes to a held edition; it is staged again, to be compared with what is in force now and swapped in. Whoever
    uploaded it leaves that to somebody else."""
    if actor is not None and is_own(edition, actor):
        raise NotByUploader(_("You uploaded this edition yourself, so another officer has to accept it."))
    reason = _needed(reason)
    held = ListEdition.objects.filter(pk=edition.pk, state=State.HELD)
    if not held.update(
        state=State.STAGING,
        accepted_at=timezone.now(),
        accepted_by=actor,
        accepted_reason=reason,
        compared_at=None,
    ):
        raise Conflict(_("This edition is no longer held: somebody decided meanwhile."))
    edition.refresh_from_db()
    record_step("list.accepted", edition, actor, because=reason)
    return edition


def is_own(edition: ListEdition, actor: User) -> bool:
    """Brought by this person. What came by the watched folder or the command line was brought by nobody."""
    return edition.brought_by_id == actor.pk


def refuse_edition(*, edition: ListEdition, actor: User, reason: str) -> ImportResult:
    """Say no to a held edition, or stop one that is being read."""
    reason = _needed(reason)
    edition.refresh_from_db()
    if edition.state not in (State.HELD, State.STAGING):
        raise Conflict(_("This edition is no longer held: somebody decided meanwhile."))
    ListEdition.objects.filter(pk=edition.pk).update(told_at=timezone.now())  # officers need not be told
    return refuse(edition, _("Refused by %(name)s: %(reason)s") % {"name": actor.name, "reason": reason}, actor)


@transaction.atomic
def roll_back(*, edition: ListEdition, actor: User, reason: str) -> ListEdition:
    """Bring an edition that was in force back, as an edition of its own, so that every row was in force once."""
    reason = _needed(reason)
    edition = ListEdition.objects.select_for_update(of=("self",)).select_related("source").get(pk=edition.pk)
    if edition.state != State.SUPERSEDED:
        raise Conflict(_("Only an edition that was in force before can be brought back."))
    if edition.source.editions.filter(restores=edition, state=State.STAGING).exists():
        raise Conflict(_("This edition is being brought back already."))
    made = ListEdition.objects.create(
        source=edition.source,
        origin=ListEdition.Origin.EARLIER,
        restores=edition,
        brought_by=actor,
        accepted_at=timezone.now(),
        accepted_by=actor,
        accepted_reason=reason,
        **{name: getattr(edition, name) for name in COPIED},
    )
    record_step("list.restored", made, actor, because=reason, restores=str(edition.uid))
    return made


COPIED = ("published_on", "file_name", "file", "sha256", "size", "normaliser", "names_count")


def _needed(reason: str) -> str:
    reason = (reason or "").strip()
    if not reason:
        raise DomainError(_("Say why. The reason is kept with the edition."), field="reason")
    return reason
