"""Who reads and writes which thread of a proposal, as docs/threads.md tells it."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.accounts.queries import with_children, with_parents
from riskassess.accounts.roles import Role
from riskassess.proposals.models import CoInvestigator, Comment, Proposal, Thread
from riskassess.proposals.rules import is_coinvestigator, is_owner
from riskassess.proposals.states import OVER
from riskassess.reviews.queries import in_conflict, scope_key
from riskassess.reviews.rules import conflict_reason

Kind = Thread.Kind
AUTHOR, STAFF, READER, HELPER, NOBODY = "author", "staff", "reader", "helper", ""
BY_AUTHORS = (Kind.COMMENT, Kind.HELP, Kind.CORRECTION)


def part_in(user: User, proposal: Proposal) -> str:
    """In which part somebody talks about a proposal."""
    if is_owner(user, proposal) or is_coinvestigator(user, proposal):
        return AUTHOR
    if user.has_perm("reviews.view_case", proposal):
        return READER if user.has_role(Role.AUDITOR) else STAFF
    return HELPER if is_helper(user, proposal) else NOBODY


def is_helper(user: User, proposal: Proposal) -> bool:
    """Whether this officer may be asked for help: of the proposal's unit, without a conflict of interest."""
    units = user.units_with(Role.OFFICER)
    is_here = None in units or bool(units & set(with_parents(proposal.unit)))
    return is_here and not conflict_reason(user, proposal)


def visible_threads(user: User, proposal: Proposal, part: str) -> QuerySet[Thread]:
    """The threads that this person reads. What authors say among themselves stays with them, apart from a thread in
    which they name somebody."""
    threads = proposal.threads.all()
    if part == AUTHOR:
        return threads
    if part == STAFF:
        named = Comment.objects.filter(thread=OuterRef("pk"), mentioned=user)
        return threads.filter(~Q(kind=Kind.COMMENT) | Exists(named))
    if part == READER:
        return threads.exclude(kind=Kind.COMMENT)
    return threads.filter(kind=Kind.HELP) if part == HELPER else threads.none()


