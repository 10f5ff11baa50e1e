"""Evidence: documents that back what a proposal says, each with its versions."""

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Prefetch, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record, story
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.checking import MEGABYTE, CheckedFile
from riskassess.files.models import FileState
from riskassess.files.services import copy_stored, remove_file, store_checked, written_whole
from riskassess.proposals.models import Evidence, EvidenceVersion, Proposal
from riskassess.proposals.services import guard_editable, role_in, touch

LONGEST_TITLE = Evidence._meta.get_field("title").max_length


def evidence_of(proposal: Proposal, *, filed_only: bool = False) -> list[Evidence]:
    """All evidence with its versions, the newest first; for whoever does not write the proposal, what was submitted
    alone. Two queries."""
    versions = EvidenceVersion.objects.select_related("file", "added_by").order_by("-number")
    if filed_only:
        versions = versions.filter(filed_at__isnull=False)
    rows = proposal.evidence.prefetch_related(Prefetch("versions", queryset=versions, to_attr="shown"))
    return [row for row in rows if row.shown]


def evidence_content(proposal: Proposal) -> list[dict]:
    """What a version of the proposal says of its evidence: for each piece the newest file, by name and fingerprint."""
    found = []
    for row in evidence_of(proposal):
        newest = next((each for each in row.shown if each.file.state != FileState.REFUSED), None)
        if newest is None:
            continue
        found.append(
            {
                "id": str(row.uid),
                "title": row.title,
                "question": row.question,
                "row": row.row,
                "version": newest.number,
                "file": str(newest.uid),
                "name": newest.file.name,
                "type": newest.file.content_type,
                "size": newest.file.size,
                "sha256": newest.file.sha256,
            }
        )
    return found


@written_whole()
@story()
def add_evidence(
    *, proposal: Proposal, actor: User, file: CheckedFile, title: str = "", question: str = "", row: str = ""
) -> EvidenceVersion:
    """Keep a file as new evidence; without a title it goes by the name of the file."""
    _guard_room(proposal, actor, file)
    title = _titled(title) or _titled(file.name.rpartition(".")[0]) or file.name
    evidence = Evidence.objects.create(proposal=proposal, title=title, question=question, row=row)
    version = _keep(evidence, actor, file, 1)
    _record(version, actor, "evidence.added")
    return version


@written_whole()
@story()
def replace_evidence(*, evidence: Evidence, actor: User, file: CheckedFile) -> EvidenceVersion:
    """Keep a newer file of the same evidence; the earlier ones stay."""
    _guard_room(evidence.proposal, actor, file)
    last = evidence.versions.aggregate(last=Max("number"))["last"] or 0
    version = _keep(evidence, actor, file, last + 1)
    _record(version, actor, "evidence.replaced")
    return version


def evidence_to_take() -> QuerySet[Evidence]:
    """Evidence of any proposal of which a file may go along into another one."""
    return Evidence.objects.filter(
        Exists(EvidenceVersion.objects.filter(evidence=OuterRef("pk"), file__state=FileState.KEPT))
    )


@written_whole()
@story()
def copy_evidence(*, source: Proposal, to: Proposal, actor: User, rows: dict[str, str]) -> tuple[int, int]:
    """Have the newest file of each piece back another proposal, too: (how many came along, how many did not).

    `rows` says what the rows of the source are called there. What is being scanned or finds no room stays behind.
    """
    guard_editable(to)
    User.objects.select_for_update().only("pk").get(pk=actor.pk)
    room = settings.EVIDENCE_MEGABYTES * MEGABYTE - _bytes_held(actor)
    came, stayed = 0, 0
    for row in evidence_of(source):
        stored = row.shown[0].file
        if not stored.is_kept or stored.size > room or came >= settings.EVIDENCE_FILES:
            stayed += 1
            continue
        place = {"question": row.question, "row": rows.get(row.row, "")} if rows.get(row.row) or not row.row else {}
        copied = Evidence.objects.create(proposal=to, title=row.title, **place)
        version = EvidenceVersion.objects.create(
            evidence=copied, number=1, file=copy_stored(stored=stored), added_by=actor
        )
        _record(version, actor, "evidence.added")
        room, came = room - stored.size, came + 1
    return came, stayed


