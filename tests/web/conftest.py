from datetime import date

import pytest

from riskassess.accounts.models import Institution, RoleMembership, Unit, User

PASSWORD = "open-door-2026-tide"


@pytest.fixture
def unit(db):
    institution = Institution.objects.create(name="Norderhaven University")
    return Unit.objects.create(institution=institution, name="Marine Sciences")


@pytest.fixture
def person(unit):
    """Makes people: `person("Ana Ferreira", "researcher")`."""

    def made(name, *roles):
        email = f"{name.split()[0].lower()}@norderhaven.example"
        user = User.objects.create_user(email, name, PASSWORD, unit=unit)
        for role in roles:
            RoleMembership.objects.create(user=user, role=role, unit=unit, starts=date(2026, 1, 1))
        return user

    return made


@pytest.fixture
def ana(person):
    return person("Ana Ferreira", "researcher")
