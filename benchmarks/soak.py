"""Many people who write at the same time: nothing that was acknowledged is lost, and nobody sees an error.

    python benchmarks/soak.py [embedded] [services] [--minutes 10] [--pause 5]

Starts the application as `make run` does, with 20 people on SQLite, and as the Compose file does, with 60 on
PostgreSQL (its own, and Redis, on loopback ports). Each chooses an answer or writes a sentence every five seconds or
so. Afterwards every save that was answered with yes has to be in the history of its answer. Ends with 1 where anything
is amiss.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = {"embedded": 20, "services": 60}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("setups", nargs="*", choices=[*PEOPLE, []])
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--pause", type=float, default=5)
    given = options.parse_args()
    sys.path.insert(0, str(ROOT))
    return max(run(setup, given.minutes, given.pause) for setup in given.setups or PEOPLE)


def run(setup: str, minutes: float, pause: float) -> int:
    from tests.live.soaking import soak

    with ExitStack() as endings:
        folder = Path(endings.enter_context(tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True)))
        stack = started(setup, folder, endings)
        outcome = soak(stack, people=PEOPLE[setup], seconds=minutes * 60, pause=pause)
    print(f"{setup}, {PEOPLE[setup]} people for {minutes:g} minutes: {outcome}", flush=True)
    for fault in outcome.faults[:20]:
        print(f"  {fault}")
    return int(bool(outcome.faults) or not outcome.saves)


def started(setup: str, folder: Path, endings: ExitStack):
    from tests.live.servers import running_postgres, running_redis
    from tests.live.stack import Stack, Templates

    templates = Templates(folder)
    if setup == "services":
        postgres = endings.enter_context(running_postgres(folder / "postgres"))
        address = templates.copy_services(folder / "stack", postgres, "soak")
        stack = Stack(folder / "stack", database_url=address, broker=endings.enter_context(running_redis(folder / "r")))
    else:
        templates.copy_embedded(folder / "stack")
        stack = Stack(folder / "stack")
    endings.callback(stack.stop)
    return stack.start()


if __name__ == "__main__":
    sys.exit(main())
