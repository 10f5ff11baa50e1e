from datetime import date

from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.jobs.services import enqueue
from riskassess.notices.kinds import Kind
from riskassess.notices.models import Notice
from riskassess.notices.telling.keeping import keep, tell
from riskassess.proposals.models import Invitation, Proposal, Transfer


def invited(*, invitation: Invitation, user: User | None) -> None:
    """The mail goes to the address, whether or not somebody has an account with it; the notice waits for the person."""
    enqueue("notices.send_invitation", f"invitation:{invitation.uid}", ids=[invitation.pk], queue="bulk")
    if user is not None:
        invitation_waits(invitation=invitation, user=user)


def invitation_waits(*, invitation: Invitation, user: User) -> None:
    """A line in the app; the mail went out with the invitation."""
    with translation.override(user.language):
        reference = invitation.proposal.reference
        Notice.objects.get_or_create(
            user=user,
            key=f"invitation:{invitation.uid}",
            defaults={
                "reference": reference,
                "subject": f"{reference}: {_('an invitation to take part')}",
                "text": _("You were asked to take part in a proposal. Its page says by whom."),
                "url": reverse("invitation", args=[reference]),
            },
        )


def invitation_answered(*, invitation: Invitation) -> None:
    user = invitation.proposal.owner
    with translation.override(user.language):
        text = _("Somebody whom you invited has answered. The page of the people says what.")
        key = f"invitation-answered-{invitation.uid}"
        tell(user, invitation.proposal, key, _("an invitation was answered"), text, "people")


def person_removed(*, proposal: Proposal, user: User, revision: str) -> None:
    with translation.override(user.language):
        reference = proposal.reference
        text = _("The lead researcher took you off this proposal. You can no longer open it.")
        keep(
            user,
            f"{reference}:removed-{revision}",
            reference,
            f"{reference}: {_('you no longer take part')}",
            text,
            reverse("home"),
            kind=Kind.DECIDED,
        )


def person_left(*, proposal: Proposal, revision: str) -> None:
    user = proposal.owner
    with translation.override(user.language):
        text = _("Somebody who took part has left the proposal. The page of the people says who is in it.")
        tell(user, proposal, f"left-{revision}", _("somebody left"), text, "people")


def lead_offered(*, transfer: Transfer, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("Somebody is to lead this proposal from now on. Your consent is asked.")
            tell(user, transfer.proposal, f"lead-{transfer.uid}", _("who leads it"), text, "transfer", kind=Kind.ASKED)


def lead_settled(*, transfer: Transfer, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("The question who leads this proposal was answered.")
            key = f"lead-settled-{transfer.uid}"
            reference = transfer.proposal.reference
            keep(user, f"{reference}:{key}", reference, f"{reference}: {_('who leads it')}", text, reverse("home"))


def draft_goes(*, proposal: Proposal, on: date) -> None:
    with translation.override(proposal.owner.language):
        tell(
            proposal.owner,
            proposal,
            f"goes-{on}",
            _("a draft of yours goes soon"),
            _("Nobody has changed this draft for a long time. It is deleted on %(day)s; any change keeps it.")
            % {"day": date_format(on, "j F Y")},
            "proposal",
            kind=Kind.DATES,
        )


def privacy_ordered(*, order_uid, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("An auditor ordered something about personal data. It happens once an officer confirms it.")
            keep(user, f"order:{order_uid}", "", _("an order waits for you"), text, reverse("privacy"), kind=Kind.ASKED)


def privacy_settled(*, order_uid, user: User) -> None:
    with translation.override(user.language):
        text = _("What you ordered about personal data was settled.")
        keep(user, f"settled:{order_uid}", "", _("your order was settled"), text, reverse("privacy"), kind=Kind.NEWS)
