"""Replay of many stored fact sets: how many a second on one core, and whether memory stays flat.

    python benchmarks/replay.py [--records 100000] [--catalogue allea-eu] [--under ID[@VERSION]]

Makes proposals with facts that all differ (1 to 3 partners, up to 2 technology items and 2 funders, up to a tenth of
the answers open, some safeguards agreed) in a database of its own, each with the result that the engine gives. Then the
real replay reads them, step by step as a worker would: under their own release every fingerprint is compared, under
`--under` levels and findings are. Ends with 1 where a figure is missed.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from hashlib import sha256
from io import StringIO
from multiprocessing import Process
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
SECONDS, GROWTH_MB = 120.0, 20.0
ROWS = {"partner": ("partners", 1, 3), "technology": ("technology", 0, 2), "funder": ("funders", 1, 2)}
DAY = date(2026, 11, 23)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--records", type=int, default=100_000)
    options.add_argument("--catalogue", default="allea-eu", metavar="ID[@VERSION]")
    options.add_argument("--under", default="", metavar="ID[@VERSION]", help="another release, else each one's own")
    given = options.parse_args()
    folder = tempfile.mkdtemp(prefix="replay-")
    try:
        os.environ |= {"RISKASSESS_VAR": folder, "DJANGO_SETTINGS_MODULE": "riskassess.settings"}
        os.environ |= {"RISKASSESS_LOG_LEVEL": "ERROR"}
        sys.path.insert(0, str(ROOT))
        making = Process(target=fill, args=(given.records, given.catalogue))  # its memory is not the replay's
        making.start()
        making.join()
        return making.exitcode or replay(given.under, given.records)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fill(count: int, wanted: str) -> None:
    """Store proposals, versions and records as submitting would, without the pages."""
    set_up()
    from django.core.management import call_command
    from django.db import connection

    from riskassess.accounts.models import User
    from riskassess.assessments.queries import catalogue_of, named_release
    from riskassess.management.university import found_university

    call_command("migrate", verbosity=0)
    call_command("load_catalogues", stdout=StringIO())
    found_university(password="a-long-password-for-benchmarks")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    release, owner = named_release(wanted), User.objects.get(email__startswith="ana")
    catalogue, dice = catalogue_of(release), random.Random(20261123)
    begun = time.perf_counter()
    for first in range(0, count, 2000):
        numbers = range(first, min(count, first + 2000))
        store(release, owner, [(number, *assessed(catalogue, dice)) for number in numbers])
        say(f"\rstored {numbers[-1] + 1} of {count}")
    say(f"\rstored {count} under {release} in {time.perf_counter() - begun:.0f} s\n")


def assessed(catalogue, dice: random.Random):
    from riskassess.engine.scoring import assess

    facts = some_facts(catalogue, dice)
    return facts, assess(catalogue, facts, on=DAY)


def store(release, owner, made) -> None:
    from riskassess.assessments.models import AssessmentRecord, ProposalVersion
    from riskassess.proposals.models import Proposal
    from riskassess.proposals.states import State

    proposals = Proposal.objects.bulk_create(
        Proposal(
            reference=f"RA-2026-{number:06}",
            institution=owner.unit.institution,
            unit=owner.unit,
            owner=owner,
            title=f"Proposal {number}",
            state=State.IN_REVIEW,
            submitted_at=datetime(2026, 11, 23, tzinfo=UTC),
        )
        for number, _facts, _result in made
    )
    versions = ProposalVersion.objects.bulk_create(
        ProposalVersion(proposal=proposal, number=1, content={}, sha256="", release=release, submitted_by=owner)
        for proposal in proposals
    )
    AssessmentRecord.objects.bulk_create(
        AssessmentRecord(
            proposal=version.proposal,
            version=version,
            release=release,
            as_of=DAY,
            facts=facts,
            facts_sha256=result.facts_sha256,
            result=result.to_json(),
            result_sha256=sha256(result.canonical()).hexdigest(),
            inherent_lower=result.inherent.lower,
            inherent_upper=result.inherent.upper,
            residual_upper=result.residual.upper,
            if_agreed_upper=result.if_agreed.upper,
            route=result.route,
            trigger="benchmark",
        )
        for version, (_number, facts, result) in zip(versions, made, strict=True)
    )


def some_facts(catalogue, dice: random.Random) -> dict:
    """Facts that fit the catalogue, no two alike. Most proposals are plain, few have a risk at every turn."""
    daring = dice.choice([0.01, 0.02, 0.05, 0.1, 0.2])  # how often an answer is not the safest; half as often open
    answers, facts = _row(catalogue, "proposal", dice, daring)
    made = {"as_of": DAY.isoformat(), "answers": answers, "facts": facts, "safeguards": _safeguards(catalogue, dice)}
    for scope, (name, least, most) in ROWS.items():
        made[name] = []
        for _number in range(dice.randint(least, most)):
            answers, facts = _row(catalogue, scope, dice, daring)
            label = f"Row {dice.getrandbits(64):x}"
            row = str(UUID(int=dice.getrandbits(128)))
            made[name].append({"id": row, "label": label, "answers": answers, "facts": facts})
    return made


def _row(catalogue, scope: str, dice: random.Random, daring: float) -> tuple[dict, dict]:
    answers = {}
    for question in catalogue.questions:
        if question.scope != scope or not question.options:
            continue
        ids = [option.id for option in question.options]
        safest = [option.id for option in question.options if not option.risk] or ids[:1]
        if question.unsure and dice.random() < daring / 2:
            answers[question.id] = "unsure"
            continue
        chosen = dice.choice(ids if dice.random() < daring else safest)
        more = dice.sample(ids, 1) if dice.random() < daring else []
        answers[question.id] = sorted({chosen, *more}) if question.type == "multi" else chosen
    facts = {
        name: dice.choice(values) if dice.random() < daring else values[0]
        for name, values in catalogue.facts.get(scope, {}).items()
    }
    for name, values in catalogue.fact_sets.get(scope, {}).items():
        facts[name] = dice.sample(list(values), 1) if dice.random() < daring else []
    return answers, facts


def _safeguards(catalogue, dice: random.Random) -> list[dict]:
    offers = [(mitigation, rule.id) for rule in catalogue.rules for mitigation in rule.mitigations]
    chosen = dice.sample(offers, dice.randint(0, min(3, len(offers))))
    return [
        {"mitigation": name, "finding": rule, "state": dice.choice(["agreed", "proposed"])} for name, rule in chosen
    ]


def replay(under: str, count: int) -> int:
    set_up()
    from riskassess.assessments.models import Replay
    from riskassess.assessments.queries import named_release
    from riskassess.assessments.replays import start_replay
    from riskassess.jobs.running import run_job

    release = named_release(under) if under else None
    begun = time.perf_counter()
    row = start_replay(actor=None, release=release)
    steps, memory = 0, []
    while row.state in {"queued", "working"}:
        run_job(row.job_id)
        row = Replay.objects.select_related("job", "release").get(pk=row.pk)
        steps += 1
        memory.append(megabytes())
        say(f"\r{row.done} of {row.total}, {row.rate:.0f} a second, {memory[-1]:.0f} MB")
    seconds = time.perf_counter() - begun
    growth = memory[-1] - memory[0]
    say("\n")
    print(f"{row.done} fact sets under {row.release or 'their own release'}: {row.state}")
    print(f"  {seconds:.1f} s in all, {row.done / seconds:.0f} a second on one core, {steps} steps")
    print(
        f"  memory {memory[0]:.0f} MB after the first step, {memory[-1]:.0f} MB at the end, at most {max(memory):.0f}"
    )
    print(f"  other bytes: {row.faults}; another level, route or hold: {row.moved}; not readable: {row.unreadable}")
    print(f"  levels before and after: {json.dumps(row.levels, sort_keys=True)}")
    limit = SECONDS * count / 100_000
    is_fast, is_flat = seconds <= limit, growth <= GROWTH_MB
    print(f"  at most {limit:.0f} s: {'reached' if is_fast else 'MISSED'}")
    print(f"  at most {GROWTH_MB:.0f} MB more at the end: {'reached' if is_flat else 'MISSED'}")
    return 0 if is_fast and is_flat and row.state == "done" and not row.faults else 1


def set_up() -> None:
    import django

    import riskassess.celery  # noqa: F401  the app that the tasks belong to

    django.setup()


def megabytes() -> float:
    """Memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
