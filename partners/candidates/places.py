"""What is indexed, where its index lies, and which rows of the database it is made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from partners.candidates.writing import FORM
from partners.matching.identifiers import ALPHABET, ROR_PREFIX, read_ror_id
from partners.models import Alias, ListEdition, ListedName, Partner, RorName

CHUNK = 5_000


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
    names = ListedName.objects.filter(entity__entries__edition=place.number).order_by()
    for pk, name, kind in names.values_list("entity_id", "original", "entity__kind").iterator(CHUNK):
        yield pk, name, kind if kind == "person" else "organisation"


def _rows_of_partners(_place: Place) -> Iterator[tuple[int, str, str]]:
    for pk, name in Partner.objects.order_by().values_list("pk", "name").iterator(CHUNK):
        yield pk, name, "organisation"
    for pk, name in Alias.objects.order_by().values_list("partner_id", "name").iterator(CHUNK):
        yield pk, name, "organisation"


def _rows_of_ror(_place: Place) -> Iterator[tuple[int, str, str]]:
    for ror_id, text in RorName.objects.order_by().values_list("record_id", "text").iterator(CHUNK):
        yield number_of(ror_id), text, "organisation"


_ROWS = {"edition": _rows_of_edition, "partners": _rows_of_partners, "ror": _rows_of_ror}
