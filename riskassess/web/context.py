from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from riskassess.accounts.queries import the_institution
from riskassess.accounts.roles import Role
from riskassess.notices.models import Notice
from riskassess.proposals.rules import is_coinvestigator, is_owner
from riskassess.web.reading import READING

# In the order of the roles; one bar for whoever holds two, each page in it once.
# (label, url name, roles, first parts of the paths it covers)
NAVIGATION = (
    (_("My page"), "home", {Role.RESEARCHER}, ("home", "proposals")),
    (
        _("Desk"),
        "desk",
        {Role.REVIEWER, Role.OFFICER},
        ("desk", "cases", "lists", "ror-files", "insights", "mandates"),
    ),
    (_("Decisions"), "decisions", {Role.APPROVER}, ("decisions", "desk", "cases")),
    (_("Audit"), "audit", {Role.ADMINISTRATOR, Role.AUDITOR}, ("audit", "mandates", "lists", "ror-files")),
    (
        _("Partners"),
        "partners",
        {Role.RESEARCHER, Role.REVIEWER, Role.OFFICER, Role.APPROVER, Role.AUDITOR},
        ("partners",),
    ),
    (_("Personal data"), "privacy", {Role.AUDITOR, Role.ADMINISTRATOR}, ("privacy",)),
    (
        _("Reports"),
        "reports",
        {Role.REVIEWER, Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR},
        ("reports",),
    ),
    (_("Settings"), "settings", {Role.ADMINISTRATOR}, ("settings", "jobs")),
    (_("Replay"), "replays", {Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR}, ("replays",)),
    (
        _("Handbook"),
        "handbook",
        {Role.RESEARCHER, Role.REVIEWER, Role.OFFICER, Role.APPROVER},
        ("handbook", "guidance", "questionnaire", "who-sees-what"),
    ),
)
MOST_UNREAD = 99
BEFORE_SIGNING_IN = {"guidance", "questionnaire", "handbook"}


def home_of(user, proposal) -> tuple[str, str]:
    """Where this person's way to a proposal begins: an author's own page, or the first staff page of the bar."""
    if not (is_owner(user, proposal) or is_coinvestigator(user, proposal)):
        held = {membership.role for membership in user.held}
        for label, name, roles, _covers in NAVIGATION:
            if name != "home" and held & roles:
                return label, reverse(name)
    return NAVIGATION[0][0], reverse("home")


class Site:
    """What the frame of a page shows; each part is read only when the template asks for it."""

    def __init__(self, request: HttpRequest):
        self.request = request
        self.user = getattr(request, "user", None)

    @property
    def signed_in(self) -> bool:
        return self.user is not None and self.user.is_authenticated

    @cached_property
    def institution_name(self) -> str:
        institution = the_institution()
        return institution.name if institution else ""

    @property
    def colours(self) -> str:
        """light, dark or nothing (the system's choice); the cookie serves the pages before signing in."""
        chosen = self.user.colours if self.signed_in else self.request.COOKIES.get("ra_colours", "")
        return chosen if chosen in {"light", "dark"} else ""

    @cached_property
    def nav(self) -> list[dict]:
        first = self.request.path_info.strip("/").split("/")[0]
        if not self.signed_in:
            return [
                {"label": label, "url": reverse(name), "current": first == name, "exact": False}
                for name, label in READING
                if name in BEFORE_SIGNING_IN
            ]
        held = {membership.role for membership in self.user.held}
        items = []
        for label, name, roles, covers in NAVIGATION:
            if held & roles and reverse(name) not in {item["url"] for item in items}:
                current = first in covers and not any(item["current"] for item in items)
                items.append({"label": label, "url": reverse(name), "current": current, "exact": first == name})
        return items

    @cached_property
    def unread(self) -> str:
        count = Notice.objects.filter(user=self.user, read_at__isnull=True).count()
        return str(count) if count <= MOST_UNREAD else f"{MOST_UNREAD}+"

    @property
    def initials(self) -> str:
        return self.user.initials

    @property
    def user_name(self) -> str:
        return self.user.name

    @property
    def user_key(self) -> str:
        """What this browser keeps of unsaved text is named after it."""
        return str(self.user.uid)

    @property
    def home_url(self) -> str:
        return reverse("home" if self.signed_in and not self.user.is_guest else "start")

    @property
    def back_url(self) -> str:
        """The page before, if it was one of ours: for pages that say what went wrong."""
        before = urlsplit(self.request.headers.get("Referer", ""))
        if not before.netloc:  # and no host is asked for, which a hostile one would refuse a second time
            return self.home_url
        if before.netloc == self.request.get_host() and before.path != self.request.path:
            return f"{before.path}?{before.query}" if before.query else before.path
        return self.request.path if self.request.method == "POST" else self.home_url

    @property
    def account_url(self) -> str:
        return "" if self.signed_in and self.user.is_guest else reverse("account")

    @property
    def login_url(self) -> str:
        return "" if self.request.path_info == reverse("login") else reverse("login")

    @property
    def logout_url(self) -> str:
        return reverse("logout")

    @property
    def notices_url(self) -> str:
        if self.signed_in and self.user.is_guest:
            return ""
        try:
            return reverse("notices")
        except NoReverseMatch:
            return ""


def site(request: HttpRequest) -> dict:
    return {"site": Site(request)}
