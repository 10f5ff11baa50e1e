"""Where a proposal can stand, and every step it can take. Nothing else in the house writes a state."""

from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    REGISTERED = "registered", _("registered, no review needed")
    IN_REVIEW = "in_review", _("in review")
    FLAGGED = "flagged", _("flagged for a closer look")
    CHANGES_REQUESTED = "changes_requested", _("changes requested")
    APPROVED = "approved", _("approved")
    APPROVED_WITH_CONDITIONS = "approved_with_conditions", _("approved with conditions")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    TERMINATED = "terminated", _("terminated")
    EXPIRED = "expired", _("expired")
    CLOSED = "closed", _("closed")


EDITABLE = frozenset({State.DRAFT, State.CHANGES_REQUESTED})
UNDER_REVIEW = frozenset({State.IN_REVIEW, State.FLAGGED})
IN_WORK = EDITABLE | UNDER_REVIEW | {State.SUBMITTED}
STANDING = frozenset({State.APPROVED, State.APPROVED_WITH_CONDITIONS, State.REGISTERED})
DECIDED = frozenset({State.APPROVED, State.APPROVED_WITH_CONDITIONS, State.DECLINED})
RENEWABLE = STANDING | {State.EXPIRED}
OVER = frozenset({State.WITHDRAWN, State.TERMINATED, State.EXPIRED, State.CLOSED})
AFTER_DECISION = DECIDED | {State.TERMINATED, State.EXPIRED, State.CLOSED}


class Move(NamedTuple):
    """An allowed step from `sources` to one of `targets`; `permission` is asked of people, system moves have none."""

    sources: frozenset[State]
    targets: frozenset[State]
    permission: str

    @property
    def target(self) -> State | None:
        """The one state this leads to; None where the outcome chooses."""
        return next(iter(self.targets)) if len(self.targets) == 1 else None


def _move(sources, targets, permission="") -> Move:
    return Move(frozenset(sources), frozenset(targets), permission)


SYSTEM = ""
MOVES = {
    "submit": _move(EDITABLE, {State.SUBMITTED}, "proposals.submit"),
    "register": _move({State.SUBMITTED}, {State.REGISTERED}, SYSTEM),
    "assign": _move({State.SUBMITTED}, {State.IN_REVIEW}, "reviews.assign"),
    "request_changes": _move(UNDER_REVIEW, {State.CHANGES_REQUESTED}, "reviews.request_changes"),
    "flag": _move({State.IN_REVIEW}, {State.FLAGGED}, "reviews.flag"),
    "unflag": _move({State.FLAGGED}, {State.IN_REVIEW}, "reviews.unflag"),
    "decide": _move(UNDER_REVIEW, DECIDED, "reviews.decide"),
    "draw": _move({State.REGISTERED}, {State.IN_REVIEW}, SYSTEM),
    "reopen": _move(STANDING | {State.DECLINED}, {State.IN_REVIEW}, "reviews.reopen"),
    "withdraw": _move(
        UNDER_REVIEW | {State.SUBMITTED, State.CHANGES_REQUESTED}, {State.WITHDRAWN}, "proposals.withdraw"
    ),
    "terminate": _move(STANDING, {State.TERMINATED}, "reviews.terminate"),
    "expire": _move(STANDING, {State.EXPIRED}, SYSTEM),
    "close": _move(STANDING | {State.EXPIRED}, {State.CLOSED}, "reviews.close"),
}
