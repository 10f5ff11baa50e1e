"""What people ask and answer beside a proposal."""

from uuid import UUID

from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import story
from riskassess.core.errors import DomainError
from riskassess.notices import telling
from riskassess.proposals import threads
from riskassess.proposals.models import Comment, Proposal, Thread
from riskassess.reviews import talk
from riskassess.workflow.common import carriers_of, case_of, free_officers, set_clock


@story()
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
    opened: UUID | None = None,
) -> Thread:
    """Begin a thread: a comment among authors, a call for help, a question to the authors or a correction.

    A correction alters nothing that was frozen; an officer answers it.
    """
    if reason := talk.why_not_open(actor, proposal, kind):
        raise DomainError(reason)
    _guard_mentioned(proposal, kind, actor, mentioned)
    thread = threads.open_thread(
        proposal=proposal,
        actor=actor,
        kind=kind,
        text=text,
        question=question,
        row=row,
        mentioned=mentioned,
        shown=shown,
        correct=correct,
        opened=opened,
    )
    tell_first(thread)
    if kind == Thread.Kind.REQUEST:
        set_clock(proposal, actor)
    return thread


@story()
def answer_thread(
    *, thread: Thread, actor: User, text: str, mentioned: User | None = None, opened: UUID | None = None
) -> Comment:
    """Write in a thread; those who wrote in it before are told."""
    if thread.is_open and (reason := talk.why_not_write(talk.part_in(actor, thread.proposal), thread)):
        raise DomainError(reason)
    _guard_mentioned(thread.proposal, thread.kind, actor, mentioned)
    comment = threads.write_comment(thread=thread, actor=actor, text=text, mentioned=mentioned, opened=opened)
    _tell_next(comment)
    if thread.kind == Thread.Kind.REQUEST:
        set_clock(thread.proposal, actor)
    return comment


@story()
def settle_thread(*, thread: Thread, actor: User, is_open: bool) -> None:
    """Resolve a thread, or take it up again."""
    if reason := talk.why_not_settle(talk.part_in(actor, thread.proposal), thread):
        raise DomainError(reason)
    (threads.reopen if is_open else threads.resolve)(thread=thread, actor=actor)
    if thread.kind == Thread.Kind.REQUEST:
        set_clock(thread.proposal, actor)


@story()
def settle_correction(*, thread: Thread, actor: User, text: str) -> Comment:
    """Record that a correction changes nothing, and why. Where it changes something, changes are requested."""
    if thread.kind != Thread.Kind.CORRECTION or (
        reason := talk.why_not_settle(talk.part_in(actor, thread.proposal), thread)
    ):
        raise DomainError(reason if thread.kind == Thread.Kind.CORRECTION else _("This is no correction."))
    comment = threads.write_comment(thread=thread, actor=actor, text=text)
    threads.resolve(thread=thread, actor=actor)
    _tell_next(comment)
    return comment


def _guard_mentioned(proposal: Proposal, kind: str, actor: User, mentioned: User | None) -> None:
    if mentioned is not None and mentioned not in talk.people_to_mention(proposal, kind, actor):
        raise DomainError(_("Choose one of the people of this proposal."), field="mention")


def tell_first(thread: Thread) -> None:
    """Whom a new thread concerns; a comment among authors only who is named in it."""
    proposal, kind = thread.proposal, thread.kind
    comment = thread.comments.order_by("pk").first()
    comment.thread = thread
    if comment.mentioned_id and comment.mentioned_id != comment.by_id:
        telling.person_mentioned(comment=comment)
    case = case_of(proposal)
    carriers = carriers_of(case) if case else []
    if kind == Thread.Kind.HELP:
        officers = [case.officer] if case and case.officer in carriers else free_officers(proposal)
        telling.help_asked(comment=comment, people=officers)
    elif kind == Thread.Kind.CORRECTION:
        telling.correction_proposed(comment=comment, people=carriers or free_officers(proposal))
    elif kind == Thread.Kind.REQUEST:
        telling.question_asked(comment=comment, people=_authors(proposal))
    elif kind == Thread.Kind.FLAG:
        telling.flag_told(comment=comment, people=_authors(proposal))
    elif kind == Thread.Kind.FINDING:
        telling.fact_found(comment=comment, people=_authors(proposal))


def _tell_next(comment: Comment) -> None:
    """Everybody who wrote in the thread and may still read it; and, where an author writes, who carries the case."""
    thread, proposal = comment.thread, comment.thread.proposal
    if comment.mentioned_id and comment.mentioned_id != comment.by_id:
        telling.person_mentioned(comment=comment)
    told = {user.pk: user for user in User.objects.filter(pk__in=thread.comments.values("by"), is_active=True)}
    case = case_of(proposal)
    if thread.kind != Thread.Kind.COMMENT and talk.part_in(comment.by, proposal) == talk.AUTHOR:
        told |= {user.pk: user for user in (carriers_of(case) if case else [])}
    told.pop(comment.by_id, None)
    parts = {user: talk.part_in(user, proposal) for user in told.values()}
    reads = [user for user, part in parts.items() if talk.visible_threads(user, proposal, part).filter(pk=thread.pk)]
    helpers = [user for user in reads if parts[user] == talk.HELPER]
    telling.help_asked(comment=comment, people=helpers)
    telling.comment_written(comment=comment, people=[user for user in reads if user not in helpers])


def _authors(proposal: Proposal) -> list[User]:
    people = [proposal.owner, *(row.user for row in proposal.coinvestigators.select_related("user"))]
    return [user for user in people if user.is_active]


def resolve_flags(proposal: Proposal, actor: User) -> None:
    for thread in proposal.threads.filter(kind=Thread.Kind.FLAG, resolved_at__isnull=True):
        threads.resolve(thread=thread, actor=actor)
