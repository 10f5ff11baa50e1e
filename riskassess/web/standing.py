"""Where a proposal stands, whose turn it is and what comes next: the same words on every page of the researcher."""

from dataclasses import dataclass
from datetime import date

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.accounts.calendar import Calendar
from riskassess.accounts.models import User
from riskassess.core.words import ROUTE_WORDS
from riskassess.proposals.models import Proposal
from riskassess.proposals.states import DECIDED, State


@dataclass(frozen=True)
class Standing:
    tone: str  # of the tag state_words
    words: str
    hint: str  # under the words, in a table
    turn: str  # whose turn it is, a sentence
    next: str  # the next step with its date
    is_yours: bool  # the reader has something to do
    is_late: bool = False


def day(value: date | None) -> str:
    """A day as people write it; the year only where it is another one."""
    if value is None:
        return ""
    form = "j M" if value.year == timezone.localdate().year else "j M Y"
    return formats.date_format(value, form)


def standing_of(
    proposal: Proposal,
    *,
    calendar: Calendar,
    decision=None,
    open_conditions: int = 0,
    next_condition=None,
    is_stuck: bool = False,
    reader: User | None = None,
) -> Standing:
    """Read from the proposal and its case; the decision and its conditions are the caller's to fetch. A draft says what
    is left to this reader: only who leads it finishes it."""
    case = getattr(proposal, "case", None)
    name = case.officer.name if case and case.officer else _("Research security")
    state = State(proposal.state)
    if state == State.DRAFT:
        return draft_of(proposal, reader)
    if is_stuck:
        return Standing(
            "plain",
            _("Submitted"),
            _("The assessment did not go through"),
            _("It is our turn: research security was told and starts the assessment again. You need not do anything."),
            _("The review begins when it is through"),
            False,
        )
    if state == State.SUBMITTED and case is None:
        return Standing(
            "plain",
            _("Submitted"),
            _("Partners are being checked"),
            _("It is our turn: the partners are being compared with public lists."),
            _("Usually a minute"),
            False,
        )
    if state == State.SUBMITTED:
        turn = _("It is our turn: somebody is being found who can read it.")
        return Standing("plain", _("Submitted"), "", turn, route_by(case), False)
    if state in {State.IN_REVIEW, State.FLAGGED} and case.paused_on:
        turn = _("It is your turn: a question waits for your answer. The clock stands since %(day)s.")
        return Standing(
            "question",
            _("In review, a question for you"),
            paused_words(case),
            turn % {"day": day(case.paused_on)},
            _("Goes on with your answer; the day moves by the time it stood"),
            True,
        )
    if state in {State.IN_REVIEW, State.FLAGGED}:
        late = case.due_on < timezone.localdate()
        words = _("In review") if state == State.IN_REVIEW else _("In review, closer look")
        hint = day_of_days(case, calendar)
        turn = _("It is our turn: %(name)s carries your case.") % {"name": name}
        if late:
            turn += " " + _("We are past the promised date. You need not do anything.")
        return Standing("plain", words, hint, turn, route_by(case), False, late)
    if state == State.CHANGES_REQUESTED:
        turn = _("It is your turn: changes are asked of you. The review clock has stopped.")
        return Standing(
            "question",
            _("Changes requested"),
            _("The review clock is paused"),
            turn,
            _("Resumes when you submit again"),
            True,
        )
    if state == State.REGISTERED:
        turn = _("It is nobody's turn: the work may start. Some registrations are drawn and read afterwards.")
        return Standing("good", _("Registered"), _("No review needed"), turn, _("The work may start"), False)
    if state in DECIDED:
        return decided(state, decision, open_conditions, next_condition)
    words = str(state.label)
    return Standing("ended", words[:1].upper() + words[1:], "", _("Nothing is left to do here."), "", False)


def draft_of(proposal: Proposal, reader: User | None) -> Standing:
    if reader is None or reader.pk == proposal.owner_id:
        turn, step = _("It is your turn: nobody else sees a draft."), _("Yours to finish")
        return Standing("draft", _("Draft"), "", turn, step, True)
    lead = {"name": proposal.owner.name}
    turn = _("Nobody but those who take part sees a draft. %(name)s leads it and submits it.") % lead
    if reader.has_perm("proposals.edit", proposal):
        return Standing("draft", _("Draft"), "", turn, _("Yours to go on with; %(name)s submits it") % lead, True)
    return Standing("draft", _("Draft"), "", turn, _("%(name)s finishes it") % lead, False)


def decided(state, decision, open_conditions, next_condition) -> Standing:
    on = day(timezone.localtime(decision.decided_at).date()) if decision else ""
    if state == State.DECLINED:
        turn = _("You may appeal until %(day)s; other people will read it.") % {"day": day(decision.appeal_until)}
        return Standing("declined", _("Declined %(day)s") % {"day": on}, "", turn, turn_short(decision), False)
    until = _("Valid until %(day)s") % {"day": day(decision.valid_until)} if decision and decision.valid_until else ""
    if state == State.APPROVED:
        return Standing("good", _("Approved %(day)s") % {"day": on}, "", _("The work may start."), until, False)
    if open_conditions:
        words = ngettext("%(n)d condition, due %(day)s", "%(n)d conditions, the first due %(day)s", open_conditions)
        following = words % {"n": open_conditions, "day": day(next_condition)}
    else:
        following = until
    turn = _("The work may start. The conditions go with it.")
    return Standing("good", _("Approved with conditions"), on, turn, following, False)


def turn_short(decision) -> str:
    return _("Appeal until %(day)s") % {"day": day(decision.appeal_until)} if decision else ""


def route_by(case) -> str:
    return _("%(route)s · by %(day)s") % {"route": ROUTE_WORDS[case.route], "day": day(case.due_on)}


def paused_words(case) -> str:
    """ "Paused since 28 Nov, waits for Ana"."""
    words = _("Paused since %(day)s, waits for %(name)s")
    return words % {"day": day(case.paused_on), "name": case.proposal.owner.first_name}


def day_of_days(case, calendar: Calendar) -> str:
    """ "Day 5 of 20", in working days; past the promise it says so."""
    start = case.started_on
    total, done = calendar.count(start, case.due_on), calendar.count(start, timezone.localdate())
    if done > total:
        over = done - total
        return ngettext("%(n)d working day over", "%(n)d working days over", over) % {"n": over}
    return _("Day %(done)d of %(total)d") % {"done": max(done, 1), "total": max(total, 1)}
