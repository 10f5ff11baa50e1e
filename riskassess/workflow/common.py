"""What the steps of the story share: locks, guards and who is told."""

from django.utils.translation import gettext as _

from partners.queries import editions_in_force
from riskassess.accounts.models import User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.assessments.models import AssessmentRecord
from riskassess.assessments.queries import latest_record
from riskassess.core.errors import Conflict, DomainError
from riskassess.notices import telling
from riskassess.proposals.models import Proposal
from riskassess.proposals.states import UNDER_REVIEW, State
from riskassess.reviews import services as reviews
from riskassess.reviews.eligibility import why_not_vote, why_stuck
from riskassess.reviews.models import Case
from riskassess.reviews.rules import conflict_reason, without_conflict
from riskassess.reviews.talk import is_waiting_for_authors
from riskassess.workflow.comparing import waits_to_be_assessed


def free_officers(proposal: Proposal) -> list[User]:
    """The officers of the proposal's unit who may act on it."""
    return without_conflict(holders(Role.OFFICER, unit=proposal.unit), proposal)


def lock(proposal: Proposal) -> None:
    """Let one step at a time at this proposal. Everybody takes its row before the case's, so that nobody deadlocks."""
    Proposal.objects.select_for_update().only("pk").get(pk=proposal.pk)


def case_of(proposal: Proposal) -> Case | None:
    return Case.objects.select_related("officer", "reviewer").filter(proposal=proposal).first()


def carriers_of(case: Case) -> list[User]:
    people = [user for user in {case.officer, case.reviewer} if user is not None and user.is_active]
    return without_conflict(people, case.proposal)


def officers_of(case: Case) -> list[User]:
    """The case's officer, or where none may act those of the unit."""
    return [user for user in carriers_of(case) if user == case.officer] or free_officers(case.proposal)


def next_voters(case: Case) -> list[User]:
    """Whoever could cast the vote that is due now."""
    unit = case.proposal.unit
    people = [*holders(Role.APPROVER, unit=unit), *holders(Role.OFFICER, unit=unit)]
    people += [row.user for row in case.assignments.filter(kind="panel", ended_at__isnull=True).select_related("user")]
    return [user for user in {p.pk: p for p in people}.values() if not why_not_vote(case, user)]


def escalate_where_stuck(case: Case) -> None:
    """Where nobody is free to carry or decide a case, it goes to the institution's top role. It is decided by nobody
    else, and never by itself."""
    proposal, reason = case.proposal, why_stuck(case)
    if not reason:
        return
    case.escalated = reason
    case.save(update_fields=["escalated"])
    top = proposal.institution.top_approver
    if top is not None and top.is_active and not conflict_reason(top, proposal):
        telling.case_escalated(proposal=proposal, people=[top], round_number=case.round)
    telling.people_needed(proposal=proposal, people=list(holders(Role.ADMINISTRATOR)), round_number=case.round)


def record_shown(proposal: Proposal, record_uid: str) -> AssessmentRecord:
    record = latest_record(proposal)
    if record is None or str(record.uid) != str(record_uid):
        raise Conflict(
            _("Nothing was done. The assessment changed after you opened this page. Read what changed, then go on.")
        )
    if waits_to_be_assessed(record):
        raise Conflict(
            _(
                "Nothing was done. A list or a judgement changed, and the case is being assessed with it now. Open the "
                "page again in a minute."
            )
        )
    return record


def set_clock(proposal: Proposal, actor: User | None) -> None:
    """Have the clock of the case stand exactly while it is in review and the authors are asked something."""
    case = Case.objects.filter(proposal=proposal).first()
    if case is None:
        return
    state = Proposal.objects.values_list("state", flat=True).get(pk=proposal.pk)
    if state in UNDER_REVIEW and is_waiting_for_authors(proposal):
        reviews.stop_clock(case=case, actor=actor)
    elif case.paused_on:
        reviews.start_clock(case=case, actor=actor)


def lists_mark() -> str:
    """What stands for the list editions in force now: their uids, so that it can be told which one is new."""
    return ",".join(sorted(str(edition.uid) for edition in editions_in_force()))


def guard_lists(mark: str) -> None:
    """Refuse where another edition of a list came into force since a page was shown."""
    if mark and mark != lists_mark():
        raise Conflict(_("Nothing was done. A list changed after you opened this page. Read what changed, then go on."))


def guard_no_conflict(actor: User, proposal: Proposal) -> None:
    if reason := conflict_reason(actor, proposal):
        raise DomainError(_("%(reason)s Somebody else takes this step.") % {"reason": reason})


def guard_open(case: Case) -> None:
    if case.proposal.state not in {*UNDER_REVIEW, State.SUBMITTED}:
        raise Conflict(_("This case is not in review now."))


def needed(text: str, sentence: str) -> str:
    if not text.strip():
        raise DomainError(sentence, field="reasons")
    return text.strip()
