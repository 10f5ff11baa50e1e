"""Asking for counts of a period: they are counted at once, so that the report tells of the moment it was asked for."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import Institution, Unit, User
from riskassess.audit.log import record as record_event
from riskassess.audit.models import ChainHead
from riskassess.core.errors import DomainError
from riskassess.jobs import services as jobs
from riskassess.reports.counting import count_period
from riskassess.reports.letterhead import as_letterhead
from riskassess.reports.models import PeriodKind, PeriodReport
from riskassess.reports.rules import counted_units

YEARS_BACK = 3


def periods(today: date) -> list[tuple[str, date, date]]:
    """What may be asked for, the newest first: years and their quarters, as far as they have begun. Whole ones only, so
    that fewer of them overlap."""
    found = []
    for year in range(today.year, today.year - YEARS_BACK, -1):
        found.append((str(year), date(year, 1, 1), date(year, 12, 31)))
        for quarter in (4, 3, 2, 1):
            first = date(year, 3 * quarter - 2, 1)
            after = date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
            found.append((f"{year}-{quarter}", first, after - timedelta(days=1)))
    return [(name, first, min(last, today)) for name, first, last in found if first <= today]


@transaction.atomic
def request_period_report(
    *, institution: Institution, actor: User, kind: str, period: str, language: str = "en"
) -> PeriodReport:
    """Count now, and have the PDF made in the background."""
    chosen = {name: (first, last) for name, first, last in periods(timezone.localdate())}
    if period not in chosen:
        raise DomainError(_("Choose one of the periods shown."), field="period")
    if kind not in PeriodKind.values:
        raise DomainError(_("There is no such kind of report. Choose one of the list."), field="kind")
    if language not in dict(settings.LANGUAGES):
        raise DomainError(_("Reports are not made in that language. Choose one of the list."), field="language")
    units = counted_units(actor)
    if units is None:
        raise DomainError(_("These counts are not open to you."), field="kind")
    first, last = chosen[period]
    zone, head = ZoneInfo(institution.time_zone), ChainHead.objects.get()
    names = Unit.objects.filter(pk__in=units).order_by("name").values_list("name", flat=True)
    report = PeriodReport.objects.create(
        kind=kind,
        first_day=first,
        last_day=last,
        language=language,
        units=units,
        as_of=timezone.now(),
        as_asked={
            "institution": institution.name,
            "time_zone": institution.time_zone,
            "site": settings.SITE_URL,
            **as_letterhead(institution),
            "scope": ", ".join(names),
            "counts": count_period(kind=kind, first_day=first, last_day=last, units=units, zone=zone),
        },
        audit_sequence=head.sequence,
        audit_head=head.hash,
        requested_by=actor,
    )
    report.job = jobs.enqueue("reports.build_period_report", f"period:{report.uid}", ids=[report.pk], asked_by=actor)
    report.save(update_fields=["job"])
    record_event(
        "report.requested",
        subject=report,
        actor_id=actor.pk,
        role=actor.role_now,
        actor_name=actor.name,
        after={"kind": kind, "from": first.isoformat(), "until": last.isoformat()},
    )
    return report
