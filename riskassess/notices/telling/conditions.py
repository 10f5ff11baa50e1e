from django.utils import timezone, translation
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.notices.kinds import Kind
from riskassess.notices.telling.keeping import authors, tell
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Condition


# Lists
def condition_reported(*, proposal: Proposal, people: list[User], condition: Condition) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"condition-{condition.uid}-reported-{condition.reported_at:%Y%m%d%H%M%S}",
                _("a condition is said to be done"),
                _("Look at what shows it, then accept it or send it back."),
                "case",
            )


def condition_checked(*, proposal: Proposal, condition: Condition) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            need = _("a condition is settled") if condition.fulfilled_on else _("a condition came back")
            text = (
                _("What you sent was looked at and accepted.")
                if condition.fulfilled_on
                else _("Something is still missing. The page of the decision says what.")
            )
            event = f"condition-{condition.uid}-checked-{timezone.now():%Y%m%d%H%M%S}"
            kind = Kind.NEWS if condition.fulfilled_on else Kind.ASKED
            tell(user, proposal, event, need, text, "decision", kind=kind)


def condition_due(*, proposal: Proposal, condition: Condition, days: int) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            need = _("a condition was due") if days < 0 else _("a condition falls due")
            text = _("It is due %(day)s. Say on the page of the decision when it is done.") % {
                "day": condition.due_on.isoformat()
            }
            tell(user, proposal, f"condition-{condition.uid}-due-{days}", need, text, "decision", kind=Kind.DATES)


def condition_late(*, proposal: Proposal, people: list[User], condition: Condition, days: int) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("It was due %(day)s. Ask the researcher, or record that it was not kept.") % {
                "day": condition.due_on.isoformat()
            }
            tell(
                user,
                proposal,
                f"condition-{condition.uid}-late-{days}",
                _("a condition is overdue"),
                text,
                "case",
                kind=Kind.DATES,
            )
