"""What an edition changes, entry by entry, against the one that is in force."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from partners.lists.staging import Overtaken
from partners.models import EditionDelta, EditionEntry, ListEdition, ListedName

CHUNK = 500
Change = EditionDelta.Change


def compare_with(edition: ListEdition, in_force: ListEdition | None) -> None:
    """Store the differences. The first edition of a source has none; done twice, it comes to the same."""
    while ids := list(edition.deltas.values_list("pk", flat=True)[:CHUNK]):
        EditionDelta.objects.filter(pk__in=ids).delete()
    counts: Counter[str] = Counter()
    rows = _deltas(edition, in_force) if in_force else iter(())
    for chunk in _chunks(rows):
        with transaction.atomic():
            EditionDelta.objects.bulk_create(chunk, ignore_conflicts=True)
        counts.update(row.change for row in chunk)
    columns = {
        "compared_with": in_force,
        "compared_at": timezone.now(),
        "added_count": counts[Change.ADDED],
        "removed_count": counts[Change.REMOVED],
        "names_changed_count": counts[Change.NAMES],
        "other_changed_count": counts[Change.OTHER],
    }
    if not ListEdition.objects.filter(pk=edition.pk, state=ListEdition.State.STAGING).update(**columns):
        raise Overtaken
    for name, value in columns.items():
        setattr(edition, name, value)


def _deltas(edition: ListEdition, in_force: ListEdition) -> Iterator[EditionDelta]:
    new, gone = _only_in(edition, in_force), _only_in(in_force, edition)
    for external_id, pk in new.items():
        if external_id not in gone:
            yield EditionDelta(edition=edition, entity_id=pk, change=Change.ADDED)
    for external_id, pk in gone.items():
        if external_id not in new:
            yield EditionDelta(edition=edition, entity_id=pk, change=Change.REMOVED)
    changed = [(pk, gone[external_id]) for external_id, pk in new.items() if external_id in gone]
    for at in range(0, len(changed), CHUNK):
        pairs = changed[at : at + CHUNK]
        names = _names_of({pk for pair in pairs for pk in pair})
        for now, before in pairs:
            change = Change.OTHER if names[now] == names[before] else Change.NAMES
            yield EditionDelta(edition=edition, entity_id=now, before_id=before, change=change)


def _only_in(edition: ListEdition, other: ListEdition) -> dict[str, int]:
    """Entries that the other edition does not hold in the same words, by the list's own key."""
    in_other = EditionEntry.objects.filter(edition=other, entity=OuterRef("entity"))
    rows = EditionEntry.objects.filter(~Exists(in_other), edition=edition).order_by("pk")
    return dict(rows.values_list("entity__external_id", "entity_id").iterator())


def _names_of(ids: set[int]) -> dict[int, set[tuple[str, str]]]:
    names: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for entity, original, kind in ListedName.objects.filter(entity__in=ids).values_list(
        "entity_id", "original", "kind"
    ):
        names[entity].add((original, kind))
    return names


def _chunks(rows: Iterator[EditionDelta]) -> Iterator[list[EditionDelta]]:
    chunk: list[EditionDelta] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
