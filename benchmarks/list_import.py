"""Import of a large list with its index: how long, how much memory, and what somebody else notices meanwhile.

    python benchmarks/list_import.py DATA [--entries 100000] [--changed 2000]

DATA holds `ror/` and `ofac/`: names, recombined to the size asked for, are written as entities of OpenSanctions in
JSON lines. They are imported into a database of its own; then a second edition in which some entries are new, gone or
renamed. Beside it another process reads the edition in force, looks a name up in it and writes a row, over and over:
what it finds has to be whole at any moment, and the longest that its write had to wait bounds the longest write of the
import. Ends with 1 where a figure is missed. `--broken` reads the broken files of the tests instead, each in a process
of its own.
"""

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SECONDS, WRITE_SECONDS = 60.0, 0.25
BROKEN_SECONDS, BROKEN_MB = 5.0, 200
DAYS = "2026-10-01", "2026-11-01"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("data", nargs="?", type=Path, help="folder with ror/ and ofac/")
    options.add_argument("--entries", type=int, default=100_000)
    options.add_argument("--changed", type=int, default=2_000)
    options.add_argument("--broken", action="store_true")
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="list-import-"))
    os.environ |= {"RISKASSESS_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "riskassess.settings"}
    os.environ |= {"RISKASSESS_LOG_LEVEL": "ERROR"}
    try:
        set_up()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        if given.broken:
            return broken(folder)
        if given.data is None:
            options.error("the folder with ror/ and ofac/ is missing")
        return whole(given.data, folder, given.entries, given.changed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def set_up() -> None:
    import django

    import riskassess.celery  # noqa: F401  the app that the tasks belong to

    django.setup()


def whole(data: Path, folder: Path, count: int, changed: int) -> int:
    import names as world

    known = [*world.ror_names(data), *(name for name, _kind in world.ofac_names(data))]
    names = world.fill(known, 2 * (count + changed))
    paths = [folder / f"{day}.json" for day in DAYS]
    write(paths[0], names, range(count), DAYS[0], set())
    write(paths[1], names, range(changed // 2, count + changed // 2), DAYS[1], {changed // 2 + n for n in range(1000)})
    imported = [aside(import_one, str(paths[0]))]
    stop = multiprocessing.get_context("spawn").Event()
    told = multiprocessing.get_context("spawn").Queue()
    other = multiprocessing.get_context("spawn").Process(target=use_meanwhile, args=(stop, told, names[1], count))
    other.start()
    time.sleep(3)  # until it has begun
    imported.append(aside(import_one, str(paths[1])))
    stop.set()
    noticed = told.get(timeout=60)
    other.join()
    for name, (seconds, megabytes, sentence, counts) in zip(("first edition", "next edition"), imported, strict=True):
        print(f"{name}: {sentence} {seconds:.1f} s, memory at most {megabytes:.0f} MB{counts}")
    print(f"meanwhile: {noticed['rounds']} rounds of reading, searching and writing; "
          f"longest read {noticed['read'] * 1000:.0f} ms, search {noticed['search'] * 1000:.0f} ms, "
          f"write {noticed['write'] * 1000:.0f} ms; not whole: {noticed['torn']}")  # fmt: skip
    is_good = all(seconds <= SECONDS for seconds, *_rest in imported) and not noticed["torn"]
    is_good = is_good and noticed["write"] <= WRITE_SECONDS
    print(f"each at most {SECONDS:.0f} s, others wait at most {WRITE_SECONDS * 1000:.0f} ms: "
          f"{'reached' if is_good else 'MISSED'}")  # fmt: skip
    return 0 if is_good else 1


def write(path: Path, names: list[str], numbers: range, day: str, renamed: set[int]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for number in numbers:
            first = f"{names[2 * number]} II" if number in renamed else names[2 * number]
            properties = {"name": [first], "alias": [names[2 * number + 1]], "topics": ["sanction"], "country": ["no"]}
            entity = {"id": f"e{number}", "schema": "Organization", "target": True, "last_seen": day}
            stream.write(json.dumps({**entity, "properties": properties}, ensure_ascii=False) + "\n")


def aside(work, *given):
    """In a process of its own, whose memory is its alone."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    process = context.Process(target=work, args=(told, *given))
    process.start()
    result = told.get(timeout=1800)
    process.join()
    return result


def import_one(told, path: str) -> None:
    set_up()
    from partners.lists import import_edition
    from partners.models import ListSource

    begun = time.perf_counter()
    result = import_edition(source=ListSource.objects.get(code="opensanctions"), path=Path(path), accept=True)
    seconds = time.perf_counter() - begun
    edition = result.edition
    counts = ""
    if edition and edition.compared_with_id:
        counts = (f"; {edition.added_count} added, {edition.removed_count} removed, "
                  f"{edition.names_changed_count} with other names, {edition.other_changed_count} other")  # fmt: skip
    told.put((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, result.sentence, counts))


def use_meanwhile(stop, told, name: str, count: int) -> None:
    """What a person at a page does, as fast as one can."""
    set_up()
    from partners import candidates
    from partners.models import ListEdition, ListSource

    source, longest = ListSource.objects.get(code="opensanctions"), {"read": 0.0, "search": 0.0, "write": 0.0}
    rounds = torn = 0
    while not stop.is_set():
        began = time.perf_counter()
        edition = source.editions.get(state=ListEdition.State.IN_FORCE)
        entries = edition.entries.count()
        read = time.perf_counter()
        found = candidates.search([name], candidates.of_edition(edition))
        searched = time.perf_counter()
        ListSource.objects.filter(code="own").update(name=f"Round {rounds}")
        wrote = time.perf_counter()
        torn += entries != count or (not found and rounds > 0)
        for what, seconds in (("read", read - began), ("search", searched - read), ("write", wrote - searched)):
            longest[what] = max(longest[what], seconds) if rounds else 0.0  # the first round opens everything
        rounds += 1
        time.sleep(0.02)
    told.put({**longest, "rounds": rounds, "torn": torn})


def broken(folder: Path) -> int:
    from partners.models import ListSource
    from tests.partners.parsing.breaking import SAMPLES, broken_files, source_of, whole_file

    slowest, largest, count, refused = 0.0, 0.0, 0, 0
    for code in SAMPLES:
        path = folder / "list"
        path.write_bytes(whole_file(code))
        aside(import_broken, source_of(code), str(path))
        for what, content in broken_files(code, 29):
            path.write_bytes(content)
            seconds, megabytes, outcome, _sentence = aside(import_broken, source_of(code), str(path))
            count, refused = count + 1, refused + (outcome not in {"imported", "unchanged"})
            slowest, largest = max(slowest, seconds), max(largest, megabytes)
            if seconds > BROKEN_SECONDS or megabytes > BROKEN_MB:
                print(f"{code}, {what}: {seconds:.1f} s, {megabytes:.0f} MB")
    assert not ListSource.objects.filter(editions__state="staging").exists()
    print(f"{count} broken files, {refused} refused or held; slowest {slowest:.2f} s, most memory {largest:.0f} MB")
    return 0 if slowest <= BROKEN_SECONDS and largest <= BROKEN_MB else 1


def import_broken(told, code: str, path: str) -> None:
    set_up()
    from partners.lists import import_edition
    from partners.models import ListSource

    begun = time.perf_counter()
    result = import_edition(source=ListSource.objects.get(code=code), path=Path(path))
    seconds = time.perf_counter() - begun
    told.put((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, str(result.outcome), result.sentence))


if __name__ == "__main__":
    sys.exit(main())
