"""Proposals as files: taken away as JSON, RO-Crate or a filled-in form, brought back as any of them."""

import hashlib
import io
import json
from uuid import UUID, uuid5

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess import workflow
from riskassess.accounts.models import Unit, User
from riskassess.accounts.queries import the_institution
from riskassess.assessments.exchange.arriving import Arrived, read_file
from riskassess.assessments.exchange.content import Draft as FileDraft
from riskassess.assessments.exchange.content import exported, read_content
from riskassess.assessments.exchange.crates import ASSESSMENT, PROPOSAL, Author, Part, as_bytes, write_crate
from riskassess.assessments.exchange.faults import Problem, UnfitFile, unfit
from riskassess.assessments.exchange.reading import read_json
from riskassess.assessments.exchange.sheets.writing import write_workbook
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import current_release, latest_record
from riskassess.audit.services import record_read
from riskassess.core.errors import DomainError
from riskassess.files.checking import CheckedFile, check_file
from riskassess.files.services import path_of
from riskassess.proposals.evidence import evidence_of
from riskassess.proposals.models import Proposal
from riskassess.proposals.rules import is_coinvestigator, is_owner
from riskassess.proposals.services import role_in
from riskassess.reports.queries import reports_of
from riskassess.reports.services import read_report
from riskassess.web.access import get_proposal_for
from riskassess.web.documents import document
from riskassess.web.downloads import stream_to_keep, to_keep
from riskassess.web.forms.bringing import FileForm, MeantForm, chosen_partners
from riskassess.web.registry_scope import partners_open_to
from riskassess.web.views.starting import new_page, tell_taken

JSON_TYPE, ZIP_TYPE = "application/json", "application/zip"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_TOLD = 100


def blank_form(request) -> HttpResponse:
    """The questionnaire of today to fill in offline; open to everybody, since it says nothing of anybody."""
    try:
        release = current_release()
    except CatalogueRelease.DoesNotExist:
        raise Http404 from None
    return to_keep(write_workbook(release), XLSX_TYPE, f"proposal-form-{release.version}.xlsx")


def proposal_format(request):
    """How a proposal is written as a file: docs/proposal-format.md as a page, open to everybody."""
    title, heads, body = document("proposal-format")
    return render(request, "public/document.html", {"title": title, "heads": heads, "body": body})


def schema_file(request) -> HttpResponse:
    """The JSON Schema of such a file, for editors and other systems."""
    return to_keep(
        (settings.BASE_DIR / "docs" / "proposal.schema.json").read_bytes(), JSON_TYPE, "proposal.schema.json"
    )


def proposal_file(request, reference) -> HttpResponse:
    proposal, content = taken_away(request, reference, "json")
    return to_keep(as_bytes(content), JSON_TYPE, f"{proposal.reference}.json")


def form(request, reference) -> HttpResponse:
    proposal, content = taken_away(request, reference, "xlsx")
    version = proposal.versions.order_by("-number").first()
    is_own = is_author(request.user, proposal) or version is None
    release = proposal.questionnaire.release if is_own else version.release
    return to_keep(write_workbook(release, content), XLSX_TYPE, f"{proposal.reference}.xlsx")


def crate(request, reference) -> StreamingHttpResponse:
    """All of it in one zip, evidence too; what is being scanned or was removed is left out."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    is_own = is_author(request.user, proposal)
    shown = [row for row in evidence_of(proposal, filed_only=not is_own) if row.shown[0].file.is_kept]
    named = {f"evidence/{place}/{row.shown[0].file.name}": row for place, row in enumerate(shown, 1)}
    told = [{"file": name, "title": row.title, "question": row.question, "row": row.row} for name, row in named.items()]
    proposal, content = taken_away(request, reference, "crate", evidence=told)
    parts = [Part(PROPOSAL, as_bytes(content), JSON_TYPE, _("The proposal"))]
    if record := latest_record(proposal):
        stored = {
            "reference": proposal.reference,
            "version": record.version.number,
            "as_of": record.as_of.isoformat(),
            "catalogue": f"{record.release.catalogue_id}@{record.release.version}",
            "catalogue_sha256": record.release.sha256,
            "result_sha256": record.result_sha256,
            "result": record.result,
        }
        parts.append(
            Part(ASSESSMENT, as_bytes(stored), JSON_TYPE, _("The assessment, with the release that it rests on"))
        )
    for report in reports_of(proposal, request.user):
        if report.is_ready:
            title = _("%(kind)s, version %(number)d") % {
                "kind": report.get_kind_display(),
                "number": report.version.number,
            }
            parts.append(Part(f"reports/{report.file_name}", read_report(report), "application/pdf", title))
    for name, row in named.items():
        stored = row.shown[0].file
        parts.append(Part(name, path_of(stored), stored.content_type, row.title))
    zipped = write_crate(
        reference=proposal.reference,
        title=proposal.title,
        published=timezone.now(),
        authors=authors_of(proposal) if is_own else (),
        parts=parts,
    )
    return stream_to_keep(zipped, ZIP_TYPE, f"{proposal.reference}-crate.zip")


def taken_away(request, reference: str, kind: str, *, evidence=()) -> tuple[Proposal, dict]:
    """What this reader may take away of a proposal in their scope; that they did is on record."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    content = exported(proposal, is_author=is_author(request.user, proposal), evidence=evidence)
    if content is None:
        raise Http404
    record_read(
        f"proposal.taken_{kind}",
        actor_id=request.user.pk,
        role=role_in(request.user, proposal),
        subject=f"proposals.Proposal:{proposal.uid}",
        reference=proposal.reference,
    )
    return proposal, content


