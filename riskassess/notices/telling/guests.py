from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.notices.kinds import Kind
from riskassess.notices.telling.keeping import keep, tell
from riskassess.reviews.models import ExpertWord, GuestSeat


def expert_invited(*, seat: GuestSeat) -> None:
    """The link alone; the code goes another way."""
    user = seat.assignment.user
    with translation.override(user.language):
        keep(
            user,
            f"expert-{seat.uid}",
            "",
            _("Your opinion is asked for"),
            _("You are asked for an expert's opinion, until %(day)s. The code to come in reaches you another way.")
            % {"day": seat.assignment.until.isoformat()},
            reverse("expert_enter", args=[seat.uid]),
            kind=Kind.ASKED,
        )


def expert_wrote(*, word: ExpertWord, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("An expert from outside wrote something on this case. It stands with the experts of the case.")
            tell(user, word.assignment.case.proposal, f"expert-{word.uid}", _("an expert answered"), text, "experts")
