from django.db.models import Q
from django.utils import timezone

from riskassess.accounts.models import Institution, RoleMembership, Unit, User
from riskassess.core.reading import kept


def the_institution() -> Institution:
    """The one institution of this installation; set-up makes it."""
    return kept("institution", lambda: Institution.objects.order_by("pk").first())


def holders(role: str, *, unit: Unit | None = None):
    """Active people who hold the role today: in this unit, in one above it, or for the whole institution."""
    rows = RoleMembership.objects.in_force(timezone.localdate()).filter(role=role)
    if unit is not None:
        rows = rows.filter(Q(unit__isnull=True) | Q(unit__in=with_parents(unit)))
    return User.objects.filter(is_active=True, pk__in=rows.values("user")).order_by("name")


def with_roles_now(user: User) -> User:
    """The same person with the roles of this moment, which nobody takes away before the transaction ends."""
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    list(RoleMembership.objects.select_for_update(no_key=True).filter(user=locked))
    return locked


def with_parents(unit: Unit) -> list[int]:
    chain, parents = [], dict(_parents())
    step = unit.pk
    while step is not None and step not in chain:
        chain.append(step)
        step = parents.get(step)
    return chain


def with_children(unit_ids) -> set[int]:
    """These units and all below them."""
    found, rows = set(unit_ids), _parents()
    grew = True
    while grew:
        below = {pk for pk, parent in rows if parent in found} - found
        found |= below
        grew = bool(below)
    return found


def _parents() -> list[tuple[int, int | None]]:
    return kept("units", lambda: list(Unit.objects.values_list("pk", "parent_id")))
