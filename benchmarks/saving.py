"""Saving one answer with the level panel beside it: queries and time on the server, among many stored proposals.

    python benchmarks/saving.py [--proposals 1000] [--saves 200]

Files drafts in a database of its own, as the pages would, then saves answers as the browser does when somebody
chooses: one at a time, each with the parts of the page that come back. The same again without the panel, in turn with
it, so that both see the same machine. Ends with 1 where a figure is missed.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEDIAN_MS, QUERIES, WARM_UP = 30, 12, 20
EXAMPLES, QUESTION, SECTION = ("01", "04", "05"), "T5", "work"
PASSWORD = "a-long-password-for-benchmarks"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--proposals", type=int, default=1000)
    options.add_argument("--saves", type=int, default=200)
    given = options.parse_args()
    folder = tempfile.mkdtemp(prefix="saving-")
    os.environ |= {"RISKASSESS_VAR": folder, "DJANGO_SETTINGS_MODULE": "riskassess.settings"}
    os.environ |= {"RISKASSESS_LOG_LEVEL": "ERROR"}
    sys.path.insert(0, str(ROOT))
    try:
        return measure(fill(given.proposals), given.saves)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fill(count: int):
    import django

    import riskassess.celery  # noqa: F401  the app that the tasks belong to

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from riskassess.management.filing import read_example, write_draft
    from riskassess.management.university import found_university

    call_command("migrate", verbosity=0)
    call_command("load_catalogues", stdout=StringIO())
    owner = found_university(password=PASSWORD).people["ana"]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    contents = [read_example(name) for name in EXAMPLES]
    for number in range(count):
        proposal = write_draft(content=contents[number % len(contents)], owner=owner, unit=owner.unit)
        if number % 50 == 49:
            sys.stderr.write(f"\rfiled {number + 1} of {count}")
    sys.stderr.write("\n")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
    return proposal


def measure(proposal, saves: int) -> int:
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from tests.web.filing.pages import filled

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.ALLOWED_HOSTS = ["testserver"]
    browser, url = Client(), reverse("section", args=[proposal.reference, SECTION])
    browser.force_login(proposal.owner)
    times, counts, sizes = {True: [], False: []}, set(), []
    for number in range(2 * (saves + WARM_UP)):
        with_panel = number % 2 == 0
        proposal.institution.shows_level_while_writing = with_panel
        proposal.institution.save()
        page = browser.get(url)
        sent = filled(page, "questions", **{QUESTION: ["yes", "no"][number // 2 % 2]})
        took, asked, answer = save(browser, url, sent)
        if number >= 2 * WARM_UP:
            times[with_panel].append(took)
            sizes.append(len(answer.content))
            if with_panel:
                counts.add(asked)
    beside, alone = statistics.median(times[True]), statistics.median(times[False])
    p95 = statistics.quantiles(times[True], n=20)[-1]
    print(f"saving one answer with the panel: median {beside:.1f} ms, p95 {p95:.1f} ms, queries {sorted(counts)}")
    print(f"  without the panel: median {alone:.1f} ms; with it {beside / alone:.2f} times as long")
    print(f"  the answer of the server: at most {max(sizes) / 1024:.0f} kB")
    is_quick, asks_little = beside <= MEDIAN_MS, max(counts) <= QUERIES
    print(f"  at most {MEDIAN_MS} ms: {'reached' if is_quick else 'MISSED'}")
    print(f"  at most {QUERIES} queries: {'reached' if asks_little else 'MISSED'}")
    return int(not (is_quick and asks_little))


def save(browser, url: str, sent):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    begun = time.perf_counter()
    answer = browser.post(url, sent, HTTP_HX_REQUEST="true")
    took = (time.perf_counter() - begun) * 1e3
    assert answer.status_code == 200, answer.status_code
    sent = sent | {QUESTION: ["no"] if sent[QUESTION] == ["yes"] else ["yes"]}
    with CaptureQueriesContext(connection) as asked:
        browser.post(url, sent, HTTP_HX_REQUEST="true")
    return took, len(asked), answer


if __name__ == "__main__":
    sys.exit(main())
