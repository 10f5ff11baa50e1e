"""How long one screening takes, and a new edition against all partners.

    python benchmarks/list_update.py DATA [--more NAMES.txt] [--entries 100000,1000000] [--partners 1000000]
        [--changed 2000]

One screening: a partner with five names against an index of so many entries, candidates and scores, warm, without the
database. Update: so many changed entries (names of OFAC's 2021 list, repeated with small changes) asked of an index of
partner names, scored against each candidate, with two processes.
"""

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import names as world
import tantivy

from partners.candidates.searching import ask
from partners.candidates.writing import write
from partners.matching.score import POSSIBLE, Name, Named, compare

LIMIT, NAMES_OF_A_PARTNER, SCREENINGS = 60, 5, 300
ALLOWED_MS = {100_000: 100, 1_000_000: 250}
ALLOWED_UPDATE_S = 60


def screen(searcher, listed: list[str], names: list[str]) -> int:
    """As a screening does it: the candidates of each name, each compared with all names of the partner."""
    rows = dict.fromkeys(row for name in names for row in ask(searcher, name, "organisation", LIMIT))
    partner = Named(tuple(map(Name, names)))
    return sum(compare(partner, Named((Name(listed[row]),))).score >= POSSIBLE for row in rows)


def time_screenings(listed: list[str], folder: Path) -> float:
    write(folder, ((row, name, "organisation") for row, name in enumerate(listed)))
    searcher = tantivy.Index.open(str(folder)).searcher()
    chance, times = random.Random(31), []
    for number in range(SCREENINGS + 20):
        names = chance.sample(listed, NAMES_OF_A_PARTNER)
        began = time.perf_counter()
        screen(searcher, listed, names)
        if number >= 20:
            times.append(time.perf_counter() - began)
    times.sort()
    p95 = times[int(0.95 * len(times))] * 1e3
    middle = times[len(times) // 2] * 1e3
    print(f"one screening of five names, {len(listed)} entries: median {middle:.0f} ms, p95 {p95:.0f} ms")
    return p95


def flag(folder: str, names_file: str, changed: list[str]) -> int:
    """In a process of its own: an index is a mapped file, so that both share it."""
    partners = Path(names_file).read_text(encoding="utf-8").split("\n")
    searcher = tantivy.Index.open(folder).searcher()
    flagged = 0
    for name in changed:
        entry = Named((Name(name),))
        rows = ask(searcher, name, "organisation", LIMIT)
        flagged += sum(compare(Named((Name(partners[row]),)), entry).score >= POSSIBLE for row in rows)
    return flagged


def time_update(partners: list[str], changed: list[str], folder: Path) -> float:
    index, names_file = folder / "index", folder / "names"
    index.mkdir()
    write(index, ((row, name, "organisation") for row, name in enumerate(partners)))
    names_file.write_text("\n".join(partners), encoding="utf-8")
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        parts = [changed[0::2], changed[1::2]]
        flagged = sum(pool.map(flag, [str(index)] * 2, [str(names_file)] * 2, parts))
    took = time.perf_counter() - began
    print(f"{len(changed)} changed entries against {len(partners)} partners: {took:.1f} s, {flagged} flags")
    return took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--more", type=Path)
    parser.add_argument("--entries", default="100000,1000000")
    parser.add_argument("--partners", type=int, default=1_000_000)
    parser.add_argument("--changed", type=int, default=2_000)
    given = parser.parse_args()
    real = [name.replace("\n", " ") for name in [*world.ror_names(given.data), *world.extra_names(given.more)]]
    changes = [name for name, kind in world.ofac_names(given.data) if kind != "person"]
    slip, chance, missed = world.typos(1), random.Random(41), []
    changed = (changes + [name for one in changes if (name := slip(one, chance))])[: given.changed]
    for size in map(int, given.entries.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            p95 = time_screenings(world.fill(real, size), Path(folder))
            missed += [f"screening at {size}"] if p95 > ALLOWED_MS.get(size, 250) else []
    with tempfile.TemporaryDirectory() as folder:
        took = time_update(world.fill(real, given.partners), changed, Path(folder))
        missed += ["update"] if took > ALLOWED_UPDATE_S else []
    print("missed: " + "; ".join(missed) if missed else "all figures reached")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
