"""Findings of fact over answers: proposed, found by an officer, confirmed by somebody else."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.assessments.models import AssessmentRecord, Determination
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.trying import read_answer, value_after
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.services import role_in

State = Determination.State


@transaction.atomic
def enter_determination(
    *, record: AssessmentRecord, actor: User, answer: str, evidence: str, as_officer: bool
) -> Determination:
    """Say what is the case, on evidence: an officer finds it, a reviewer proposes it. `answer` is a key of
    `answers_to_try`."""
    if not evidence.strip():
        raise DomainError(_("Say what shows it: who wrote it, what it is called and of which day."), field="evidence")
    tried = read_answer(catalogue_of(record.release), record.facts, answer)
    if tried is None:
        raise DomainError(_("Choose the answer that is the case."), field="answer")
    rows = [record.facts, *(row for name in ("partners", "funders", "technology") for row in record.facts[name])]
    answers = next(row for row in rows if row.get("id", "") == tried.row)["answers"]
    try:
        with transaction.atomic():
            determination = Determination.objects.create(
                version=record.version,
                question=tried.question.id,
                row=tried.row,
                value=value_after(tried, answers.get(tried.question.id)),
                evidence=evidence.strip(),
                state=State.FOUND if as_officer else State.PROPOSED,
                by=actor if as_officer else None,
                proposed_by=None if as_officer else actor,
            )
    except IntegrityError:
        raise Conflict(_("A finding of fact on this answer waits already. It is settled first.")) from None
    _record(determination, actor, f"determination.{determination.state}")
    return determination


@transaction.atomic
def take_up_determination(*, determination: Determination, actor: User) -> Determination:
    """An officer makes a reviewer's proposal their own finding; the evidence is what was entered."""
    _moved(determination, State.PROPOSED, state=State.FOUND, by=actor)
    _record(determination, actor, "determination.found")
    return determination


@transaction.atomic
def confirm_determination(*, determination: Determination, actor: User) -> Determination:
    """A second person has read the evidence. One on the same answer that counted before is replaced."""
    if actor.pk in {determination.by_id, determination.proposed_by_id}:
        raise DomainError(_("You entered this finding, so another officer or approver confirms it."))
    earlier = Determination.objects.filter(
        version=determination.version, question=determination.question, row=determination.row, state=State.CONFIRMED
    )
    earlier.update(state=State.REPLACED)
    _moved(determination, State.FOUND, state=State.CONFIRMED, confirmed_by=actor, settled_at=timezone.now())
    _record(determination, actor, "determination.confirmed")
    return determination


@transaction.atomic
def drop_determination(*, determination: Determination, actor: User, reasons: str) -> Determination:
    """It is not taken up, and why. The answer stays as it was filed."""
    if not reasons.strip():
        raise DomainError(_("Say why it is not taken up."), field="reasons")
    _moved(
        determination,
        *(State.PROPOSED, State.FOUND),
        state=State.DROPPED,
        dropped_because=reasons.strip(),
        settled_at=timezone.now(),
    )
    _record(determination, actor, "determination.dropped")
    return determination


def _moved(determination: Determination, *states: str, **changes) -> None:
    changed = Determination.objects.filter(pk=determination.pk, state__in=states).update(**changes)
    if not changed:
        determination.refresh_from_db()
        raise Conflict(
            _("This finding of fact is settled already: %(state)s.") % {"state": determination.get_state_display()}
        )
    determination.refresh_from_db()


def _record(determination: Determination, actor: User, verb: str) -> None:
    proposal = determination.version.proposal
    record_event(
        verb,
        subject=determination,
        actor_id=actor.pk,
        role=role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after={
            "version": determination.version.number,
            "question": determination.question,
            "row": determination.row,
            "value": determination.value,
            "evidence": determination.evidence,
            "reasons": determination.dropped_because,
        },
    )
