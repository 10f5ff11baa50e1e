"""What the audit report of a case tells beside the assessment: events, advice, votes, notes and reads of its day."""

from collections import Counter
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.accounts.roles import Role
from riskassess.audit.models import AccessRead, Event
from riskassess.reports.models import Report
from riskassess.reports.shapes import AuditingPart, EventLine, SaidLine
from riskassess.reports.wording import verb_words


def auditing_part(report: Report, zone: ZoneInfo) -> AuditingPart:
    """Nothing later than what stood when the report was asked for. Redacted, people are told by their role alone."""
    return AuditingPart(_events(report, zone), _said(report, zone), _reads(report), report.is_redacted)


def _events(report: Report, zone: ZoneInfo) -> tuple[EventLine, ...]:
    rows = Event.objects.filter(reference=report.proposal.reference, sequence__lte=report.audit_sequence)
    return tuple(
        EventLine(
            row.sequence,
            date_format(row.at.astimezone(zone), "j M Y H:i").replace(" ", "\u00a0"),
            _who(row.detail.actor_name, row.role, report.is_redacted),
            verb_words(row.verb),
            row.hash[:12],
        )
        for row in rows.select_related("detail").order_by("sequence")
    )


def _said(report: Report, zone: ZoneInfo) -> tuple[SaidLine, ...]:
    case = getattr(report.proposal, "case", None)
    if case is None:
        return ()
    advised, voted = _("recommends: %(outcome)s"), _("votes: %(outcome)s")
    rows = [
        (row.created_at, row.by, row.role, words % {"outcome": row.get_outcome_display()}, row.reasons)
        for words, found in ((advised, case.recommendations), (voted, case.votes))
        for row in found.select_related("by")
    ]
    rows += [
        (row.created_at, row.author, "", _("internal note"), row.text) for row in case.notes.select_related("author")
    ]
    return tuple(
        SaidLine(
            _who(who.name, role, report.is_redacted),
            what,
            at.astimezone(zone).date(),
            () if report.is_redacted else tuple(part for part in text.splitlines() if part.strip()),
        )
        for at, who, role, what, text in sorted(rows, key=lambda row: row[0])
        if at <= report.as_of
    )


def _reads(report: Report) -> tuple[tuple[str, int], ...]:
    rows = AccessRead.objects.filter(reference=report.proposal.reference, at__lte=report.as_of)
    count = Counter(rows.values_list("actor_id", "role"))
    names = dict(User.objects.filter(pk__in={who for who, _role in count}).values_list("pk", "name"))
    told: Counter[str] = Counter()
    for (who, role), times in count.items():
        told[_who(names.get(who, ""), role, report.is_redacted)] += times
    return tuple(sorted(told.items(), key=lambda item: (-item[1], item[0])))


def _who(name: str, role: str, is_redacted: bool) -> str:
    role_words = str(dict(Role.choices).get(role, role)) if role else ""
    if is_redacted or not name:
        return role_words or _("somebody who works on the case")
    return f"{name} ({role_words})" if role_words else name
