from riskassess.reviews.models.cases import Assignment, Case, Deciders, Draw, Note, Route
from riskassess.reviews.models.deciding import Decision, Outcome, Recommendation, Vote
from riskassess.reviews.models.following import Appeal, Condition, Hold
from riskassess.reviews.models.guests import ExpertWord, GuestSeat
from riskassess.reviews.models.interests import Interest

__all__ = [
    "Appeal",
    "Assignment",
    "Case",
    "Condition",
    "Deciders",
    "Decision",
    "Draw",
    "ExpertWord",
    "GuestSeat",
    "Hold",
    "Interest",
    "Note",
    "Outcome",
    "Recommendation",
    "Route",
    "Vote",
]
