"""What the house promises, typed by hand: states, steps, who takes them, and what counts. It knows nothing of the code.

People by their part: owner and coinvestigator write; reviewer and officer carry most cases, second_officer and the
other_reviewer may; approver heads the unit, top and spare approve for the whole institution, other_approver for another
unit; panel1 to panel5 sit on the panel; administrator, auditor, stranger and former_officer (deactivated) never act.
"""

from dataclasses import dataclass, field

AUTHORS = ("owner", "coinvestigator")
OFFICERS = ("officer", "second_officer")
APPROVERS = ("approver", "top", "spare")  # of the unit in which all is filed
REVIEWERS = ("reviewer", "other_reviewer")
PANEL = ("panel1", "panel2", "panel3", "panel4", "panel5")
OUTSIDE = ("other_approver", "administrator", "auditor", "stranger", "former_officer")
PEOPLE = (*AUTHORS, *REVIEWERS, *OFFICERS, *APPROVERS, *PANEL, *OUTSIDE)
SYSTEM = "system"

DRAFT, SUBMITTED, IN_REVIEW, FLAGGED, CHANGES = "draft", "submitted", "in_review", "flagged", "changes_requested"
APPROVED, CONDITIONS, DECLINED, REGISTERED = "approved", "approved_with_conditions", "declined", "registered"
WITHDRAWN, TERMINATED, EXPIRED, CLOSED = "withdrawn", "terminated", "expired", "closed"
STATES = (
    *(DRAFT, SUBMITTED, IN_REVIEW, FLAGGED, CHANGES, APPROVED, CONDITIONS, DECLINED, REGISTERED),
    *(WITHDRAWN, TERMINATED, EXPIRED, CLOSED),
)
OPEN = {IN_REVIEW, FLAGGED}
STANDS = {APPROVED, CONDITIONS, REGISTERED}
DECIDED = {APPROVED, CONDITIONS, DECLINED}
AFTER = {*DECIDED, TERMINATED, EXPIRED, CLOSED}

# Each step: the states in which it is open, and the states that it can end in (none: it changes no state).
STEPS = {
    "read": (None, None),
    "edit": ({DRAFT, CHANGES}, None),
    "submit": ({DRAFT, CHANGES}, {SUBMITTED, REGISTERED, IN_REVIEW}),
    "discard": ({DRAFT}, None),
    "withdraw": ({SUBMITTED, *OPEN, CHANGES}, {WITHDRAWN}),
    "assign": ({SUBMITTED, *OPEN}, None),
    "recommend": (OPEN, None),
    "decide": (OPEN, DECIDED),
    "request_changes": (OPEN, {CHANGES}),
    "flag": ({IN_REVIEW}, {FLAGGED}),
    "unflag": ({FLAGGED}, {IN_REVIEW}),
    "reopen": ({*STANDS, DECLINED}, {IN_REVIEW}),
    "terminate": (STANDS, {TERMINATED}),
    "close": ({*STANDS, EXPIRED}, {CLOSED}),
    "interest": (None, None),
    "report": (STANDS, None),
    "advise": (STANDS, None),
    "accept": (STANDS, None),
    "return": (STANDS, None),
    "break": (STANDS, {IN_REVIEW}),
    "appeal": ({CONDITIONS, DECLINED}, None),
    "uphold": (None, None),
    "reject": (None, None),
    "register": ({SUBMITTED}, {REGISTERED, IN_REVIEW}),  # what the workers do with a submission
    "draw": ({REGISTERED}, {IN_REVIEW}),
    "expire": (STANDS, {EXPIRED}),
    "reassess": (None, None),
}
BY_SYSTEM = ("register", "draw", "expire", "reassess")
OUTCOMES = {"approve": APPROVED, "approve_with_conditions": CONDITIONS, "decline": DECLINED}
# The edges of the audit log: what an event may say that it led from and to.
EDGES = {(step, here, there) for step, (at, to) in STEPS.items() if at and to for here in at for there in to}
EDGES |= {("submit", here, SUBMITTED) for here in (DRAFT, CHANGES)}
EDGES |= {("assign", SUBMITTED, IN_REVIEW), ("register", SUBMITTED, REGISTERED)}


