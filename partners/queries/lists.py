"""How the lists stand: what is in force, how old it is, and what waits for a person."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from partners.models import EditionDelta, FolderEntry, ListEdition, ListSource
from riskassess.core.prepared import ask
from riskassess.jobs.models import Job
from riskassess.jobs.models import State as JobState

State = ListEdition.State


@dataclass
class ListStanding:
    """One source as an officer looks at it."""

    source: ListSource
    today: date
    in_force: ListEdition | None = None
    newest_refused: ListEdition | None = None  # only where nothing came into force since
    held: list[ListEdition] = field(default_factory=list)
    being_read: list[ListEdition] = field(default_factory=list)
    stuck: Job | None = None  # the step at which comparing partners with the edition in force failed

    @property
    def made_on(self) -> date:
        """The day the edition in force tells of itself, else the one on which it came into force."""
        edition = self.in_force
        return edition.published_on or timezone.localdate(edition.in_force_since or edition.created_at)

    @property
    def own_age_days(self) -> int | None:
        return max(0, (self.today - self.made_on).days) if self.in_force else None

    @property
    def age_days(self) -> int | None:
        """Since the list was made, or since the same file was last brought: then it was still the newest there is."""
        if self.in_force is None:
            return None
        edition, made = self.in_force, self.made_on
        confirmed = timezone.localdate(edition.confirmed_at) if edition.confirmed_at else made
        return max(0, (self.today - max(made, confirmed)).days)

    @property
    def is_old(self) -> bool:
        return self.age_days is not None and self.age_days > self.source.interval_days


def list_standings(today: date, sources: QuerySet[ListSource] | None = None) -> list[ListStanding]:
    """Every source, or these; five queries whatever their number."""
    sources = ListSource.objects.order_by("name") if sources is None else sources
    found = {source.pk: ListStanding(source, today) for source in sources}
    editions = ListEdition.objects.filter(source__in=found).select_related("job")
    refused = editions.filter(state=State.REJECTED).order_by().values("source").annotate(newest=Max("pk"))
    newest_refused = Q(pk__in=refused.values("newest"))
    for edition in editions.filter(Q(state__in=(State.IN_FORCE, State.HELD, State.STAGING)) | newest_refused):
        standing = found[edition.source_id]
        if edition.state == State.IN_FORCE:
            standing.in_force = edition
        elif edition.state == State.HELD:
            standing.held.append(edition)
        elif edition.state == State.STAGING:
            standing.being_read.append(edition)
        else:
            standing.newest_refused = edition
    stuck = stuck_rescreenings()
    for standing in found.values():
        standing.stuck = stuck.get(standing.in_force.pk) if standing.in_force else None
        refused_one, in_force = standing.newest_refused, standing.in_force
        if refused_one and in_force and (in_force.in_force_since or in_force.created_at) > refused_one.created_at:
            standing.newest_refused = None
    return list(found.values())


def lists_in_force(today: date) -> list[ListStanding]:
    """The editions in force with their age alone; one query."""
    return [ListStanding(edition.source, today, in_force=edition) for edition in ask(None, _in_force)]


def _in_force() -> QuerySet[ListEdition]:
    return ListEdition.objects.filter(state=State.IN_FORCE).select_related("source")


def editions_of(source: ListSource) -> QuerySet[ListEdition]:
    editions = source.editions.select_related("source", "brought_by", "accepted_by", "restores", "compared_with", "job")
    return editions.order_by("-pk")


def differences_of(edition: ListEdition, change: str) -> QuerySet[EditionDelta]:
    """With the entries, their names and identifiers on both sides; four queries more, whatever their number."""
    return (
        edition.deltas.filter(change=change)
        .select_related("entity", "before")
        .prefetch_related("entity__names", "before__names", "entity__identifiers", "before__identifiers")
        .order_by("pk")
    )


def stuck_rescreenings() -> dict[int, Job]:
    """By edition in force, the failed step at which comparing partners with it came to a halt. Two queries."""
    waiting = set(ListEdition.objects.filter(state=State.IN_FORCE, settled_at=None).values_list("pk", flat=True))
    jobs = Job.objects.filter(task="partners.rescreen_edition", state=JobState.FAILED).order_by("pk") if waiting else ()
    return {job.ids[0]: job for job in jobs if job.ids[0] in waiting}


def untold_editions(since: datetime) -> QuerySet[ListEdition]:
    """Refused or held, and officers were not told yet."""
    untold = ListEdition.objects.filter(told_at__isnull=True, created_at__gte=since)
    return untold.filter(state__in=(State.REJECTED, State.HELD)).select_related("source")


def folder_problems() -> QuerySet[FolderEntry]:
    return FolderEntry.objects.exclude(problem="").select_related("source")
