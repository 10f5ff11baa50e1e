"""The columns of each export: name, unit, what it holds, and how a row gives it. docs/exports.md is made from these."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from partners.models import Judgement
from riskassess.accounts.models import User
from riskassess.assessments.models import AssessmentRecord
from riskassess.audit import export as audit_export
from riskassess.audit.log import instant
from riskassess.audit.queries import EventFilters, events
from riskassess.auditing.models import Kind
from riskassess.auditing.queries import events_open_to
from riskassess.proposals.models import Participation
from riskassess.reviews.models import Case, Condition, Decision
from riskassess.reviews.queries import visible_proposals

TEXT, NUMBER, DAY, MOMENT, YES_NO = "text", "number", "day", "moment", "yes_no"
CHUNK = 2000
# What administrators get: nothing of a case.
WITHOUT_CASES = (Kind.AUDIT, Kind.COUNTS)


class Column(NamedTuple):
    name: str
    type: str
    holds: Any
    value: Callable[[Any], Any] = lambda row: row
    unit: Any = ""


def path(name: str) -> Callable[[Any], Any]:
    """The value at a path of attributes; nothing where one on the way is missing."""
    parts = name.split(".")

    def value(row):
        for part in parts:
            row = getattr(row, part, None)
            if row is None:
                return None
        return row

    return value


UTC = _("UTC")
CASE_COLUMNS = (
    Column("reference", TEXT, _("The proposal, such as RA-2026-0007"), path("proposal.reference")),
    Column("title", TEXT, _("Title of the collaboration"), path("proposal.title")),
    Column("unit", TEXT, _("Unit that files it"), path("proposal.unit.name")),
    Column("lead", TEXT, _("Lead researcher"), path("proposal.owner.name")),
    Column("state", TEXT, _("Where it stands, as its code"), path("proposal.state")),
    Column("submitted", MOMENT, _("Last submission"), path("proposal.submitted_at"), UTC),
    Column("round", NUMBER, _("Round of review"), path("round"), _("rounds")),
    Column("route", TEXT, _("Route of review, as its code"), path("route")),
    Column("level_filed", TEXT, _("Level as filed, its upper end"), path("inherent_upper")),
    Column("level_reached", TEXT, _("Level with agreed safeguards, its upper end"), path("residual_upper")),
    Column("officer", TEXT, _("Case officer"), path("officer.name")),
    Column("reviewer", TEXT, _("Reviewer"), path("reviewer.name")),
    Column("panel", YES_NO, _("Whether a panel was called"), path("panel_called")),
    Column("opened", MOMENT, _("Start of the round"), path("opened_at"), UTC),
    Column("due", DAY, _("Due date of the round"), path("due_on")),
    Column("closed", MOMENT, _("End of the round; empty while it is open"), path("closed_at"), UTC),
)
DECISION_COLUMNS = (
    Column("reference", TEXT, _("The proposal, such as RA-2026-0007"), path("case.proposal.reference")),
    Column("round", NUMBER, _("Round of review"), path("round"), _("rounds")),
    Column("outcome", TEXT, _("Outcome, as its code"), path("outcome")),
    Column("decided", MOMENT, _("When it was decided"), path("decided_at"), UTC),
    Column("version", NUMBER, _("Version of the proposal that was decided"), path("version.number")),
    Column("release", TEXT, _("Release of the catalogue"), lambda row: str(row.release)),
    Column(
        "level_filed", TEXT, _("Level as filed, its upper end, as the deciders saw it"), path("record.inherent_upper")
    ),
    Column("deciders", TEXT, _("Who voted, by name"), lambda row: ", ".join(v.by.name for v in row.votes.all())),
    Column("parts", NUMBER, _("Parts approved; 0 is the whole"), lambda row: len(row.scope), _("parts")),
    Column("reasons", TEXT, _("Reasons"), path("reasons")),
    Column("sources", TEXT, _("Sources named for it"), path("source")),
    Column("valid_until", DAY, _("Last day of the approval"), path("valid_until")),
    Column("appeal_until", DAY, _("Last day to appeal"), path("appeal_until")),
)
CONDITION_COLUMNS = (
    Column("reference", TEXT, _("The proposal, such as RA-2026-0007"), path("decision.case.proposal.reference")),
    Column("round", NUMBER, _("Round of review"), path("decision.round"), _("rounds")),
    Column("condition", TEXT, _("What has to be done"), path("text")),
    Column("responsible", TEXT, _("By whom"), path("responsible")),
    Column("due", DAY, _("By when"), path("due_on")),
    Column("reported", MOMENT, _("When its authors said it is done"), path("reported_at"), UTC),
    Column("fulfilled", DAY, _("When an officer accepted it"), path("fulfilled_on")),
    Column("evidence", TEXT, _("What shows it"), path("evidence")),
    Column("broken", DAY, _("When it was recorded as not kept"), path("broken_on")),
    Column("breach", TEXT, _("What was not kept"), path("breach")),
)
JUDGEMENT_COLUMNS = (
    Column("judged", MOMENT, _("When it was judged"), path("created_at"), UTC),
    Column(
        "party", TEXT, _("The partner, or the number of a person named at one"),
        lambda row: row.partner.name if row.partner_id else f"person {row.contact.uid}",
    ),
    Column("list", TEXT, _("The list, as its code"), path("source.code")),
    Column("entry", TEXT, _("Number of the entry on its list"), path("external_id")),
    Column("verdict", TEXT, _("same, different or cannot_tell"), path("verdict")),
    Column("reason", TEXT, _("Reason"), path("reason")),
    Column("by", TEXT, _("Who judged"), path("by.name")),
    Column("needs_second", YES_NO, _("Whether it counts only once a second person confirms it"), path("needs_second")),
    Column("confirmed_by", TEXT, _("Who confirmed it"), path("confirmed_by.name")),
    Column("confirmed", MOMENT, _("When it was confirmed"), path("confirmed_at"), UTC),
    Column(
        "replaced", YES_NO, _("Whether a later judgement took its place"), lambda row: row.is_replaced is not None
    ),
)  # fmt: skip
COUNT_COLUMNS = (
    Column("month", DAY, _("First day of the month, of the institution's zone"), lambda row: row["month"].date()),
    Column("verb", TEXT, _("What happened, as its code"), lambda row: row["verb"]),
    Column("number", NUMBER, _("How many events"), lambda row: row["number"], _("events")),
)
AUDIT_HOLDS = {
    "sequence": (NUMBER, _("Number of the event; the first is 1 and none is left out")),
    "time": (TEXT, _("When it was written, to the microsecond")),
    "actor_id": (NUMBER, _("Number of the person's account; empty for the system")),
    "actor": (TEXT, _("Name at that time; the number where the name was erased; system")),
    "actor_name": (TEXT, _("The name as the fingerprints cover it")),
    "role": (TEXT, _("The role in which the person acted")),
    "verb": (TEXT, _("What happened, as its code")),
    "subject": (TEXT, _("Kind and number of the row it happened to")),
    "reference": (TEXT, _("The proposal, such as RA-2026-0007")),
    "request_id": (TEXT, _("The request or job, as in the server's own log")),
    "before": (TEXT, _("What was before, as JSON")),
    "after": (TEXT, _("What is after, as JSON")),
    "erased": (YES_NO, _("Whether name, before and after were erased")),
    "salt": (TEXT, _("Goes into the commitment")),
    "commitment": (TEXT, _("SHA-256 of salt, name, before and after")),
    "previous_hash": (TEXT, _("Fingerprint of the event before")),
    "hash": (TEXT, _("SHA-256 of the event")),
    "hmac": (TEXT, _("Keyed fingerprint")),
}


def columns_of(kind: str, *, content: bool) -> tuple[Column, ...]:
    """Every column of a kind that this reader may have."""
    if kind == Kind.AUDIT:
        return tuple(
            Column(name, *AUDIT_HOLDS[name], unit=UTC if name == "time" else "")
            for name in audit_export.columns(content)
        )
    return {
        Kind.COUNTS: COUNT_COLUMNS,
        Kind.CASES: CASE_COLUMNS,
        Kind.DECISIONS: DECISION_COLUMNS,
        Kind.CONDITIONS: CONDITION_COLUMNS,
        Kind.JUDGEMENTS: JUDGEMENT_COLUMNS,
    }[kind]


def rows_of(
    kind: str, user: User, *, names: list[str], since: date | None, until: date | None, content: bool, head: int
) -> Iterator[list[Any]]:
    """The rows that this person may have, in the order of `names`; each chunk costs the same number of queries."""
    if kind == Kind.AUDIT:
        yield from _audit_rows(user, names, since, until, content, head)
        return
    chosen = {column.name: column.value for column in columns_of(kind, content=content)}
    values = [chosen[name] for name in names]
    for row in source_of(kind, user, since=since, until=until, head=head).iterator(chunk_size=CHUNK):
        yield [value(row) for value in values]


def source_of(kind: str, user: User, *, since: date | None, until: date | None, head: int) -> QuerySet:
    """What is counted and walked through for a kind."""
    if kind in WITHOUT_CASES:
        found = events(EventFilters(since=since, until=until), content=False).filter(sequence__lte=head)
        if user.mandates_now:
            found = events_open_to(user, found)
        if kind == Kind.AUDIT:
            return found.order_by("sequence")
        months = found.order_by().annotate(month=TruncMonth("at")).values("month", "verb")
        return months.annotate(number=Count("pk")).order_by("month", "verb")
    proposals = visible_proposals(user)
    if kind == Kind.CASES:
        newest = AssessmentRecord.objects.filter(proposal=OuterRef("proposal")).order_by("-version__number", "-pk")
        levels = {name: Subquery(newest.values(name)[:1]) for name in ("inherent_upper", "residual_upper")}
        found = Case.objects.filter(proposal__in=proposals).annotate(**levels)
        found = found.select_related("proposal__unit", "proposal__owner", "officer", "reviewer")
        return _within(found, "opened_at", since, until).order_by("proposal__reference")
    if kind == Kind.DECISIONS:
        found = Decision.objects.filter(case__proposal__in=proposals).prefetch_related("votes__by")
        found = found.select_related("case__proposal", "version", "release", "record")
        found = found.defer("version__content", "release__texts", "record__facts", "record__result")
        return _within(found, "decided_at", since, until).order_by("decided_at", "pk")
    if kind == Kind.CONDITIONS:
        found = Condition.objects.filter(decision__case__proposal__in=proposals)
        found = found.select_related("decision__case__proposal")
        return _within(found, "created_at", since, until).order_by("pk")
    parties = Participation.objects.filter(proposal__in=proposals)
    found = Judgement.objects.annotate(is_replaced=F("replaced_by"))
    if not any(mandate.is_whole for mandate in user.mandates_now):
        found = found.filter(partner__in=parties.values("partner"))
    found = found.select_related("partner", "contact", "source", "by", "confirmed_by")
    return _within(found, "created_at", since, until).order_by("pk")


def _within(found: QuerySet, field: str, since: date | None, until: date | None) -> QuerySet:
    if since:
        found = found.filter(**{f"{field}__date__gte": since})
    return found.filter(**{f"{field}__date__lte": until}) if until else found


EVENT_FIELDS = (
    *("sequence", "at", "actor_id", "detail__actor_name", "role", "verb", "subject", "reference", "request_id"),
    *("detail__before", "detail__after", "detail__salt", "commitment", "previous_hash", "hash", "hmac"),
)


def _audit_rows(user, names, since, until, content, head) -> Iterator[list[Any]]:
    """As tuples of the database, without making objects of them: an export may hold a million."""
    found = source_of(Kind.AUDIT, user, since=since, until=until, head=head).values_list(*EVENT_FIELDS)
    places = [audit_export.FULL.index(name) for name in names]
    for number, at, who, name, role, verb, subject, reference, request, before, after, salt, *prints in found.iterator(
        chunk_size=CHUNK
    ):
        actor = name or (str(who) if who is not None else "system")
        erased = salt == name == "" and before is None and after is None
        row = (number, instant(at), who, actor, name, role, verb, subject, reference, request, before, after, erased,
               salt, *prints)  # fmt: skip
        yield [row[place] for place in places]