@dataclass
class Paper:
    """One proposal as the model sees it."""

    level: str
    state: str = DRAFT
    round: int = 0
    versions: int = 0
    officer: str = ""
    reviewer: str = ""
    panel: set[str] = field(default_factory=set)  # who was put on it, in any round
    advised: list[str] = field(default_factory=list)
    votes: list[tuple[str, str, str]] = field(default_factory=list)  # who, stage, outcome
    is_panel_called: bool = False
    is_heard: bool = True  # the authors may not reply to a flag any more, or there is none
    conflicted: set[str] = field(default_factory=set)
    escalated: bool = False
    condition: str = ""  # open, reported, advised, done
    reported_by: str = ""
    outcome: str = ""  # of this round
    hearer: str = ""  # of the appeal that waits
    is_contested: bool = False  # an appeal was made against the decision of this round
    took_part: set[str] = field(default_factory=set)

    @property
    def has_case(self) -> bool:
        return self.round > 0

    @property
    def members(self) -> list[str]:
        return [who for who in PANEL if who in self.panel and who not in self.conflicted]

    @property
    def heard(self) -> list[str]:
        return [who for who in self.advised if who not in self.conflicted]

    @property
    def voters(self) -> list[str]:
        return [who for who, _stage, _outcome in self.votes]

    def stage(self) -> str:
        if self.is_panel_called:
            cast = [row for row in self.votes if row[1] == "panel"]
            return "panel" if len(cast) < len(self.members) else "last"
        if self.level == "high":
            return "second" if any(row[1] == "first" for row in self.votes) else "first"
        return "single"

    def reads(self, who: str) -> bool:
        """Whose door opens, before the step itself is asked about."""
        if who in AUTHORS:
            return True
        if who in self.conflicted or self.state == DRAFT:
            return False
        if who in OFFICERS or who == "auditor":
            return True
        if self.has_case and who in {self.reviewer, self.officer, *self.members, self.hearer}:
            return True
        if who in APPROVERS and self.has_case:
            if who == "top" and self.escalated:
                return True
            at_stage = {
                "low": bool(self.officer),
                "moderate": bool(self.advised),
                "high": bool(self.votes) or self.is_panel_called,
            }[self.level]
            return self.state in AFTER or (self.state in OPEN and at_stage)
        return False

    def carries(self, who: str) -> bool:
        return who in {self.reviewer, *self.members, self.hearer, *OFFICERS, *APPROVERS} and bool(who)

    def may(self, who: str, step: str, outcome: str = "") -> bool:
        """Whether this person takes this step now."""
        states = STEPS[step][0]
        if states is not None and self.state not in states:
            return False
        if step in BY_SYSTEM or who == SYSTEM:
            return step in BY_SYSTEM and who == SYSTEM and self._for_system(step)
        if not self.reads(who):
            return False
        return bool(getattr(self, f"_{step}")(who, outcome))

    def _for_system(self, step: str) -> bool:
        return step != "expire" or bool(self.outcome)

    def _read(self, who, _outcome):
        return True

    def _edit(self, who, _outcome):
        return who in AUTHORS

    def _submit(self, who, _outcome):
        return who == "owner"

    _discard = _withdraw = _submit

    def _assign(self, who, _outcome):
        is_free = any(officer not in self.conflicted for officer in OFFICERS)
        return self.has_case and is_free and (who in OFFICERS or (who == "top" and self.escalated))

    def _recommend(self, who, _outcome):
        known = who in {self.reviewer, *self.members, *OFFICERS}
        return known and who not in self.advised and who not in self.voters

    def _decide(self, who, outcome):
        stage = self.stage()
        if outcome == "decline" and not self.is_heard:
            return False
        if stage == "panel":
            return who in self.members and who not in self.voters
        if stage == "last":
            if who in self.advised:
                return False
            return who in APPROVERS if "top" in self.conflicted else who == "top"
        if who in self.advised or who in self.voters:
            return False
        if stage in {"first", "second"}:
            return who in (OFFICERS if stage == "first" else APPROVERS)
        if self.level == "moderate":
            return who in APPROVERS and bool({self.officer, self.reviewer} & set(self.heard))
        return who in OFFICERS or who in APPROVERS

    def _request_changes(self, who, _outcome):
        return who == self.reviewer or who in OFFICERS or who in APPROVERS

    def _flag(self, who, _outcome):
        return who == self.reviewer or who in OFFICERS

    def _unflag(self, who, _outcome):
        return who in OFFICERS

    _reopen = _unflag

    def _terminate(self, who, _outcome):
        return who == "owner" or who in OFFICERS

    def _close(self, who, _outcome):
        return who in OFFICERS and self.has_case and self.condition in {"", "done"}

    def _interest(self, who, _outcome):
        return self.has_case and self.carries(who)

    def _report(self, who, _outcome):
        return who in AUTHORS and self.condition == "open"

    def _advise(self, who, _outcome):
        return who == self.reviewer and self.condition in {"reported", "advised"}

    def _accept(self, who, _outcome):
        return who in OFFICERS and self.condition in {"reported", "advised"}

    _return = _accept

    def _break(self, who, _outcome):
        return who in OFFICERS and self.condition in {"open", "reported", "advised"}

    def _appeal(self, who, _outcome):
        return who == "owner" and bool(self.outcome) and not self.is_contested

    def _uphold(self, who, _outcome):
        return who == self.hearer and who not in self.took_part

    _reject = _uphold

    def can_go_on(self) -> bool:
        """Whether somebody can decide, or give the advice that a decision waits for."""
        if any(self.may(who, "decide", "approve") for who in PEOPLE):
            return True
        advisers = [who for who in {self.reviewer, self.officer} if who and self.may(who, "recommend")]
        free = [who for who in APPROVERS if who not in self.conflicted]
        return self.level == "moderate" and bool(advisers) and bool(free)
