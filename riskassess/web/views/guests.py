"""What an expert from outside sees: a door of their own, and the sections of one case."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.assessments.queries import catalogue_of, latest_record
from riskassess.assessments.wording import answer_groups
from riskassess.audit.services import record_read
from riskassess.core.errors import DomainError
from riskassess.reviews import services as reviews
from riskassess.reviews.models import ExpertWord
from riskassess.reviews.queries import open_seats
from riskassess.web.access import get_seat_for
from riskassess.web.forms.experts import DigitsForm, EnterForm, WordForm
from riskassess.web.views.following import refuse

BACKEND = "django.contrib.auth.backends.ModelBackend"
SEAT, HALF_WAY = "expert_seat", "expert_half_way"
HOUR = 3600


def enter(request, uid):
    """The code, then six digits where the institution asks for them. A seat that is closed looks like one that never
    was."""
    seat = open_seats().filter(uid=uid).first()
    is_half_way = seat is not None and request.session.get(HALF_WAY) == str(seat.uid)
    form = (DigitsForm if is_half_way else EnterForm)(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if is_half_way:
            is_right = reviews.try_digits(seat=seat, digits=given["digits"])
        else:
            is_right = seat is not None and reviews.try_code(seat=seat, code=given["code"])
        if is_right and settings.EXPERTS_NEED_SECOND_FACTOR and not is_half_way:
            request.session[HALF_WAY] = str(seat.uid)
            return redirect("expert_enter", uid)
        if is_right:
            return _come_in(request, seat)
        words = _("This is not right, or the seat is closed. Try again, or ask the office for a new code.")
        form.add_error(next(iter(form.fields)), words)
        reviews.note_wrong_code(seat=seat)
    if form.errors:
        status = 422
    secret = seat.secret if is_half_way and not seat.counter else ""
    return render(request, "guests/enter.html", {"form": form, "secret": secret}, status=status)


def _come_in(request, seat):
    user = User.objects.get(pk=seat.assignment.user_id)
    request.session.pop(HALF_WAY, None)
    login(request, user, backend=BACKEND)
    request.session[SEAT] = str(seat.uid)
    request.session.set_expiry(HOUR)
    reviews.note_entered(seat=seat)
    return redirect("expert", seat.uid)


def expert(request, uid):
    """The sections of one case, comments and the one opinion. Each reading is kept."""
    seat = get_seat_for(request.user, uid, request.session.get(SEAT))
    form, status = WordForm(), 200
    if request.method == "POST":
        done = request.POST.get("do")
        if done == "declare":
            reviews.declare_unconflicted(seat=seat)
            return redirect("expert", uid)
        if done not in ExpertWord.Kind.values or not seat.is_unconflicted:
            raise Http404
        form, status = WordForm(request.POST), 422
        if form.is_valid():
            try:
                workflow.write_as_expert(seat=seat, kind=done, **form.cleaned_data)
            except DomainError as fault:
                status = refuse(form, fault)
            else:
                messages.success(request, _("Thank you. The officer of the case reads it."))
                return redirect("expert", uid)
    case = seat.assignment.case
    context = {"seat": seat, "case": case, "form": form, "words": seat.assignment.words.all(), "groups": []}
    if seat.is_unconflicted:
        record = latest_record(case.proposal)
        catalogue = catalogue_of(record.release)
        titles = {section.title for section in catalogue.sections if section.id in seat.assignment.sections}
        groups = answer_groups(record.version.content, catalogue)
        context["groups"] = [group for group in groups if group.title in titles]
        record_read(
            "expert.read",
            actor_id=request.user.pk,
            role="expert",
            subject=f"reviews.GuestSeat:{seat.uid}",
            reference=case.proposal.reference,
        )
    context["has_opinion"] = any(word.kind == ExpertWord.Kind.OPINION for word in context["words"])
    return render(request, "guests/expert.html", context, status=status)
