from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import RoleMembership, Unit, User
from riskassess.accounts.roles import INCOMPATIBLE, Role
from riskassess.audit.log import record
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
    user.name, user.language, user.colours = name, language, colours
    user.save(update_fields=["name", "language", "colours"])
    after = {"language": language, "colours": colours, "name": name}
    if after != before:
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
def note_sign_in(*, user: User) -> None:
    """Keep that somebody signed in; the session itself is the web's."""
    record("account.signed_in", subject=user, actor_id=user.pk, role=user.role_now, actor_name=user.name)


@transaction.atomic
def note_password_change(*, user: User) -> None:
    """Keep that a password was changed, and nothing of it."""
    record("account.password_changed", subject=user, actor_id=user.pk, role=user.role_now, actor_name=user.name)
