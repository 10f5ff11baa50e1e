from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import candidates
from partners.lists.outcomes import ImportResult, Outcome, result_of
from partners.lists.recording import record_step
from partners.lists.refusing import refuse
from partners.lists.staging import always
from partners.models import ListEdition, ListSource
from riskassess.jobs.models import Queue
from riskassess.jobs.services import enqueue, registered_tasks

State = ListEdition.State


def bring_into_force(edition: ListEdition, goes_on: Callable[[], bool] = always) -> ImportResult | None:
    """Swap the edition in. None where its index takes another step, or where another edition came into force since this
    one was compared: look again."""
    registered_tasks()  # reads them all where this process has not yet, which may not happen inside the transaction
    # Before the swap: what is in force can be searched at once.
    if not candidates.build_on(candidates.of_edition(edition), round_of=edition.uid.hex, goes_on=goes_on):
        return None
    if not _swap(edition):
        return None
    remove_indexes()
    _refuse_held(edition.source)
    edition.refresh_from_db()
    return result_of(edition)


@transaction.atomic
def _swap(edition: ListEdition) -> bool:
    now, before = timezone.now(), edition.compared_with_id
    ListSource.objects.select_for_update().get(pk=edition.source_id)
    in_force = edition.source.editions.filter(state=State.IN_FORCE)
    if in_force.values_list("pk", flat=True).first() != before:
        ListEdition.objects.filter(pk=edition.pk, state=State.STAGING).update(
            compared_at=None, accepted_at=None, accepted_by=None, accepted_reason=""
        )
        return False
    in_force.update(state=State.SUPERSEDED, superseded_at=now)
    staged = ListEdition.objects.filter(pk=edition.pk, state=State.STAGING)
    if not staged.update(state=State.IN_FORCE, in_force_since=now, settled_at=None, reason=""):
        transaction.set_rollback(True)  # settled by somebody else; what is in force stays
        return True
    edition.state, edition.reason = State.IN_FORCE, ""
    record_step(
        "list.imported",
        edition,
        edition.accepted_by or edition.brought_by,
        outcome=Outcome.IMPORTED.value,
        added=edition.added_count,
        removed=edition.removed_count,
        names_changed=edition.names_changed_count,
        other_changed=edition.other_changed_count,
    )
    key = f"rescreen:{edition.uid}:{now.isoformat()}"
    enqueue("partners.rescreen_edition", key, ids=[edition.pk, "", 0], queue=Queue.BULK)
    return True


def _refuse_held(source: ListSource) -> None:
    """What waited for a person was compared with an edition that is no longer in force."""
    for held in source.editions.filter(state=State.HELD).select_related("source"):
        ListEdition.objects.filter(pk=held.pk).update(told_at=timezone.now())  # nothing is left to do about it
        refuse(held, _("Another edition came into force before anybody accepted this one."), None)


def remove_indexes() -> None:
    """Only editions in force or being read are ever searched."""
    states = (State.IN_FORCE, State.STAGING)
    kept = [candidates.of_edition(edition) for edition in ListEdition.objects.filter(state__in=states)]
    candidates.remove_superseded([*kept, candidates.PARTNERS, candidates.ROR])
