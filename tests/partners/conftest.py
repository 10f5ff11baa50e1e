from pathlib import Path

import pytest

from partners.lists import import_edition
from partners.models import ListSource
from partners.services import register_partner
from riskassess.accounts.models import User

HEAD = "id,name,aliases,former_names,kind,country,programme,listed_on,remarks,address\n"


@pytest.fixture
def omar(db):
    return User.objects.create_user("omar@norderhaven.example", "Omar Haddad")


@pytest.fixture
def ana(db):
    return User.objects.create_user("ana@norderhaven.example", "Ana Ferreira")


@pytest.fixture
def sanctions(db):
    return ListSource.objects.create(
        code="test_sanctions",
        name="Test sanctions",
        kind=ListSource.Kind.ASSET_FREEZE,
        authority="eu",
        format="own_csv",
    )


@pytest.fixture
def concern(db):
    return ListSource.objects.create(
        code="test_concern", name="Test concern", kind=ListSource.Kind.CONCERN, format="own_csv"
    )


@pytest.fixture
def write_list(tmp_path):
    def write(*rows: str, day: str = "2026-11-01", promised: int | None = None, name: str = "list.csv") -> Path:
        count = len(rows) if promised is None else promised
        path = tmp_path / name
        path.write_text(f"# date: {day}\n# entries: {count}\n{HEAD}" + "".join(f"{row}\n" for row in rows))
        return path

    return write


@pytest.fixture
def put_in_force(write_list):
    """Import these rows as the edition in force of a source."""

    def put(source, *rows, day="2026-11-01"):
        result = import_edition(source=source, path=write_list(*rows, day=day))
        assert result.outcome == "imported", result.sentence
        return result.edition

    return put


@pytest.fixture
def kestrel(ana):
    return register_partner(name="Kestrel Arc Instruments", country="NO", actor=ana)
