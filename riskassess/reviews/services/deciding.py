from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.calendar import calendar_of
from riskassess.accounts.models import User
from riskassess.accounts.queries import with_roles_now
from riskassess.assessments.models import AssessmentRecord
from riskassess.assessments.queries import assessment_of, catalogue_of
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.services import role_in
from riskassess.proposals.states import UNDER_REVIEW
from riskassess.reviews.eligibility import (
    needs_word_on_safeguards,
    next_stage,
    one_person_may,
    panel_majority,
    parts_of,
    unfulfilled_safeguards,
    why_not_declared,
    why_not_vote,
    why_outcome_closed,
)
from riskassess.reviews.grounds import reminding_words
from riskassess.reviews.models import Case, Condition, Decision, Outcome, Vote
from riskassess.reviews.queries import counted_votes, recommendations_now, standing_holds
from riskassess.reviews.similar import rules_found

APPROVALS = {Outcome.APPROVE, Outcome.CONDITIONS, Outcome.PART}


@transaction.atomic
def cast_vote(
    *,
    case: Case,
    actor: User,
    record: AssessmentRecord,
    outcome: str,
    reasons: str = "",
    source: str = "",
    why_safeguards_fail: str = "",
    scope: list[str] | None = None,
    conditions: list[dict] | None = None,
) -> tuple[Vote, Decision | None]:
    """Cast the vote that is due. Returns it with the decision it completes, or None while others still vote.

    `conditions` are dicts of text, responsible, due_on (a date) and, where it is said, evidence_wanted; `scope` holds
    the row ids that are approved.
    """
    case = Case.objects.select_for_update().select_related("proposal").get(pk=case.pk)
    if case.proposal.state not in UNDER_REVIEW:
        raise Conflict(_("This case is not in review now. Nothing was decided."))
    actor = with_roles_now(actor)
    reasons, source, conditions = reasons.strip(), source.strip(), conditions or []
    scope = sorted(scope or []) if outcome == Outcome.PART else []
    if reason := why_not_vote(case, actor) or why_not_declared(case, actor):
        raise DomainError(reason)
    _guard_content(case, record, outcome, reasons, source, why_safeguards_fail.strip(), scope, conditions)
    stage = next_stage(case)
    # After a tie the top role decides, also where it had voted before.
    counted_votes(case).filter(by=actor).update(fallen=_("The panel was tied; this person decides anew."))
    vote = Vote.objects.create(
        case=case,
        round=case.round,
        stage=stage,
        version=record.version,
        record=record,
        by=actor,
        role=role_in(actor, case.proposal),
        outcome=outcome,
        reasons=reasons,
        source=source,
        why_safeguards_fail=why_safeguards_fail.strip(),
        scope=scope,
        conditions=[{**c, "due_on": c["due_on"].isoformat()} for c in conditions],
        reminded=reminding_words(reasons, source, why_safeguards_fail, *(c["text"] for c in conditions)),
    )
    record_event(
        "case.voted",
        subject=vote,
        actor_id=actor.pk,
        role=vote.role,
        actor_name=actor.name,
        reference=case.proposal.reference,
        after={
            "stage": str(stage),
            "outcome": str(outcome),
            "reasons": reasons,
            "source": source,
            "version": record.version.number,
            "facts_sha256": record.facts_sha256,
            "reminded": vote.reminded,
        },
    )
    return vote, _decide_when_complete(case, record)


def _guard_content(case, record, outcome, reasons, source, why_safeguards_fail, scope, conditions):
    if outcome not in Outcome.values:
        raise DomainError(_("Choose one of the four outcomes."), field="outcome")
    if closed := why_outcome_closed(case, record, outcome):
        raise DomainError(closed, field="outcome")
    if outcome != Outcome.APPROVE and not reasons:
        raise DomainError(_("Say why. The researcher reads these words."), field="reasons")
    if outcome != Outcome.APPROVE and not source:
        raise DomainError(_("Name the source: a finding of the assessment, a law or a document."), field="source")
    if outcome == Outcome.DECLINE and needs_word_on_safeguards(record) and not why_safeguards_fail:
        raise DomainError(
            _("Safeguards would bring this to moderate or lower. Say why they would not be enough."),
            field="why_safeguards_fail",
        )
    if conditions and outcome in {Outcome.APPROVE, Outcome.DECLINE}:
        raise DomainError(
            _("Conditions are written below. Choose Approve with conditions, or empty those rows."), field="outcome"
        )
    if outcome == Outcome.CONDITIONS and not conditions and not unfulfilled_safeguards(record).exists():
        raise DomainError(_("Write at least one condition, or choose Approve."), field="conditions")
    if outcome == Outcome.PART:
        rows = {row["id"] for row in parts_of(record.version)}
        if not scope or not set(scope) < rows:
            raise DomainError(_("Choose what may start, and leave at least one part out."), field="scope")
        if scope_rows := {hold.row for hold in standing_holds(case)} & set(scope):
            label = next(row["label"] for row in parts_of(record.version) if row["id"] in scope_rows)
            raise DomainError(_("A legal hold stands on %(name)s. Leave it out.") % {"name": label}, field="scope")
    for condition in conditions:
        if not condition.get("text", "").strip() or not condition.get("responsible", "").strip():
            raise DomainError(_("Each condition needs a text, a person or office, and a date."), field="conditions")
        if condition["due_on"] < timezone.localdate():
            raise DomainError(_("A condition cannot be due in the past. Choose a later date."), field="conditions")


