from riskassess.reviews.services.appeals import file_appeal, link_round, pass_on_appeal, settle_appeal
from riskassess.reviews.services.cases import (
    add_note,
    assign_case,
    hand_back,
    needs_panel,
    open_case,
    recommend,
    recount_due,
    update_case,
)
from riskassess.reviews.services.conditions import (
    accept_condition,
    break_condition,
    name_owner,
    propose_condition,
    report_condition,
    return_condition,
)
from riskassess.reviews.services.corrections import propose_correction, settle_correction
from riskassess.reviews.services.deciding import cast_vote, drop_votes
from riskassess.reviews.services.desk import drop_filter, mark_seen, save_filter, share_filter
from riskassess.reviews.services.drawing import lot_of, settle_draw
from riskassess.reviews.services.followups import follow_up, see_follow_up
from riskassess.reviews.services.guests import (
    declare_unconflicted,
    end_expert,
    invite_expert,
    note_entered,
    note_wrong_code,
    renew_code,
    try_code,
    try_digits,
    write_word,
)
from riskassess.reviews.services.holds import confirm_hold_lift, end_hold_lift, lift_hold, sync_holds
from riskassess.reviews.services.interests import declare_interest, declare_none
from riskassess.reviews.services.lateness import note_appeal_delay, note_case_delay
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
    "drop_filter",
    "drop_votes",
    "end_expert",
    "end_hold_lift",
    "file_appeal",
    "follow_up",
    "hand_back",
    "invite_expert",
    "lift_hold",
    "link_round",
    "lot_of",
    "mark_seen",
    "name_owner",
    "needs_panel",
    "note_appeal_delay",
    "note_case_delay",
    "note_entered",
    "note_wrong_code",
    "open_case",
    "pass_on_appeal",
    "propose_condition",
    "propose_correction",
    "recommend",
    "recount_due",
    "renew_code",
    "report_condition",
    "return_condition",
    "save_filter",
    "see_follow_up",
    "settle_appeal",
    "settle_correction",
    "settle_draw",
    "share_filter",
    "start_clock",
    "stop_clock",
    "sync_holds",
    "try_code",
    "try_digits",
    "update_case",
    "write_word",
]
