"""One function per notice: a line in the app and a mail job. Mails hold a reference and a need, never content."""

from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import ListEdition
from riskassess.accounts.models import User
from riskassess.jobs.models import Job
from riskassess.jobs.services import enqueue
from riskassess.notices.models import Notice
from riskassess.proposals.models import Proposal


def proposal_submitted(*, proposal: Proposal, people: list[User], number: int) -> None:
    for user in people:
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"submitted-{number}",
                _("a new case for you"),
                _("A proposal was submitted and waits on your desk."),
                "case",
            )


def proposal_registered(*, proposal: Proposal, number: int) -> None:
    for user in _authors(proposal):
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"registered-{number}",
                _("registered, no review needed"),
                _("Nothing here needs more than usual care. Your receipt is being made."),
                "proposal",
            )


def review_opened(*, proposal: Proposal, due_on, round_number: int) -> None:
    for user in _authors(proposal):
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"review-{round_number}",
                _("the review has begun"),
                _("Your proposal is being read. You hear from us by %(due)s.") % {"due": due_on.isoformat()},
                "proposal",
            )


def case_assigned(*, proposal: Proposal, user: User, round_number: int) -> None:
    with translation.override(user.language):
        _tell(
            user,
            proposal,
            f"assigned-{round_number}-{user.pk}",
            _("a case was given to you"),
            _("You were named on this case. It waits on your desk."),
            "case",
        )


def case_handed_back(*, proposal: Proposal, people: list[User], round_number: int, user: User) -> None:
    for officer in people:
        with translation.override(officer.language):
            _tell(
                officer,
                proposal,
                f"handed-back-{round_number}-{user.pk}",
                _("a case was handed back"),
                _("Somebody who carried this case has a conflict of interest now. Choose who takes it on."),
                "case",
            )


def recommendation_made(*, proposal: Proposal, people: list[User], round_number: int, uid) -> None:
    for user in people:
        with translation.override(user.language):
            _tell(
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
            _tell(
                user,
                proposal,
                f"vote-{uid}",
                _("your vote is asked"),
                _("Another decider has voted. Yours is the next one."),
                "case",
            )


def decision_made(*, proposal: Proposal, uid) -> None:
    for user in _authors(proposal):
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"decided-{uid}",
                _("a decision was made"),
                _("The decision and its reasons are on the proposal's page."),
                "proposal",
            )


def changes_requested(*, proposal: Proposal, revision: int) -> None:
    for user in _authors(proposal):
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"changes-{revision}",
                _("changes are asked of you"),
                _("The review waits for your changes; its clock has stopped."),
                "proposal",
            )


def proposal_flagged(*, proposal: Proposal, people: list[User], revision: int) -> None:
    for user in people:
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"flagged-{revision}",
                _("flagged for a closer look"),
                _("A case was flagged and waits for you."),
                "case",
            )


def proposal_withdrawn(*, proposal: Proposal, people: list[User], revision: int) -> None:
    for user in people:
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"withdrawn-{revision}",
                _("withdrawn"),
                _("The researcher withdrew the proposal. Nothing more is needed."),
                "case",
            )


def hold_lift_proposed(*, proposal: Proposal, people: list[User], uid, revision: int) -> None:
    for user in people:
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"hold-{uid}-{revision}",
                _("a hold waits for a second person"),
                _("Evidence to lift a legal hold was entered. Somebody else confirms it."),
                "case",
            )


def not_screened(*, proposal: Proposal, people: list[User], number: int) -> None:
    for user in people:
        with translation.override(user.language):
            _tell(
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
            _tell(
                user,
                proposal,
                f"stuck-{job.uid}-{job.attempts}",
                _("the assessment failed"),
                _("A submitted proposal could not be assessed. Start it again on its page; what was filed is safe."),
                "proposal",
            )


def reassessed(*, proposal: Proposal, people: list[User], record_uid) -> None:
    for user in people:
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"reassessed-{record_uid}",
                _("the assessment changed"),
                _("New facts changed the assessment of this case. Look at what is different."),
                "case",
            )


def list_refused(*, edition: ListEdition, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("A file of this list was not taken; what was in force stays. Its page says what was wrong.")
            _tell_of_list(user, edition, "refused", _("a file was refused"), text)


def list_held(*, edition: ListEdition, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _(
                "A new edition of this list looks odd and waits for your yes. Until then the one before is in force."
            )
            _tell_of_list(user, edition, "held", _("an edition waits for your yes"), text)


def list_rescreening_stuck(*, edition: ListEdition, people: list[User], job: Job) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("Not all partners were compared with the edition in force. Its page says why, and tries again.")
            _tell_of_list(user, edition, f"stuck-{job.pk}-{job.attempts}", _("comparing the partners stopped"), text)


def list_old(*, edition: ListEdition, people: list[User], age_days: int) -> None:
    confirmed = f"{edition.confirmed_at:%Y-%m-%d}" if edition.confirmed_at else ""
    for user in people:
        with translation.override(user.language):
            text = ngettext(
                "The edition in force is %(n)d day old. Look whether the publisher has a newer one.",
                "The edition in force is %(n)d days old. Look whether the publisher has a newer one.",
                age_days,
            ) % {"n": age_days}
            _tell_of_list(user, edition, f"old{confirmed}", _("the list is older than it should be"), text)


def _authors(proposal: Proposal) -> list[User]:
    people = [proposal.owner, *(co.user for co in proposal.coinvestigators.select_related("user"))]
    return [user for user in people if user.is_active]


def _tell(user: User, proposal: Proposal, event: str, need: str, text: str, page: str) -> None:
    reference = proposal.reference
    _keep(user, f"{reference}:{event}", reference, f"{reference}: {need}", text, reverse(page, args=[reference]))


def _tell_of_list(user: User, edition: ListEdition, event: str, need: str, text: str) -> None:
    name = Truncator(edition.source.name).chars(100)
    _keep(user, f"list:{edition.uid}:{event}", "", f"{name}: {need}", text, edition.get_absolute_url())


def _keep(user: User, key: str, reference: str, subject: str, text: str, url: str) -> None:
    notice, is_new = Notice.objects.get_or_create(
        user=user, key=key, defaults={"reference": reference, "subject": subject, "text": text, "url": url}
    )
    if is_new:
        enqueue("notices.send_mail", f"mail:{notice.uid}", ids=[notice.pk], queue="bulk")