def with_words(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """The same with all that is said in them, in a constant number of queries."""
    comments = Comment.objects.select_related("by", "mentioned")
    return threads.select_related("opened_by", "resolved_by").prefetch_related(Prefetch("comments", queryset=comments))


def why_not_open(user: User, proposal: Proposal, kind: str) -> str:
    """Why this person cannot begin such a thread now, in a sentence; empty where they can."""
    if kind in BY_AUTHORS:
        if part_in(user, proposal) != AUTHOR:
            return _("Only those who write the proposal can do this.")
        if kind == Kind.CORRECTION and (proposal.submitted_at is None or proposal.is_editable):
            return _("While you write, change the answer itself.")
        return ""
    if kind == Kind.REQUEST and not user.has_perm("reviews.ask", proposal):
        return _("Questions to the authors are asked while the case is in review, by those who review it.")
    return ""


def why_not_write(part: str, thread: Thread) -> str:
    """Why somebody in this part cannot answer in the thread now."""
    if thread.proposal.state in OVER:
        return _("The proposal is over, so nothing is added.")
    if not thread.is_open:
        return _("This thread is resolved.")
    if part == AUTHOR:
        if thread.kind == Kind.FLAG and thread.reply_until < timezone.localdate():
            return _("The time to reply ended on %(day)s.") % {"day": formats.date_format(thread.reply_until, "j F Y")}
        return ""
    if part == STAFF or (part == HELPER and thread.kind == Kind.HELP):
        return ""
    return _("You read here only.")


def why_not_settle(part: str, thread: Thread) -> str:
    """Why somebody in this part can neither resolve the thread nor open it again."""
    if thread.proposal.state in OVER:
        return _("The proposal is over, so nothing is changed.")
    if thread.kind == Kind.FLAG:
        return _("It is resolved with the closer look itself.")
    if thread.kind == Kind.COMMENT:
        return "" if part == AUTHOR else _("Those who write the proposal resolve this.")
    if thread.kind == Kind.HELP:
        return "" if part in {AUTHOR, STAFF, HELPER} else _("You read here only.")
    return "" if part == STAFF else _("Those who review the case resolve this.")


def people_to_mention(proposal: Proposal, kind: str, user: User) -> list[User]:
    """Whom one may name: the proposal's people, and the officer of its case."""
    case = getattr(proposal, "case", None)
    found = [proposal.owner, *(row.user for row in proposal.coinvestigators.all())]
    if case is not None and case.officer is not None:
        found.append(case.officer)
    return [person for person in {p.pk: p for p in found}.values() if person.pk != user.pk and person.is_active]


def help_for(user: User) -> QuerySet[Thread]:
    """The calls for help that this officer may read and answer: of their units, none of a proposal that they are in
    conflict with. Calls for help of drafts open nothing else."""
    return Thread.objects.filter(kind=Kind.HELP, proposal__in=helped_by(user))


def helped_by(user: User) -> QuerySet[Proposal]:
    """The proposals for which `is_helper` says yes of this person, in one query."""
    if not user.has_role(Role.OFFICER):
        return Proposal.objects.none()
    units = user.units_with(Role.OFFICER)
    proposals = Proposal.objects.exclude(state__in=OVER)
    if None not in units:
        proposals = proposals.filter(unit__in=with_children(units))
    return proposals.exclude(in_conflict(user))


def help_key(user: User) -> tuple:
    """All that `helped_by` reads of this person, for questions that are put together once."""
    units = user.units_with(Role.OFFICER)
    return (*scope_key(user), None if None in units else frozenset(with_children(units)))


def without_lead(helped: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Of what `helped_by` gave, the proposals whose lead researcher has left, drafts too: an officer finds a new one
    with another person."""
    gone = User.objects.filter(is_active=False)
    return helped.filter(owner__in=gone).select_related("owner").order_by("owner", "pk")


def waiting_help(user: User) -> QuerySet[Thread]:
    """Those that wait for an officer: open, the last word an author's; the oldest first."""
    return (
        _with_last_word(help_for(user).filter(resolved_at__isnull=True))
        .filter(Q(last_by=F("opened_by")) | _is_authors_word())
        .select_related("proposal__owner", "opened_by")
        .order_by("last_at", "pk")
    )


def waiting_requests() -> QuerySet[Thread]:
    """Open questions to authors, and flags they may still reply to, whose last word is not an author's."""
    for_authors = Q(kind=Kind.REQUEST) | Q(kind=Kind.FLAG, reply_until__gte=timezone.localdate())
    asked = Thread.objects.filter(for_authors, resolved_at__isnull=True).exclude(proposal__state__in=OVER)
    return _with_last_word(asked).exclude(_is_authors_word())


def is_waiting_for_authors(proposal: Proposal) -> bool:
    """Whether a question to the authors is open and the last word in it is not theirs: the clock stands as long."""
    return waiting_requests().filter(proposal=proposal, kind=Kind.REQUEST).exists()


def _with_last_word(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    last = Comment.objects.filter(thread=OuterRef("pk")).order_by("-pk")
    return threads.annotate(last_by=Subquery(last.values("by")[:1]), last_at=Subquery(last.values("at")[:1]))


def _is_authors_word() -> Q:
    writes = CoInvestigator.objects.filter(proposal=OuterRef("proposal"), user=OuterRef("last_by"))
    return Q(last_by=F("proposal__owner")) | Exists(writes)


def flag_of(proposal: Proposal) -> Thread | None:
    """The reasons that the authors were given for the closer look under way."""
    return proposal.threads.filter(kind=Kind.FLAG, resolved_at__isnull=True).order_by("-pk").first()


def why_decline_waits(proposal: Proposal) -> str:
    """Nothing is declined while the authors may still reply to a flag and have not."""
    thread = flag_of(proposal)
    if thread is None or thread.reply_until < timezone.localdate():
        return ""
    authors = [proposal.owner_id, *(row.user_id for row in proposal.coinvestigators.all())]
    if thread.comments.filter(by__in=authors).exists():
        return ""
    after = formats.date_format(thread.reply_until + timedelta(days=1), "j F Y")
    return _("The authors may still reply to the closer look. Declining opens with their reply, or on %(day)s.") % {
        "day": after
    }
