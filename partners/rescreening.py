"""Look again when an edition changed: only at partners that what changed may mean, a handful at a time.

People named as contacts come after the partners. While it goes on, screenings of before the edition do not count as up
to date; once it is through, they do (`settled_at` of the edition), because whoever a change concerns has been screened
anew.
"""

from collections import defaultdict

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from partners import candidates
from partners.matching.score import Named, compare
from partners.models import (
    Contact,
    EditionEntry,
    Hit,
    Identifier,
    ListedEntity,
    ListEdition,
    Partner,
    Party,
    RorRelation,
    Screening,
)
from partners.queries.listed import MOST_CANDIDATES, read_listed, read_partners
from partners.queries.parents import LIKELY, partners_below, records_as_named, records_with_parts
from partners.screening import screen
from riskassess.audit.log import record
from riskassess.core.errors import DomainError
from riskassess.jobs.models import Queue
from riskassess.jobs.services import enqueue

HANDFUL = 100  # entries, or partners, a step
GONE, BY_ENTRY, BY_PARTNER, LATE = "gone", "entries", "partners", "late"
PEOPLE, LATE_PEOPLE = "people", "late_people"
AFTER = {BY_ENTRY: LATE, BY_PARTNER: LATE, LATE: PEOPLE, PEOPLE: LATE_PEOPLE}


def rescreen(edition: ListEdition, how: str, after: int) -> None:
    """One step, which queues the next: `how` and `after` say where it begins. First whose match is gone, then whom new
    entries may mean (or everybody, where that is less work), last whoever was screened meanwhile without the edition.

    Harmless when it comes twice, or late: an edition that is no longer in force is let be.
    """
    if edition.state != ListEdition.State.IN_FORCE or edition.settled_at:
        return
    if not how:
        candidates.refresh_partners()
        how = GONE
    rows = list(_to_look_at(edition, how).filter(pk__gt=after).order_by("pk")[:HANDFUL])
    for party in _meant_by(rows) if how == BY_ENTRY else rows:
        _screen_whole(party)
    if len(rows) == HANDFUL:
        _go_on(edition, how, rows[-1].pk)
    elif how == GONE:
        _go_on(edition, BY_ENTRY if changed_entities(edition).count() <= Partner.objects.count() else BY_PARTNER, 0)
    elif how in AFTER and not (AFTER[how] == PEOPLE and not Screening.objects.filter(contact__isnull=False).exists()):
        _go_on(edition, AFTER[how], 0)
    else:
        _settle(edition)


def _go_on(edition: ListEdition, how: str, after: int) -> None:
    since = edition.in_force_since.isoformat() if edition.in_force_since else ""
    key = f"rescreen:{edition.uid}:{since}:{how}:{after}"
    enqueue("partners.rescreen_edition", key, ids=[edition.pk, how, after], queue=Queue.BULK)


def _to_look_at(edition: ListEdition, how: str) -> QuerySet:
    by_edition = {
        GONE: partners_of_gone,
        BY_ENTRY: changed_entities,
        LATE: screened_without,
        PEOPLE: people_to_look_at,
        LATE_PEOPLE: people_screened_without,
    }
    return by_edition[how](edition) if how in by_edition else screened_partners()


def changed_entities(edition: ListEdition) -> QuerySet[ListedEntity]:
    """Entries that are new or other than in the edition before."""
    before = before_it(edition)
    entries = ListedEntity.objects.filter(entries__edition=edition)
    known = EditionEntry.objects.filter(edition=before, entity=OuterRef("pk"))
    return entries.filter(~Exists(known)) if before else entries


def partners_of_gone(edition: ListEdition) -> QuerySet[Partner]:
    """Partners whose latest screening has a match with an entry that is gone, or no longer stands as it did."""
    return Partner.objects.filter(pk__in=_gone(edition, "partner").values("screening__partner"))


def people_to_look_at(edition: ListEdition) -> QuerySet[Contact]:
    """Contacts whose match is gone; where the edition says something new of persons, all of them: they are few."""
    if changed_entities(edition).filter(kind=ListedEntity.Kind.PERSON).exists():
        return Contact.objects.filter(Exists(Screening.objects.filter(contact=OuterRef("pk"))))
    return Contact.objects.filter(pk__in=_gone(edition, "contact").values("screening__contact"))


