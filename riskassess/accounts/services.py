from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.calendar import countries, subdivisions
from riskassess.accounts.models import ClosedDay, Institution, RoleMembership, Unit, User
from riskassess.accounts.roles import INCOMPATIBLE, Role
from riskassess.audit.log import record
from riskassess.audit.services import VISITOR, record_denial
from riskassess.core.errors import DomainError


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    actor: User | None,
    unit: Unit | None = None,
    starts: date | None = None,
    ends: date | None = None,
) -> RoleMembership:
    """Give a role from a day on. Nobody grants a role to himself; administrators and auditors never decide."""
    if actor is not None and actor.pk == user.pk:
        raise DomainError(_("Nobody can grant a role to himself. Ask another administrator."))
    if user.is_guest:
        raise DomainError(_("An expert from outside takes no role. Make an account first."), field="user")
    starts = starts or timezone.localdate()
    held = set(RoleMembership.objects.in_force(starts).filter(user=user).values_list("role", flat=True))
    if clash := held & INCOMPATIBLE.get(Role(role), set()) or {
        r for r in held if role in INCOMPATIBLE.get(Role(r), ())
    }:
        names = ", ".join(sorted(str(Role(r).label) for r in clash))
        raise DomainError(
            _("%(name)s is %(roles)s; that does not go together with the new role.")
            % {"name": user.name, "roles": names},
            field="role",
        )
    membership = RoleMembership.objects.create(
        user=user, role=role, unit=unit, starts=starts, ends=ends, granted_by=actor
    )
    user.__dict__.pop("held", None)
    record(
        "role.granted",
        subject=membership,
        actor_id=actor.pk if actor else None,
        role=actor.role_now if actor else "system",
        actor_name=actor.name if actor else "",
        after={
            "user": str(user.uid),
            "role": str(role),
            "unit": str(unit.uid) if unit else None,
            "starts": starts.isoformat(),
            "ends": ends.isoformat() if ends else None,
        },
    )
    return membership


@transaction.atomic
def change_account(*, user: User, name: str, language: str, colours: str) -> User:
    """What people may change about themselves; roles and e-mail are the administrator's."""
    before = {"language": user.language, "colours": user.colours, "name": user.name}
    after = {"language": language, "colours": colours, "name": name}
    if after == before:
        return user
    user.name, user.language, user.colours = name, language, colours
    user.save(update_fields=["name", "language", "colours"])
    record(
        "account.changed",
        subject=user,
        actor_id=user.pk,
        role=user.role_now,
        actor_name=user.name,
        before=before,
        after=after,
    )
    return user


@transaction.atomic
def change_calendar(*, institution: Institution, actor: User, country: str, subdivision: str) -> Institution:
    """Say whose public holidays are no working days; no country: weekends alone."""
    if country and country not in countries():
        raise DomainError(_("The public holidays of this country are not known. Choose another one."), field="country")
    if subdivision and subdivision not in subdivisions(country):
        raise DomainError(_("This part does not belong to the country. Choose one of its own."), field="subdivision")
    institution = Institution.objects.select_for_update().get(pk=institution.pk)
    before = {"country": institution.country, "subdivision": institution.subdivision}
    after = {"country": country, "subdivision": subdivision}
    if before != after:
        institution.country, institution.subdivision = country, subdivision
        institution.save(update_fields=list(after))
        _record_calendar("calendar.changed", institution, actor, before, after)
    return institution


@transaction.atomic
def close_day(*, institution: Institution, actor: User, day: date, name: str) -> ClosedDay:
    """Add a day on which the institution itself is closed."""
    if not name.strip():
        raise DomainError(_("Say why the institution is closed on that day."), field="name")
    if day < timezone.localdate():
        raise DomainError(_("This day is over. Choose one that is to come."), field="day")
    Institution.objects.select_for_update().get(pk=institution.pk)
    if institution.closed_days.filter(day=day).exists():
        raise DomainError(_("This day is on the list already."), field="day")
    closed = ClosedDay.objects.create(institution=institution, day=day, name=name.strip(), added_by=actor)
    _record_calendar("calendar.day_closed", institution, actor, None, {"day": day.isoformat(), "name": closed.name})
    return closed


@transaction.atomic
def open_day(*, closed: ClosedDay, actor: User) -> None:
    """Take one of the institution's closed days away again; what was counted with it stays in the record."""
    before = {"day": closed.day.isoformat(), "name": closed.name}
    institution = closed.institution
    if closed.day < timezone.localdate():
        raise DomainError(_("This day is over; it stays on the list."))
    closed.delete()
    _record_calendar("calendar.day_opened", institution, actor, before, None)


def _record_calendar(verb: str, institution: Institution, actor: User, before: dict | None, after: dict | None) -> None:
    record(
        verb,
        subject=institution,
        actor_id=actor.pk,
        role=actor.role_now,
        actor_name=actor.name,
        before=before,
        after=after,
    )


@transaction.atomic
def note_sign_in(*, user: User) -> None:
    """Keep that somebody signed in; the session itself is the web's."""
    record("account.signed_in", subject=user, actor_id=user.pk, role=user.role_now, actor_name=user.name)


@transaction.atomic
def note_sign_out(*, user: User) -> None:
    record("account.signed_out", subject=user, actor_id=user.pk, role=user.role_now, actor_name=user.name)


def note_failed_sign_in(*, email: str) -> None:
    """Keep that somebody tried. What they typed is kept only where it is the address of an account, as whose it is:
    people type passwords into the wrong field."""
    user = User.objects.filter(email__iexact=email.strip()).first()
    record_denial(
        actor_id=None,
        role=VISITOR,
        subject=f"accounts.User:{user.uid}" if user else "route:login",
        method="POST",
        status=422,
        reason="password" if user and user.is_active else "closed account" if user else "no such account",
    )


@transaction.atomic
def note_password_change(*, user: User) -> None:
    """Keep that a password was changed, and nothing of it."""
    record("account.password_changed", subject=user, actor_id=user.pk, role=user.role_now, actor_name=user.name)
