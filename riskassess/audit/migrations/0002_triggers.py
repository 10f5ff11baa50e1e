"""The event log refuses changes in the database itself, whoever sends them, and the chain gets its first head."""

import hashlib
import hmac

from django.conf import settings
from django.db import migrations
from django.db.migrations.exceptions import IrreversibleError

SQLITE_ON = [
    """CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
    BEGIN SELECT RAISE(ABORT, 'The audit log is append-only: an event is never changed.'); END""",
    """CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
    BEGIN SELECT RAISE(ABORT, 'The audit log is append-only: an event is never removed.'); END""",
    # INSERT OR REPLACE removes a row without asking the delete trigger
    """CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_event
    WHEN EXISTS (SELECT 1 FROM audit_event WHERE sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, 'The audit log is append-only: an event is never replaced.'); END""",
    """CREATE TRIGGER audit_detail_only_emptied BEFORE UPDATE ON audit_eventdetail
    WHEN NOT (NEW.event_id = OLD.event_id AND NEW.salt = '' AND NEW.actor_name = ''
              AND NEW."before" IS NULL AND NEW."after" IS NULL)
    BEGIN SELECT RAISE(ABORT, 'The detail of an event can only be emptied.'); END""",
    """CREATE TRIGGER audit_detail_no_delete BEFORE DELETE ON audit_eventdetail
    BEGIN SELECT RAISE(ABORT, 'The detail of an event can only be emptied.'); END""",
    """CREATE TRIGGER audit_detail_no_replace BEFORE INSERT ON audit_eventdetail
    WHEN EXISTS (SELECT 1 FROM audit_eventdetail WHERE event_id = NEW.event_id)
    BEGIN SELECT RAISE(ABORT, 'The detail of an event can only be emptied.'); END""",
]
SQLITE_OFF = [
    "DROP TRIGGER audit_event_no_update",
    "DROP TRIGGER audit_event_no_delete",
    "DROP TRIGGER audit_event_no_replace",
    "DROP TRIGGER audit_detail_only_emptied",
    "DROP TRIGGER audit_detail_no_delete",
    "DROP TRIGGER audit_detail_no_replace",
]
POSTGRESQL_ON = [
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = TG_ARGV[0];
    END $$""",
    """CREATE FUNCTION audit_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.event_id = OLD.event_id AND NEW.salt = '' AND NEW.actor_name = ''
         AND NEW."before" IS NULL AND NEW."after" IS NULL THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
        MESSAGE = 'The detail of an event can only be emptied.';
    END $$""",
    """CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event FOR EACH ROW
    EXECUTE FUNCTION audit_refuse('The audit log is append-only: an event is never changed.')""",
    """CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event FOR EACH ROW
    EXECUTE FUNCTION audit_refuse('The audit log is append-only: an event is never removed.')""",
    """CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT
    EXECUTE FUNCTION audit_refuse('The audit log is append-only: events are never removed.')""",
    """CREATE TRIGGER audit_detail_only_emptied BEFORE UPDATE ON audit_eventdetail FOR EACH ROW
    EXECUTE FUNCTION audit_only_emptied()""",
    """CREATE TRIGGER audit_detail_no_delete BEFORE DELETE ON audit_eventdetail FOR EACH ROW
    EXECUTE FUNCTION audit_refuse('The detail of an event can only be emptied.')""",
    """CREATE TRIGGER audit_detail_no_truncate BEFORE TRUNCATE ON audit_eventdetail FOR EACH STATEMENT
    EXECUTE FUNCTION audit_refuse('The detail of an event can only be emptied.')""",
]
POSTGRESQL_OFF = [
    "DROP TRIGGER audit_event_no_update ON audit_event",
    "DROP TRIGGER audit_event_no_delete ON audit_event",
    "DROP TRIGGER audit_event_no_truncate ON audit_event",
    "DROP TRIGGER audit_detail_only_emptied ON audit_eventdetail",
    "DROP TRIGGER audit_detail_no_delete ON audit_eventdetail",
    "DROP TRIGGER audit_detail_no_truncate ON audit_eventdetail",
    "DROP FUNCTION audit_refuse()",
    "DROP FUNCTION audit_only_emptied()",
]
TURN_ON = {"sqlite": SQLITE_ON, "postgresql": POSTGRESQL_ON}
TURN_OFF = {"sqlite": SQLITE_OFF, "postgresql": POSTGRESQL_OFF}


def protect(apps, schema_editor):
    for statement in TURN_ON[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    for statement in TURN_OFF[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def begin_chain(apps, schema_editor):
    first_hash = "0" * 64
    signature = hmac.new(settings.AUDIT_KEY, f"head:0:{first_hash}".encode(), hashlib.sha256).hexdigest()
    head = apps.get_model("audit", "ChainHead")(pk=1, sequence=0, hash=first_hash, hmac=signature)
    head.save(using=schema_editor.connection.alias, force_insert=True)


def end_chain(apps, schema_editor):
    if apps.get_model("audit", "Event").objects.using(schema_editor.connection.alias).exists():
        raise IrreversibleError("The audit log has events: what protects it is never taken away.")
    apps.get_model("audit", "ChainHead").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(protect, unprotect), migrations.RunPython(begin_chain, end_chain)]
