"""A worker is killed while it reads a list, and while it compares partners with it: the old edition or the new one is
in force at any moment, never half of one, and in the end everything is done once."""

import json

from tests.live.stack import wait_until

ENTRIES = 1500
KILLED_AT = ("partners.import_step", "partners.import_step", "partners.rescreen_edition")
UPLOAD = f"""
from django.core.files.uploadedfile import SimpleUploadedFile
from partners.lists import import_upload
from partners.models import ListSource
from riskassess.accounts.models import User
head = "id,name,aliases,former_names,kind,country,programme,listed_on,remarks,address"
rows = "\\n".join(f"{{n}},Kestrel {{word}} {{n}},,,,,,,," for n in range({ENTRIES}))
text = f"# date: {{day}}\\n# entries: {ENTRIES}\\n{{head}}\\n{{rows}}\\n"
import_upload(
    source=ListSource.objects.get(code="own"), files=[SimpleUploadedFile("own.csv", text.encode())],
    actor=User.objects.get(email="omar@norderhaven.example"),
)
"""
LOOK = """
import json
from django.db.models import F
from partners.models import EditionDelta, ListEdition
from partners.queries.due import due_for_screening
from riskassess.audit.models import Event
rows = ListEdition.objects.filter(source__code="own").order_by("pk")
print(json.dumps({
    "editions": [[r.state, r.entities_count, r.entries.count(), r.settled_at is not None] for r in rows],
    "differences": EditionDelta.objects.filter(edition__in=rows).count(),
    "imported": Event.objects.filter(verb="list.imported", subject__endswith=str(rows.last().uid)).count(),
    "settled": Event.objects.filter(verb="list.settled", subject__endswith=str(rows.last().uid)).count(),
    "due": due_for_screening().count(),
}))
"""
OWN = "FROM partners_listedition e JOIN partners_listsource s ON s.id = e.source_id WHERE s.code = 'own'"


def upload(stack, word, day):
    stack.python(f"word, day = {word!r}, {day!r}\n{UPLOAD}")


def in_force(stack):
    """How many entries the edition in force says that it has, and how many it has."""
    (row,) = stack.rows(
        "SELECT e.entities_count, (SELECT count(*) FROM partners_editionentry x WHERE x.edition_id = e.id)"
        f" {OWN} AND e.state = 'in_force'"
    )
    return row


def is_drained(stack):
    return stack.rows("SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'working')") == [(0,)]


def wait_until_drained(stack, seconds=150):
    wait_until(
        lambda: is_drained(stack), seconds,
        lambda: f"all jobs over: {stack.rows('SELECT task, state, attempts FROM jobs_job ORDER BY id DESC LIMIT 5')}",
    )  # fmt: skip


def test_killed_import_and_killed_comparing_leave_a_whole_edition_in_force(live_stack):
    stack = live_stack("embedded", RISKASSESS_JOB_RESEND="2")
    upload(stack, "Old", "2026-11-01")
    wait_until_drained(stack)
    assert in_force(stack) == (ENTRIES, ENTRIES)

    upload(stack, "New", "2026-11-08")
    kills = 0
    for task in KILLED_AT:
        at_work = f"SELECT 1 FROM jobs_job WHERE task = '{task}' AND state = 'working'"
        wait_until(lambda: stack.rows(at_work) or is_drained(stack), 60, f"{task} is at work")  # noqa: B023
        if not is_drained(stack):
            stack.kill_worker()
            kills += 1
        assert in_force(stack) == (ENTRIES, ENTRIES)
    wait_until_drained(stack)

    found = json.loads(stack.python(LOOK))
    assert kills
    assert found["editions"] == [["superseded", ENTRIES, ENTRIES, True], ["in_force", ENTRIES, ENTRIES, True]]
    assert (found["differences"], found["imported"], found["settled"], found["due"]) == (ENTRIES, 1, 1, 0)
    assert stack.rows("SELECT count(*) FROM jobs_job WHERE state = 'failed'") == [(0,)]
    assert stack.manage("verify_audit").returncode == 0
