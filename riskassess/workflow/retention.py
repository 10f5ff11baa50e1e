"""What goes after its time: by record class, told a month ahead, never what a legal hold keeps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from riskassess.accounts.models import RoleMembership, User
from riskassess.accounts.roles import Role
from riskassess.audit.log import record, story
from riskassess.audit.models import Event
from riskassess.files.models import FileState, StoredFile
from riskassess.files.services import clear_bytes
from riskassess.jobs.models import OVER, Job
from riskassess.notices import telling
from riskassess.notices.models import Notice
from riskassess.privacy.models import RecordClass
from riskassess.privacy.services import months_kept, standing_holds
from riskassess.proposals.models import Comment, Invitation, InvitationState, Proposal
from riskassess.proposals.states import State
from riskassess.reports.models import Report
from riskassess.reviews.models import Assignment, ExpertWord, Note
from riskassess.workflow.filing import discard_abandoned
from riskassess.workflow.privacy import ERASED, IN_WORK, erase_person

ENDED = (State.WITHDRAWN, State.DECLINED, State.EXPIRED, State.TERMINATED, State.CLOSED)
AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Class:
    """One record class. `due` gives the rows that are older than a moment; `remove` takes one of them away."""

    key: RecordClass
    since: str
    then: str
    due: Callable[[datetime], models.QuerySet]
    remove: Callable[[models.Model], None]
    at_once: int = 200


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


def _due_accounts(before: datetime) -> models.QuerySet:
    """Accounts that were closed, and those of experts whose seat is over, once nothing was heard of them since."""
    today, (references, people) = timezone.localdate(), standing_holds()
    events = Event.objects.filter(actor_id=OuterRef("pk"))
    roles = RoleMembership.objects.filter(user=OuterRef("pk"))
    rows = User.objects.filter(Q(is_active=False) | Q(is_guest=True)).exclude(email__endswith=f"@{ERASED}")
    rows = rows.filter(
        Q(last_login__lt=before) | Exists(events.filter(at__lt=before)) | Exists(roles.filter(starts__lt=before.date()))
    )
    rows = rows.exclude(last_login__gte=before).exclude(Exists(events.filter(at__gte=before))).exclude(pk__in=people)
    seats = Assignment.objects.filter(user=OuterRef("pk"))
    rows = rows.exclude(Exists(seats.filter(Q(until__gte=before.date()) | Q(until=None, ended_at=None))))
    rows = rows.exclude(Exists(roles.in_force(today).exclude(role=Role.RESEARCHER)))
    for part in ("owner", "coinvestigators__user", "case__officer", "case__reviewer"):
        mine = Proposal.objects.filter(**{part: OuterRef("pk")})
        rows = rows.exclude(Exists(mine.filter(Q(state__in=IN_WORK) | Q(reference__in=references))))
    return rows.exclude(Exists(seats.filter(case__proposal__reference__in=references)))


def _due_talk(before: datetime) -> models.QuerySet:
    references, people = standing_holds()
    ended = Proposal.objects.filter(state__in=ENDED, updated_at__lt=before)
    ended = ended.exclude(reference__in=references).exclude(owner__in=people)
    left = Q()
    for rows, path, _names in TALK:
        left |= Exists(rows.filter(**{path: OuterRef("pk")}).exclude(text=EMPTIED))
    return ended.filter(left)


def _empty_talk(proposal: Proposal) -> None:
    """What people said to each other on the way; who and when stay, and so do reasons, votes and decisions."""
    for rows, path, names in TALK:
        of_this = rows.filter(**{path: proposal.pk})
        for name in names:
            of_this.exclude(**{name: ""}).update(**{name: EMPTIED})


def _erase_account(user: User) -> None:
    erase_person(user=user, actor=None, reason="The account was closed, and its time has passed.")


# Rows, the way to their proposal, and the texts in them; `text` is always one of these.
EMPTIED = "(removed after its time)"
TALK = (
    (Comment.objects, "thread__proposal", ("text",)),
    (Note.objects, "case__proposal", ("text",)),
    (ExpertWord.objects, "assignment__case__proposal", ("text",)),
)
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
        RecordClass.ACCOUNTS,
        _("the person was last here"),
        _("the person is erased; what they did and decided stays, by a former member with a number"),
        _due_accounts,
        _erase_account,
        at_once=20,
    ),
    Class(
        RecordClass.FILES,
        _("the proposal ended"),
        _("evidence and reports go; their fingerprints stay, and so do answers, decisions and the audit log"),
        _due_files,
        lambda row: clear_bytes(stored=row),
    ),
    Class(
        RecordClass.TALK,
        _("the proposal ended"),
        _("the texts of messages, internal notes and experts go; who wrote and when stays, and so do decisions"),
        _due_talk,
        _empty_talk,
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
    """Take away what is due, some of each class, each row in a transaction of its own; one event a class."""
    at, months, gone = at or timezone.now(), months_kept(), {}
    for each in CLASSES:
        rows = list(each.due(_border(at, months[each.key])).order_by("pk")[: each.at_once])
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
