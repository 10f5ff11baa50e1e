from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from riskassess.accounts.queries import the_institution
from riskassess.core.errors import DomainError
from riskassess.files.checking import check_file
from riskassess.reports.letterhead import change_letterhead
from riskassess.reports.models import Letterhead
from riskassess.web.downloads import file_to_keep
from riskassess.web.forms.reports import LetterheadForm


def letterhead(request):
    """Logo and colour of the reports that are asked for from now on."""
    institution = the_institution()
    present = Letterhead.objects.filter(institution=institution).select_related("logo").first() or Letterhead()
    form = LetterheadForm(request.POST or None, request.FILES or None, initial={"colour": present.colour})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            logo, file = None, given.pop("logo")
            if file:
                logo = check_file(stream=file, name=file.name, size=file.size)
            change_letterhead(institution=institution, actor=request.user, logo=logo, **given)
        except DomainError as fault:
            form.add_error(fault.field if fault.field in form.fields else "logo", str(fault))
        else:
            messages.success(request, _("Saved. It holds for reports that are asked for from now on."))
            return redirect("letterhead")
    context = {
        "form": form,
        "letterhead": present,
        "institution": institution,
        "crumbs": [(_("Settings"), reverse("settings")), (_("Look of reports"), "")],
    }
    return render(request, "settings/letterhead.html", context, status=422 if form.errors else 200)


def letterhead_logo(request):
    present = Letterhead.objects.filter(institution=the_institution()).select_related("logo").first()
    if present is None or present.logo is None:
        return redirect("letterhead")
    return file_to_keep(present.logo)
