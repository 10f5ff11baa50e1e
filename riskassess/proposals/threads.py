"""Threads on a question or on the whole proposal. Who may open, read or settle which is `reviews.talk`'s to say."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.models import Comment, Proposal, Thread
from riskassess.proposals.services import role_in
from riskassess.proposals.team import guard_not_over

LONGEST_TEXT = 5000
MOST_THREADS = 300


@transaction.atomic
def open_thread(
    *,
    proposal: Proposal,
    actor: User,
    kind: str,
    text: str,
    question: str = "",
    row: str = "",
    mentioned: User | None = None,
    shown: object = None,
    correct: str = "",
    reply_until: date | None = None,
    opened: UUID | None = None,
) -> Thread:
    """Begin a thread with its first words. `opened` names the form: sent twice, it begins one thread."""
    guard_not_over(proposal)
    if opened and (present := Comment.objects.filter(by=actor, opened=opened).select_related("thread").first()):
        return present.thread
    text = read_text(text)
    if kind == Thread.Kind.CORRECTION:
        correct = read_text(correct, field="correct", empty=_("Say what is right."))
    if proposal.threads.count() >= MOST_THREADS:
        raise DomainError(_("This proposal has %(n)d threads. Go on in one of them.") % {"n": MOST_THREADS})
    thread = Thread.objects.create(
        proposal=proposal,
        kind=kind,
        question=question,
        row=row,
        opened_by=actor,
        shown=shown,
        correct=correct,
        reply_until=reply_until,
    )
    _write(thread, actor, text, mentioned, opened)
    _record(thread, actor, "thread.opened", {"kind": str(kind), "question": question, "row": row})
    return thread


@transaction.atomic
def write_comment(
    *, thread: Thread, actor: User, text: str, mentioned: User | None = None, opened: UUID | None = None
) -> Comment:
    """Answer in a thread that is open."""
    guard_not_over(thread.proposal)
    if opened and (present := Comment.objects.filter(by=actor, opened=opened).first()):
        return present
    text = read_text(text)
    if not Thread.objects.filter(pk=thread.pk, resolved_at__isnull=True).exists():
        raise Conflict(_("This thread was resolved meanwhile. Open it again to go on."))
    comment = _write(thread, actor, text, mentioned, opened)
    _record(thread, actor, "thread.answered")
    return comment


@transaction.atomic
def resolve(*, thread: Thread, actor: User) -> bool:
    """Mark a thread as settled; says whether it was open."""
    Proposal.objects.select_for_update().only("pk").get(pk=thread.proposal_id)
    now = timezone.now()
    if not Thread.objects.filter(pk=thread.pk, resolved_at__isnull=True).update(resolved_at=now, resolved_by=actor):
        return False
    thread.resolved_at, thread.resolved_by = now, actor
    _record(thread, actor, "thread.resolved")
    return True


@transaction.atomic
def reopen(*, thread: Thread, actor: User) -> bool:
    """Take a settled thread up again; says whether it was settled."""
    guard_not_over(thread.proposal)
    if not Thread.objects.filter(pk=thread.pk, resolved_at__isnull=False).update(resolved_at=None, resolved_by=None):
        return False
    thread.resolved_at = thread.resolved_by = None
    _record(thread, actor, "thread.reopened")
    return True


def read_text(text: str, *, field: str = "text", empty: str = "") -> str:
    """What was typed, with line ends as we keep them; nothing and too much are refused."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if not text:
        raise DomainError(empty or _("Write something first."), field=field)
    if len(text) > LONGEST_TEXT:
        raise DomainError(
            _("At most %(most)d characters fit here; this has %(n)d. Shorten it a little.")
            % {"most": LONGEST_TEXT, "n": len(text)},
            field=field,
        )
    return text


def _write(thread: Thread, actor: User, text: str, mentioned: User | None, opened: UUID | None) -> Comment:
    return Comment.objects.create(
        thread=thread, text=text, by=actor, at=timezone.now(), mentioned=mentioned, opened=opened
    )


def _record(thread: Thread, actor: User, verb: str, after: dict | None = None) -> None:
    """That somebody wrote, never what."""
    record(
        verb,
        subject=thread,
        actor_id=actor.pk,
        role=role_in(actor, thread.proposal),
        actor_name=actor.name,
        reference=thread.proposal.reference,
        after=after or {"kind": thread.kind},
    )
