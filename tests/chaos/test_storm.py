"""Parts are killed while people decide: 10 kills with CHAOS=short (`make chaos-short`), 100 during 500 decisions with
CHAOS=long (`make chaos`), the embedded default among them. Both take too long for every run."""

import os

import pytest

from tests.live.storm import PARTS, storm

CHAOS = os.environ.get("CHAOS", "")
LONG = CHAOS == "long"
pytestmark = pytest.mark.skipif(not CHAOS, reason="make chaos-short, make chaos")


@pytest.mark.parametrize("setup", ["services", *(["embedded"] if LONG else [])])
def test_decisions_in_a_storm_are_all_there_once(request, live_stack, setup):
    postgres = request.getfixturevalue("postgres") if setup == "services" else None
    stack = live_stack(setup, is_started=False, RISKASSESS_JOB_RESEND="2")
    if postgres:  # tests give up some milliseconds of commits for speed; here a commit has to outlive the server
        postgres.run(f'ALTER DATABASE "{stack.database_url.rpartition("/")[2]}" SET synchronous_commit = on')
        postgres.run("CHECKPOINT")  # a copy of a template forgets its sequences in a crash before the first one
    many = {"decisions": 500 if setup == "services" else 60, "kills": 100 if setup == "services" else 30}
    few = {"decisions": 4, "kills": 10}
    stack.start()

    after = storm(stack, setup=setup, seed=7, calm=4 if LONG else 1.2, postgres=postgres, **(many if LONG else few))

    print(f"{len(after.kills)} kills, drained {after.seconds_to_drain:.0f} s later, {after.given_up} asked once more")
    assert set(after.kills) == set(PARTS[setup])
    assert after.faults == [], "\n".join(after.faults)
