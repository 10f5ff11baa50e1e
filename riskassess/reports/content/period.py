"""The counts of a period in words. What was counted was kept when the report was asked for."""

from zoneinfo import ZoneInfo

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from riskassess.core.words import LEVEL_WORDS, ROUTE_WORDS
from riskassess.reports.content.collecting import proof_part
from riskassess.reports.content.dossier import period_dossier_of
from riskassess.reports.models import PeriodReport
from riskassess.reports.shapes import CountLine, CountTable, PeriodContent
from riskassess.reports.wording import verb_words
from riskassess.reviews.models import Outcome

FEWEST = 5

TITLES = {
    "filed": gettext_lazy("Proposals"),
    "levels": gettext_lazy("Levels as filed"),
    "routes": gettext_lazy("Routes"),
    "outcomes": gettext_lazy("Decisions"),
    "times": gettext_lazy("Working days"),
    "holds": gettext_lazy("Legal holds"),
    "conditions": gettext_lazy("Conditions"),
    "appeals": gettext_lazy("Appeals"),
    "events": gettext_lazy("Events of the audit log"),
    "record": gettext_lazy("The record itself"),
}
SENTENCES = {
    "filed": gettext_lazy("Counted on the day that something happened, each as often as it did."),
    "levels": gettext_lazy("Of the versions submitted in the period, at the upper end of what was open."),
    "routes": gettext_lazy("Of the same versions."),
    "outcomes": gettext_lazy("By outcome."),
    "times": gettext_lazy("From sending to the first decision: so many days, and half or nine of ten were through."),
    "holds": gettext_lazy("On activities that a law asks a permit for."),
    "conditions": gettext_lazy("Of approvals."),
    "appeals": gettext_lazy("Filed in the period, and answered in it."),
    "events": gettext_lazy("By what happened; none of them says whose case it was."),
    "record": gettext_lazy("Whether the chain of the audit log held."),
}
LABELS = {
    "submitted": gettext_lazy("Versions submitted"),
    "registered": gettext_lazy("Registered on the fast track"),
    "decided": gettext_lazy("Decided"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "changes": gettext_lazy("Sent back for changes"),
    "half": gettext_lazy("Half within"),
    "most": gettext_lazy("Nine of ten within"),
    "opened": gettext_lazy("Opened"),
    "lifted": gettext_lazy("Lifted"),
    "standing": gettext_lazy("Standing at the end"),
    "set": gettext_lazy("Set"),
    "fulfilled": gettext_lazy("Fulfilled"),
    "broken": gettext_lazy("Not kept"),
    "filed": gettext_lazy("Filed"),
    "upheld": gettext_lazy("Upheld"),
    "rejected": gettext_lazy("Not upheld"),
    "checks": gettext_lazy("Checks of the chain"),
    "good": gettext_lazy("Of them without a fault"),
}


def period_content(report: PeriodReport) -> tuple[PeriodContent, dict]:
    asked, zone = report.as_asked, ZoneInfo(report.as_asked["time_zone"])
    dossier = period_dossier_of(report, asked["counts"])
    content = PeriodContent(
        kind=str(report.kind),
        language=report.language,
        institution=asked["institution"],
        scope=asked["scope"],
        made_on=report.as_of.astimezone(zone).date(),
        made_at=report.as_of.isoformat(timespec="seconds"),
        first_day=report.first_day,
        last_day=report.last_day,
        tables=tuple(_table(name, cells) for name, cells in asked["counts"].items()),
        proof=proof_part(report, dossier["receipt"]),
        colour=asked.get("colour", ""),
        has_logo=bool(asked.get("logo")),
    )
    return content, dossier


def _table(name: str, cells: list[list]) -> CountTable:
    lines = tuple(CountLine(_label(name, key), _words(name, count)) for key, count in cells)
    return CountTable(str(TITLES[name]), str(SENTENCES[name]), lines)


def _label(name: str, key: str) -> str:
    if name == "events":
        words = verb_words(key)
        return words[:1].upper() + words[1:]
    known = {"levels": LEVEL_WORDS, "routes": ROUTE_WORDS, "outcomes": dict(Outcome.choices)}.get(name, LABELS)
    if name == "times":
        route, end = key.split(":")
        return f"{ROUTE_WORDS[route]}: {str(LABELS[end]).lower()}"
    return str(known[key])


def _words(name: str, count: int | None) -> str:
    if count is None:
        return _("fewer than %(number)d") % {"number": FEWEST} if name != "times" else _("too few to tell")
    if name == "times":
        return ngettext("%(number)d day", "%(number)d days", count) % {"number": count}
    return number_format(count, force_grouping=True)
