from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.notices.kinds import Kind
from riskassess.notices.telling.keeping import keep, tell
from riskassess.proposals.models import Proposal


def interest_declared(*, proposal: Proposal, people: list[User], user: User, round_number: int) -> None:
    for officer in people:
        with translation.override(officer.language):
            tell(
                officer,
                proposal,
                f"interest-{round_number}-{user.pk}",
                _("somebody has an interest in a case"),
                _("They no longer see it. What they carried is with others; the case says where you choose."),
                "case",
            )


def case_escalated(*, proposal: Proposal, people: list[User], round_number: int) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"escalated-{round_number}-{user.pk}",
                _("a case needs you"),
                _("Nobody else is free to carry or decide this case. Choose who takes it on; it waits until then."),
                "case",
                kind=Kind.ASKED,
            )


def people_needed(*, proposal: Proposal, people: list[User], round_number: int) -> None:
    """To administrators, who are not told which case it is."""
    for user in people:
        with translation.override(user.language):
            keep(
                user,
                f"people-needed:{proposal.uid}:{round_number}",
                "",
                _("A case has nobody to decide it"),
                _("Nobody with the role is free of a conflict of interest. Name another officer or approver."),
                reverse("settings"),
                kind=Kind.ASKED,
            )
