"""Writes the events that the tests then tamper with."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from riskassess.audit import services
from riskassess.audit.log import record, story
from riskassess.audit.models import AccessRead, Event

ANA = {"actor_id": 1, "role": "researcher", "actor_name": "Ana Ferreira"}
OMAR = {"actor_id": 3, "role": "officer", "actor_name": "Omar Haddad"}
DAVID = {"actor_id": 8, "role": "auditor", "actor_name": "David Osei"}


class ChangedMind(Exception):
    """What a transaction fails with on purpose."""


def record_and_fail(verb: str) -> None:
    record(verb, subject="x", **ANA)
    raise ChangedMind


def write_event(verb: str = "proposal.created", **given) -> Event:
    with transaction.atomic():
        return record(verb, **{"subject": "proposals.Proposal:7", **ANA, **given})


def read_earlier(minutes: int = 5, **given) -> AccessRead:
    """A read that lies some minutes back, so that it may be sealed."""
    details = {"actor_id": 8, "role": "auditor", "subject": "reports.Report:1", "reference": "RA-2026-0001"}
    read = services.record_read("report.downloaded", **(details | given))
    AccessRead.objects.filter(pk=read.pk).update(at=timezone.now() - timedelta(minutes=minutes))
    return read


def write_events(rounds: int = 10) -> None:
    for number in range(1, rounds + 1):
        reference = f"RA-2026-{number:04d}"
        write_event(reference=reference, after={"title": f"Kältere Meere {number}", "partners": [number, number + 1]})
        with story():
            record("proposal.submitted", subject=f"proposals.Proposal:{number}", reference=reference, **ANA)
            record("case.opened", subject=f"reviews.Case:{number}", reference=reference, actor_id=None, role="system")
            record(
                "case.assigned",
                subject=f"reviews.Case:{number}",
                reference=reference,
                before={"officer": None},
                after={"officer": "Omar Haddad", "due": "2026-12-04"},
                **OMAR,
            )
    for _ in range(4):
        for _ in range(3):
            read_earlier()
        services.seal_reads()
    services.erase_details(sequences=[1, 2, 4], reason="Asked for on 1 November", **DAVID)
    for number in range(8):
        services.record_denial(
            subject=f"route:case {number}", status=403, method="GET", reason="is_officer", actor_id=9, role="researcher"
        )
