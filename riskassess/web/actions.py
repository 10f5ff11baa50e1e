"""What this person may do on this proposal now: moves and their pages, with the rule in words where one is closed."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.proposals.models import Proposal
from riskassess.reviews.eligibility import why_not_recommend, why_not_vote
from riskassess.reviews.queries import standing_holds

# name, permission; the order is the order of the box. The first open one is the primary action.
STAFF = (
    ("decide", "reviews.decide"),
    ("recommend", "reviews.recommend"),
    ("assign", "reviews.assign"),
    ("ask", "reviews.ask"),
    ("request_changes", "reviews.request_changes"),
    ("experts", "reviews.invite_expert"),
    ("flag", "reviews.flag"),
    ("unflag", "reviews.unflag"),
    ("package", "reviews.send_package"),
    ("appeal_hear", "reviews.hear_appeal"),
    ("reopen", "reviews.reopen"),
    ("close", "reviews.close"),
    ("terminate", "reviews.terminate"),
    ("interest", "reviews.declare"),
)


@dataclass(frozen=True)
class Action:
    name: str
    label: str
    url: str
    closed_because: str = ""

    @property
    def is_open(self) -> bool:
        return not self.closed_because


def labels() -> dict[str, str]:
    return {
        "decide": _("Open the decision"),
        "recommend": _("Recommend"),
        "assign": _("Change who carries it"),
        "request_changes": _("Request changes"),
        "experts": _("Ask an expert from outside"),
        "flag": _("Flag"),
        "unflag": _("Back to review"),
        "package": _("Make a package to send"),
        "appeal_hear": _("Read the appeal"),
        "reopen": _("Open the case again"),
        "close": _("Close the proposal"),
        "terminate": _("End the work"),
        "interest": _("Say that something stands against my reading it"),
        "submit": _("Check and submit"),
        "withdraw": _("Withdraw proposal"),
        "discard": _("Discard draft"),
    }


def staff_actions(user: User, proposal: Proposal) -> list[Action]:
    """The moves of the review this person may see, open ones first as they rank."""
    case, words, found = proposal.case, labels(), []
    words["ask"] = _("Ask %(name)s") % {"name": proposal.owner.first_name}
    for name, permission in STAFF:
        if not user.has_perm(permission, proposal):
            continue
        closed = ""
        if name == "decide":
            closed = why_not_vote(case, user)
        elif name == "recommend":
            closed = why_not_recommend(case, user)
        elif name == "assign" and proposal.state not in {"submitted", "in_review", "flagged"}:
            continue
        found.append(Action(name, words[name], reverse(name, args=[proposal.reference]), closed))
    return sorted(found, key=lambda action: not action.is_open)


def open_before_deciding(proposal: Proposal) -> list[str]:
    """What stands between this case and a decision, in words."""
    return [hold.title for hold in standing_holds(proposal.case) if hold.state in {"possible", "lifting"}]


def author_actions(user: User, proposal: Proposal) -> list[Action]:
    """What the researcher may do with the proposal now."""
    words, found = labels(), []
    for name, permission, route in (
        ("submit", "proposals.submit", "check"),
        ("withdraw", "proposals.withdraw", "withdraw"),
        ("discard", "proposals.discard", "discard"),
    ):
        if user.has_perm(permission, proposal):
            found.append(Action(name, words[name], reverse(route, args=[proposal.reference])))
    return found
