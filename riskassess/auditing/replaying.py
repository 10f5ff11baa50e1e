"""Tells from the events alone where each proposal stands, and compares that with the table."""

from typing import NamedTuple

from riskassess.audit.models import Event
from riskassess.proposals.models import Proposal
from riskassess.proposals.states import MOVES, State

SUBJECT = "proposals.Proposal:"
DISCARDED = "proposal.discarded"
STEPS = {f"proposal.{name}": move for name, move in MOVES.items()}
NO_EVENT, GONE = "no event", "gone"


class Difference(NamedTuple):
    reference: str
    by_events: str
    in_table: str


def states_by_events() -> dict[str, str]:
    """The state of each proposal that an event tells of, by its uid. Where details were erased, the move itself says
    where it leads, so far as it leads to one state only."""
    found: dict[str, str] = {}
    told = Event.objects.filter(subject__startswith=SUBJECT).order_by("sequence")
    for verb, subject, after in told.values_list("verb", "subject", "detail__after").iterator(chunk_size=5000):
        uid = subject.removeprefix(SUBJECT)
        if verb == DISCARDED:
            found[uid] = GONE
        elif step := STEPS.get(verb):
            state = after.get("state") if isinstance(after, dict) else step.target
            found[uid] = str(state) if state else ""
        else:
            found.setdefault(uid, str(State.DRAFT))
    return found


def compare() -> tuple[int, list[Difference]]:
    """How many proposals were compared, and those of which events and table differ. Somebody may take a step between
    the reading of the one and of the other, so that a difference counts when it is seen twice."""
    count, differences = _compare()
    if differences:
        count, again = _compare()
        differences = [difference for difference in again if difference in differences]
    return count, differences


def _compare() -> tuple[int, list[Difference]]:
    by_events, count, differences = states_by_events(), 0, []
    rows = Proposal.objects.order_by("reference").values_list("uid", "reference", "state")
    for uid, reference, state in rows.iterator(chunk_size=5000):
        count += 1
        told = by_events.pop(str(uid), NO_EVENT)
        if told not in {state, ""}:
            differences.append(Difference(reference, told, state))
    # What is left was told of, and has no row any more.
    differences += [Difference(_reference(uid), told, GONE) for uid, told in by_events.items() if told != GONE]
    return count, differences


def _reference(uid: str) -> str:
    """How people call a proposal that only events tell of; its uid where they name none."""
    told = Event.objects.filter(subject=f"{SUBJECT}{uid}").exclude(reference="")
    return told.values_list("reference", flat=True).first() or uid
