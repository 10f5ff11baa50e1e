"""What goes after its time: by record class, told a month ahead, never what a legal hold keeps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from riskassess.audit.log import record, story
from riskassess.files.models import FileState, StoredFile
from riskassess.files.services import clear_bytes
from riskassess.jobs.models import OVER, Job
from riskassess.notices import telling
from riskassess.notices.models import Notice
from riskassess.privacy.models import RecordClass
from riskassess.privacy.services import months_kept, standing_holds
from riskassess.proposals.models import Invitation, InvitationState, Proposal
from riskassess.proposals.states import State
from riskassess.reports.models import Report
from riskassess.workflow.filing import discard_abandoned

ENDED = (State.WITHDRAWN, State.DECLINED, State.EXPIRED, State.TERMINATED, State.CLOSED)
AHEAD = timedelta(days=30)
AT_ONCE = 200


@dataclass(frozen=True)
class Class:
    """One record class. `due` gives the rows that are older than a moment; `remove` takes one of them away."""

    key: RecordClass
    since: str
    then: str
    due: Callable[[datetime], models.QuerySet]
    remove: Callable[[models.Model], None]


def _due_jobs(before: datetime) -> models.QuerySet:
    rows = Job.objects.filter(state__in=OVER, created_at__lt=before)
    for field, model in _pointers(Job):
        rows = rows.exclude(pk__in=model._base_manager.filter(**{f"{field}__isnull": False}).values(field))
    return rows


def _pointers(target: type[models.Model]) -> list[tuple[str, type[models.Model]]]:
    """Columns that point to a model without a way back."""
    links = target._meta.get_fields(include_hidden=True)
    return [(link.field.name, link.related_model) for link in links if link.auto_created and not link.concrete]


def _due_notices(before: datetime) -> models.QuerySet:
    return Notice.objects.filter(created_at__lt=before).exclude(user__in=standing_holds()[1])


def _due_invitations(before: datetime) -> models.QuerySet:
    over = ~Q(state=InvitationState.OPEN) | Q(valid_until__lt=before.date())
    rows = Invitation.objects.filter(over, created_at__lt=before)
    return rows.exclude(proposal__reference__in=standing_holds()[0])


def _due_drafts(before: datetime) -> models.QuerySet:
    references, people = standing_holds()
    rows = Proposal.objects.filter(state=State.DRAFT, updated_at__lt=before)
    return rows.exclude(reference__in=references).exclude(owner__in=people)


def _due_files(before: datetime) -> models.QuerySet:
    references, people = standing_holds()
    ended = Proposal.objects.filter(state__in=ENDED, updated_at__lt=before)
    ended = ended.exclude(reference__in=references).exclude(owner__in=people)
    archives = Report.objects.filter(proposal__in=ended, archive__isnull=False).values("archive")
    of_these = Q(evidence_version__evidence__proposal__in=ended) | Q(report__proposal__in=ended) | Q(pk__in=archives)
    return StoredFile.objects.filter(of_these, state=FileState.KEPT)


CLASSES = (
    Class(RecordClass.JOBS, _("it ended"), _("the row goes"), _due_jobs, lambda row: row.delete()),
    Class(RecordClass.NOTICES, _("it was sent"), _("the row goes"), _due_notices, lambda row: row.delete()),
    Class(
        RecordClass.INVITATIONS,
        _("it was sent"),
        _("the row goes, with its e-mail address"),
        _due_invitations,
        lambda row: row.delete(),
    ),
    Class(
        RecordClass.DRAFTS,
        _("the last change"),
        _("the draft goes; its lead researcher is told a month ahead"),
        _due_drafts,
        lambda row: discard_abandoned(proposal=row),
    ),
    Class(
        RecordClass.FILES,
        _("the proposal ended"),
        _("evidence and reports go; their fingerprints stay, and so do answers, decisions and the audit log"),
        _due_files,
        lambda row: clear_bytes(stored=row),
    ),
)


@dataclass(frozen=True)
class Outlook:
    """What the page shows of a class. `now` goes with the next run, `month` within the next thirty days."""

    of: Class
    months: int
    now: int
    month: int


def outlook(at: datetime | None = None) -> list[Outlook]:
    at, months = at or timezone.now(), months_kept()
    return [
        Outlook(
            each,
            months[each.key],
            each.due(_border(at, months[each.key])).count(),
            each.due(_border(at + AHEAD, months[each.key])).count(),
        )
        for each in CLASSES
    ]


def _border(at: datetime, months: int) -> datetime:
    return at - relativedelta(months=months)


def let_go(at: datetime | None = None) -> dict[str, int]:
    """Take away what is due, at most AT_ONCE of each class, each row in a transaction of its own; one event a class."""
    at, months, gone = at or timezone.now(), months_kept(), {}
    for each in CLASSES:
        rows = list(each.due(_border(at, months[each.key])).order_by("pk")[:AT_ONCE])
        for row in rows:
            _remove(each, row)
        if rows:
            gone[str(each.key)] = len(rows)
            _record(each, len(rows), months[each.key])
    return gone


@story()
def _remove(each: Class, row: models.Model) -> None:
    each.remove(row)


@story()
def _record(each: Class, count: int, months: int) -> None:
    record(
        "retention.let_go",
        subject=f"privacy.{each.key}",
        actor_id=None,
        role="system",
        after={"count": count, "months": months},
    )


@story()
def tell_drafts_that_go(at: datetime | None = None) -> int:
    """A month ahead, once, to the lead researcher of each draft."""
    at, months = at or timezone.now(), months_kept()[RecordClass.DRAFTS]
    rows = _due_drafts(_border(at + AHEAD, months)).select_related("owner")
    for proposal in rows:
        telling.draft_goes(proposal=proposal, on=(proposal.updated_at + relativedelta(months=months)).date())
    return len(rows)
