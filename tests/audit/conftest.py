"""The audit log on databases of its own: a file copied from a template, or a PostgreSQL database, triggers on."""

import shutil
from contextlib import contextmanager

import dj_database_url
import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tests.audit.writing import write_events


@contextmanager
def default_database(url: str):
    """This thread's default database is the one at `url`, until the block ends."""
    before = connections["default"]
    settings = connections.configure_settings({"default": dj_database_url.parse(url)})["default"]
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = {"timeout": 20, "transaction_mode": "IMMEDIATE"}
    backend = __import__(f"{settings['ENGINE']}.base", fromlist=["DatabaseWrapper"])
    connections["default"] = backend.DatabaseWrapper(settings, "default")
    try:
        yield url
    finally:
        connections["default"].close()
        connections["default"] = before


def migrate_audit(target: str | None = "0002_triggers") -> None:
    MigrationExecutor(connections["default"]).migrate([("audit", target)])


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory, django_db_blocker):
    """A database file that holds the audit log alone, without an event."""
    path = tmp_path_factory.mktemp("audit") / "empty.sqlite3"
    with django_db_blocker.unblock(), default_database(f"sqlite:///{path}"):
        migrate_audit()
    return path


@pytest.fixture(scope="session")
def written_file(empty_file, django_db_blocker):
    """About sixty events of every shape: erased, sealed, by the system, alone and in stories."""
    path = empty_file.with_name("written.sqlite3")
    shutil.copy(empty_file, path)
    with django_db_blocker.unblock(), default_database(f"sqlite:///{path}"):
        write_events()
    return path


@pytest.fixture
def log_on_sqlite(empty_file, tmp_path, django_db_blocker):
    path = shutil.copy(empty_file, tmp_path / "log.sqlite3")
    with django_db_blocker.unblock(), default_database(f"sqlite:///{path}") as url:
        yield url


@pytest.fixture
def log_on_postgresql(postgres_url, django_db_blocker):
    with django_db_blocker.unblock(), default_database(postgres_url):
        migrate_audit()
        yield postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def log_url(request):
    """An empty audit log as default database, once on each kind; gives its address, for other threads to open."""
    return request.getfixturevalue(f"log_on_{request.param}")
