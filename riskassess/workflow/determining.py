"""An officer's finding of fact over an answer, with a second person, and what follows from it."""

from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.assessments import determining
from riskassess.assessments.models import Determination
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.wording import words_of
from riskassess.audit.log import story
from riskassess.core.errors import DomainError
from riskassess.notices import telling
from riskassess.proposals import threads
from riskassess.proposals.models import Proposal, Thread
from riskassess.reviews.models import Case
from riskassess.reviews.rules import conflict_reason
from riskassess.workflow.common import free_officers, guard_no_conflict, guard_open, lock, record_shown
from riskassess.workflow.reassessing import reassess
from riskassess.workflow.threads import tell_first


@story()
def determine(*, case: Case, actor: User, record_uid: str, answer: str, evidence: str) -> Determination:
    """Enter a finding of fact over an answer of what was shown. An officer's waits for a second person, a reviewer's
    for an officer."""
    proposal = case.proposal
    lock(proposal)
    guard_open(case)
    guard_no_conflict(actor, proposal)
    is_officer = actor.has_role(Role.OFFICER)
    if not is_officer and case.reviewer_id != actor.pk:
        raise DomainError(_("An officer or the reviewer of the case enters a finding of fact."))
    determination = determining.enter_determination(
        record=record_shown(proposal, record_uid), actor=actor, answer=answer, evidence=evidence, as_officer=is_officer
    )
    _tell_next(proposal, determination, actor)
    return determination


@story()
def confirm_determination(*, determination: Determination, actor: User) -> Determination:
    """Take up a reviewer's proposal, or confirm what an officer found: the second one makes it count.

    The same version is assessed anew, and the authors read what was found and may reply.
    """
    proposal = determination.version.proposal
    lock(proposal)
    guard_open(proposal.case)
    guard_no_conflict(actor, proposal)
    if determination.state == Determination.State.PROPOSED:
        if not actor.has_role(Role.OFFICER):
            raise DomainError(_("An officer takes up what a reviewer proposes."))
        determination = determining.take_up_determination(determination=determination, actor=actor)
        _tell_next(proposal, determination, actor)
        return determination
    if not actor.has_role(Role.OFFICER, Role.APPROVER):
        raise DomainError(_("Another officer or an approver confirms it."))
    determination = determining.confirm_determination(determination=determination, actor=actor)
    question = catalogue_of(determination.version.release).question(determination.question)
    text = _(
        "An officer found, on evidence, that the answer is “%(answer)s”. It counts in place of what was filed, and "
        "the level was computed anew. What shows it: %(evidence)s"
    ) % {"answer": words_of(question, determination.value), "evidence": determination.evidence}
    thread = threads.open_thread(
        proposal=proposal,
        actor=determination.by,
        kind=Thread.Kind.FINDING,
        text=text[: threads.LONGEST_TEXT],
        question=determination.question,
        row=determination.row,
    )
    tell_first(thread)
    reassess(proposal=proposal, trigger="determination")
    return determination


@story()
def drop_determination(*, determination: Determination, actor: User, reasons: str) -> Determination:
    proposal = determination.version.proposal
    guard_open(proposal.case)
    guard_no_conflict(actor, proposal)
    return determining.drop_determination(determination=determination, actor=actor, reasons=reasons)


def _tell_next(proposal: Proposal, determination: Determination, actor: User) -> None:
    """Officers for a proposal of a reviewer; for an officer's finding also the approvers who may confirm it."""
    people = free_officers(proposal)
    if determination.state == Determination.State.FOUND:
        approvers = holders(Role.APPROVER, unit=proposal.unit)
        people += [user for user in approvers if not conflict_reason(user, proposal)]
    others = {user.pk: user for user in people if user.pk not in {actor.pk, determination.proposed_by_id}}
    telling.determination_waits(
        proposal=proposal, people=list(others.values()), uid=determination.uid, state=str(determination.state)
    )
