"""One screening, and a new edition against all partners, through the database as a worker does it; then memory.

    python benchmarks/screening.py [DATA] [--entries 100000] [--partners 1000000] [--changed 2000] [--screenings 200]

Makes a list and partners in a database of its own; names are real ones (of DATA, else of the ROR sample in `fixtures/`)
and more recombined from them, seeded. A screening compares a partner of five names, one of them a listed name with a
slip, and keeps what it found. The update brings an edition into force that differs in so many entries, a tenth of them
like a partner's name, and works off every job until it is settled, with two workers. Last, a process with the pages
searches the list over and over. Ends with 1 where a figure is missed.
"""

import argparse
import csv
import gzip
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMES_OF_A_PARTNER, WARM_UP, CHUNK = 5, 20, 5_000
UPDATE_S, SEARCHES, GROWTH_MB = 60, 100, 20


def allowed_ms(entries: int) -> int:
    return 100 if entries <= 100_000 else 250


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("data", type=Path, nargs="?")
    options.add_argument("--entries", type=int, default=100_000)
    options.add_argument("--partners", type=int, default=1_000_000)
    options.add_argument("--changed", type=int, default=2_000)
    options.add_argument("--screenings", type=int, default=200)
    given = options.parse_args()
    folder = tempfile.mkdtemp(prefix="screening-")
    os.environ |= {"RISKASSESS_VAR": folder, "DJANGO_SETTINGS_MODULE": "riskassess.settings"}
    os.environ |= {"RISKASSESS_LOG_LEVEL": "ERROR"}
    multiprocessing.set_start_method("spawn")
    try:
        missed = apart(fill, given) or apart(time_screenings, given) + apart(time_update, given) + apart(hold_memory)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("missed: " + "; ".join(missed) if missed else "all figures reached")
    return bool(missed)


def apart(work, *args) -> list[str]:
    """Each part in a process of its own, so that none finds warm what another one read."""
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(work, *args).result()


def fill(given) -> list[str]:
    """Partners, each screened before, and a list in force."""
    set_up()
    from django.core.management import call_command
    from django.utils import timezone

    from partners import candidates
    from partners.matching.normalise import NORMALISER, normalise
    from partners.matching.score import SCORER
    from partners.models import Alias, ListEdition, ListSource, Partner, Screening
    from riskassess.management.university import found_university

    begun, now = time.perf_counter(), timezone.now()
    call_command("migrate", verbosity=0)
    found_university(password="a-long-password-for-benchmarks")
    listed, ours, chance = *names_of(given), random.Random(51)
    source = ListSource.objects.create(code="bench", name="Bench", kind=ListSource.Kind.ASSET_FREEZE, format="own_csv")
    edition = ListEdition.objects.create(
        source=source, sha256="0" * 64, normaliser=NORMALISER, published_on=date(2026, 11, 1), file_name="first.csv"
    )
    store_entries(edition, enumerate(listed))
    candidates.build(candidates.of_edition(edition))
    ListEdition.objects.filter(pk=edition.pk).update(
        state=ListEdition.State.IN_FORCE, in_force_since=now, settled_at=now, entities_count=len(listed)
    )
    say(f"{len(listed)} entries stored and indexed in {time.perf_counter() - begun:.0f} s\n")
    begun = time.perf_counter()
    for chunk in chunks(enumerate(ours)):
        made = Partner.objects.bulk_create(
            Partner(name=name, normalised=normalise(name), country="NO") for _n, name in chunk
        )
        screenings = Screening.objects.bulk_create(
            Screening(partner=partner, state="done", names=[partner.name], names_key="bench", scorer=SCORER)
            for partner in made
        )
        through = Screening.editions.through
        through.objects.bulk_create(through(screening=row, listedition=edition) for row in screenings)
    for partner in Partner.objects.order_by("pk")[: given.screenings + WARM_UP]:
        names = [slip(chance.choice(listed), chance), *chance.sample(listed, NAMES_OF_A_PARTNER - 2)]
        Alias.objects.bulk_create(
            Alias(partner=partner, name=name, normalised=normalise(name)) for name in dict.fromkeys(names)
        )
    earlier = now - timedelta(days=30)  # else all would pass for changed since the index was made
    Partner.objects.update(updated_at=earlier)
    Alias.objects.update(created_at=earlier)
    say(f"{len(ours)} partners stored in {time.perf_counter() - begun:.0f} s\n")
    return []


