"""Look again when an edition changed: only at partners that what changed may mean, a handful at a time.

While it goes on, screenings of before the edition do not count as up to date; once it is through, they do (`settled_at`
of the edition), because whoever a change concerns has been screened anew.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from partners import candidates
from partners.matching.score import compare
from partners.models import EditionEntry, Hit, Identifier, ListedEntity, ListEdition, Partner, Screening
from partners.queries.listed import MOST_CANDIDATES, named, named_in
from partners.screening import screen
from riskassess.audit.log import record
from riskassess.jobs.models import Queue
from riskassess.jobs.services import enqueue

HANDFUL = 100  # entries, or partners, a step
GONE, BY_ENTRY, BY_PARTNER, LATE = "gone", "entries", "partners", "late"


def rescreen(edition: ListEdition, how: str, after: int) -> None:
    """One step, which queues the next: `how` and `after` say where it begins. First whose match is gone, then whom new
    entries may mean (or everybody, where that is less work), last whoever was screened meanwhile without the edition.

    Harmless when it comes twice, or late: an edition that is no longer in force is let be.
    """
    if edition.state != ListEdition.State.IN_FORCE or edition.settled_at:
        return
    if not how:
        candidates.build(candidates.PARTNERS)
        how = GONE
    rows = list(_to_look_at(edition, how).filter(pk__gt=after).order_by("pk")[:HANDFUL])
    for partner in _meant_by(rows) if how == BY_ENTRY else rows:
        screen(partner)
    if len(rows) == HANDFUL:
        _go_on(edition, how, rows[-1].pk)
    elif how == GONE:
        _go_on(edition, BY_ENTRY if changed_entities(edition).count() <= Partner.objects.count() else BY_PARTNER, 0)
    elif how != LATE:
        _go_on(edition, LATE, 0)
    else:
        _settle(edition)


def _go_on(edition: ListEdition, how: str, after: int) -> None:
    since = edition.in_force_since.isoformat() if edition.in_force_since else ""
    key = f"rescreen:{edition.uid}:{since}:{how}:{after}"
    enqueue("partners.rescreen_edition", key, ids=[edition.pk, how, after], queue=Queue.BULK)


def _to_look_at(edition: ListEdition, how: str) -> QuerySet:
    return {GONE: partners_of_gone, BY_ENTRY: changed_entities, LATE: screened_without}.get(
        how, lambda _edition: screened_partners()
    )(edition)


def changed_entities(edition: ListEdition) -> QuerySet[ListedEntity]:
    """Entries that are new or other than in the edition before."""
    before = before_it(edition)
    entries = ListedEntity.objects.filter(entries__edition=edition).prefetch_related("names", "identifiers")
    known = EditionEntry.objects.filter(edition=before, entity=OuterRef("pk"))
    return entries.filter(~Exists(known)) if before else entries


def partners_of_gone(edition: ListEdition) -> QuerySet[Partner]:
    """Partners whose latest screening has a match with an entry that is gone, or no longer stands as it did."""
    stays = EditionEntry.objects.filter(edition=edition, entity=OuterRef("entity"))
    latest = Screening.objects.filter(partner=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    gone = Hit.objects.filter(~Exists(stays), entity__source=edition.source, screening=OuterRef("latest"))
    return Partner.objects.annotate(latest=Subquery(latest)).filter(Exists(gone))


def screened_without(edition: ListEdition) -> QuerySet[Partner]:
    """Partners whose latest screening began before this edition was in force and was kept after it."""
    latest = Screening.objects.filter(partner=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    late = Screening.objects.filter(pk=OuterRef("latest"), created_at__gt=edition.in_force_since)
    return Partner.objects.annotate(latest=Subquery(latest)).filter(Exists(late.exclude(editions=edition)))


def before_it(edition: ListEdition) -> ListEdition | None:
    """The edition that was in force before this one."""
    earlier = edition.source.editions.filter(in_force_since__isnull=False).exclude(pk=edition.pk)
    if edition.in_force_since:
        earlier = earlier.filter(in_force_since__lt=edition.in_force_since)
    return earlier.order_by("-in_force_since").first()


def screened_partners() -> QuerySet[Partner]:
    """Whoever was never screened waits for a first screening anyway."""
    return Partner.objects.filter(Exists(Screening.objects.filter(partner=OuterRef("pk"))))


def _meant_by(entities: list[ListedEntity]) -> list[Partner]:
    found: dict[int, Partner] = {}
    for entity in entities:
        if entity.kind == ListedEntity.Kind.PERSON:
            continue
        listed = named_in(entity)
        keys = candidates.search(listed.names, candidates.PARTNERS, MOST_CANDIDATES)
        near = screened_partners().filter((Q(pk__in=keys) | _has_any(listed.ids)) & ~Q(pk__in=found))
        for partner in near.prefetch_related("aliases", "identifiers"):
            if compare(named(partner), listed).band != "clear":
                found[partner.pk] = partner
    return list(found.values())


def _has_any(ids: frozenset[tuple[str, str]]) -> Q:
    """Partners with one of these identifiers, whatever their names."""
    values = {value for _scheme, value in ids}
    holders = Identifier.objects.filter(value__in=values).values("partner")  # compared with its scheme by the matcher
    return Q(ror_id__in=values) | Q(pk__in=holders) if values else Q(pk__in=())


@transaction.atomic
def _settle(edition: ListEdition) -> None:
    waiting = ListEdition.objects.filter(pk=edition.pk, settled_at__isnull=True)
    if waiting.update(settled_at=timezone.now()):
        record(
            "list.settled",
            subject=edition,
            actor_id=None,
            role="system",
            after={"list": edition.source.code, "edition": str(edition.uid)},
        )
