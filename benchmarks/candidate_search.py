"""Does the index keep the right name among 60, and how much faster is it than comparing with every name?

    python benchmarks/candidate_search.py DATA [--more NAMES.txt] [--sizes 10000,100000,1000000] [--scan 100]

DATA holds `ror/` and `ofac/`; NAMES.txt more names, one a line; what is missing to a size is recombined. The scan is
rapidfuzz's `process.extract` with `token_sort_ratio` over the same names in the same run, SCAN queries of it at
100,000 names.
"""

import argparse
import gc
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import names as world
import tantivy
from rapidfuzz import fuzz, process

from partners.candidates.searching import ask
from partners.candidates.writing import write
from partners.matching.romanise import romanise

LIMIT = 60
RECALL, TIMES_FASTER = 0.99, 50


def listed_names(folder: Path, more: Path | None) -> list[str]:
    real = [*world.ror_names(folder), *(name for name, kind in world.ofac_names(folder) if kind != "person")]
    real = list(dict.fromkeys([*real, *world.extra_names(more)]))
    random.Random(3).shuffle(real)
    return real


def ordered(real: list[str], queries: dict[str, list[tuple[str, str]]]) -> list[str]:
    """The names that are looked for stand first, so that they are in a list of any size."""
    targets = dict.fromkeys(target for of_class in queries.values() for _query, target in of_class)
    return [*targets, *(name for name in real if name not in targets)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--more", type=Path)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--scan", type=int, default=100)
    given = parser.parse_args()
    real = listed_names(given.data, given.more)
    queries = world.queries(real)
    everything, missed = ordered(real, queries), []
    for size in map(int, given.sizes.split(",")):
        listed = world.fill(everything, size)
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            write(Path(folder), ((row, name, "organisation") for row, name in enumerate(listed)))
            built = time.perf_counter() - began
            bytes_on_disk = sum(file.stat().st_size for file in Path(folder).iterdir())
            searcher = tantivy.Index.open(folder).searcher()
            per_query = judge(searcher, listed, queries, size, missed)
            print(f"  built in {built:.1f} s, {bytes_on_disk / 1e6:.0f} MB, {len(real)} of the names are real")
            if size == 100_000 and given.scan:
                compare_with_scan(listed, queries, per_query, given.scan, missed)
        gc.collect()
    print(f"peak memory of the whole run {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
    print("missed: " + "; ".join(missed) if missed else "all figures reached")
    return bool(missed)


def judge(searcher, listed, queries, size, missed) -> float:
    row_of = {name: row for row, name in enumerate(listed)}
    print(f"{size} names")
    times: list[float] = []
    for label, of_class in queries.items():
        hits = 0
        for query, target in of_class:
            began = time.perf_counter()
            found = ask(searcher, query, "organisation", LIMIT)
            times.append(time.perf_counter() - began)
            hits += row_of[target] in found
        print(f"  {label:22} {world.say_share(hits, len(of_class))}")
        if hits < RECALL * len(of_class):
            missed.append(f"{label} at {size}")
    times.sort()
    print(f"  a query: median {median(times) * 1e3:.2f} ms, p95 {times[int(len(times) * 0.95)] * 1e3:.2f} ms")
    return sum(times) / len(times)


def compare_with_scan(listed, queries, per_query, count, missed) -> None:
    plain = [romanise(name)[0] for name in listed]
    chance = random.Random(5)
    asked = [romanise(query)[0] for of_class in queries.values() for query, _target in of_class]
    began = time.perf_counter()
    for query in chance.sample(asked, count):
        process.extract(query, plain, scorer=fuzz.token_sort_ratio, limit=LIMIT)
    scan = (time.perf_counter() - began) / count
    times = scan / per_query
    print(f"  rapidfuzz scan {scan * 1e3:.1f} ms a query, index {per_query * 1e3:.2f} ms: {times:.0f} times")
    if scan / per_query < TIMES_FASTER:
        missed.append(f"only {scan / per_query:.0f} times the throughput of a scan")


if __name__ == "__main__":
    sys.exit(main())