def time_screenings(given) -> list[str]:
    set_up()
    from partners.models import Partner
    from partners.screening import screen

    times, hits = [], 0
    for number, partner in enumerate(Partner.objects.order_by("pk")[: given.screenings + WARM_UP]):
        begun = time.perf_counter()
        screening = screen(partner)
        if number >= WARM_UP:
            times.append((time.perf_counter() - begun) * 1e3)
            hits += screening.hits.count()
    times.sort()
    median, p95 = times[len(times) // 2], times[int(0.95 * len(times))]
    print(
        f"one screening of {NAMES_OF_A_PARTNER} names, {given.entries} entries: median {median:.0f} ms, "
        f"p95 {p95:.0f} ms, {hits / len(times):.1f} matches"
    )
    return [f"one screening at {given.entries} entries"] if p95 > allowed_ms(given.entries) else []


def time_update(given) -> list[str]:
    set_up()
    from django.utils import timezone

    from partners import candidates
    from partners.lists.comparing import compare_with
    from partners.lists.swapping import bring_into_force
    from partners.matching.normalise import NORMALISER
    from partners.models import EditionEntry, ListEdition, Partner, Screening

    begun = time.perf_counter()
    candidates.refresh_partners()
    print(f"index of {given.partners} partners made: {time.perf_counter() - begun:.0f} s (once, then kept up to date)")
    before = ListEdition.objects.select_related("source").get()
    chance, partners = random.Random(61), Partner.objects.count()
    ours = [
        slip(Partner.objects.get(pk=chance.randrange(1, partners)).name, chance) for _n in range(given.changed // 10)
    ]
    real = sample_names(given.data)
    made = world().fill(real, len(real) + given.changed, seed=71)[len(real) :]
    edition = ListEdition.objects.create(
        source=before.source, sha256="1" * 64, normaliser=NORMALISER, published_on=date(2026, 11, 8), file_name="next"
    )
    kept = EditionEntry.objects.filter(edition=before).order_by("pk").values_list("entity_id", flat=True)
    for chunk in chunks(iter(kept[given.changed // 2 :].iterator())):
        EditionEntry.objects.bulk_create(EditionEntry(edition=edition, entity_id=pk) for pk in chunk)
    store_entries(edition, enumerate((ours + made)[: given.changed], start=given.entries))
    ListEdition.objects.filter(pk=edition.pk).update(read_at=timezone.now(), entities_count=edition.entries.count())
    edition.refresh_from_db()
    compare_with(edition, before)
    bring_into_force(edition)
    first = Screening.objects.latest("pk").pk
    begun = time.perf_counter()
    workers = [multiprocessing.Process(target=work_off) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - begun
    edition.refresh_from_db()
    screened = Screening.objects.filter(pk__gt=first).count()
    print(
        f"{edition.added_count} entries added and {edition.removed_count} removed against {given.partners} partners: "
        f"{took:.1f} s, {screened} screened anew, {'settled' if edition.settled_at else 'NOT SETTLED'}"
    )
    return ["update"] if took > UPDATE_S or not edition.settled_at else []


def work_off() -> None:
    """A worker: takes jobs until the edition is settled."""
    set_up()
    from partners.models import ListEdition
    from riskassess.jobs.running import run_pending

    newest = ListEdition.objects.order_by("-pk")
    while newest.values_list("settled_at", flat=True)[0] is None:
        if not run_pending(queue="bulk"):
            time.sleep(0.02)


def hold_memory() -> list[str]:
    """The memory of a process with the pages before any search and after many; what is mapped from files is shared."""
    set_up()
    from django.conf import settings
    from django.test import Client
    from django.test.utils import setup_test_environment

    from partners.models import ListedName
    from riskassess.accounts.models import User

    setup_test_environment()
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    client = Client()
    client.force_login(User.objects.get(email__startswith="omar"))
    client.get("/desk/lists")
    names = list(ListedName.objects.order_by("-pk").values_list("original", flat=True)[:SEARCHES])
    page = client.get("/desk/lists", {"name": names[0], "kind": "organisation"})
    if not page.context["matches"]:
        return ["memory: the search page finds nothing"]
    before = anonymous_megabytes()
    for name in names:
        client.get("/desk/lists", {"name": name, "kind": "organisation"})
    after = anonymous_megabytes()
    print(f"a process with the pages: {before:.0f} MB of its own after one search, {after:.0f} MB after {SEARCHES}")
    return ["memory"] if after - before > GROWTH_MB else []


def names_of(given) -> tuple[list[str], list[str]]:
    """Of the list and of the partners, none in both."""
    all_names = world().fill(sample_names(given.data), given.entries + given.partners)
    random.Random(41).shuffle(all_names)
    return all_names[: given.entries], all_names[given.entries :]


def sample_names(data: Path | None) -> list[str]:
    if data:
        return [*world().ror_names(data), *(name for name, kind in world().ofac_names(data) if kind != "person")]
    with gzip.open(ROOT / "fixtures" / "ror" / "ror-sample.csv.gz", "rt", encoding="utf-8") as lines:
        rows = csv.DictReader(lines)
        return list(
            dict.fromkeys(name for row in rows for name in (row["name"], *row["other_names"].split("|")) if name)
        )


def store_entries(edition, numbered: Iterator[tuple[int, str]]) -> None:
    from partners.matching.normalise import normalise
    from partners.models import EditionEntry, ListedEntity, ListedName

    for chunk in chunks(numbered):
        made = ListedEntity.objects.bulk_create(
            ListedEntity(
                source=edition.source, external_id=str(n), entry_hash=f"{n:064}", kind="organisation", name=name
            )
            for n, name in chunk
        )
        ListedName.objects.bulk_create(
            ListedName(entity=entity, original=entity.name, normalised=normalise(entity.name), kind="primary")
            for entity in made
        )
        EditionEntry.objects.bulk_create(EditionEntry(edition=edition, entity=entity) for entity in made)


def slip(name: str, chance: random.Random) -> str:
    return world().typos(1)(name, chance) or name


def chunks(rows: Iterator) -> Iterator[list]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def world():
    import names

    return names


def set_up() -> None:
    sys.path.insert(0, str(ROOT))
    import django

    import riskassess.celery  # noqa: F401  the app that the tasks belong to

    django.setup()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=30000")


def anonymous_megabytes() -> float:
    """What belongs to this process alone."""
    rows = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(rows["RssAnon"].split()[0]) / 1024


def say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