def is_author(user: User, proposal: Proposal) -> bool:
    return is_owner(user, proposal) or is_coinvestigator(user, proposal)


def authors_of(proposal: Proposal) -> list[Author]:
    people = [proposal.owner, *(row.user for row in proposal.coinvestigators.select_related("user"))]
    return [Author(person.name, getattr(person, "orcid", "")) for person in people]


def bring(request):
    """A file becomes a draft, whole or not at all; a partner that is not clear is asked about first."""
    if request.method != "POST":
        return redirect("proposal_new")
    if "content" in request.POST:
        return go_on(request)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return new_page(request, None, file_form=form, status=422)
    content = form.cleaned_data["file"].read()
    try:
        arrived = read_file(content)
        files = looked_into(arrived)
    except UnfitFile as fault:
        return refused_page(request, form, fault.problems, form.cleaned_data["file"].name)
    opened = form.cleaned_data["opened"]
    named = uuid5(opened, hashlib.sha256(content).hexdigest()) if opened else None
    return take(request, arrived.given, arrived.content, arrived.kind, named, files)


def looked_into(arrived: Arrived) -> dict[str, CheckedFile]:
    """The evidence of a crate as it may be kept, each piece cleaned; UnfitFile names all that may not."""
    files, problems = {}, []
    for place, row in enumerate(arrived.given.evidence, 1):
        content = arrived.files.get(row["file"])
        if content is None:
            continue
        try:
            name = row["file"].rpartition("/")[2]
            files[row["file"]] = check_file(stream=io.BytesIO(content), name=name, size=len(content))
        except DomainError as fault:
            problems.append(Problem(_("Evidence %(n)d (%(name)s)") % {"n": place, "name": row["file"]}, str(fault)))
    if problems:
        raise UnfitFile(problems)
    return files


def go_on(request):
    """The second look: which organisations are meant. What came along is read as strictly as the file was; its
    evidence is what the file chosen once more holds, if it is the same one."""
    form = MeantForm(request.POST, request.FILES)
    if not form.is_valid():
        return redirect("proposal_new")
    try:
        read = read_json(form.cleaned_data["content"].encode())
        given, files = read_content(read, beside=None), {}
        if again := form.cleaned_data["file"]:
            arrived = read_file(again.read())
            if arrived.content != read:
                raise unfit(_("This is another file than the one before. Bring it anew."), again.name[:80])
            files = looked_into(arrived)
    except UnfitFile as fault:
        return refused_page(request, FileForm(), fault.problems, "")
    source = form.cleaned_data["source"] if form.cleaned_data["source"] in {"json", "crate", "xlsx"} else "json"
    return take(request, given, read, source, form.cleaned_data["opened"], files)


def take(request, given: FileDraft, read: object, kind: str, opened: UUID | None, files: dict[str, CheckedFile]):
    chosen = chosen_partners(request.POST)
    try:
        taken = workflow.import_proposal(
            given=given,
            actor=request.user,
            unit=unit_for(request.user, given),
            chosen=chosen,
            opened=opened,
            source=kind,
            files=files,
            among=partners_open_to(request.user),
        )
    except workflow.UnclearPartners as unclear:
        first = {"content": json.dumps(read, ensure_ascii=False), "opened": opened, "source": kind}
        form = MeantForm(initial=first, unclear=unclear, files=len(given.evidence))
        kept = [(f"partner-{place}", key) for place, key in chosen.items() if f"partner-{place}" not in form.fields]
        context = {"form": form, "given": given, "kept": kept, "crumbs": crumbs(_("Which organisations?"))}
        return render(request, "proposals/import_partners.html", context, status=422)
    except UnfitFile as fault:
        return refused_page(request, FileForm(), fault.problems, "")
    except DomainError as fault:
        return refused_page(request, FileForm(), [Problem("", str(fault))], "")
    tell_taken(request, taken)
    return redirect("collaboration", taken.proposal.reference)


def unit_for(user: User, given: FileDraft) -> Unit:
    """The unit that the file names, where there is one of that name, else the person's own."""
    units = Unit.objects.filter(institution=the_institution())
    named = units.filter(name__iexact=given.unit).first() if given.unit else None
    return named or user.unit or units.first()


def refused_page(request, form: FileForm, problems: list[Problem], name: str):
    context = {
        "form": form,
        "problems": problems[:MOST_TOLD],
        "more": max(len(problems) - MOST_TOLD, 0),
        "count": len(problems),
        "name": name[:120],
        "crumbs": crumbs(_("From a file")),
    }
    return render(request, "proposals/import.html", context, status=422)


def crumbs(last: str) -> list[tuple[str, str]]:
    return [(_("My page"), "/home"), (_("New proposal"), "/proposals/new"), (last, "")]
