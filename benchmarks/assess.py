"""One full assessment of the complete catalogue with three partners, all answered: 0.5 ms at most in the median.

    python benchmarks/assess.py [CATALOGUE FOLDER] [--rounds N]

Timed is `assess()` as the application calls it: facts checked, fingerprint, every rule on every row with its reasons in
words, levels, steps, route, findings with sources, and the whole trace as objects. The canonical bytes are timed beside
it. Wall time, and the processor's own time of this thread, which other work on the machine disturbs less.
"""

import argparse
import statistics
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.worlds import NEWEST, worlds
from riskassess.engine.loading import load_catalogue
from riskassess.engine.scoring import assess

MOST_MS, DAY = 0.5, date(2026, 11, 23)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("folder", nargs="?", type=Path, default=NEWEST)
    options.add_argument("--rounds", type=int, default=20)
    given = options.parse_args()
    catalogue = load_catalogue(given.folder, bases=[given.folder.parent.parent])
    proposals = worlds(catalogue, 50)
    results = [assess(catalogue, each, on=DAY) for each in proposals]
    wall, own, bytes_ = [], [], []
    for _round in range(given.rounds):
        for each in proposals:
            began, began_own = time.perf_counter(), time.thread_time()
            result = assess(catalogue, each, on=DAY)
            wall.append(time.perf_counter() - began)
            own.append(time.thread_time() - began_own)
            began = time.perf_counter()
            result.canonical()
            bytes_.append(time.perf_counter() - began)
    findings = statistics.mean(len(result.findings) for result in results)
    lines = statistics.mean(len(result.trace) for result in results)
    print(f"{catalogue.id} {catalogue.version}: {len(catalogue.rules)} rules, {len(catalogue.questions)} questions")
    print(f"three partners, all answered: {lines:.0f} lines of trace, {findings:.1f} findings in the mean")
    for name, times in (("assess, wall", wall), ("assess, own time", own), ("canonical bytes, wall", bytes_)):
        tenth, middle = statistics.quantiles(times, n=10)[0], statistics.median(times)
        print(f"{name:22} median {middle * 1000:.3f} ms, fastest tenth {tenth * 1000:.3f} ms")
    return 0 if statistics.median(wall) * 1000 <= MOST_MS else 1


if __name__ == "__main__":
    sys.exit(main())
