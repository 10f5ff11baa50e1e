"""Desk and case page among 100 and 10,000 open cases: queries, growth, and CPU beside an empty signed-in page.

    python benchmarks/desk.py [--few 100] [--many 10000] [--visits 30]

Files four cases as people would, in a database of its own, then copies them row by row to the numbers asked for, led by
500 researchers and shared out among five officers. Every page is opened in turn with the empty one, so that all see the
same machine. Ends with 1 where a figure is missed.
"""

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUERIES, GROWTH, TIMES_EMPTY = 15, 1.5, 3.0
EXAMPLES = ("01", "04", "05", "06")
OFFICERS, RESEARCHERS = 5, 500
PASSWORD = "a-long-password-for-benchmarks"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--few", type=int, default=100)
    options.add_argument("--many", type=int, default=10_000)
    options.add_argument("--visits", type=int, default=30)
    given = options.parse_args()
    folder = tempfile.mkdtemp(prefix="desk-")
    os.environ |= {"RISKASSESS_VAR": folder, "DJANGO_SETTINGS_MODULE": "riskassess.settings"}
    os.environ |= {"RISKASSESS_LOG_LEVEL": "CRITICAL"}
    sys.path.insert(0, str(ROOT))
    try:
        return measure(given)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def found():
    """The university with four cases of different levels, and five officers."""
    import django

    import riskassess.celery  # noqa: F401  the app that the tasks belong to

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from partners.reference.loading import load_sources
    from riskassess import workflow
    from riskassess.accounts.models import User
    from riskassess.accounts.roles import Role
    from riskassess.accounts.services import grant_role
    from riskassess.jobs.running import run_pending
    from riskassess.management.filing import read_example, write_draft
    from riskassess.management.university import found_university
    from riskassess.reviews.services import declare_none

    call_command("prepare", static_only=True)
    call_command("migrate", verbosity=0)
    call_command("load_catalogues", stdout=StringIO())
    university = found_university(password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    list(load_sources(ROOT / "fixtures" / "lists"))
    people, unit = [university.people["omar"]], university.people["omar"].unit
    for number in range(2, OFFICERS + 1):
        user = User.objects.create_user(
            f"officer{number}@norderhaven.example", f"Officer {number}", PASSWORD, unit=unit
        )
        grant_role(user=user, role=Role.OFFICER, actor=university.people["ada"])
        people.append(user)
    owner = university.people["ana"]
    filed = []
    for name in EXAMPLES:
        proposal = write_draft(content=read_example(name), owner=owner, unit=owner.unit)
        workflow.submit(proposal=proposal, actor=owner)
        run_pending()
        proposal.refresh_from_db()
        if hasattr(proposal, "case"):
            filed.append(proposal)
            for person in people:
                declare_none(case=proposal.case, actor=person)
    return people, filed


def copy_cases(filed, people, count: int) -> None:
    """Further cases with all that desk and case page read, their events included; each has its own due day."""
    from django.db import connection

    from riskassess.assessments.models import Answer, AssessmentRecord, ProposalVersion, Questionnaire
    from riskassess.audit.models import Event
    from riskassess.proposals.models import Participation, Proposal
    from riskassess.reviews.models import Assignment, Case, Hold, Interest

    order, leads = random.Random(7), researchers(filed[0].owner)
    begun = Case.objects.count()
    for number in range(begun, count):
        proposal = filed[number % len(filed)]
        case, officer = proposal.case, people[number % len(people)]
        lead = leads[number % len(leads)]
        copy = again(Proposal, proposal.pk, reference=f"RB-2026-{number:05}", opened=None, owner=lead)
        form = again(Questionnaire, proposal.questionnaire.pk, proposal=copy)
        Answer.objects.bulk_create(rows_again(proposal.questionnaire.answers.all(), questionnaire=form))
        version = again(ProposalVersion, proposal.versions.get().pk, proposal=copy)
        again(AssessmentRecord, proposal.record_keys[0], proposal=copy, version=version)
        due_on = case.due_on + timedelta(days=order.randrange(-10, 60))
        opened = again(Case, case.pk, proposal=copy, due_on=due_on, officer=officer)
        Participation.objects.bulk_create(rows_again(proposal.participations.all(), proposal=copy))
        Hold.objects.bulk_create(rows_again(case.holds.all(), case=opened))
        Interest.objects.bulk_create(rows_again(case.interests.all(), case=opened))
        kept = list(case.assignments.all())
        for row in kept:
            row.user = officer if row.kind == "officer" else row.user
        Assignment.objects.bulk_create(rows_again(kept, case=opened))
        if number % 10 == 3:
            Proposal.objects.filter(pk=copy.pk).update(state="changes_requested")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert Case.objects.count() >= count
    assert Event.objects.exists()


def researchers(like) -> list:
    """Colleagues in the unit of this person, who lead the further proposals; made once."""
    from riskassess.accounts.models import User

    named = [f"researcher{number}@norderhaven.example" for number in range(1, RESEARCHERS + 1)]
    if not User.objects.filter(email=named[0]).exists():
        User.objects.bulk_create(User(email=email, name=email.partition("@")[0], unit=like.unit) for email in named)
    return list(User.objects.filter(email__in=named).order_by("pk"))


def again(model, key, **changes):
    (row,) = rows_again([model.objects.get(pk=key)], **changes)
    row.save(force_insert=True)
    return row


def rows_again(rows, **changes) -> list:
    """The rows a second time, with keys and uids of their own."""
    found = []
    for row in rows:
        row.pk, row._state.adding = None, True
        if any(field.name == "uid" for field in row._meta.fields):
            row.uid = row._meta.get_field("uid").get_default()
        for name, value in changes.items():
            setattr(row, name, value)
        found.append(row)
    return found


def measure(given) -> int:
    people, filed = found()
    from django.conf import settings
    from django.db import transaction
    from django.test import Client

    from riskassess.assessments.models import AssessmentRecord
    from riskassess.reviews.models import Case

    settings.ALLOWED_HOSTS = ["testserver"]
    for proposal in filed:
        proposal.record_keys = list(AssessmentRecord.objects.filter(proposal=proposal).values_list("pk", flat=True))
    browser = Client()
    browser.force_login(people[0])
    last = filed[-1].reference
    pages = {"empty": "/desk/keys", "desk, mine": "/desk", "desk, all": "/desk?show=open", "case": f"/cases/{last}"}
    costs = {}
    for count in (given.few, given.many):
        with transaction.atomic():
            copy_cases(filed, people, count)
        costs[count] = visit(browser, pages, given.visits)
        print(f"{Case.objects.count()} open cases, {OFFICERS} officers, medians of {given.visits} visits of each page")
        for name, (cpu, queries) in costs[count].items():
            times = cpu / costs[count]["empty"][0]
            print(f"  {name:12} {cpu:7.1f} ms CPU  {times:4.1f} times the empty page  {queries:3} queries")
    return judged(costs[given.few], costs[given.many])


def judged(few, many) -> int:
    is_reached = True
    for name in few:
        if name == "empty":
            continue
        growth, times = many[name][0] / few[name][0], many[name][0] / many["empty"][0]
        for words, figure, bound in (
            ("queries", max(few[name][1], many[name][1]), QUERIES),
            ("growth", growth, GROWTH),
            ("times the CPU of an empty page", times, TIMES_EMPTY),
        ):
            is_fine = figure <= bound
            is_reached &= is_fine
            print(f"{name}: {words} {figure:.2f}, at most {bound}: {'reached' if is_fine else 'MISSED'}")
    return int(not is_reached)


def visit(browser, pages: dict[str, str], visits: int) -> dict[str, tuple[float, int]]:
    """For each page the median CPU in milliseconds and the queries; the pages take turns."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    taken: dict[str, list[float]] = {name: [] for name in pages}
    counts = {}
    for number in range(visits + 3):
        for name, address in pages.items():
            begun = time.process_time()
            answer = browser.get(address)
            cost = (time.process_time() - begun) * 1e3
            assert answer.status_code == 200, (address, answer.status_code)
            if number >= 3:
                taken[name].append(cost)
    for name, address in pages.items():
        with CaptureQueriesContext(connection) as asked:
            browser.get(address)
        counts[name] = len(asked)
    return {name: (statistics.median(costs), counts[name]) for name, costs in taken.items()}


if __name__ == "__main__":
    sys.exit(main())
