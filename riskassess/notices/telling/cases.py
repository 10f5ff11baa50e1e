from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.jobs.models import Job
from riskassess.notices.kinds import Kind
from riskassess.notices.telling.keeping import authors, tell
from riskassess.proposals.models import Proposal


def proposal_submitted(*, proposal: Proposal, people: list[User], number: int) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"submitted-{number}",
                _("a new case for you"),
                _("A proposal was submitted and waits on your desk."),
                "case",
            )


def proposal_registered(*, proposal: Proposal, number: int) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"registered-{number}",
                _("registered, no review needed"),
                _("Nothing here needs more than usual care. Your receipt is being made."),
                "proposal",
            )


def review_opened(*, proposal: Proposal, due_on, round_number: int) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"review-{round_number}",
                _("the review has begun"),
                _("Your proposal is being read. You hear from us by %(due)s.") % {"due": due_on.isoformat()},
                "proposal",
            )


def case_assigned(*, proposal: Proposal, user: User, round_number: int) -> None:
    with translation.override(user.language):
        tell(
            user,
            proposal,
            f"assigned-{round_number}-{user.pk}",
            _("a case was given to you"),
            _("You were named on this case. It waits on your desk."),
            "case",
        )


def case_waits(*, proposal: Proposal, people: list[User], day: date) -> None:
    """A colleague's reminder, at most once a day; whoever filed the proposal reads it on its page."""
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"waits-{day}",
                _("a reminder"),
                _("This waits for you. The page says what is needed; nothing is decided by waiting."),
                "proposal" if user.pk == proposal.owner_id else "case",
            )


def case_handed_back(*, proposal: Proposal, people: list[User], round_number: int, user: User) -> None:
    for officer in people:
        with translation.override(officer.language):
            tell(
                officer,
                proposal,
                f"handed-back-{round_number}-{user.pk}",
                _("a case was handed back"),
                _("Somebody who carried this case has a conflict of interest now. Choose who takes it on."),
                "case",
                kind=Kind.ASKED,
            )


def proposal_withdrawn(*, proposal: Proposal, people: list[User], revision: int) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"withdrawn-{revision}",
                _("withdrawn"),
                _("The researcher withdrew the proposal. Nothing more is needed."),
                "case",
            )


def not_screened(*, proposal: Proposal, people: list[User], number: int) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"not-screened-{number}",
                _("a partner could not be screened"),
                _("The lists could not be compared. The case goes on, and its screening stays open."),
                "case",
            )


def assessment_failed(*, proposal: Proposal, people: list[User], job: Job) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"stuck-{job.uid}-{job.attempts}",
                _("the assessment failed"),
                _("A submitted proposal could not be assessed. Start it again on its page; what was filed is safe."),
                "proposal",
                kind=Kind.ASKED,
            )


def reassessed(*, proposal: Proposal, people: list[User], record_uid) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"reassessed-{record_uid}",
                _("the assessment changed"),
                _("New facts changed the assessment of this case. Look at what is different."),
                "case",
            )


def case_reopened(*, proposal: Proposal, round_number: int) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"reopened-{round_number}",
                _("the case is open again"),
                _("The proposal is being read anew. The page says why."),
                "proposal",
                kind=Kind.DECIDED,
            )


def proposal_terminated(*, proposal: Proposal, people: list[User], revision: int) -> None:
    for user in {user.pk: user for user in (*people, *authors(proposal))}.values():
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"terminated-{revision}",
                _("the work has ended"),
                _("The collaboration was ended before its time. The page says why."),
                "proposal",
                kind=Kind.DECIDED,
            )


def approval_expired(*, proposal: Proposal, revision: int) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"expired-{revision}",
                _("the approval has run out"),
                _("If the work goes on, renew it: only what changed is asked."),
                "proposal",
                kind=Kind.DECIDED,
            )
