"""Who has to be compared with the lists again although nobody asked, and when that comes."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from partners.matching.score import SCORER
from partners.models import Contact, Partner, Party, Screening
from partners.queries.screenings import accepted_editions, editions_in_force
from riskassess.jobs.models import Job
from riskassess.jobs.queries import unfinished_jobs

EVERY = timedelta(minutes=10)  # somebody looks; each partner comes at most once an hour


def due_for_screening() -> QuerySet[Partner]:
    """Partners whose latest screening is broken, was made by an earlier matcher or before they were changed (their ROR
    record counts), or lacks a list in force; those screened longest ago first.

    Lists whose partners are being looked at for a new edition are left to that.
    """
    return _due(Partner.objects.filter(merged_into__isnull=True), "partner", Q(latest_at__lt=F("updated_at")))


def due_contacts() -> QuerySet[Contact]:
    """As `due_for_screening`; a contact never changes."""
    return _due(Contact.objects.all(), "contact", Q())


def _due(parties: QuerySet, about: str, is_due: Q) -> QuerySet:
    latest = Screening.objects.filter(**{about: OuterRef("pk")}).order_by("-pk")
    parties = parties.annotate(
        latest=Subquery(latest.values("pk")[:1]),
        latest_state=Subquery(latest.values("state")[:1]),
        latest_at=Subquery(latest.values("created_at")[:1]),
        latest_scorer=Subquery(latest.values("scorer")[:1]),
    )
    broken = [Screening.State.PARTIAL, Screening.State.FAILED]
    is_due |= Q(latest_state__in=broken) | ~Q(latest_scorer=SCORER)
    for edition, accepted in zip(editions_in_force(), accepted_editions(), strict=True):
        if edition.settled_at or not rescreening_goes_on(edition.uid):
            rows = Screening.editions.through.objects
            is_due |= ~Exists(rows.filter(screening=OuterRef("latest"), listedition__in=accepted))
    return parties.filter(is_due, latest__isnull=False).order_by("latest")


def rescreening_goes_on(edition_uid) -> bool:
    return unfinished_jobs(task="partners.rescreen_edition", key_prefix=f"rescreen:{edition_uid}:").exists()


def hourly_key(party: Party, moment: datetime) -> str:
    return f"screen:{party.uid}:hourly:{moment:%Y%m%d%H}"


def next_try(party: Party, now: datetime | None = None) -> datetime:
    """When somebody who is due is compared again at the latest, while the line is short."""
    now = now or timezone.now()
    if Job.objects.filter(key=hourly_key(party, now)).exists():
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) + EVERY
    return now + EVERY