@story()
def rename_evidence(*, evidence: Evidence, actor: User, title: str) -> Evidence:
    guard_editable(evidence.proposal)
    if not _titled(title):
        raise DomainError(_("Give the evidence a title."), field="title")
    if _titled(title) != evidence.title:
        evidence.title = _titled(title)
        evidence.save(update_fields=["title"])
        _record_edit(evidence, actor, "evidence.renamed", {})
    return evidence


@story()
def remove_evidence(*, evidence: Evidence, actor: User) -> None:
    """Delete evidence with its files, unless some of it was submitted."""
    guard_editable(evidence.proposal)
    if not Evidence.objects.filter(pk=evidence.pk).exists():
        raise Conflict(_("Somebody removed “%(title)s” meanwhile.") % {"title": evidence.title})
    if evidence.versions.filter(filed_at__isnull=False).exists():
        raise Conflict(
            _("“%(title)s” was submitted, so it stays. Add a newer version instead.") % {"title": evidence.title}
        )
    hashes = list(evidence.versions.order_by("number").values_list("file__sha256", flat=True))
    _record_edit(evidence, actor, "evidence.removed", {"sha256": hashes})
    _delete(evidence.versions.all())
    evidence.delete()


@transaction.atomic
def file_evidence(*, proposal: Proposal) -> None:
    """What goes along with a submission stays from now on."""
    rows = EvidenceVersion.objects.filter(evidence__proposal=proposal, filed_at__isnull=True)
    rows.update(filed_at=timezone.now())


@transaction.atomic
def drop_unfiled(*, proposal: Proposal) -> None:
    """Delete what never went along with a submission: nobody but its authors has seen it, and none will need it."""
    _delete(EvidenceVersion.objects.filter(evidence__proposal=proposal, filed_at__isnull=True))
    proposal.evidence.filter(versions__isnull=True).delete()


def _delete(versions) -> None:
    files = [version.file for version in versions.select_related("file")]
    versions.delete()
    for file in files:
        remove_file(file)


def _keep(evidence: Evidence, actor: User, file: CheckedFile, number: int) -> EvidenceVersion:
    stored = store_checked(file=file)
    return EvidenceVersion.objects.create(evidence=evidence, number=number, file=stored, added_by=actor)


def _guard_room(proposal: Proposal, actor: User, file: CheckedFile) -> None:
    """Lock the proposal and the person, so that of two who add at once the second sees the first."""
    guard_editable(proposal)
    User.objects.select_for_update().only("pk").get(pk=actor.pk)
    present = EvidenceVersion.objects.filter(evidence__proposal=proposal).exclude(file__state=FileState.REFUSED)
    twin = present.filter(file__given_sha256=file.given_sha256).select_related("evidence").first()
    if twin is not None:
        raise DomainError(_("It is there already, as “%(title)s”.") % {"title": twin.evidence.title}, field="files")
    if present.count() >= settings.EVIDENCE_FILES:
        raise DomainError(
            _("A proposal holds at most %(most)d files. Put several papers into one PDF, or remove one.")
            % {"most": settings.EVIDENCE_FILES},
            field="files",
        )
    if _bytes_held(actor) + len(file.content) > settings.EVIDENCE_MEGABYTES * MEGABYTE:
        raise DomainError(
            _("You have stored %(most)d MB of evidence, the most there is room for. Remove what you no longer need.")
            % {"most": settings.EVIDENCE_MEGABYTES},
            field="files",
        )


def _bytes_held(user: User) -> int:
    held = EvidenceVersion.objects.filter(added_by=user).exclude(file__state=FileState.REFUSED)
    return held.aggregate(total=Sum("file__size"))["total"] or 0


def _titled(text: str) -> str:
    """One line of readable characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:LONGEST_TITLE].strip()


def _record(version: EvidenceVersion, actor: User, verb: str) -> None:
    stored = version.file
    told = {"version": version.number, "sha256": stored.sha256, "given_sha256": stored.given_sha256}
    _record_edit(version.evidence, actor, verb, {**told, "type": stored.content_type, "size": stored.size})


def _record_edit(evidence: Evidence, actor: User, verb: str, after: dict) -> None:
    """Which file, never what it is called: that may say as much as the file."""
    proposal = evidence.proposal
    touch(proposal)
    record(
        verb,
        subject=evidence,
        actor_id=actor.pk,
        role=role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after=after,
    )
