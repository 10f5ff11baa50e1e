from riskassess.proposals.models.evidence import Evidence, EvidenceVersion
from riskassess.proposals.models.parts import (
    Funder,
    FunderKind,
    Participation,
    ParticipationContact,
    PartnerRole,
    TechnologyItem,
    Visit,
    VisitDirection,
    VisitorRole,
)
from riskassess.proposals.models.people import CoInvestigator, Invitation, InvitationState, Transfer
from riskassess.proposals.models.proposals import Proposal, ReferenceCounter
from riskassess.proposals.models.talk import Comment, Thread

__all__ = [
    "CoInvestigator",
    "Comment",
    "Evidence",
    "EvidenceVersion",
    "Funder",
    "FunderKind",
    "Invitation",
    "InvitationState",
    "Participation",
    "ParticipationContact",
    "PartnerRole",
    "Proposal",
    "ReferenceCounter",
    "TechnologyItem",
    "Thread",
    "Transfer",
    "Visit",
    "VisitDirection",
    "VisitorRole",
]
