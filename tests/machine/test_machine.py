"""The machine: random people press random buttons, and the house does what a model typed by hand says. `make machine`
plays 20,000 steps on SQLite and 20,000 on PostgreSQL; a step takes some 30 ms, so that here it is a few hundred."""

import copy
import os
from collections import Counter
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.machine.model import BY_SYSTEM, EDGES, PEOPLE, STATES, STEPS, SYSTEM
from tests.machine.playing import EXAMPLES, Player, Table, open_steps

pytestmark = pytest.mark.django_db
STEPS_WANTED = int(os.environ.get("MACHINE_STEPS", "500"))
RUN = 50
IS_LONG = STEPS_WANTED >= 5000
# One of each kind; the others of a kind are met in the random walks.
KINDS = (
    "owner", "coinvestigator", "reviewer", "other_reviewer", "officer", "approver", "other_approver", "panel1",
    "administrator", "auditor", "stranger", "former_officer", SYSTEM,
)  # fmt: skip
MOVES = (
    "submit", "register", "assign", "request_changes", "flag", "unflag", "decide", "draw", "reopen", "withdraw",
    "terminate", "expire", "close", "read",
)  # fmt: skip
REVIEWED = [("owner", "submit"), (SYSTEM, "register")]
ADVISED = [*REVIEWED, ("reviewer", "recommend")]
CONDITIONED = [*ADVISED, ("approver", "decide", "approve_with_conditions")]
PATHS = {
    "draft": ("high", []),
    "submitted": ("high", [("owner", "submit")]),
    "registered": ("low", REVIEWED),
    "in_review": ("moderate", ADVISED),
    "flagged": ("high", [*REVIEWED, ("officer", "flag")]),
    "changes_requested": ("high", [*REVIEWED, ("reviewer", "request_changes")]),
    "approved": ("moderate", [*ADVISED, ("approver", "decide", "approve")]),
    "approved_with_conditions": ("moderate", CONDITIONED),
    "declined": ("moderate", [*ADVISED, ("approver", "decide", "decline")]),
    "withdrawn": ("high", [*REVIEWED, ("owner", "withdraw")]),
    "terminated": ("low", [*REVIEWED, ("owner", "terminate")]),
    "expired": ("moderate", [*CONDITIONED, (SYSTEM, "expire")]),
    "closed": ("moderate", [*ADVISED, ("approver", "decide", "approve"), ("officer", "close")]),
}
STORIES = {
    # What random walks come to seldom.
    "two votes differ, and the panel decides": (
        "high",
        [*REVIEWED, ("officer", "decide", "approve"), ("approver", "decide", "decline")]
        + [(f"panel{number}", "decide", "approve") for number in range(1, 6)],
    ),
    "a panel of which some step back is never stuck": (
        "high",
        [*REVIEWED, ("officer", "decide", "approve"), ("approver", "decide", "decline")]
        + [(f"panel{number}", "decide", "approve") for number in range(1, 4)]
        + [("panel4", "interest"), ("panel5", "interest"), ("top", "decide", "approve")],
    ),
    "an appeal whose reader steps back finds another": (
        "moderate",
        [*CONDITIONED, ("owner", "appeal"), ("top", "interest"), ("spare", "uphold")],
    ),
    "an appeal is answered though the work has ended": (
        "moderate",
        [*CONDITIONED, ("owner", "appeal"), ("owner", "terminate"), ("top", "uphold")],
    ),
    "an interest that comes up later leaves the decision as it was taken": (
        "high",
        [*REVIEWED, ("officer", "decide", "approve"), ("approver", "decide", "approve"), ("officer", "interest")],
    ),
    "the last approvers step back": (
        "high",
        [*REVIEWED, ("officer", "decide", "approve")] + [(who, "interest") for who in ("approver", "spare", "top")],
    ),
    "a condition is advised on, goes back, is reported again and done": (
        "moderate",
        [
            *CONDITIONED,
            ("coinvestigator", "report"),
            ("reviewer", "advise"),
            ("second_officer", "return"),
            ("owner", "report"),
            ("officer", "accept"),
            ("officer", "close"),
        ],
    ),
}


@contextmanager
def undone():
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def table(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), undone():
        yield Table()


