"""Import an edition of a list: parse, stage, check, swap. Until the swap, one short transaction, everybody sees the
edition in force; whatever goes wrong before it leaves that edition in force."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partners import candidates
from partners.matching.normalise import NORMALISER, normalise
from partners.models import EditionEntry, ListedEntity, ListEdition, ListedName, ListSource
from partners.parsing.formats import FORMATS
from partners.parsing.listed import LARGEST_FILE, Listed, UnreadableList
from riskassess.audit.log import record
from riskassess.core.errors import DomainError
from riskassess.jobs.models import Queue
from riskassess.jobs.services import enqueue

CHUNK = 500
FEWEST_TO_COMPARE = 10  # below this a list may shrink as it likes
ABANDONED_AFTER = timedelta(hours=1)


class Outcome(models.TextChoices):
    IMPORTED = "imported", gettext_lazy("imported")
    UNCHANGED = "unchanged", gettext_lazy("unchanged")
    EMPTY = "empty", gettext_lazy("refused: empty")
    REJECTED = "rejected", gettext_lazy("refused")


@dataclass(frozen=True)
class ImportResult:
    outcome: Outcome
    sentence: str
    edition: ListEdition | None = None

    @property
    def is_good(self) -> bool:
        return self.outcome in (Outcome.IMPORTED, Outcome.UNCHANGED)


def import_edition(*, source: ListSource, path: Path, actor=None, accept_shrink: bool = False) -> ImportResult:
    """Read the file as the newest edition of the source. Never raises for what a file may hold: the outcome says it.

    Call it outside a transaction: rows are staged in chunks, so that no write holds up the others for long.
    """
    if source.format not in FORMATS:
        raise DomainError(_("The list %(list)s names the unknown format %(format)s.")
                          % {"list": source.code, "format": source.format}, field="format")  # fmt: skip
    size = path.stat().st_size
    if size > LARGEST_FILE:
        return _refuse(source, path, "", size, actor, Outcome.REJECTED, _("The file is larger than 200 MB."))
    sha256 = _sha256(path)
    in_force = source.editions.filter(state=ListEdition.State.IN_FORCE).first()
    if in_force and (in_force.sha256, in_force.normaliser) == (sha256, NORMALISER):
        return ImportResult(
            Outcome.UNCHANGED, _("%(list)s: this file is the edition in force already.") % {"list": source}, in_force
        )
    if not size:
        return _refuse(source, path, sha256, size, actor, Outcome.EMPTY, _("The file is empty."))
    _clear_abandoned(source)
    edition = ListEdition.objects.create(
        source=source, file_name=path.name[:200], sha256=sha256, size=size, normaliser=NORMALISER
    )
    try:
        reading = FORMATS[source.format](path)
        edition.published_on = reading.published_on
        _stage(edition, reading.entries)
    except UnreadableList as fault:
        return _refuse(source, path, sha256, size, actor, Outcome.REJECTED, str(fault), edition)
    if not edition.entities_count:
        return _refuse(source, path, sha256, size, actor, Outcome.EMPTY, _("The list has no entries."), edition)
    if objection := _objection(edition, in_force, accept_shrink):
        return _refuse(source, path, sha256, size, actor, Outcome.REJECTED, objection, edition)
    candidates.build(candidates.of_edition(edition))  # before the swap: what is in force can be searched at once
    result = _swap(edition, in_force, actor)
    _remove_indexes()
    return result


def _remove_indexes() -> None:
    """Only editions in force or being read are ever searched."""
    states = (ListEdition.State.IN_FORCE, ListEdition.State.STAGING)
    kept = [candidates.of_edition(edition) for edition in ListEdition.objects.filter(state__in=states)]
    candidates.remove_superseded([*kept, candidates.PARTNERS, candidates.ROR])


def _stage(edition: ListEdition, entries: Iterator[Listed]) -> None:
    """Entries that an earlier edition held in the same words are linked, not stored again."""
    while chunk := list(islice(entries, CHUNK)):
        hashes = {entry.external_id: _entry_hash(entry) for entry in chunk}
        with transaction.atomic():
            stored = _stored(edition.source, hashes)
            new = [entry for entry in chunk if (entry.external_id, hashes[entry.external_id]) not in stored]
            made = ListedEntity.objects.bulk_create(
                _entity(edition.source, entry, hashes[entry.external_id]) for entry in new
            )
            ListedName.objects.bulk_create(
                ListedName(entity=entity, original=name.text, normalised=key, kind=name.kind)
                for entity, entry in zip(made, new, strict=True)
                for name in entry.names
                if (key := normalise(name.text))
            )
            ids = [*made, *(stored[key] for key in hashes.items() if key in stored)]
            EditionEntry.objects.bulk_create(EditionEntry(edition=edition, entity=entity) for entity in ids)
        edition.entities_count += len(chunk)
        edition.names_count += sum(len(entry.names) for entry in chunk)


def _stored(source: ListSource, hashes: dict[str, str]) -> dict[tuple[str, str], ListedEntity]:
    rows = ListedEntity.objects.filter(source=source, external_id__in=hashes, entry_hash__in=hashes.values())
    return {(row.external_id, row.entry_hash): row for row in rows}


def _entity(source: ListSource, entry: Listed, entry_hash: str) -> ListedEntity:
    return ListedEntity(
        source=source,
        external_id=entry.external_id,
        entry_hash=entry_hash,
        kind=entry.kind,
        name=entry.names[0].text,
        countries=list(entry.countries),
        programme=entry.programme,
        reference=entry.reference,
        listed_on=entry.listed_on,
        remarks=entry.remarks,
        address=entry.address,
    )


def _objection(edition: ListEdition, in_force: ListEdition | None, accept_shrink: bool) -> str:
    if in_force is None:
        return ""
    if edition.published_on and in_force.published_on and edition.published_on < in_force.published_on:
        return _("The file is of %(new)s, older than the edition in force of %(old)s.") % {
            "new": edition.published_on.isoformat(),
            "old": in_force.published_on.isoformat(),
        }
    before, limit = in_force.entities_count, edition.source.max_drop_percent
    lost = 100 * (before - edition.entities_count) / before if before else 0
    if before >= FEWEST_TO_COMPARE and lost > limit and not accept_shrink:
        return _(
            "The file has %(new)s entries, the edition in force has %(old)s: more than the %(limit)s %% drop that is "
            "taken without asking. If the list really shrank, import it again with --accept-shrink."
        ) % {"new": edition.entities_count, "old": before, "limit": limit}
    return ""


@transaction.atomic
def _swap(edition: ListEdition, in_force: ListEdition | None, actor) -> ImportResult:
    now = timezone.now()
    others = edition.source.editions.filter(state=ListEdition.State.IN_FORCE)
    moved = others.filter(pk=in_force.pk if in_force else None).update(
        state=ListEdition.State.SUPERSEDED, superseded_at=now
    )
    if moved != bool(in_force) or others.exists():
        sentence = _("Another edition of this list came into force meanwhile. Import the file again.")
        _mark_refused(edition, sentence)
        return ImportResult(Outcome.REJECTED, sentence, edition)
    edition.state, edition.in_force_since, edition.settled_at = ListEdition.State.IN_FORCE, now, None
    edition.save()
    _record("list.imported", edition, actor, Outcome.IMPORTED)
    key = f"rescreen:{edition.uid}:{now.isoformat()}"  # an edition may come into force again
    enqueue("partners.rescreen_edition", key, ids=[edition.pk, "", 0], queue=Queue.BULK)
    return ImportResult(
        Outcome.IMPORTED,
        ngettext(
            "%(list)s: the edition of %(date)s with %(count)s entry is in force.",
            "%(list)s: the edition of %(date)s with %(count)s entries is in force.",
            edition.entities_count,
        )
        % {
            "list": edition.source,
            "date": edition.published_on.isoformat() if edition.published_on else _("unknown date"),
            "count": edition.entities_count,
        },
        edition,
    )


@transaction.atomic
def _refuse(source, path, sha256, size, actor, outcome, reason, edition=None) -> ImportResult:
    """Keep a row of what was refused and why; its half-read entries go."""
    edition = edition or ListEdition.objects.create(
        source=source, file_name=path.name[:200], sha256=sha256, size=size, normaliser=NORMALISER
    )
    _mark_refused(edition, reason)
    _record("list.refused", edition, actor, outcome)
    kept = source.editions.filter(state=ListEdition.State.IN_FORCE).first()
    still = (
        _("The edition of %(date)s is still in force.") % {"date": kept.published_on or kept.created_at.date()}
        if kept
        else _("No edition of this list is in force.")
    )
    return ImportResult(outcome, f"{source}: {reason} {still}", edition)


def _mark_refused(edition: ListEdition, reason: str) -> None:
    edition.state, edition.reason = ListEdition.State.REJECTED, reason
    edition.save()
    _drop_entries(edition)


def _drop_entries(edition: ListEdition) -> None:
    edition.entries.all().delete()
    unused = ListedEntity.objects.filter(
        ~Exists(EditionEntry.objects.filter(entity=OuterRef("pk"))), source=edition.source, hits__isnull=True
    )
    unused.delete()


def _clear_abandoned(source: ListSource) -> None:
    """An import that was killed leaves its stage behind; nobody ever saw it."""
    abandoned = source.editions.filter(state=ListEdition.State.STAGING, created_at__lt=timezone.now() - ABANDONED_AFTER)
    for edition in abandoned:
        with transaction.atomic():
            _mark_refused(edition, _("The import was interrupted."))


def _record(verb: str, edition: ListEdition, actor, outcome: Outcome) -> None:
    record(
        verb,
        subject=edition,
        actor_id=actor.pk if actor else None,
        actor_name=actor.name if actor else "",
        role=actor.role_now if actor else "system",
        after={
            "list": edition.source.code,
            "outcome": outcome.value,
            "date": edition.published_on.isoformat() if edition.published_on else None,
            "entries": edition.entities_count,
            "sha256": edition.sha256,
            "reason": edition.reason,
        },
    )


def _entry_hash(entry: Listed) -> str:
    parts: Iterable = (
        NORMALISER, entry.kind, [(name.text, name.kind) for name in entry.names], entry.countries, entry.programme,
        entry.reference, entry.listed_on.isoformat() if entry.listed_on else None, entry.remarks, entry.address,
    )  # fmt: skip
    return hashlib.sha256(json.dumps(list(parts), ensure_ascii=False).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
