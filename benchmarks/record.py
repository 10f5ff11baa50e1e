"""The record: appending on PostgreSQL with 8 writers, verifying, and exporting as CSV and Excel.

python benchmarks/record.py [--events 1000000] [--seconds 20] [--rows 100000]

Starts a PostgreSQL of its own with fsync on. A busy second is one of this process alone: on a machine that does other
things, it tells more than the clock does. Each part runs in a process of its own, so that its memory is its own.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FIGURES = {
    "append_per_s": 150,
    "verify_per_s": 25_000,
    "alone_per_s": 25_000,
    "csv_rows_per_s": 30_000,
    "csv_mb": 150,
    "xlsx_mb": 200,
}
WRITERS = 8
BATCH = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000, help="events verified and exported as CSV")
    parser.add_argument("--rows", type=int, default=100_000, help="rows exported as Excel")
    parser.add_argument("--seconds", type=int, default=20, help="of appending")
    parser.add_argument("--part", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        django_up()
        print(json.dumps(PARTS[given.part](given)))
        return
    from tests.live.servers import running_postgres

    with (
        tempfile.TemporaryDirectory(prefix="riskassess-bench-") as folder,
        running_postgres(Path(folder) / "postgres", is_durable=True) as server,
    ):
        server.run("CREATE DATABASE record")
        environment = {**os.environ, "DATABASE_URL": server.url("record"), "RISKASSESS_VAR": f"{folder}/var"}
        environment |= {"RISKASSESS_LOG_LEVEL": "WARNING"}
        found: dict[str, float] = {}
        for part in PARTS:
            command = [sys.executable, __file__, "--part", part, "--events", str(given.events)]
            command += ["--rows", str(given.rows), "--seconds", str(given.seconds)]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{part}: {done.stderr[-2000:]}")
            found |= json.loads(done.stdout.splitlines()[-1])
            print(f"{part}: {done.stdout.splitlines()[-1]}", flush=True)
    missed = [name for name, figure in FIGURES.items() if is_missed(name, found[name], figure)]
    print(json.dumps({**found, "missed": missed}))
    sys.exit(1 if missed else 0)


def is_missed(name: str, value: float, figure: float) -> bool:
    return value > figure if name.endswith("mb") else value < figure


def django_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskassess.settings")
    import django

    django.setup()


def setting_up(_given) -> dict:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",)
    return {}


def append_for(seconds: float) -> tuple[int, float]:
    """One writer: an event in each transaction, as a service writes it; how many, in what time."""
    django_up()
    from django.db import connection, transaction

    connection.ensure_connection()
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        with transaction.atomic():
            write_event(reference="RA-2026-0001", after={"fields": ["title", "summary"]})
        count += 1
    return count, time.perf_counter() - began


def write_event(**given) -> None:
    """An event of usual shape; the caller holds the transaction."""
    from riskassess.audit.log import record

    subject = "proposals.Proposal:00000000-0000-0000-0000-000000000000"
    record("proposal.described", subject=subject, actor_id=7, role="researcher", actor_name="Ana Ferreira", **given)


def appending(given) -> dict:
    with get_context("spawn").Pool(WRITERS) as pool:
        done = pool.map(append_for, [given.seconds] * WRITERS, chunksize=1)
    return {
        "append_per_s": round(sum(count / seconds for count, seconds in done), 1),
        "appended": sum(c for c, _s in done),
    }


def filling(given) -> dict:
    """Events of usual shape up to the number asked for, many in a transaction: how they came is not what is timed."""
    from riskassess.audit.log import story
    from riskassess.audit.models import ChainHead

    count = ChainHead.objects.get().sequence
    while count < given.events:
        with story():
            for number in range(min(BATCH, given.events - count)):
                told = {"fields": ["title", "summary"], "count": number}
                write_event(reference=f"RA-2026-{number:04}", after=told)
        count = ChainHead.objects.get().sequence
    return {"events": count}


def verifying(_given) -> dict:
    from riskassess.audit.verification import walk_chain

    began, used = time.perf_counter(), time.process_time()
    found = walk_chain()
    seconds, busy = time.perf_counter() - began, time.process_time() - used
    assert found.ok, found.problem
    return {
        "verify_per_s": round(found.count / seconds),
        "verify_per_busy_s": round(found.count / busy),
        "verify_mb": memory(),
    }


def verifying_alone(given) -> dict:
    """The stand-alone verifier on the exported log, as an auditor runs it."""
    from riskassess.accounts.models import User
    from riskassess.audit import verifier
    from riskassess.audit.export import FULL
    from riskassess.audit.log import instant
    from riskassess.audit.models import ChainHead
    from riskassess.auditing.columns import columns_of, rows_of
    from riskassess.auditing.writing import write_rows

    head, names = ChainHead.objects.get(), list(FULL)
    end = {"sequence": head.sequence, "hash": head.hash}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.jsonl"
        rows = rows_of("audit", User(), names=names, since=None, until=None, content=True, head=head.sequence)
        write_rows(
            path, file_format="jsonl", title="", columns=list(columns_of("audit", content=True)), rows=rows,
            manifest=lambda count: {"count": count, "chain_head": end, "made_at": instant(datetime.now(UTC))},
        )  # fmt: skip
        began = time.perf_counter()
        command = [sys.executable, "-I", verifier.__file__, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - began
    assert done.stdout.startswith(f"In order: {head.sequence} events"), done.stdout
    return {"alone_per_s": round(head.sequence / seconds)}


def exporting(given, file_format: str, rows: int) -> dict:
    from itertools import islice

    from django.db import connection

    from riskassess.accounts.models import User
    from riskassess.auditing.columns import columns_of, rows_of
    from riskassess.auditing.writing import write_rows

    columns = list(columns_of("audit", content=True))
    names, queries = [column.name for column in columns], []

    def count(execute, sql, params, many, context):
        queries.append(sql)
        return execute(sql, params, many, context)

    began, used = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder, connection.execute_wrapper(count):
        found = rows_of("audit", User(), names=names, since=None, until=None, content=True, head=10**12)
        written = write_rows(
            Path(folder) / "x", file_format=file_format, title="Audit log", columns=columns,
            rows=islice(found, rows), manifest=lambda total: {"count": total},
        )  # fmt: skip
    seconds, busy = time.perf_counter() - began, time.process_time() - used
    return {
        f"{file_format}_rows_per_busy_s": round(written / busy),
        f"{file_format}_rows": written,
        f"{file_format}_rows_per_s": round(written / seconds),
        f"{file_format}_mb": memory(),
        f"{file_format}_queries": len(queries),
    }


def memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


PARTS = {
    "set up": setting_up,
    "append": appending,
    "fill": filling,
    "verify": verifying,
    "verify alone": verifying_alone,
    "csv": lambda given: exporting(given, "csv", given.events),
    "xlsx": lambda given: exporting(given, "xlsx", given.rows),
}

if __name__ == "__main__":
    main()
