import hashlib
import secrets
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record
from riskassess.auditing.columns import columns_of
from riskassess.auditing.models import AuditNote, Export, ExportChoice, Format, Kind, Sample
from riskassess.auditing.queries import cases_in_mandate
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.services import remove_file
from riskassess.jobs import services as jobs
from riskassess.jobs.models import Queue
from riskassess.proposals.models import Proposal

LARGEST_SAMPLE = 200


@transaction.atomic
def request_export(
    *,
    actor: User,
    kind: str,
    file_format: str,
    columns: list[str],
    purpose: str,
    since: date | None = None,
    until: date | None = None,
) -> Export:
    """Ask for a table; a worker writes it. What was chosen is offered again next time."""
    content = actor.has_perm("audit.view_content")
    known = [column.name for column in columns_of(kind, content=content)]
    chosen = [name for name in known if name in columns]
    if not chosen:
        raise DomainError(_("Choose at least one column."), field="columns")
    if file_format not in Format.values or file_format == Format.ZIP:
        raise DomainError(_("Choose CSV, Excel, JSON lines or Parquet."), field="format")
    if since and until and until < since:
        raise DomainError(_("The last day lies before the first. Choose a later one."), field="until")
    export = _request(actor, kind=kind, format=file_format, columns=chosen, since=since, until=until, purpose=purpose)
    ExportChoice.objects.update_or_create(
        user=actor,
        kind=kind,
        defaults={
            "chosen": {
                "format": file_format,
                "columns": chosen,
                "since": since.isoformat() if since else "",
                "until": until.isoformat() if until else "",
            }
        },
    )
    return export


@transaction.atomic
def request_dossier(*, actor: User, proposal: Proposal, purpose: str) -> Export:
    """Ask for all of one case as a zip that proves itself."""
    return _request(actor, kind=Kind.DOSSIER, format=Format.ZIP, proposal=proposal, purpose=purpose)


def _request(actor: User, *, purpose: str, **values) -> Export:
    if not purpose.strip():
        raise DomainError(_("Say what it is for."), field="purpose")
    export = Export.objects.create(requested_by=actor, purpose=purpose.strip(), **values)
    queue = Queue.PERSON if export.kind == Kind.DOSSIER else Queue.BULK
    export.job = jobs.enqueue(
        "auditing.build_export", f"export:{export.uid}", ids=[export.pk], queue=queue, asked_by=actor
    )
    export.save(update_fields=["job"])
    proposal = values.get("proposal")
    _record(
        "export.requested",
        export,
        actor,
        reference=proposal.reference if proposal else "",
        after={
            "what": str(export.kind),
            "format": str(export.format),
            "columns": export.columns,
            "since": export.since.isoformat() if export.since else None,
            "until": export.until.isoformat() if export.until else None,
            "purpose": export.purpose,
        },
    )
    return export


@transaction.atomic
def remove_old_exports() -> int:
    """Files of exports go after their days; what they held stays on record."""
    return _remove(Export.objects.filter(expires_at__lt=timezone.now()))


@transaction.atomic
def remove_exports_of_people() -> int:
    """Take away every file that may name somebody who was erased; whoever needs it asks again."""
    return _remove(Export.objects.exclude(kind=Kind.COUNTS))


def _remove(exports: QuerySet[Export]) -> int:
    found = list(exports.filter(file__isnull=False).select_related("file", "proposal"))
    for export in found:
        stored, export.file = export.file, None
        export.save(update_fields=["file"])
        remove_file(stored)
        _record("export.removed", export, None, after={"sha256": export.manifest["sha256"]})
    return len(found)


@transaction.atomic
def draw_sample(
    *, actor: User, size: int, seed: str = "", since: date | None = None, until: date | None = None, state: str = ""
) -> Sample:
    """Draw cases out of those of the mandate. Without a seed chance gives one; with the same one the same are drawn."""
    mandate = next(iter(actor.mandates_now), None)
    if mandate is None:
        raise DomainError(_("You have no mandate in force."))
    if not 1 <= size <= LARGEST_SAMPLE:
        raise DomainError(_("Draw between 1 and %(most)d cases.") % {"most": LARGEST_SAMPLE}, field="size")
    references = list(
        cases_in_mandate(actor, since=since, until=until, state=state).values_list("reference", flat=True)
    )
    if not references:
        raise DomainError(_("No case fits. Widen the period, or leave the state open."), field="since")
    seed = seed.strip() or secrets.token_hex(8)
    drawn = sorted(drawn_from(references, seed=seed, size=size))
    sample = Sample.objects.create(
        drawn_by=actor,
        mandate=mandate,
        seed=seed,
        size=size,
        since=since,
        until=until,
        state=state,
        population=len(references),
        population_sha256=hashlib.sha256("\n".join(references).encode()).hexdigest(),
        references=drawn,
    )
    _record(
        "sample.drawn",
        sample,
        actor,
        after={
            "seed": seed,
            "size": size,
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
            "state": state,
            "population": sample.population,
            "population_sha256": sample.population_sha256,
            "references": drawn,
        },
    )
    return sample


def drawn_from(references: list[str], *, seed: str, size: int) -> list[str]:
    """The first `size` in the order of SHA-256 of seed, a colon and the reference."""
    return sorted(references, key=lambda each: hashlib.sha256(f"{seed}:{each}".encode()).hexdigest())[:size]


@transaction.atomic
def write_note(
    *, actor: User, text: str, kind: str, proposal: Proposal | None = None, opened: UUID | None = None
) -> AuditNote:
    """Keep what an auditor notes or finds; the same form sent twice keeps it once. The log holds no text of it."""
    if not text.strip():
        raise DomainError(_("Write the note first."), field="text")
    if kind not in AuditNote.Kind.values:
        raise DomainError(_("Choose note or finding."), field="kind")
    if opened and (present := AuditNote.objects.filter(author=actor, opened=opened).first()):
        return present
    note = AuditNote.objects.create(author=actor, text=text.strip(), kind=kind, proposal=proposal, opened=opened)
    _record(
        "audit_note.written", note, actor, reference=proposal.reference if proposal else "", after={"kind": str(kind)}
    )
    return note


def guard_ready(export: Export) -> None:
    if export.file_id is None:
        raise Conflict(export.sentence)


def _record(verb, subject, actor: User | None, *, after: dict, reference: str = "") -> None:
    record(
        verb,
        subject=subject,
        actor_id=actor.pk if actor else None,
        role=actor.role_now if actor else "system",
        actor_name=actor.name if actor else "",
        reference=reference,
        after=after,
    )
