"""Small real tasks whose length, failure and traces the tests choose. Each leaves a line a start and a line an end."""

import time
from pathlib import Path

from django.conf import settings

from riskassess.core.errors import DomainError
from riskassess.jobs.running import Refused, job_task, report_progress

SCRATCH = Path(settings.VAR_DIR) / "probe"


def leave(word: str, number: int) -> None:
    SCRATCH.mkdir(exist_ok=True)
    with (SCRATCH / word).open("a") as file:
        file.write(f"{number}\n")


def left(word: str, folder: Path | None = None) -> list[int]:
    path = (folder or SCRATCH) / word
    return [int(line) for line in path.read_text().split()] if path.exists() else []


@job_task("probe.work")
def work(number: int, tenths: int = 0) -> None:
    leave("starts", number)
    for step in range(tenths):
        report_progress(step, tenths, f"step {step}")
        time.sleep(0.1)
    leave("ends", number)


@job_task("probe.stall")
def stall(number: int, tenths: int) -> None:
    """Works without a word, so that it does not notice that it was given up."""
    leave("starts", number)
    time.sleep(tenths / 10)
    leave("ends", number)


@job_task("probe.break")
def break_down(number: int) -> None:
    leave("starts", number)
    raise OSError("the disk is gone: /secret/place")


@job_task("probe.break_twice")
def break_twice(number: int) -> None:
    leave("starts", number)
    if left("starts").count(number) < 3:
        raise OSError("not yet")
    leave("ends", number)


@job_task("probe.object")
def object_politely(number: int) -> None:
    leave("starts", number)
    raise DomainError("The catalogue of this proposal is gone.")


@job_task("probe.refuse")
def refuse(number: int) -> None:
    leave("starts", number)
    raise Refused("You may no longer read this proposal.")


@job_task("probe.follow")
def follow(number: int, tenths: int = 0) -> None:
    leave("follows", number)
