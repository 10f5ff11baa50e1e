"""How long a catalogue takes to load and check at start (300 ms at most), and to prove for every world (60 s at most).

.venv/bin/python benchmarks/catalogue_check.py fixtures/catalogues/allea-eu/1.1.1
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from riskassess.engine.checking import can_prove, check_catalogue, prove_catalogue
from riskassess.engine.loading import load_catalogue

ROUNDS = 9
MOST_AT_START_MS, MOST_PROOF_S = 300, 60


def start_ms(folder: Path) -> float:
    """Loading and checking as a process does it that has just started, its imports apart."""
    began = time.perf_counter()
    check_catalogue(load_catalogue(folder, bases=[folder.parent.parent]))
    return (time.perf_counter() - began) * 1000


def main(folder: Path) -> int:
    once = [sys.executable, __file__, "--once", str(folder)]
    at_start = [float(subprocess.run(once, capture_output=True, check=True).stdout) for _round in range(ROUNDS)]
    catalogue = load_catalogue(folder, bases=[folder.parent.parent])
    problems = check_catalogue(catalogue)
    median = statistics.median(at_start)
    print(f"{catalogue.id} {catalogue.version}: {len(catalogue.rules)} rules, {len(catalogue.questions)} questions")
    print(f"loading and checking: median {median:.0f} ms, slowest {max(at_start):.0f} ms; {len(problems)} problems")
    kept = median <= MOST_AT_START_MS
    if can_prove():
        began = time.perf_counter()
        proof = prove_catalogue(catalogue)
        seconds = time.perf_counter() - began
        found = f"{len(proof.problems)} problems, {len(proof.undecided)} undecided"
        print(f"proof for every world: {seconds:.1f} s; {found}")
        kept = kept and seconds <= MOST_PROOF_S
    else:
        print("proof for every world: not measured, the solver is not installed")
    return 0 if kept else 1


if __name__ == "__main__":
    if sys.argv[1] == "--once":
        print(start_ms(Path(sys.argv[2])))
    else:
        sys.exit(main(Path(sys.argv[1])))