def _decide_when_complete(case: Case, record: AssessmentRecord) -> Decision | None:
    votes = list(counted_votes(case).order_by("pk"))
    panel = [vote for vote in votes if vote.stage == Vote.Stage.PANEL]
    last = votes[-1]
    if last.stage == Vote.Stage.SINGLE:
        return _write_decision(case, record, last, [last])
    if last.stage == Vote.Stage.FIRST:
        return None
    if last.stage == Vote.Stage.SECOND:
        first = next(vote for vote in votes if vote.stage == Vote.Stage.FIRST)
        if first.outcome == last.outcome and sorted(first.scope) == sorted(last.scope):
            return _write_decision(case, record, last, [first, last])
        return _call_panel(case)
    if next_stage(case) == Vote.Stage.PANEL:
        return None
    if outcome := panel_majority(case, panel):
        agreeing = [vote for vote in panel if vote.outcome == outcome]
        return _write_decision(case, record, agreeing[-1], agreeing)
    case.escalated = _("The panel is tied.")
    case.save(update_fields=["escalated"])
    return None


def _call_panel(case: Case) -> None:
    """Two different votes: the panel decides. The story assigns its members."""
    case.panel_called = True
    case.save(update_fields=["panel_called"])
    record_event(
        "case.panel_called",
        subject=case,
        actor_id=None,
        role="system",
        reference=case.proposal.reference,
    )
    return None


def _write_decision(case: Case, record: AssessmentRecord, leading: Vote, votes: list[Vote]) -> Decision:
    today, institution = timezone.localdate(), case.proposal.institution
    approved = leading.outcome in APPROVALS
    decision = Decision.objects.create(
        case=case,
        round=case.round,
        version=record.version,
        record=record,
        release=record.release,
        editions=record.editions,
        rules=rules_found(assessment_of(record)),
        outcome=leading.outcome,
        scope=leading.scope,
        reasons=_joined([*(vote.reasons for vote in votes), _one_person(case, votes)]),
        source=_joined(vote.source for vote in votes),
        why_safeguards_fail=_joined(vote.why_safeguards_fail for vote in votes),
        valid_until=today + relativedelta(months=institution.validity_months) if approved else None,
        appeal_until=calendar_of(institution).add(today, institution.appeal_working_days),
        decided_at=timezone.now(),
    )
    Vote.objects.filter(pk__in=[vote.pk for vote in votes]).update(decision=decision)
    if leading.outcome in {Outcome.CONDITIONS, Outcome.PART}:
        _write_conditions(decision, record, votes)
    case.closed_at = decision.decided_at
    case.save(update_fields=["closed_at"])
    record_event(
        "case.decided",
        subject=decision,
        actor_id=leading.by_id,
        role=leading.role,
        actor_name=leading.by.name,
        reference=case.proposal.reference,
        after={
            "outcome": str(decision.outcome),
            "deciders": [vote.by_id for vote in votes],
            "version": record.version.number,
            "release": str(record.release),
            "facts_sha256": record.facts_sha256,
            "reasons": decision.reasons,
            "source": decision.source,
        },
    )
    return decision


def _one_person(case: Case, votes: list[Vote]) -> str:
    """What the decision and its report say where somebody both recommended and decided, as a small institution may."""
    advised = set(recommendations_now(case).values_list("by", flat=True))
    if not one_person_may(case) or not {vote.by_id for vote in votes} <= advised:
        return ""
    return _("One person recommended and decided. This institution allows it on low risk.")


def _joined(texts) -> str:
    """Each text once, in the order of the votes."""
    return "\n\n".join(dict.fromkeys(text for text in texts if text))


def _write_conditions(decision: Decision, record: AssessmentRecord, votes: list[Vote]) -> None:
    from_votes = {
        (c["text"], c["responsible"], c["due_on"], c.get("evidence_wanted", ""))
        for vote in votes
        for c in vote.conditions
    }
    for text, responsible, due_on, wanted in sorted(from_votes):
        Condition.objects.create(
            decision=decision, text=text, responsible=responsible, due_on=due_on, evidence_wanted=wanted
        )
    catalogue, calendar = catalogue_of(record.release), calendar_of(record.proposal.institution)
    for safeguard in unfulfilled_safeguards(record):
        mitigation = catalogue.mitigation(safeguard.mitigation)
        Condition.objects.create(
            decision=decision,
            text=f"{mitigation.name}. {mitigation.text}",
            safeguard=safeguard,
            responsible=safeguard.responsible or mitigation.responsible,
            due_on=safeguard.due_on or calendar.add(timezone.localdate(), 20),
            evidence_wanted=safeguard.evidence_wanted or mitigation.evidence[:300],
        )


@transaction.atomic
def drop_votes(*, case: Case, reason: str) -> int:
    """Let the votes of this round fall because what they rest on changed."""
    fallen = case.votes.filter(round=case.round, fallen="").update(fallen=reason[:200])
    if fallen:
        record_event(
            "case.votes_fell",
            subject=case,
            actor_id=None,
            role="system",
            reference=case.proposal.reference,
            after={"count": fallen, "reason": reason},
        )
    return fallen
