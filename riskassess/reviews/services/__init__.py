from riskassess.reviews.services.cases import add_note, assign_case, hand_back, open_case, recommend, update_case
from riskassess.reviews.services.deciding import cast_vote, drop_votes
from riskassess.reviews.services.drawing import lot_of, settle_draw
from riskassess.reviews.services.holds import confirm_hold_lift, lift_hold, sync_holds

__all__ = [
    "add_note",
    "assign_case",
    "cast_vote",
    "confirm_hold_lift",
    "drop_votes",
    "hand_back",
    "lift_hold",
    "lot_of",
    "open_case",
    "recommend",
    "settle_draw",
    "sync_holds",
    "update_case",
]
