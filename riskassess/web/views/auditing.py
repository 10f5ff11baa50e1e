"""An auditor's own pages: the case with who read it, samples, notes, and the dossier. They change nothing else."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.models import AccessRead
from riskassess.audit.queries import EventFilters, events
from riskassess.audit.services import record_read
from riskassess.auditing.models import Export
from riskassess.auditing.queries import cases_in_mandate, notes_of, samples_of
from riskassess.auditing.services import draw_sample, request_dossier, write_note
from riskassess.core.errors import DomainError
from riskassess.proposals.models import Proposal
from riskassess.web.access import get_proposal_for
from riskassess.web.forms.auditing import AuditNoteForm, PurposeForm, SampleForm
from riskassess.web.history import actor_of, reason_of
from riskassess.web.verbs import read_words, verb_words

PAGE_SIZE = 50
LONGEST_TRAIL = 1000


def guard_mandate(user) -> None:
    """Without a mandate in force these pages are not there; the page of the audit says why."""
    if not user.has_perm("auditing.look"):
        raise Http404


def get_audited(request, reference: str) -> Proposal:
    """A case of the mandate, with this look at it on record."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    if not request.user.has_perm("auditing.look"):
        raise PermissionDenied
    record_read(
        "case.audited",
        actor_id=request.user.pk,
        role=request.user.role_now,
        subject=f"proposals.Proposal:{proposal.uid}",
        reference=reference,
    )
    return proposal


def audit_case(request, reference):
    """What happened to one case and who read it, the newest first, beside the auditor's own notes."""
    proposal = get_audited(request, reference)
    form = AuditNoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        write_note(actor=request.user, proposal=proposal, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return redirect("audit_case", reference)
    return case_page(request, proposal, form=form)


def audit_dossier(request, reference):
    """Ask for all of this case as one file."""
    proposal = get_audited(request, reference)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return case_page(request, proposal, form=AuditNoteForm(), dossier_form=form)
    return redirect(request_dossier(actor=request.user, proposal=proposal, **form.cleaned_data))


def case_page(request, proposal: Proposal, *, form, dossier_form=None):
    trail = trail_of(proposal, request.user)
    faulty = form.errors or (dossier_form and dossier_form.errors)
    return render(
        request,
        "audit/case.html",
        {
            "proposal": proposal,
            "page": (page := Paginator(trail, PAGE_SIZE).get_page(request.GET.get("page"))),
            "events": page.object_list,
            "is_cut": len(trail) >= LONGEST_TRAIL,
            "form": form,
            "dossier_form": dossier_form or PurposeForm(),
            "dossiers": Export.objects.filter(requested_by=request.user, proposal=proposal).select_related("job")[:3],
            "notes": notes_of(request.user, proposal),
            "has_case": hasattr(proposal, "case"),
            "crumbs": [(_("Audit"), reverse("audit")), (proposal.reference, "")],
        },
        status=422 if faulty else 200,
    )


def trail_of(proposal: Proposal, reader: User) -> list[dict]:
    """Events and reads of a case together, the newest first."""
    told = [
        {
            "when": event.at,
            "actor": actor_of(event, reader),
            "text": verb_words(event.verb),
            "hint": reason_of(event.detail.after) or _("event %(number)s") % {"number": event.sequence},
        }
        for event in events(EventFilters(reference=proposal.reference))[:LONGEST_TRAIL]
    ]
    reads = list(AccessRead.objects.filter(reference=proposal.reference).order_by("-pk")[:LONGEST_TRAIL])
    names = dict(User.objects.filter(pk__in={read.actor_id for read in reads}).values_list("pk", "name"))
    told += [
        {
            "when": read.at,
            "actor": _("You") if read.actor_id == reader.pk else names.get(read.actor_id, _("Somebody")),
            "text": read_words(read.verb),
            "hint": "",
        }
        for read in reads
    ]
    return sorted(told, key=lambda line: line["when"], reverse=True)[:LONGEST_TRAIL]


def samples(request):
    guard_mandate(request.user)
    form = SampleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(draw_sample(actor=request.user, **form.cleaned_data))
        except DomainError as fault:
            form.add_error(fault.field or None, str(fault))
    return render(
        request,
        "audit/samples.html",
        {
            "form": form,
            "rows": samples_of(request.user)[:PAGE_SIZE],
            "crumbs": [(_("Audit"), reverse("audit")), (_("Samples"), "")],
        },
        status=422 if form.errors else 200,
    )


def sample(request, uid):
    """The cases of one draw, and what draws them again. What has left the mandate since is not shown."""
    guard_mandate(request.user)
    row = get_object_or_404(samples_of(request.user), uid=uid)
    record_read(
        "sample.read", actor_id=request.user.pk, role=request.user.role_now, subject=f"auditing.Sample:{row.uid}"
    )
    found = cases_in_mandate(request.user).filter(reference__in=row.references).select_related("unit", "case")
    noted = set(notes_of(request.user).filter(proposal__in=found).values_list("proposal_id", flat=True))
    return render(
        request,
        "audit/sample.html",
        {
            "sample": row,
            "cases": [{"proposal": proposal, "is_noted": proposal.pk in noted} for proposal in found],
            "crumbs": [
                (_("Audit"), reverse("audit")),
                (_("Samples"), reverse("audit_samples")),
                (_("Seed %(seed)s") % {"seed": row.seed}, ""),
            ],
        },
    )


def notes(request):
    guard_mandate(request.user)
    form = AuditNoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        write_note(actor=request.user, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return redirect("audit_notes")
    return render(
        request,
        "audit/notes.html",
        {
            "form": form,
            "page": Paginator(notes_of(request.user), PAGE_SIZE).get_page(request.GET.get("page")),
            "crumbs": [(_("Audit"), reverse("audit")), (_("Notes and findings"), "")],
        },
        status=422 if form.errors else 200,
    )
