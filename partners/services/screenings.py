from uuid import uuid4

from django.utils import timezone

from partners import queries
from partners.models import FactChange, Partner
from riskassess.accounts.models import User
from riskassess.jobs.models import Job
from riskassess.jobs.services import enqueue


def request_screening(
    *, partner: Partner, key: str, follow_up: str = "", ids: tuple[int | str, ...] = (), asked_by: User | None = None
) -> Job:
    """Screen in the background. `ids` are for the follow-up task, which is called with (partner id, *ids)."""
    return enqueue("partners.screen_partner", key, ids=[partner.pk, *ids], follow_up=follow_up, asked_by=asked_by)


def screen_anew(partner: Partner, actor: User) -> Job:
    """Something that a screening reads was changed."""
    return request_screening(partner=partner, key=f"screen:{partner.uid}:changed:{uuid4().hex}", asked_by=actor)


def screen_if_stale(partner: Partner, actor: User) -> Job | None:
    return None if queries.is_fresh(partner) else screen_anew(partner, actor)


def close_change(*, change: FactChange) -> bool:
    """Mark a change as dealt with; false where it was already."""
    return bool(FactChange.objects.filter(pk=change.pk, handled_at__isnull=True).update(handled_at=timezone.now()))
