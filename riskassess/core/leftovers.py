"""What a database keeps of rows that are gone."""

import logging

from django.db import OperationalError, connection

logger = logging.getLogger(__name__)


def overwrite_leftovers() -> None:
    """SQLite leaves what was deleted in its file and its journal until both are written anew; PostgreSQL sees to that
    by itself. Call it outside a transaction."""
    if connection.vendor != "sqlite":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, *_pages = cursor.fetchone()
    except OperationalError as fault:
        is_busy = fault
    if is_busy:
        logger.warning("deleted rows stay in the file of the database until the command VACUUM: %s", is_busy)
