"""Makes the file of an export. The right to have it is asked again here, where the work is done."""

import os
import tempfile
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import instant, record
from riskassess.audit.models import ChainHead
from riskassess.auditing.columns import WITHOUT_CASES, columns_of, rows_of, source_of
from riskassess.auditing.dossier import write_dossier
from riskassess.auditing.models import Export, Kind
from riskassess.auditing.writing import CONTENT_TYPES, write_rows
from riskassess.files.services import store_stream, written_whole
from riskassess.jobs.running import Refused, report_progress
from riskassess.reviews.queries import visible_proposals

TOLD_EVERY = 5000


def build(export: Export) -> Export:
    """Once: whoever comes second finds the file and leaves it as it is."""
    if export.file_id or export.manifest:
        return export
    asker = User.objects.get(pk=export.requested_by_id)
    guard_asker(export, asker)
    head = ChainHead.objects.get()
    with _draft() as path:
        manifest = (_dossier if export.kind == Kind.DOSSIER else _table)(export, asker, head, path)
        return _keep(export, path, manifest)


def guard_asker(export: Export, asker: User) -> None:
    if not asker.is_active or not asker.has_perm("audit.export"):
        raise Refused(_("Whoever asked for this may no longer have it."))
    if export.kind not in WITHOUT_CASES and not asker.has_perm("audit.view_content"):
        raise Refused(_("Whoever asked for this may no longer have it."))
    if export.proposal_id and not visible_proposals(asker).filter(pk=export.proposal_id).exists():
        raise Refused(_("Whoever asked for this may no longer read the case."))


def _table(export: Export, asker: User, head: ChainHead, path: Path) -> dict:
    content = asker.has_perm("audit.view_content")
    allowed = {column.name: column for column in columns_of(export.kind, content=content)}
    columns = [allowed[name] for name in export.columns if name in allowed]
    given = {"since": export.since, "until": export.until, "head": head.sequence}
    total = source_of(export.kind, asker, **given).count()
    report_progress(0, total)

    def told(rows):
        for number, row in enumerate(rows, 1):
            if number % TOLD_EVERY == 0:
                report_progress(number, total)
            yield row

    def manifest(count: int) -> dict:
        return {
            "what": str(export.kind),
            "format": str(export.format),
            "columns": [column.name for column in columns],
            "filter": filter_of(export, asker),
            "content": content,
            "count": count,
            "chain_head": {"sequence": head.sequence, "hash": head.hash},
            "made_at": instant(moment),
            "asked_by": asker.name,
            "purpose": export.purpose,
        }

    moment = timezone.now()
    names = [column.name for column in columns]
    rows = told(rows_of(export.kind, asker, names=names, content=content, **given))
    count = write_rows(
        path,
        file_format=export.format,
        title=export.get_kind_display(),
        columns=columns,
        rows=rows,
        manifest=manifest,
    )
    return manifest(count)


def _dossier(export: Export, asker: User, head: ChainHead, path: Path) -> dict:
    found = write_dossier(path, proposal=export.proposal, head=head, asked_by=asker.name, purpose=export.purpose)
    return {"what": str(export.kind), "format": "zip", **found}


def filter_of(export: Export, asker: User) -> dict:
    """What was left out on purpose: the days asked for, and what the mandates do not open."""
    found = {name: getattr(export, name).isoformat() for name in ("since", "until") if getattr(export, name)}
    mandates = asker.mandates_now
    if mandates and not any(mandate.is_whole for mandate in mandates):
        found["mandates"] = [str(mandate.uid) for mandate in mandates]
    return found


@written_whole()
def _keep(export: Export, path: Path, manifest: dict) -> Export:
    with transaction.atomic():
        export = Export.objects.select_for_update(of=("self",)).select_related("proposal").get(pk=export.pk)
        if export.file_id:
            return export
        with path.open("rb") as stream:
            export.file = store_stream(stream=stream, name=export.file_name, content_type=CONTENT_TYPES[export.format])
        export.manifest = {**manifest, "file": export.file_name, "sha256": export.file.sha256}
        export.expires_at = timezone.now() + timedelta(days=settings.EXPORT_DAYS)
        export.save(update_fields=["file", "manifest", "expires_at"])
        record(
            "export.built",
            subject=export,
            actor_id=None,
            role="system",
            reference=export.proposal.reference if export.proposal else "",
            after={"what": str(export.kind), "sha256": export.file.sha256, "size": export.file.size},
        )
    return export


@contextmanager
def _draft():
    settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=settings.FILES_DIR, prefix=".export-")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
