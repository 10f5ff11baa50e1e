"""What is indexed, where its index lies, and which rows of the database it is made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from partners.candidates.writing import FORM
from partners.matching.identifiers import ALPHABET, ROR_PREFIX, read_ror_id
from partners.models import Alias, EditionEntry, ListEdition, ListedName, Partner, RorName

CHUNK, CHUNK_OF_IDS = 5_000, 500


@dataclass(frozen=True)
class Place:
    """One index. `kind` is edition, partners or ror; an edition has its key and the uid that no other ever has."""

    kind: str
    number: int = 0
    uid: str = ""

    @property
    def folder(self) -> Path:
        """Named by what is in it and by the form in which it is written: an index of an older form is never read."""
        name = f"{self.kind}-{self.uid}" if self.uid else self.kind
        return root() / f"{name}.{FORM}"

    def rows(self) -> Iterator[tuple[int, str, str]]:
        """(number of the row to be found, name, organisation or person), streamed from the database."""
        return _ROWS[self.kind](self)

    def handfuls(self, after: int) -> Iterator[tuple[int, list[tuple[int, str, str]]]]:
        """The same rows of an edition or of ROR by the handful, each with the `after` of the next."""
        return _HANDFULS[self.kind](self, after)

    def found(self, numbers: list[int]) -> list:
        """The keys of the rows that have these numbers."""
        return [ror_id_of(number) for number in numbers] if self.kind == "ror" else numbers


def root() -> Path:
    return Path(settings.VAR_DIR) / "search"


PARTNERS = Place("partners")
ROR = Place("ror")


def of_edition(edition: ListEdition) -> Place:
    return Place("edition", edition.pk, edition.uid.hex)


def number_of(ror_id: str) -> int:
    number = 0
    for char in read_ror_id(ror_id)[len(ROR_PREFIX) :][:7]:
        number = number * 32 + ALPHABET.index(char)
    return number


def ror_id_of(number: int) -> str:
    letters = "".join(ALPHABET[(number >> shift) & 31] for shift in range(30, -1, -5))
    return f"{ROR_PREFIX}{letters}{98 - (number * 100) % 97:02d}"


def _rows_of_edition(place: Place) -> Iterator[tuple[int, str, str]]:
    for _after, handful in _handfuls_of_edition(place, 0):
        yield from handful


def _handfuls_of_edition(place: Place, after: int) -> Iterator[tuple[int, list[tuple[int, str, str]]]]:
    entries = EditionEntry.objects.filter(edition=place.number).order_by("pk")
    while pairs := list(entries.filter(pk__gt=after).values_list("pk", "entity_id")[:CHUNK_OF_IDS]):
        names = ListedName.objects.filter(entity__in=[entity for _pk, entity in pairs]).order_by("pk")
        rows = names.values_list("entity_id", "original", "entity__kind")
        after = pairs[-1][0]
        yield after, [(pk, name, kind if kind == "person" else "organisation") for pk, name, kind in rows]


def partners_since(since: datetime) -> list[int]:
    """Partners that were changed or given a name since."""
    changed = set(Partner.objects.filter(updated_at__gte=since).order_by().values_list("pk", flat=True))
    named = Alias.objects.filter(created_at__gte=since).order_by().values_list("partner_id", flat=True)
    return sorted(changed.union(named))


def rows_of_partners(numbers: list[int] | None = None) -> Iterator[tuple[int, str, str]]:
    """The names of partners and of their ROR records; with `numbers`, of these. Merged records have none: what they
    were called is a name of the record they lead to."""
    if numbers is None:
        yield from _names_of(Partner.objects.all(), Alias.objects.all())
        return
    for at in range(0, len(numbers), CHUNK_OF_IDS):
        some = numbers[at : at + CHUNK_OF_IDS]
        yield from _names_of(Partner.objects.filter(pk__in=some), Alias.objects.filter(partner__in=some))


def _names_of(partners: QuerySet[Partner], aliases: QuerySet[Alias]) -> Iterator[tuple[int, str, str]]:
    partners = partners.filter(merged_into__isnull=True).order_by()
    aliases = aliases.filter(partner__merged_into__isnull=True).order_by()
    for pk, name in partners.values_list("pk", "name").iterator(CHUNK):
        yield pk, name, "organisation"
    for pk, name in aliases.values_list("partner_id", "name").iterator(CHUNK):
        yield pk, name, "organisation"
    resolved = partners.exclude(ror_id="").values_list("pk", "ror_id").iterator(CHUNK)
    while chunk := dict(islice(resolved, CHUNK_OF_IDS)):
        partner_of = {ror_id: pk for pk, ror_id in chunk.items()}  # a ROR id belongs to one partner
        for ror_id, text in RorName.objects.filter(record__in=partner_of).values_list("record_id", "text"):
            yield partner_of[ror_id], text, "organisation"


def _rows_of_ror(_place: Place) -> Iterator[tuple[int, str, str]]:
    for _after, handful in _handfuls_of_ror(_place, 0):
        yield from handful


def _handfuls_of_ror(_place: Place, after: int) -> Iterator[tuple[int, list[tuple[int, str, str]]]]:
    names = RorName.objects.order_by("pk").values_list("pk", "record_id", "text")
    while rows := list(names.filter(pk__gt=after)[:CHUNK]):
        after = rows[-1][0]
        yield after, [(number_of(ror_id), text, "organisation") for _pk, ror_id, text in rows]


_ROWS = {"edition": _rows_of_edition, "partners": lambda _place: rows_of_partners(), "ror": _rows_of_ror}
_HANDFULS = {"edition": _handfuls_of_edition, "ror": _handfuls_of_ror}
