import pytest
import rules
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

import partners.rules  # noqa: F401  registers the permissions
from riskassess.accounts.models import RoleMembership
from tests.mandates import give_mandate

pytestmark = pytest.mark.django_db

WHO = {
    "partners.register": {"researcher", "officer"},
    "partners.see_screening": {"reviewer", "officer", "approver", "auditor"},
    "partners.judge": {"officer"},
    "partners.edit": {"officer"},
    "partners.see_lists": {"officer", "auditor"},
    "partners.manage_lists": {"officer"},
}


@pytest.mark.parametrize("role", ["researcher", "reviewer", "officer", "approver", "administrator", "auditor"])
@pytest.mark.parametrize("permission", WHO)
def test_permissions_of_the_registry(permission, role, ana):
    RoleMembership.objects.create(user=ana, role=role, starts=timezone.localdate())
    if role == "auditor":
        give_mandate(ana)

    assert rules.has_perm(permission, ana) == (role in WHO[permission])


@pytest.mark.parametrize("permission", WHO)
def test_nobody_without_a_role_may_anything(permission, ana):
    assert not rules.has_perm(permission, ana)
    assert not rules.has_perm(permission, AnonymousUser())
