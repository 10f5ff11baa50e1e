"""manage.py verify_report FILE.pdf: is it what we issued, does it still stand, and does its level come out again?"""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from riskassess.proof.checking import MATCHES, READING_COPY, SUPERSEDED, UNKNOWN, check_report
from riskassess.proof.packing import packed
from riskassess.reports.models import PeriodReport, Report
from riskassess.reports.verifying import Answer, look_up


class Command(BaseCommand):
    help = (
        "Check reports: signature, fingerprints, whether the embedded facts give the level again, and whether the "
        "report still stands. Exit code 0: all are what was issued and stand; 1: one is not, or was replaced."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE.pdf")
        parser.add_argument(
            "--make-checker", type=Path, metavar="FILE.pyz", help="write the check as one file that runs without us"
        )

    def handle(self, *args, files, make_checker, **options):
        if make_checker:
            make_checker.write_bytes(packed())
            self.stdout.write(f"{make_checker} needs Python 3.11, pikepdf, pyhanko, pydantic and pyyaml.")
        elif not files:
            raise CommandError("Name a report, or --make-checker.")
        wrong = 0
        for path in files:
            wrong += not self._check(path)
        if wrong:
            sys.exit(1)

    def _check(self, path: Path) -> bool:
        try:
            content = path.read_bytes()
        except OSError as fault:
            raise CommandError(f"{path} can't be opened ({fault.strerror}).") from fault
        verdict = check_report(content, certificates=_certificates())
        answer = look_up(verdict.sha256)
        outcome, sentence = verdict.outcome, verdict.sentence
        if outcome == READING_COPY and answer.outcome != UNKNOWN:
            outcome, sentence = answer.outcome, "This is the reading copy that was issued, byte for byte."
        elif outcome == MATCHES and answer.outcome == UNKNOWN:
            outcome, sentence = (
                UNKNOWN,
                "This file is signed and agrees with itself, but was not issued here.",
            )
        if outcome in (MATCHES, SUPERSEDED) and answer.outcome == SUPERSEDED:
            outcome, sentence = SUPERSEDED, f"{sentence} It no longer stands: {_replaced_words(answer)}."
        self.stdout.write(f"{path.name}: {outcome}. {sentence}")
        for step in verdict.steps:
            self.stdout.write(f"  {'ok ' if step.is_good else 'NOT'} {step.sentence}")
        return outcome == MATCHES


def _certificates() -> set[str]:
    """All that ever signed a report here."""
    found: set[str] = set()
    for model in (Report, PeriodReport):
        found.update(model.objects.exclude(signer="").order_by().values_list("signer", flat=True).distinct())
    return found


def _replaced_words(answer: Answer) -> str:
    if answer.replaced_at is None:
        return "its case was opened again since"
    return f"version {answer.replaced_by} took its place on {answer.replaced_at:%Y-%m-%d}"
