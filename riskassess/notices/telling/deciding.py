from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.notices.kinds import Kind
from riskassess.notices.telling.keeping import authors, tell
from riskassess.proposals.models import Proposal


def recommendation_made(*, proposal: Proposal, people: list[User], round_number: int, uid) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"recommended-{uid}",
                _("a recommendation is in"),
                _("A recommendation was made; the case waits for a decision."),
                "case",
            )


def vote_awaited(*, proposal: Proposal, people: list[User], uid) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"vote-{uid}",
                _("your vote is asked"),
                _("Another decider has voted. Yours is the next one."),
                "case",
                kind=Kind.ASKED,
            )


def decision_made(*, proposal: Proposal, uid) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"decided-{uid}",
                _("a decision was made"),
                _("The decision and its reasons are on the proposal's page."),
                "proposal",
                kind=Kind.DECIDED,
            )


def changes_requested(*, proposal: Proposal, revision: int) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"changes-{revision}",
                _("changes are asked of you"),
                _("The review waits for your changes; its clock has stopped."),
                "proposal",
                kind=Kind.ASKED,
            )


def proposal_flagged(*, proposal: Proposal, people: list[User], revision: int) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"flagged-{revision}",
                _("flagged for a closer look"),
                _("A case was flagged and waits for you."),
                "case",
                kind=Kind.ASKED,
            )


def hold_lift_proposed(*, proposal: Proposal, people: list[User], uid, revision: int) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"hold-{uid}-{revision}",
                _("a hold waits for a second person"),
                _("Evidence to lift a legal hold was entered. Somebody else confirms it."),
                "case",
                kind=Kind.ASKED,
            )


def hold_stands_again(*, proposal: Proposal, people: list[User], uid, day: date) -> None:
    """Those who carry the case, and the authors, whose activity waits again."""
    writers = authors(proposal)
    for user in {person.pk: person for person in (*people, *writers)}.values():
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"hold-again-{uid}-{day}",
                _("a legal hold stands again"),
                _("An authorisation has run out. The activity it allowed waits until there is another one."),
                "proposal" if user in writers else "case",
                kind=Kind.ASKED,
            )


def determination_waits(*, proposal: Proposal, people: list[User], uid, state: str) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"determination-{uid}-{state}",
                _("a finding of fact waits for you"),
                _("A colleague entered a finding of fact over an answer. Somebody else looks at it."),
                "case",
                kind=Kind.ASKED,
            )


def appeal_filed(*, proposal: Proposal, people: list[User], uid) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"appeal-{uid}",
                _("an appeal waits to be read"),
                _("A decision is contested. You took no part in it, so it was given to you."),
                "case",
                kind=Kind.ASKED,
            )


def appeal_settled(*, proposal: Proposal, uid) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"appeal-settled-{uid}",
                _("your appeal is answered"),
                _("The answer and its reasons are on the proposal's page."),
                "proposal",
                kind=Kind.DECIDED,
            )
