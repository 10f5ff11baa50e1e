from riskassess.reviews.services.appeals import file_appeal, settle_appeal
from riskassess.reviews.services.cases import (
    add_note,
    assign_case,
    hand_back,
    needs_panel,
    open_case,
    recommend,
    update_case,
)
from riskassess.reviews.services.conditions import (
    accept_condition,
    break_condition,
    report_condition,
    return_condition,
)
from riskassess.reviews.services.deciding import cast_vote, drop_votes
from riskassess.reviews.services.drawing import lot_of, settle_draw
from riskassess.reviews.services.guests import (
    declare_unconflicted,
    end_expert,
    invite_expert,
    note_entered,
    renew_code,
    try_code,
    try_digits,
    write_word,
)
from riskassess.reviews.services.holds import confirm_hold_lift, lift_hold, sync_holds
from riskassess.reviews.services.interests import declare_interest, declare_none
from riskassess.reviews.services.pausing import start_clock, stop_clock

__all__ = [
    "accept_condition",
    "add_note",
    "assign_case",
    "break_condition",
    "cast_vote",
    "confirm_hold_lift",
    "declare_interest",
    "declare_none",
    "declare_unconflicted",
    "drop_votes",
    "end_expert",
    "file_appeal",
    "hand_back",
    "invite_expert",
    "lift_hold",
    "lot_of",
    "needs_panel",
    "note_entered",
    "open_case",
    "recommend",
    "renew_code",
    "report_condition",
    "return_condition",
    "settle_appeal",
    "settle_draw",
    "start_clock",
    "stop_clock",
    "sync_holds",
    "try_code",
    "try_digits",
    "update_case",
    "write_word",
]
