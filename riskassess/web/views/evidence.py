"""Evidence of a proposal: its list, adding and changing it, and each file as one to keep."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from riskassess.audit.services import record_read
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.checking import check_file
from riskassess.proposals.evidence import add_evidence, remove_evidence, rename_evidence, replace_evidence
from riskassess.proposals.models import Evidence, EvidenceVersion
from riskassess.proposals.services import role_in
from riskassess.web.access import get_proposal_for, note_read
from riskassess.web.downloads import file_to_keep
from riskassess.web.draft import Draft
from riskassess.web.evidence import evidence_rows, place_given, places_of, sees_all
from riskassess.web.forms.evidence import AddForm, ReplaceForm, TitleForm
from riskassess.web.views.questionnaire import crumbs


def evidence(request, reference):
    """Each file is kept or refused for itself: what can't be kept takes nothing else with it."""
    permission = "proposals.edit" if request.method == "POST" else "proposals.view"
    proposal = get_proposal_for(request.user, reference, permission)
    if request.method != "POST":
        note_read(request.user, proposal)
        return evidence_page(request, proposal)
    form = AddForm(request.POST, request.FILES, places=places_of(Draft(proposal)))
    if not form.is_valid():
        return evidence_page(request, proposal, form=form, status=422)
    added, refused = 0, []
    for file in form.cleaned_data["files"]:
        try:
            checked = check_file(stream=file, name=file.name, size=file.size)
            add_evidence(proposal=proposal, actor=request.user, file=checked, **place_given(form.cleaned_data["about"]))
        except Conflict:
            raise  # the proposal was submitted meanwhile
        except DomainError as fault:
            refused.append({"name": file.name, "why": str(fault)})
        else:
            added += 1
    if added:
        words = ngettext("%(n)d file is added.", "%(n)d files are added.", added)
        messages.success(request, words % {"n": added})
    if refused:
        return evidence_page(request, proposal, form=form, refused=refused, status=422)
    return redirect("evidence", reference)


@require_POST
def evidence_change(request, reference, uid):
    """Another title, a newer file, or away with it."""
    proposal = get_proposal_for(request.user, reference, "proposals.edit")
    row = get_object_or_404(Evidence.objects.select_related("proposal"), proposal=proposal, uid=uid)
    row.proposal = proposal
    action = request.POST.get("do")
    if action == "remove":
        remove_evidence(evidence=row, actor=request.user)
        messages.success(request, _("“%(title)s” is removed.") % {"title": row.title})
        return redirect("evidence", reference)
    forms = {"rename": TitleForm, "replace": ReplaceForm}
    if action not in forms:
        raise Http404
    form = forms[action](request.POST, request.FILES, auto_id=f"id_%s_{row.uid}")
    if form.is_valid():
        try:
            if action == "rename":
                rename_evidence(evidence=row, actor=request.user, title=form.cleaned_data["title"])
                said = _("The title is changed.")
            else:
                file = form.cleaned_data["file"]
                checked = check_file(stream=file, name=file.name, size=file.size)
                version = replace_evidence(evidence=row, actor=request.user, file=checked)
                said = _("Version %(n)d of “%(title)s” is added.") % {"n": version.number, "title": row.title}
        except Conflict:
            raise
        except DomainError as fault:
            form.add_error("title" if action == "rename" else "file", str(fault))
        else:
            messages.success(request, said)
            return redirect("evidence", reference)
    return evidence_page(request, proposal, changing=(row, action, form), status=422)


def evidence_file(request, reference, uid):
    """Through the scope of its proposal only; what was not submitted yet is its authors' own."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    versions = EvidenceVersion.objects.filter(evidence__proposal=proposal).select_related("file")
    if not sees_all(request.user, proposal):
        versions = versions.filter(filed_at__isnull=False)
    version = get_object_or_404(versions, uid=uid)
    answer = file_to_keep(version.file)
    record_read(
        "evidence.file_read",
        actor_id=request.user.pk,
        role=role_in(request.user, proposal),
        subject=f"proposals.EvidenceVersion:{version.uid}",
        reference=reference,
    )
    return answer


def evidence_page(request, proposal, *, form=None, refused=(), changing=None, status=200):
    may_edit = request.user.has_perm("proposals.edit", proposal)
    rows = evidence_rows(request.user, proposal)
    if may_edit and form is None:
        form = AddForm(places=places_of(Draft(proposal)), initial={"about": request.GET.get("about", "")})
    changed, action, bound = changing or (None, "", None)
    for row in rows if may_edit else ():
        auto_id = f"id_%s_{row.evidence.uid}"
        row.forms["title"] = TitleForm(initial={"title": row.evidence.title}, auto_id=auto_id)
        row.forms["file"] = ReplaceForm(auto_id=auto_id)
        row.forms["is_open"] = changed is not None and row.evidence.pk == changed.pk
        if row.forms["is_open"]:
            row.forms["title" if action == "rename" else "file"] = bound
    return render(
        request,
        "proposals/evidence.html",
        {
            "proposal": proposal,
            "rows": rows,
            "form": form if may_edit else None,
            "refused": refused,
            "bound": bound,
            "most_files": settings.EVIDENCE_FILES,
            "is_writer": sees_all(request.user, proposal),
            "crumbs": crumbs(proposal, _("Evidence"), reader=request.user),
        },
        status=status,
    )
