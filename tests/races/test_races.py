"""At real databases, through the real doors: exactly one wins, the others read where it stands, and nothing hangs.

`make races` has a hundred rounds of fifty hands; here it is one of a few.
"""

import json
import os

LONG = bool(os.environ.get("RACES_LONG"))
ROUNDS, HANDS = (100, 50) if LONG else (1, 8)
RACES = ("approve_approve", "first_first", "approve_withdraw", "approve_revoked", "autosave_submit", "publish_submit")


def test_one_wins_and_the_others_are_told(live_stack, setup):
    """On SQLite the short form runs the two races that people meet most; its writers wait for one another anyway."""
    names = RACES if LONG or setup == "services" else RACES[:1] + RACES[4:5]
    process = live_stack(setup, is_started=False)
    code = f"from tests.races.racing import main; main({ROUNDS}, {HANDS}, {names!r})"

    faults = json.loads(process.python(code, seconds=7200 if LONG else 120).splitlines()[-1])

    assert faults == []
