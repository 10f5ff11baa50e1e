"""Everything that an installation needs to start, from the files that come with it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from partners.lists import import_edition
from partners.matching.normalise import NORMALISER
from partners.models import ListEdition, ListSource, RorImport
from partners.reference.countries import import_country_facts
from partners.reference.ror import import_ror, progress_words
from partners.reference.tables import Loaded, UnreadableTable, fault_at, rows_of

SOURCE_COLUMNS = (
    "code", "name", "kind", "authority", "format", "is_sample", "interval_days", "address", "licence", "file",
)  # fmt: skip


def load_reference(folder: Path | None = None, *, with_samples: bool = True) -> Iterator[Loaded]:
    """Everything under fixtures that the installation needs to start. What has not changed is only looked at."""
    folder = folder or settings.BASE_DIR / "fixtures"
    for path in sorted((folder / "countries").glob("*.csv")):
        yield import_country_facts(path=path)
    yield load_ror(folder / "ror" / "ror-sample.jsonl.gz")
    yield from load_sources(folder / "lists", with_samples=with_samples)


def load_ror(path: Path) -> Loaded:
    """Records that are held already in a newer form stay."""
    _begun, *later = import_ror(path=path)
    if not later:
        return Loaded("ror", False, _("%(file)s: nothing new.") % {"file": path.name})
    if later[-1].state == RorImport.State.REFUSED:
        raise UnreadableTable(progress_words(later[-1]))
    return Loaded("ror", True, progress_words(later[-1]))


def load_sources(folder: Path, *, with_samples: bool = True) -> Iterator[Loaded]:
    """Make the sources of the samples, and bring each into force where none of that source has been read yet."""
    for line, row in rows_of((folder / "sources.csv").read_bytes(), SOURCE_COLUMNS):
        if row["kind"] not in ListSource.Kind.values:
            raise fault_at(line, "kind", row["kind"], _("one of %s") % ", ".join(ListSource.Kind.values))
        if row["is_sample"] == "yes" and not with_samples:
            continue
        source, _is_new = ListSource.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "kind": row["kind"],
                "authority": row["authority"],
                "format": row["format"],
                "is_sample": row["is_sample"] == "yes",
                "address": row["address"],
                "licence": row["licence"],
            },
            create_defaults={
                **{name: row[name] for name in ("code", "name", "kind", "authority", "format", "address", "licence")},
                "is_sample": row["is_sample"] == "yes",
                "interval_days": int(row["interval_days"] or 30),
            },
        )
        path = folder / row["file"]
        if _was_read(source, path):
            yield Loaded(source.code, False, _("%(list)s: nothing new.") % {"list": source})
            continue
        result = import_edition(source=source, path=path)
        yield Loaded(source.code, result.is_good, result.sentence)


def _was_read(source: ListSource, path: Path) -> bool:
    """Also when a newer edition has come into force since: the sample must not come back."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    in_force = source.editions.filter(state=ListEdition.State.IN_FORCE).first()
    if in_force and in_force.sha256 != sha256:
        return True
    return bool(in_force and in_force.normaliser == NORMALISER)
