"""While an approval lasts, and where a day comes near or has passed."""

from datetime import date

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.notices.kinds import Kind
from riskassess.notices.telling.keeping import authors, keep, tell
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Appeal, Case, Decision, FollowUp, PartnerCorrection


def follow_up_due(*, proposal: Proposal, decision: Decision, kind: str, day: date, days: int) -> None:
    """`kind`: midterm, or expiry where the approval runs out."""
    for user in authors(proposal):
        with translation.override(user.language):
            if kind == FollowUp.Kind.MIDTERM:
                need = _("halfway: did anything change?")
                text = _("The approval is halfway on %(day)s. Say in a minute whether anything changed.")
            else:
                need = _("the approval runs out soon")
                text = _("It ends on %(day)s. If the work goes on, renew it: only what changed is asked.")
            event = f"{kind}-{decision.uid}-due-{days}"
            tell(user, proposal, event, need, text % {"day": day.isoformat()}, "decision", kind=Kind.DATES)


def follow_up_told(*, proposal: Proposal, people: list[User], account: FollowUp) -> None:
    for user in people:
        with translation.override(user.language):
            if account.kind == FollowUp.Kind.CLOSING:
                need, text = _("a closing report is in"), _("Read it; the case closes once every condition is done.")
            elif account.is_changed:
                need, text = (
                    _("something changed halfway"),
                    _("Read what changed, and say whether the case opens again."),
                )
            else:
                need, text = _("halfway, nothing changed"), _("The researcher says that all is as it was filed.")
            kind = Kind.ASKED if account.is_changed else Kind.NEWS
            tell(user, proposal, f"account-{account.uid}", need, text, "case", kind=kind)


def follow_up_read(*, proposal: Proposal, account: FollowUp) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            text = _("An officer read what you told. The page of the decision has the answer.")
            tell(user, proposal, f"account-read-{account.uid}", _("what you told was read"), text, "decision")


def case_due(*, proposal: Proposal, people: list[User], case: Case, days: int) -> None:
    for user in people:
        with translation.override(user.language):
            need = _("a case is over its time") if days < 0 else _("a case falls due")
            text = _("It was promised for %(day)s, and it is your turn.") % {"day": case.due_on.isoformat()}
            event = f"case-{case.round}-{case.due_on:%Y%m%d}-due-{days}"
            tell(user, proposal, event, need, text, "case", kind=Kind.DATES)


def appeal_due(*, proposal: Proposal, people: list[User], appeal: Appeal, days: int) -> None:
    for user in people:
        with translation.override(user.language):
            need = _("an appeal is over its time") if days < 0 else _("an appeal falls due")
            text = _("Its answer was promised for %(day)s.") % {"day": appeal.due_on.isoformat()}
            page = "appeal_hear" if user.pk == appeal.hearer_id else "case"
            tell(user, proposal, f"appeal-{appeal.uid}-due-{days}", need, text, page, kind=Kind.DATES)


def delay_told(*, proposal: Proposal, people: list[User], key: str, page: str) -> None:
    """`page` is empty for somebody who may not read the case: they learn that it is late, and who is asked to help."""
    for user in people:
        with translation.override(user.language):
            reference, need = proposal.reference, _("a case waits too long")
            text = _("Whoever carries it was reminded. See that somebody takes it up; nothing is decided by waiting.")
            url = reverse(page, args=[reference]) if page else reverse("desk")
            event = f"{reference}:late-{key}"
            keep(user, event, reference, f"{reference}: {need}", text, url, kind=Kind.ASKED)


def partner_corrected(*, proposal: Proposal, people: list[User], correction: PartnerCorrection) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("A partner says that the registry has something wrong of it. Look at the source it gives.")
            event = f"partner-correction-{correction.uid}"
            tell(user, proposal, event, _("a partner corrects its record"), text, "partner_corrections")


def partner_correction_settled(*, proposal: Proposal, correction: PartnerCorrection) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            text = _("An officer answered what the partner said of its record.")
            event = f"partner-correction-settled-{correction.uid}"
            tell(user, proposal, event, _("a partner's correction is answered"), text, "partner_corrections")
