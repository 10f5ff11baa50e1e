from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners import candidates
from partners.lists.outcomes import ImportResult, Outcome
from partners.lists.recording import record_step
from partners.lists.refusing import mark_refused
from partners.models import ListEdition
from riskassess.jobs.models import Queue
from riskassess.jobs.services import enqueue


@transaction.atomic
def swap(edition: ListEdition, in_force: ListEdition | None, actor) -> ImportResult:
    now = timezone.now()
    others = edition.source.editions.filter(state=ListEdition.State.IN_FORCE)
    moved = others.filter(pk=in_force.pk if in_force else None).update(
        state=ListEdition.State.SUPERSEDED, superseded_at=now
    )
    if moved != bool(in_force) or others.exists():
        sentence = _("Another edition of this list came into force meanwhile. Import the file again.")
        mark_refused(edition, sentence)
        return ImportResult(Outcome.REJECTED, sentence, edition)
    edition.state, edition.in_force_since, edition.settled_at = ListEdition.State.IN_FORCE, now, None
    edition.save()
    record_step("list.imported", edition, actor, Outcome.IMPORTED)
    key = f"rescreen:{edition.uid}:{now.isoformat()}"  # an edition may come into force again
    enqueue("partners.rescreen_edition", key, ids=[edition.pk, "", 0], queue=Queue.BULK)
    return ImportResult(
        Outcome.IMPORTED,
        ngettext(
            "%(list)s: the edition of %(date)s with %(count)s entry is in force.",
            "%(list)s: the edition of %(date)s with %(count)s entries is in force.",
            edition.entities_count,
        )
        % {
            "list": edition.source,
            "date": edition.published_on.isoformat() if edition.published_on else _("unknown date"),
            "count": edition.entities_count,
        },
        edition,
    )


def remove_indexes() -> None:
    """Only editions in force or being read are ever searched."""
    states = (ListEdition.State.IN_FORCE, ListEdition.State.STAGING)
    kept = [candidates.of_edition(edition) for edition in ListEdition.objects.filter(state__in=states)]
    candidates.remove_superseded([*kept, candidates.PARTNERS, candidates.ROR])