def at(table: Table, state: str) -> Player:
    level, path = PATHS[state]
    player = Player(table, level)
    for who, step, *outcome in path:
        assert player.press(who, step, *outcome), (state, who, step)
    return player


def test_every_cell_of_state_move_and_role_is_as_the_model_says(table):
    """All 2,366 with `make machine`; otherwise every third, which takes a quarter of a minute."""
    cells = [(state, step, who) for state in STATES for step in MOVES for who in KINDS]
    wanted = set(cells if IS_LONG else cells[::3])
    seen, wrong, visited = Counter(), [], set()
    for state in STATES:
        with undone():
            player = at(table, state)
            assert player.paper.state == state
            kept, frozen = copy.deepcopy(player.paper), dict(player.invariants.frozen)
            player.visited.clear()
            for here, step, who in cells:
                if here != state or (here, step, who) not in wanted:
                    continue
                with undone():
                    try:
                        seen["done" if player.press(who, step) else "refused"] += 1
                    except AssertionError as fault:
                        wrong.append(str(fault))
                player.paper, player.told = copy.deepcopy(kept), []
                player.invariants.frozen = dict(frozen)
            visited |= player.visited

    assert not wrong, "\n".join(wrong[:40])
    assert visited == wanted
    assert seen["done"] > len(wanted) / 30, seen


@pytest.mark.parametrize("name", STORIES)
def test_story_that_a_walk_seldom_finds(table, name):
    level, path = STORIES[name]
    with undone():
        player = Player(table, level)
        for who, step, *outcome in path:
            assert player.press(who, step, *outcome), (who, step, player.paper)


def test_model_knows_each_move_that_is_published():
    assert set(MOVES) - {"read"} <= set(STEPS)
    assert {there for _step, _here, there in EDGES} == set(STATES) - {"draft"}
    assert set(BY_SYSTEM) <= set(STEPS)


played = Counter()
ENDING = ("withdraw", "terminate", "close", "expire", "reassess")


class Play(RuleBasedStateMachine):
    """One proposal and nineteen people."""

    table: Table

    def __init__(self):
        super().__init__()
        self.undone = undone()
        self.undone.__enter__()

    @initialize(level=st.sampled_from([*EXAMPLES]))
    def somebody_files(self, level):
        self.player = Player(self.table, level)

    @rule(pick=st.integers(0, 10_000), stays=st.booleans())
    def somebody_goes_on(self, pick, stays):
        """A step that the model lets somebody take; half of them end nothing."""
        out = {"read", "edit", "discard", *(ENDING if stays else ())}
        open_now = [row for row in open_steps(self.player.paper) if row[1] not in out]
        if open_now:
            played["done"] += self.player.press(*open_now[pick % len(open_now)])
            played["steps"] += 1

    @rule(
        who=st.sampled_from([*PEOPLE, SYSTEM]),
        step=st.sampled_from([*STEPS]),
        outcome=st.sampled_from(["approve", "approve_with_conditions", "decline"]),
    )
    def anybody_tries(self, who, step, outcome):
        self.player.press(who, step, outcome)
        played["steps"] += 1

    def teardown(self):
        played.update(self.player.visited)
        self.undone.__exit__(None, None, None)


def walk(table: Table, wanted: int) -> None:
    """Some runs of random steps from the same beginning; about `wanted` in all."""
    Play.table = table
    played.clear()
    rules = settings(
        max_examples=max(1, wanted // RUN),
        stateful_step_count=RUN,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if IS_LONG else [Phase.generate],
    )
    run_state_machine_as_test(Play, settings=rules)
    cells = sum(1 for cell in played if isinstance(cell, tuple))
    print(f"{played['steps']} steps, {played['done']} of them chosen open ones, {cells} cells")
    assert played["steps"] > wanted * 0.3


def test_machine_and_model_go_the_same_way(table):
    walk(table, STEPS_WANTED)


@pytest.mark.skipif(not IS_LONG, reason="make machine")
def test_machine_and_model_go_the_same_way_on_postgresql(live_stack):
    walk_there = f"""
from tests.machine.test_machine import Table, undone, walk
with undone():
    walk(Table(), {STEPS_WANTED})
"""
    print(live_stack("services", is_started=False).python(walk_there, seconds=36_000))