def _gone(edition: ListEdition, about: str) -> QuerySet[Hit]:
    stays = EditionEntry.objects.filter(edition=edition, entity=OuterRef("entity"))
    latest = _latest(about, f"screening__{about}")
    return Hit.objects.filter(~Exists(stays), entity__source=edition.source, screening=latest)


def screened_without(edition: ListEdition) -> QuerySet[Partner]:
    """Partners whose latest screening began before this edition was in force and was kept after it."""
    return Partner.objects.filter(pk__in=_late(edition, "partner").values("partner"))


def people_screened_without(edition: ListEdition) -> QuerySet[Contact]:
    return Contact.objects.filter(pk__in=_late(edition, "contact").values("contact"))


def _late(edition: ListEdition, about: str) -> QuerySet[Screening]:
    late = Screening.objects.filter(created_at__gt=edition.in_force_since, pk=_latest(about, about))
    return late.exclude(editions=edition)


def _latest(about: str, outer: str) -> Subquery:
    return Subquery(Screening.objects.filter(**{about: OuterRef(outer)}).order_by("-pk").values("pk")[:1])


def before_it(edition: ListEdition) -> ListEdition | None:
    """The edition that was in force before this one."""
    earlier = edition.source.editions.filter(in_force_since__isnull=False).exclude(pk=edition.pk)
    if edition.in_force_since:
        earlier = earlier.filter(in_force_since__lt=edition.in_force_since)
    return earlier.order_by("-in_force_since").first()


def screened_partners() -> QuerySet[Partner]:
    """Whoever was never screened waits for a first screening anyway."""
    screened = Exists(Screening.objects.filter(partner=OuterRef("pk")))
    return Partner.objects.filter(screened, merged_into__isnull=True)


def _screen_whole(party: Party) -> None:
    """While a list cannot be read, nobody may count as up to date: the step fails and is tried again."""
    screening = screen(party)
    if screening.is_broken:
        raise DomainError(screening.reason)


def _meant_by(entities: list[ListedEntity]) -> list[Partner]:
    """Screened partners that these entries may be. Their candidates are read together, not entry by entry."""
    listed = {pk: who for pk, who in read_listed(entity.pk for entity in entities).items() if who.kind != "person"}
    near = {pk: candidates.search(who.names, candidates.PARTNERS, MOST_CANDIDATES) for pk, who in listed.items()}
    for pk, partners in _with_equal_identifier(listed).items():
        near[pk] += partners
    known = read_partners({partner for found in near.values() for partner in found})
    meant = {
        partner
        for pk, found in near.items()
        for partner in found
        if partner in known and compare(known[partner], listed[pk], only_matches=True).band != "clear"
    }
    meant |= partners_below(_wholes(listed), meant)
    return list(screened_partners().filter(pk__in=meant).order_by("pk"))


def _wholes(listed: dict[int, Named]) -> set[str]:
    """ROR ids of organisations with parts that are likely one of these entries."""
    if not RorRelation.objects.exists():
        return set()
    near = {pk: set(candidates.search(who.names, candidates.ROR, MOST_CANDIDATES)) for pk, who in listed.items()}
    for pk, who in listed.items():
        near[pk] |= {value for scheme, value in who.ids if scheme == "ror"}
    known = records_as_named(records_with_parts({ror_id for found in near.values() for ror_id in found}))
    return {
        ror_id
        for pk, found in near.items()
        for ror_id in found & known.keys()
        if compare(known[ror_id], listed[pk], only_matches=True).band in LIKELY
    }


def _with_equal_identifier(listed: dict[int, Named]) -> dict[int, list[int]]:
    """By entry, the partners with one of its identifiers, whatever their names."""
    entries = defaultdict(list)
    for pk, who in listed.items():
        for _scheme, value in who.ids:  # compared with its scheme by the matcher
            entries[value].append(pk)
    holders = [
        *Identifier.objects.filter(value__in=entries).values_list("partner", "value"),
        *Partner.objects.filter(ror_id__in=entries).values_list("pk", "ror_id"),
    ]
    found = defaultdict(list)
    for partner, value in holders:
        for pk in entries[value]:
            found[pk].append(partner)
    return found


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
