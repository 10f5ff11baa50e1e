from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.accounts.models import RoleMembership, User
from riskassess.accounts.roles import Role
from riskassess.accounts.services import (
    change_account,
    note_failed_sign_in,
    note_password_change,
    note_sign_in,
    note_sign_out,
)
from riskassess.notices.calendar import address_of
from riskassess.notices.models import ChosenWay, Feed
from riskassess.notices.services import choose_ways, close_feed, open_feed
from riskassess.web.confirming import note_confirmed
from riskassess.web.forms.account import AccountForm, ChangePasswordForm, SignInForm
from riskassess.web.forms.notices import WaysForm

YEAR = 365 * 24 * 3600


def remember_choices(response, user):
    """Language and colours also hold before signing in, so a cookie carries them; neither says who somebody is."""
    secure = settings.SESSION_COOKIE_SECURE
    for name, value in ((settings.LANGUAGE_COOKIE_NAME, user.language), ("ra_colours", user.colours)):
        response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
    return response


class SignIn(LoginView):
    template_name = "account/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        has_demo = settings.ENVIRONMENT == "embedded" and User.objects.filter(email__endswith=".example").exists()
        context = super().get_context_data(has_demo=has_demo, **kwargs)
        del context["site"]  # Django's own would hide what the frame reads under this name
        return context

    def form_valid(self, form):
        response = super().form_valid(form)
        note_sign_in(user=form.get_user())
        note_confirmed(self.request)
        workflow.tell_invitations(user=form.get_user())
        return remember_choices(response, form.get_user())

    def form_invalid(self, form):
        if form.non_field_errors():
            note_failed_sign_in(email=form.cleaned_data["username"])
        return super().form_invalid(form)


class SignOut(LogoutView):
    def post(self, request, *args, **kwargs):
        note_sign_out(user=request.user)
        return super().post(request, *args, **kwargs)


class ChangePassword(PasswordChangeView):
    template_name = "account/password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("account")
    extra_context = {"crumbs": [(gettext_lazy("Account"), reverse_lazy("account")), (gettext_lazy("Password"), "")]}

    def form_valid(self, form):
        response = super().form_valid(form)
        note_password_change(user=self.request.user)
        messages.success(self.request, _("Your password is changed. Other browsers were signed out."))
        return response


sign_in = SignIn.as_view()
sign_out = SignOut.as_view()
change_password = ChangePassword.as_view()


def account(request):
    now = {"name": request.user.name, "language": request.user.language, "colours": request.user.colours}
    form = AccountForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        user = change_account(user=request.user, **form.cleaned_data)
        with translation.override(user.language):
            messages.success(request, _("Saved."))
        return remember_choices(redirect("account"), user)
    return account_page(request, form=form)


@require_POST
def account_notices(request):
    """By which way this person wants to be told what."""
    form = ways_form(request)
    if not form.is_valid():
        return account_page(request, ways=form, status=422)
    choose_ways(user=request.user, ways=form.cleaned_data)
    messages.success(request, _("Saved. It holds for what is told from now on."))
    return redirect(f"{reverse('account')}#notices")


@require_POST
def account_calendar(request):
    """Get a calendar feed, get it at a new address, or give it up."""
    if request.POST.get("do") == "close":
        close_feed(user=request.user)
        messages.success(request, _("The calendar feed is closed. Its address leads nowhere now."))
    else:
        had_one = Feed.objects.filter(user=request.user).exists()
        open_feed(user=request.user)
        done = _("The feed has a new address. The old one leads nowhere now.") if had_one else _("Your feed is open.")
        messages.success(request, done)
    return redirect(f"{reverse('account')}#calendar")


def ways_form(request) -> WaysForm:
    user = request.user
    chosen = dict(ChosenWay.objects.filter(user=user).values_list("kind", "way"))
    given = request.POST if request.method == "POST" and request.resolver_match.view_name == "account_notices" else None
    return WaysForm(given, chosen=chosen, with_lists=user.has_role(Role.OFFICER, Role.ADMINISTRATOR))


def account_page(request, *, form=None, ways=None, status=200):
    user = request.user
    now = {"name": user.name, "language": user.language, "colours": user.colours}
    memberships = RoleMembership.objects.filter(user=user).select_related("unit").order_by("role", "starts", "pk")
    feed = Feed.objects.filter(user=user).first()
    context = {
        "form": form or AccountForm(initial=now),
        "ways": ways or ways_form(request),
        "feed_url": address_of(feed) if feed else "",
        "memberships": memberships,
    }
    return render(request, "account/account.html", context, status=status)
