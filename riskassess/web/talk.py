"""Threads as pages show them, each with what this reader may do in it."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskassess.accounts.models import User
from riskassess.proposals.models import Comment, Proposal, Thread
from riskassess.reviews import talk
from riskassess.web.forms.talk import TalkForm
from riskassess.web.places import Places

Kind = Thread.Kind
TITLES = {
    Kind.COMMENT: gettext_lazy("Comments among the authors"),
    Kind.HELP: gettext_lazy("Question to research security"),
    Kind.REQUEST: gettext_lazy("Question to the authors"),
    Kind.CORRECTION: gettext_lazy("Correction of a fact"),
    Kind.FLAG: gettext_lazy("Reasons for a closer look"),
    Kind.FINDING: gettext_lazy("Finding of fact"),
}


def may_correct(user: User, proposal: Proposal) -> bool:
    """Whether this person may say now that something that was submitted is not right."""
    return user.has_perm("proposals.talk", proposal) and not talk.why_not_open(user, proposal, Kind.CORRECTION)


@dataclass
class Card:
    """One thread on a page."""

    thread: Thread
    comments: list[Comment]
    about: str
    url: str  # where the question stands
    shown: str  # the answer that was shown with a call for help, in words
    closed_because: str
    may_settle: bool
    may_request: bool  # changes, on a correction
    waits: bool  # for the reader's side
    form: TalkForm | None

    @property
    def title(self) -> str:
        return str(TITLES[Kind(self.thread.kind)])

    @property
    def state(self) -> tuple[str, str]:
        """Tone and words of where it stands."""
        if self.thread.resolved_at:
            day = date_format(localtime(self.thread.resolved_at), "j M")
            name = self.thread.resolved_by.name if self.thread.resolved_by else ""
            return "good", _("Resolved by %(name)s, %(day)s") % {"name": name, "day": day}
        return ("turn", _("Waits for you")) if self.waits else ("plain", _("Open"))


class Talk:
    """All threads of a proposal that this person reads."""

    def __init__(self, proposal: Proposal, reader: User, *, part: str = ""):
        self.proposal, self.reader = proposal, reader
        self.part = part or talk.part_in(reader, proposal)
        self.places = Places(proposal, reader)

    @cached_property
    def threads(self) -> list[Thread]:
        found = list(talk.with_words(talk.visible_threads(self.reader, self.proposal, self.part)))
        for thread in found:
            thread.proposal = self.proposal
        return found

    @cached_property
    def authors(self) -> set[int]:
        return {self.proposal.owner_id, *(row.user_id for row in self.proposal.coinvestigators.all())}

    def form_of(self, thread: Thread, data=None) -> TalkForm:
        people, names = self.people(thread.kind), self.names(thread.kind)
        return TalkForm(data, people=people, names=names, auto_id=f"id_{thread.uid.hex}_%s")

    def about(self, thread: Thread) -> str:
        """The question in words; to whom a draft is closed, its row only where the author shows the answer."""
        hides_row = self.part == talk.HELPER and thread.shown is None
        return self.places.title(thread.question, "" if hides_row else thread.row) if thread.question else ""

    def people(self, kind: str) -> list[User]:
        """Whom the reader may name; who helps with a draft does not learn who writes it."""
        if self.part == talk.HELPER:
            return []
        return talk.people_to_mention(self.proposal, kind, self.reader)

    def names(self, kind: str) -> dict[int, str]:
        """How those are named in a list who would read a thread because of it."""
        case = getattr(self.proposal, "case", None)
        if kind != Kind.COMMENT or case is None or case.officer is None:
            return {}
        words = _("@%(name)s, research security: reads this thread then") % {"name": case.officer.name}
        return {case.officer_id: words}

    def cards(self, *, bound: TalkForm | None = None, of: Thread | None = None) -> list[Card]:
        """Open ones first, what waits for the reader before the rest, the newest word first. `bound` takes the place of
        the form of the thread `of`."""
        cards = [self.card(thread, bound if of is not None and thread.pk == of.pk else None) for thread in self.threads]
        cards.sort(key=lambda card: card.comments[-1].at, reverse=True)
        return sorted(cards, key=lambda card: (not card.thread.is_open, not card.waits))

    def card(self, thread: Thread, bound: TalkForm | None = None) -> Card:
        comments = list(thread.comments.all())
        closed = talk.why_not_write(self.part, thread)
        is_author, last = self.part == talk.AUTHOR, comments[-1]
        is_theirs = (last.by_id in self.authors) != is_author
        waits = thread.is_open and not closed and last.by_id != self.reader.pk
        waits &= thread.kind != Kind.COMMENT and is_theirs
        waits &= not (thread.kind == Kind.FINDING and is_author)  # they may reply, and need not
        may_settle = not talk.why_not_settle(self.part, thread)
        form = bound or TalkForm(
            people=self.people(thread.kind), names=self.names(thread.kind), auto_id=f"id_{thread.uid.hex}_%s"
        )
        return Card(
            thread=thread,
            comments=comments,
            about=self.about(thread),
            url=self.places.url(thread.question, thread.row) if thread.question and self.part != talk.HELPER else "",
            shown=self.places.words(thread.question, thread.shown) if thread.shown is not None else "",
            closed_because=closed,
            may_settle=may_settle,
            may_request=thread.kind == Kind.CORRECTION and may_settle and thread.is_open,
            waits=waits,
            form=bound if closed else form,  # what was typed stays, also where it came too late
        )
