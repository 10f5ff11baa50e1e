"""The rows of a database as lines of JSON that SQLite and PostgreSQL both read back."""

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import BinaryIO
from uuid import UUID

from django.apps import apps
from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connection, models

ROWS = 200
# What the database or a sign-in makes anew by itself.
MADE_ANEW = {
    "django_session",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "accounts_user_groups",
    "accounts_user_user_permissions",
}


def kept_models(registry: Apps = apps) -> dict[str, type[models.Model]]:
    """By name of the table, in its order."""
    found = {
        model._meta.db_table: model
        for model in registry.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return {name: found[name] for name in sorted(found) if name not in MADE_ANEW}


@contextmanager
def one_moment() -> Iterator[None]:
    """All reads inside see the database as it was at the first of them, while others go on writing."""
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else "BEGIN"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def dump_table(model: type[models.Model], target: BinaryIO) -> int:
    """One line with the columns, then one a row; gives how many rows."""
    columns = [field.attname for field in model._meta.local_concrete_fields]
    target.write(_line(columns))
    count = 0
    for row in model._base_manager.order_by("pk").values_list(*columns).iterator(chunk_size=1000):
        target.write(_line([_plain(value) for value in row]))
        count += 1
    return count


def load_table(model: type[models.Model], lines: Iterable[bytes]) -> int:
    """Replace what the table holds. A row stays exactly as it was: no default, no time of now is put in."""
    rows = iter(lines)
    columns = json.loads(next(rows))
    fields = {field.attname: field for field in model._meta.local_concrete_fields}
    if set(columns) != set(fields):
        raise ValueError(f"The columns of {model._meta.db_table} are not those of this version.")
    wanted = [fields[name] for name in columns]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in wanted)
    insert = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES "  # noqa: S608  names of our own models
    places = f"({', '.join(['%s'] * len(wanted))})"
    at_once = max(1, min(ROWS, connection.ops.bulk_batch_size(wanted, range(ROWS))))
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {quote(model._meta.db_table)}")  # noqa: S608
        while batch := [json.loads(line) for line in islice(rows, at_once)]:
            values = [
                field.get_db_prep_save(_typed(field, value), connection)
                for row in batch
                for field, value in zip(wanted, row, strict=True)
            ]
            cursor.execute(insert + ", ".join([places] * len(batch)), values)
            count += len(batch)
    return count


def go_on_counting(loaded: Iterable[type[models.Model]]) -> None:
    """New rows get numbers above those that were loaded."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(loaded)):
            cursor.execute(statement)


def _line(values: list) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def _typed(field: models.Field, value: object) -> object:
    return None if value is None else field.to_python(value)
