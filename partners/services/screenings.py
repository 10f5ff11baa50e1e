from datetime import datetime
from uuid import uuid4

from django.utils import timezone

from partners import queries
from partners.models import Contact, FactChange, Partner, Party
from partners.queries.due import due_contacts, due_for_screening, hourly_key
from riskassess.accounts.models import User
from riskassess.jobs.models import Job, Queue
from riskassess.jobs.queries import unfinished_jobs
from riskassess.jobs.services import enqueue

MOST_AT_ONCE = 200


def request_screening(
    *, partner: Partner, key: str, follow_up: str = "", ids: tuple[int | str, ...] = (), asked_by: User | None = None
) -> Job:
    """Screen in the background. `ids` are for the follow-up task, which is called with (partner id, *ids)."""
    return enqueue("partners.screen_partner", key, ids=[partner.pk, *ids], follow_up=follow_up, asked_by=asked_by)


def request_contact_screening(
    *, contact: Contact, key: str, follow_up: str = "", ids: tuple[int | str, ...] = (), asked_by: User | None = None
) -> Job:
    """As `request_screening`, for a person named as a contact."""
    return enqueue("partners.screen_contact", key, ids=[contact.pk, *ids], follow_up=follow_up, asked_by=asked_by)


def screen_anew(party: Party, actor: User) -> Job:
    """Something that a screening reads was changed."""
    key = f"screen:{party.uid}:changed:{uuid4().hex}"
    if isinstance(party, Contact):
        return request_contact_screening(contact=party, key=key, asked_by=actor)
    return request_screening(partner=party, key=key, asked_by=actor)


def screen_if_stale(party: Party, actor: User) -> Job | None:
    return None if queries.is_fresh(party) else screen_anew(party, actor)


def screen_due(*, now: datetime, most: int = MOST_AT_ONCE) -> int:
    """Screen some of those who are due, each at most once an hour; says how many. While earlier ones still wait for a
    worker, as many fewer."""
    asked = 0
    for task, due in (("partners.screen_partner", due_for_screening()), ("partners.screen_contact", due_contacts())):
        tries = unfinished_jobs(task=task).filter(key__contains=":hourly:").count()
        for party in due[: max(0, most - tries)]:
            key = hourly_key(party, now)
            if not Job.objects.filter(key=key).exists():
                enqueue(task, key, ids=[party.pk], queue=Queue.BULK)
                asked += 1
    return asked


def close_change(*, change: FactChange) -> bool:
    """Mark a change as dealt with; false where it was already."""
    return bool(FactChange.objects.filter(pk=change.pk, handled_at__isnull=True).update(handled_at=timezone.now()))
