"""Which reports a proposal has for somebody, and asking for one of them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.assessments.models import AssessmentRecord
from riskassess.assessments.queries import latest_record
from riskassess.core.errors import DomainError
from riskassess.proposals.models import Proposal
from riskassess.reports.models import OF_DECISION, Kind, Report
from riskassess.reports.rules import PERMISSIONS
from riskassess.reports.services import request_report
from riskassess.reviews.models import Decision
from riskassess.reviews.queries import last_decision


class NotHere(DomainError):
    """This proposal has no such report, for the reason said."""


@dataclass(frozen=True)
class Subject:
    """What a report of this kind would tell of."""

    record: AssessmentRecord
    decision: Decision | None


def subject_of(proposal: Proposal, kind: str) -> Subject:
    record, decision = latest_record(proposal), None
    if kind in OF_DECISION:
        case = getattr(proposal, "case", None)
        decision = last_decision(case) if case else None
        if decision is None:
            raise NotHere(_("Nothing is decided yet."), field="kind")
        record = decision.record
    if record is None:
        raise NotHere(_("It is not assessed yet."), field="kind")
    if kind == Kind.RECEIPT and not proposal.reports.filter(kind=Kind.RECEIPT).exists():
        raise NotHere(_("It was not registered on the fast track, so it has no receipt."), field="kind")
    return Subject(record, decision)


def kinds_for(proposal: Proposal, user: User) -> list[Kind]:
    """Kinds that make sense here now, of those this person may have."""
    found = []
    for kind in Kind:
        if (needed := PERMISSIONS.get(kind)) and not user.has_perm(needed, proposal):
            continue
        try:
            subject = subject_of(proposal, kind)
        except NotHere:
            continue
        if kind == Kind.CERTIFICATE and not is_certifiable(subject.decision):
            continue
        found.append(kind)
    return found


def is_certifiable(decision: Decision) -> bool:
    conditions = list(decision.conditions.all())
    return bool(conditions) and all(condition.fulfilled_on for condition in conditions)


def ask_report(*, proposal: Proposal, actor: User, kind: str, is_redacted: bool, language: str) -> Report:
    """One report for whoever may read the proposal, in their language; asked twice it is the same one."""
    if kind not in kinds_for(proposal, actor):
        raise DomainError(_("This proposal has no such report now. Choose one of the list."), field="kind")
    subject = subject_of(proposal, kind)
    return request_report(
        proposal=proposal,
        record=subject.record,
        decision=subject.decision,
        kind=kind,
        asked_by=actor,
        language=language,
        is_redacted=is_redacted,
    )
