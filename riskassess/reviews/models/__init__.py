from riskassess.reviews.models.cases import Assignment, Case, Deciders, Draw, Note, Route
from riskassess.reviews.models.corrections import PartnerCorrection
from riskassess.reviews.models.deciding import Decision, Outcome, Recommendation, Vote
from riskassess.reviews.models.desk import CaseSeen, SavedFilter
from riskassess.reviews.models.following import Appeal, Condition, ConditionFile, FollowUp, Hold
from riskassess.reviews.models.guests import ExpertWord, GuestSeat
from riskassess.reviews.models.interests import Interest

__all__ = [
    "Appeal",
    "Assignment",
    "Case",
    "CaseSeen",
    "Condition",
    "ConditionFile",
    "Deciders",
    "Decision",
    "Draw",
    "ExpertWord",
    "FollowUp",
    "GuestSeat",
    "Hold",
    "Interest",
    "Note",
    "Outcome",
    "PartnerCorrection",
    "Recommendation",
    "Route",
    "SavedFilter",
    "Vote",
]
