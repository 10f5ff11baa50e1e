from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from riskassess.accounts.roles import Role
from riskassess.core.models import DatedModel, UidModel


class Institution(UidModel):
    name = models.CharField(_("name"), max_length=200, unique=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Brussels")
    shows_level_while_writing = models.BooleanField(_("researchers see the level while they write"), default=True)
    allows_fast_track = models.BooleanField(_("low risk needs no review"), default=True)
    appeal_working_days = models.PositiveSmallIntegerField(_("working days to appeal"), default=20)
    reply_working_days = models.PositiveSmallIntegerField(_("working days to reply to a flag"), default=10)
    co_author_months = models.PositiveSmallIntegerField(_("months a joint proposal keeps apart"), default=36)
    validity_months = models.PositiveSmallIntegerField(_("months an approval is valid"), default=24)
    asks_midway = models.BooleanField(_("halfway through an approval we ask whether something changed"), default=True)
    top_approver = models.ForeignKey(
        "accounts.User",
        verbose_name=_("institution's top role"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    panel = models.ManyToManyField("accounts.User", verbose_name=_("panel"), blank=True, related_name="panels")
    route_days = models.JSONField(
        _("working days of a route"), default=dict, blank=True, help_text="Route to days, where not the catalogue's."
    )
    fast_track_share = models.PositiveSmallIntegerField(
        _("of a hundred registrations, so many are never read"), null=True, blank=True
    )
    allows_one_person_low = models.BooleanField(_("one person may recommend and decide on low risk"), default=False)
    texts = models.JSONField(_("own texts"), default=dict, blank=True)
    # Whom everybody may ask, shown on public pages: an office, so that no person's name stands there unasked.
    office_name = models.CharField(_("office for research security"), max_length=120, blank=True)
    office_email = models.EmailField(_("its e-mail"), blank=True)
    office_phone = models.CharField(_("its telephone"), max_length=40, blank=True)
    # Whom a flagged case may be sent to outside: the country's office for questions of research security.
    contact_point_name = models.CharField(_("national contact point"), max_length=120, blank=True)
    contact_point_email = models.EmailField(_("its e-mail"), blank=True)
    # Whose public holidays are no working days; empty: weekends alone.
    country = models.CharField(_("country"), max_length=2, blank=True)
    subdivision = models.CharField(_("part of the country"), max_length=30, blank=True)

    def __str__(self):
        return self.name


class SettingChange(UidModel, DatedModel):
    """A change of a setting that makes a control weaker: it holds once a second person agrees within the days left."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for a second person")
        AGREED = "agreed", _("agreed")
        DECLINED = "declined", _("not agreed")
        LAPSED = "lapsed", _("lapsed")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="setting_changes")
    name = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    lapses_on = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    settled_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "name"], condition=Q(state="open"), name="setting_asked_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | (Q(settled_by__isnull=False) & ~Q(settled_by=F("asked_by"))),
                name="setting_agreed_by_another",
            ),
        ]

    def __str__(self):
        return f"{self.name}: {self.get_state_display()}"


class ClosedDay(UidModel, DatedModel):
    """A day on which the institution itself is closed, beside weekends and public holidays."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="closed_days")
    day = models.DateField(_("day"))
    name = models.CharField(_("why"), max_length=80)
    added_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["institution", "day"], name="closed_once_a_day")]

    def __str__(self):
        return f"{self.day}: {self.name}"


class Unit(UidModel):
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "name"], name="unit_name_once"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="unit_not_own_parent"),
        ]
        ordering = ["name"]

    def __str__(self):
        return self.name


class UserManager(BaseUserManager):
    def create_user(self, email, name, password=None, **fields):
        user = self.model(email=email.strip().lower(), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, name, password=None, **fields):
        return self.create_user(email, name, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username):
        return self.get(email=(username or "").strip().lower())


class Held(NamedTuple):
    """One role as it is held today; no unit means the whole institution."""

    role: str
    unit_id: int | None


class User(AbstractBaseUser, PermissionsMixin, UidModel):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    supervisor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reports_here")
    orcid = models.CharField(_("ORCID iD"), max_length=19, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    colours = models.CharField(
        _("colours"),
        max_length=8,
        default="system",
        choices=[("system", _("as the system")), ("light", _("light")), ("dark", _("dark"))],
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_guest = models.BooleanField(_("expert from outside"), default=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def initials(self):
        parts = self.name.split()
        return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper()

    @property
    def first_name(self):
        return self.name.split()[0] if self.name else ""

    @cached_property
    def held(self) -> frozenset[Held]:
        """The roles in force today, read once for this instance; an inactive account and a guest hold none."""
        if not self.is_active or self.is_guest or not self.pk:
            return frozenset()
        rows = self.memberships.in_force(timezone.localdate()).values_list("role", "unit_id")
        return frozenset(Held(role, unit_id) for role, unit_id in rows)

    @cached_property
    def mandates_now(self) -> tuple[Mandate, ...]:
        """What an auditor may read today, read once for this instance."""
        if not self.has_role(Role.AUDITOR):
            return ()
        return tuple(self.mandates.in_force(timezone.localdate()).select_related("unit"))

    def has_role(self, *roles: str) -> bool:
        return any(held.role in roles for held in self.held)

    def units_with(self, role: str) -> frozenset[int | None]:
        """Units in which this role is held; None stands for the whole institution."""
        return frozenset(held.unit_id for held in self.held if held.role == role)

    @property
    def role_now(self) -> str:
        """The weightiest role held, for the record of an event that no single role explains."""
        for role in (Role.OFFICER, Role.APPROVER, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR, Role.RESEARCHER):
            if self.has_role(role):
                return role.value
        return "none"


class MembershipQuerySet(models.QuerySet):
    def in_force(self, on: date):
        return self.filter(starts__lte=on).filter(Q(ends__isnull=True) | Q(ends__gte=on))


class RoleMembership(UidModel, DatedModel):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships")
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="membership_dates"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]
        ordering = ["user", "role"]

    def __str__(self):
        return f"{self.user}: {self.role}"


class MandateQuerySet(models.QuerySet):
    def in_force(self, on: date):
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True, starts__lte=on, ends__gte=on)

    def waiting(self):
        return self.filter(confirmed_at__isnull=True, ended_at__isnull=True)


class Mandate(UidModel, DatedModel):
    """What an auditor may read, from when until when, and why. It counts once a second person has confirmed it."""

    auditor = models.ForeignKey(User, verbose_name=_("auditor"), on_delete=models.PROTECT, related_name="mandates")
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"))
    submitted_from = models.DateField(_("submitted from"), null=True, blank=True)
    submitted_until = models.DateField(_("submitted until"), null=True, blank=True)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="mandate_dates"),
            models.CheckConstraint(condition=~Q(reason=""), name="mandate_has_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")), name="mandate_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(auditor=F("asked_by")) & (Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("auditor"))),
                name="mandate_not_ones_own",
            ),
        ]
        ordering = ["-starts", "-pk"]

    def __str__(self):
        return f"{self.auditor}: {self.starts} to {self.ends}"

    @property
    def is_whole(self) -> bool:
        """Everything of the institution, whenever it was submitted."""
        return self.unit_id is None and self.submitted_from is None and self.submitted_until is None
