"""What a flagged case is sent with: asked for here, made by a worker, taken along by who reviews it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from riskassess.audit.services import record_read
from riskassess.core.errors import DomainError
from riskassess.jobs.models import State as JobState
from riskassess.proposals.services import role_in
from riskassess.reports.packages import request_package
from riskassess.web.access import get_case_for
from riskassess.web.downloads import file_to_keep
from riskassess.web.forms.packages import PackageForm
from riskassess.web.views.case import crumbs
from riskassess.web.views.moves import keep_refusal

RUNNING = {JobState.QUEUED, JobState.WORKING}


def package(request, reference):
    needed = "reviews.send_package" if request.method == "POST" else "reviews.read_package"
    case = get_case_for(request.user, reference, needed)
    proposal = case.proposal
    form = PackageForm(request.POST or None, contact_point=proposal.institution.contact_point_name)
    if request.method == "POST" and form.is_valid():
        try:
            request_package(case=case, actor=request.user, **form.cleaned_data)
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("The package is being put together. It is ready on this page in a moment."))
            return redirect("package", reference)
    rows = list(proposal.flag_packages.select_related("job", "file", "asked_by", "record__version"))
    return render(
        request,
        "cases/package.html",
        {
            "case": case,
            "proposal": proposal,
            "form": form,
            "rows": [{"package": row, "progress": progress_of(row)} for row in rows],
            "is_running": any(row.made_at is None and row.job.state in RUNNING for row in rows),
            "may_send": request.user.has_perm("reviews.send_package", proposal),
            "crumbs": crumbs(case, _("Package to send"), reader=request.user),
        },
        status=422 if form.errors else 200,
    )


def progress_of(row) -> dict:
    """What `job_progress.html` shows of it."""
    is_kept = row.file_id is not None
    return {
        "job": {"state": "done" if row.made_at else row.job.state, "error": row.job.reason},
        "title": _("The package is ready") if is_kept else _("Package") if not row.made_at else _("Was made, and gone"),
        "ready_url": reverse("package_file", args=[row.proposal.reference, row.uid]) if is_kept else "",
        "ready_label": _("Download ZIP"),
    }


def package_file(request, reference, uid):
    case = get_case_for(request.user, reference, "reviews.read_package")
    rows = case.proposal.flag_packages.select_related("file")
    row = get_object_or_404(rows, uid=uid, file__isnull=False)
    record_read(
        "package.read",
        actor_id=request.user.pk,
        role=role_in(request.user, case.proposal),
        subject=f"reports.FlagPackage:{row.uid}",
        reference=reference,
    )
    return file_to_keep(row.file)
