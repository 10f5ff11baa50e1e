from django.db import connection

from riskassess.core.leftovers import overwrite_leftovers
from tests.audit.conftest import default_database


def test_what_was_deleted_leaves_the_file_of_the_database_and_its_journal(tmp_path, django_db_blocker):
    path = tmp_path / "db.sqlite3"

    def told():
        return [file.name for file in sorted(tmp_path.iterdir()) if b"Philomena" in file.read_bytes()]

    with django_db_blocker.unblock(), default_database(f"sqlite:///{path}"), connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("CREATE TABLE note (text TEXT)")
        cursor.executemany("INSERT INTO note VALUES (%s)", [["Philomena"], ["Somebody"]] * 500)
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("DELETE FROM note WHERE text = 'Philomena'")
        before = told()

        overwrite_leftovers()

        assert before == ["db.sqlite3"]
        assert told() == []
        cursor.execute("SELECT count(*) FROM note")
        assert cursor.fetchone() == (500,)
