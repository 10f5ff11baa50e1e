"""The short form of `make soak`: several people write at the same time for some seconds."""

from tests.live.soaking import soak


def test_what_many_people_save_at_once_is_all_kept(stack):
    outcome = soak(stack, people=8, seconds=20, pause=1)

    assert outcome.faults == []
    assert outcome.saves > 30, outcome
