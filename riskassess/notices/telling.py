"""One function per notice: a line in the app and a mail job. Mails hold a reference and a need, never content."""

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import ListEdition
from riskassess.accounts.models import User
from riskassess.jobs.models import Job
from riskassess.jobs.services import enqueue
from riskassess.notices.models import Notice
from riskassess.proposals.models import Comment, Invitation, Proposal, Transfer
from riskassess.reviews.models import Condition


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


# People


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
        _tell(user, invitation.proposal, key, _("an invitation was answered"), text, "people")


def person_removed(*, proposal: Proposal, user: User, revision: str) -> None:
    with translation.override(user.language):
        reference = proposal.reference
        text = _("The lead researcher took you off this proposal. You can no longer open it.")
        _keep(
            user,
            f"{reference}:removed-{revision}",
            reference,
            f"{reference}: {_('you no longer take part')}",
            text,
            reverse("home"),
        )


def person_left(*, proposal: Proposal, revision: str) -> None:
    user = proposal.owner
    with translation.override(user.language):
        text = _("Somebody who took part has left the proposal. The page of the people says who is in it.")
        _tell(user, proposal, f"left-{revision}", _("somebody left"), text, "people")


def lead_offered(*, transfer: Transfer, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("Somebody is to lead this proposal from now on. Your consent is asked.")
            _tell(user, transfer.proposal, f"lead-{transfer.uid}", _("who leads it"), text, "transfer")


def lead_settled(*, transfer: Transfer, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("The question who leads this proposal was answered.")
            key = f"lead-settled-{transfer.uid}"
            reference = transfer.proposal.reference
            _keep(user, f"{reference}:{key}", reference, f"{reference}: {_('who leads it')}", text, reverse("home"))


# Threads


def help_asked(*, comment: Comment, people: list[User]) -> None:
    """To officers, who may see this thread and nothing else of a draft."""
    for user in people:
        with translation.override(user.language):
            need, text = (
                _("help is asked of you"),
                _("A researcher asks research security something. Your desk has it."),
            )
            _tell_comment(user, comment, need, text, reverse("help", args=[comment.thread.uid]))


def question_asked(*, comment: Comment, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            need, text = _("a question for you"), _("Somebody who reviews your proposal asks you something.")
            _tell_comment(user, comment, need, text)


def comment_written(*, comment: Comment, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            need, text = _("an answer for you"), _("Somebody wrote in a thread that you take part in.")
            _tell_comment(user, comment, need, text)


def person_mentioned(*, comment: Comment) -> None:
    user = comment.mentioned
    with translation.override(user.language):
        need, text = _("you were named in a comment"), _("Somebody named you in a comment on a proposal.")
        _tell_comment(user, comment, need, text)


def correction_proposed(*, comment: Comment, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            need, text = _("a correction was proposed"), _("The researcher says that something filed is not right.")
            _tell_comment(user, comment, need, text)


def flag_told(*, comment: Comment, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            need = _("a closer look, with reasons")
            text = _("Somebody takes a closer look at your proposal. The reasons are on its page; you may reply.")
            _tell_comment(user, comment, need, text)


def _tell_comment(user: User, comment: Comment, need: str, text: str, url: str = "") -> None:
    """Once a person and comment, whichever reason comes first."""
    thread = comment.thread
    reference = thread.proposal.reference
    url = url or f"{reverse('messages', args=[reference])}#thread-{thread.uid}"
    _keep(user, f"comment:{comment.uid}", reference, f"{reference}: {need}", text, url)


# Evidence


def evidence_refused(*, proposal: Proposal, uid) -> None:
    for user in _authors(proposal):
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"evidence-refused-{uid}",
                _("a file was not kept"),
                _("The virus scanner found something in a file that was added as evidence. Its page says which."),
                "evidence",
            )


def scanner_away(*, people: list[User], day) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("Files that people add wait, because the virus scanner does not answer. Look whether it runs.")
            _keep(
                user,
                f"scanner-away:{day:%Y-%m-%d}",
                "",
                _("the virus scanner does not answer"),
                text,
                reverse("notices"),
            )


# Lists
def condition_reported(*, proposal: Proposal, people: list[User], condition: Condition) -> None:
    for user in people:
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"condition-{condition.uid}-reported-{condition.reported_at:%Y%m%d%H%M%S}",
                _("a condition is said to be done"),
                _("Look at what shows it, then accept it or send it back."),
                "case",
            )


def condition_checked(*, proposal: Proposal, condition: Condition) -> None:
    for user in _authors(proposal):
        with translation.override(user.language):
            need = _("a condition is settled") if condition.fulfilled_on else _("a condition came back")
            text = (
                _("What you sent was looked at and accepted.")
                if condition.fulfilled_on
                else _("Something is still missing. The page of the decision says what.")
            )
            event = f"condition-{condition.uid}-checked-{timezone.now():%Y%m%d%H%M%S}"
            _tell(user, proposal, event, need, text, "decision")


def condition_due(*, proposal: Proposal, condition: Condition, days: int) -> None:
    for user in _authors(proposal):
        with translation.override(user.language):
            need = _("a condition was due") if days < 0 else _("a condition falls due")
            text = _("It is due %(day)s. Say on the page of the decision when it is done.") % {
                "day": condition.due_on.isoformat()
            }
            _tell(user, proposal, f"condition-{condition.uid}-due-{days}", need, text, "decision")


def condition_late(*, proposal: Proposal, people: list[User], condition: Condition, days: int) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("It was due %(day)s. Ask the researcher, or record that it was not kept.") % {
                "day": condition.due_on.isoformat()
            }
            _tell(user, proposal, f"condition-{condition.uid}-late-{days}", _("a condition is overdue"), text, "case")


def case_reopened(*, proposal: Proposal, round_number: int) -> None:
    for user in _authors(proposal):
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"reopened-{round_number}",
                _("the case is open again"),
                _("The proposal is being read anew. The page says why."),
                "proposal",
            )


def proposal_terminated(*, proposal: Proposal, people: list[User], revision: int) -> None:
    for user in {user.pk: user for user in (*people, *_authors(proposal))}.values():
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"terminated-{revision}",
                _("the work has ended"),
                _("The collaboration was ended before its time. The page says why."),
                "proposal",
            )


def approval_expired(*, proposal: Proposal, revision: int) -> None:
    for user in _authors(proposal):
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"expired-{revision}",
                _("the approval has run out"),
                _("If the work goes on, renew it: only what changed is asked."),
                "proposal",
            )


def appeal_filed(*, proposal: Proposal, people: list[User], uid) -> None:
    for user in people:
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"appeal-{uid}",
                _("an appeal waits to be read"),
                _("A decision is contested. You took no part in it, so it was given to you."),
                "case",
            )


def appeal_settled(*, proposal: Proposal, uid) -> None:
    for user in _authors(proposal):
        with translation.override(user.language):
            _tell(
                user,
                proposal,
                f"appeal-settled-{uid}",
                _("your appeal is answered"),
                _("The answer and its reasons are on the proposal's page."),
                "proposal",
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
