"""The story through workflow: who may do what when, and what each step leaves behind."""

from datetime import timedelta

import pytest
from django.utils import timezone

from riskassess import workflow
from riskassess.accounts.models import RoleMembership
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import Event
from riskassess.core.errors import Conflict, DomainError
from riskassess.jobs.models import Job
from riskassess.notices.models import Notice
from riskassess.proposals.models import Proposal
from riskassess.reports.models import Report
from riskassess.reviews.models import Case, Decision, Recommendation, Vote
from riskassess.reviews.queries import listed_proposals, visible_proposals
from tests.story import HIGH, LOW, MODERATE, OPEN

REASONS = {"reasons": "The workshop is shared.", "source": "Finding K04"}


def uid(proposal):
    return str(latest_record(proposal).uid)


def condition(text="End-use clause in the agreement"):
    return {"text": text, "responsible": "Legal office", "due_on": timezone.localdate() + timedelta(days=30)}


def with_safeguards(proposal):
    """Proposed by Ana: a separate unit for the partner's defence link, need to know for the technology."""
    keys = {finding["rule"]: finding["key"] for finding in latest_record(proposal).result["findings"]}
    for rule, mitigation in (("K04", "M_separate"), ("K01", "M_need_to_know")):
        workflow.propose_safeguard(
            proposal=proposal, actor=proposal.owner, finding=keys[rule], mitigation=mitigation
        )  # fmt: skip
    return proposal


def recommended(proposal, by, outcome="approve"):
    return workflow.recommend(
        case=proposal.case, actor=by, outcome=outcome, reasons="Ordinary care is enough.", record_uid=uid(proposal)
    )


def test_submit_low_is_registered_with_a_receipt_and_no_case(submitted, ana):
    proposal = submitted(example=LOW)

    assert proposal.state == "registered"
    assert not Case.objects.filter(proposal=proposal).exists()
    assert [report.kind for report in Report.objects.filter(proposal=proposal)] == ["receipt"]
    assert Notice.objects.filter(user=ana, subject__contains=proposal.reference).exists()


def test_submit_moderate_opens_a_case_with_people_route_and_due_date(submitted, omar, tomasz):
    proposal = submitted(example=MODERATE)

    case = proposal.case
    assert (proposal.state, case.officer, case.reviewer, case.round) == ("in_review", omar, tomasz, 1)
    assert case.due_on > timezone.localdate()
    assert case.assignments.get(kind="officer").reason
    assert [report.kind for report in Report.objects.filter(proposal=proposal)] == ["assessment"]


def test_submit_twice_loses_and_leaves_one_version(submitted, ana):
    proposal = submitted(example=MODERATE)

    with pytest.raises(Conflict):
        workflow.submit(proposal=proposal, actor=ana)

    assert proposal.versions.count() == 1


def test_submit_by_a_coinvestigator_is_refused(filed, mateo):
    proposal = filed(example=LOW)

    with pytest.raises(DomainError, match="lead researcher"):
        workflow.submit(proposal=proposal, actor=mateo)


def test_submit_with_a_missing_answer_is_refused_and_nothing_is_written(filed, ana):
    proposal = filed(example=LOW)
    proposal.questionnaire.answers.filter(question="T4").update(value=None)
    events = Event.objects.count()

    with pytest.raises(DomainError, match="missing"):
        workflow.submit(proposal=proposal, actor=ana)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.versions.count(), Event.objects.count()) == ("draft", 0, events)


def test_assess_submitted_again_changes_nothing(submitted):
    proposal = submitted(example=MODERATE)
    records, rounds = proposal.records.count(), proposal.case.round

    assert workflow.assess_submitted(proposal=proposal) is None

    assert (proposal.records.count(), Case.objects.get(proposal=proposal).round) == (records, rounds)


def test_moderate_is_decided_by_an_approver_after_a_recommendation(submitted, omar, jonas, tomasz):
    proposal = submitted(example=MODERATE)
    case = proposal.case

    with pytest.raises(DomainError, match="after a recommendation"):
        workflow.decide(case=case, actor=jonas, record_uid=uid(proposal), outcome="approve")
    recommended(proposal, tomasz)
    with pytest.raises(DomainError, match="approver"):
        workflow.decide(case=case, actor=omar, record_uid=uid(proposal), outcome="approve")
    workflow.decide(case=case, actor=jonas, record_uid=uid(proposal), outcome="approve")

    assert Proposal.objects.get(pk=proposal.pk).state == "approved"
    decision = Decision.objects.get(case=case)
    assert (decision.outcome, decision.version, decision.record) == (
        "approve",
        proposal.versions.get(),
        latest_record(proposal),
    )
    assert Report.objects.filter(proposal=proposal, kind="decision", decision=decision).count() == 1


def test_who_recommended_does_not_decide(submitted, jonas, tomasz, university):
    from riskassess.accounts.services import grant_role

    proposal = submitted(example=MODERATE)
    grant_role(user=tomasz, role="approver", actor=None)
    recommended(proposal, tomasz)

    with pytest.raises(DomainError, match="You recommended"):
        workflow.decide(case=proposal.case, actor=tomasz, record_uid=uid(proposal), outcome="approve")


def test_high_takes_an_officer_then_an_approver(submitted, omar, jonas, tomasz):
    proposal = submitted(example=HIGH)
    case = proposal.case
    assert case.deciders == "high"
    vote = {"outcome": "approve_with_conditions", "conditions": [condition()], **REASONS}
    recommended(proposal, tomasz, "approve_with_conditions")

    with pytest.raises(DomainError, match="votes first"):
        workflow.decide(case=case, actor=jonas, record_uid=uid(proposal), **vote)
    workflow.decide(case=case, actor=omar, record_uid=uid(proposal), **vote)
    assert Proposal.objects.get(pk=proposal.pk).state == "in_review"
    with pytest.raises(DomainError, match="vote is in"):
        workflow.decide(case=case, actor=omar, record_uid=uid(proposal), **vote)
    workflow.decide(case=case, actor=jonas, record_uid=uid(proposal), **vote)

    decision = Decision.objects.get(case=case)
    assert Proposal.objects.get(pk=proposal.pk).state == "approved_with_conditions"
    assert decision.votes.count() == 2
    assert "End-use clause in the agreement" in [row.text for row in decision.conditions.all()]


def test_two_different_votes_call_the_panel_whose_majority_decides(submitted, university, omar, jonas):
    proposal = submitted(example=HIGH)
    case, shown = proposal.case, uid(proposal)
    approve = {"outcome": "approve_with_conditions", "conditions": [condition()], **REASONS}
    decline = {"outcome": "decline", "why_safeguards_fail": "The unit cannot be separated.", **REASONS}
    workflow.decide(case=case, actor=omar, record_uid=shown, **approve)
    workflow.decide(case=case, actor=jonas, record_uid=shown, **decline)
    case.refresh_from_db()
    assert case.panel_called

    members = [row.user for row in case.assignments.filter(kind="panel")]
    assert len(members) >= 3
    for member, vote in zip(members, (approve, decline, decline), strict=False):
        workflow.decide(case=case, actor=member, record_uid=shown, **vote)

    assert Proposal.objects.get(pk=proposal.pk).state == "declined"
    assert Vote.objects.filter(case=case, stage="panel", decision__isnull=False).count() == 2


@pytest.mark.parametrize(
    ("vote", "field"),
    [
        ({"outcome": "decline", "source": "K04", "why_safeguards_fail": "x"}, "reasons"),
        ({"outcome": "decline", "reasons": "No.", "why_safeguards_fail": "x"}, "source"),
        ({"outcome": "decline", **REASONS}, "why_safeguards_fail"),
        ({"outcome": "approve_with_conditions", **REASONS, "conditions": [{**condition(), "text": " "}]}, "conditions"),
        ({"outcome": "approve_in_part", **REASONS}, "scope"),
        ({"outcome": "approve_in_part", "scope": ["somebody else"], **REASONS}, "scope"),
        ({"outcome": "postpone", **REASONS}, "outcome"),
    ],
)
def test_vote_without_what_it_needs_names_the_field(submitted, omar, vote, field):
    proposal = with_safeguards(submitted(example=HIGH))

    with pytest.raises(DomainError) as fault:
        workflow.decide(case=proposal.case, actor=omar, record_uid=uid(proposal), **vote)

    assert fault.value.field == field
    assert not Vote.objects.exists()


def test_decide_on_an_older_assessment_decides_nothing(submitted, omar):
    proposal = submitted(example=HIGH)
    shown = uid(proposal)
    workflow.reassess(proposal=proposal, trigger="test")

    with pytest.raises(Conflict, match="Nothing was done"):
        workflow.decide(case=proposal.case, actor=omar, record_uid=shown, outcome="decline", **REASONS)


def test_possible_hold_bars_every_approval_until_the_match_is_judged(submitted, omar, jonas):
    from partners.models import Hit

    proposal = submitted(example=OPEN)
    case = proposal.case
    assert case.holds.filter(rule="L01", state="possible").exists()
    hit = Hit.objects.filter(screening__partner__in=[row.partner for row in proposal.participations.all()]).last()

    judgement = workflow.judge_hit(
        hit=hit, actor=omar, verdict="different", reason="Another country and another field."
    )
    assert case.holds.get(rule="L01").state == "possible"
    workflow.confirm_judgement(judgement=judgement, actor=jonas)

    assert case.holds.get(rule="L01").state == "gone"


def test_request_changes_and_resubmission_start_a_new_round(submitted, ana, tomasz):
    proposal = submitted(example=MODERATE)
    recommended(proposal, tomasz)
    workflow.request_changes(case=proposal.case, actor=tomasz, reasons="Who reads the interviews?")
    proposal = Proposal.objects.get(pk=proposal.pk)
    assert proposal.state == "changes_requested"

    workflow.submit(proposal=proposal, actor=ana)

    case = Case.objects.get(proposal=proposal)
    assert (proposal.versions.count(), case.round) == (2, 2)
    assert Recommendation.objects.filter(case=case, round=2).count() == 0
    first, second = proposal.versions.order_by("number")
    assert first.sha256 == second.sha256  # nothing was changed, and the old one stays


def test_flag_needs_a_reason_and_unflag_takes_it_back(submitted, omar):
    proposal = submitted(example=MODERATE)

    with pytest.raises(DomainError):
        workflow.flag(case=proposal.case, actor=omar, reasons="  ", told="Who reads the data?")
    workflow.flag(case=proposal.case, actor=omar, reasons="A second look at the data.", told="Who reads the data?")
    assert Proposal.objects.get(pk=proposal.pk).state == "flagged"
    case = Case.objects.select_related("proposal").get(proposal=proposal)
    workflow.unflag(case=case, actor=omar, reasons="Nothing found.")

    assert Proposal.objects.get(pk=proposal.pk).state == "in_review"


def test_withdrawn_case_takes_no_decision(submitted, ana, omar):
    proposal = submitted(example=HIGH)
    shown, case = uid(proposal), proposal.case
    workflow.withdraw(proposal=proposal, actor=ana)

    with pytest.raises(Conflict):
        workflow.decide(case=Case.objects.get(pk=case.pk), actor=omar, record_uid=shown, outcome="decline", **REASONS)

    assert not Decision.objects.exists()


def test_discard_leaves_the_events_and_nothing_else(filed, ana):
    proposal = filed(example=LOW)
    reference = proposal.reference

    workflow.discard(proposal=proposal, actor=ana)

    assert not Proposal.objects.filter(reference=reference).exists()
    assert Event.objects.filter(reference=reference, verb="proposal.discarded").count() == 1


def test_agreed_safeguard_lowers_the_residual_and_becomes_a_condition(submitted, omar, jonas):
    proposal = with_safeguards(submitted(example=HIGH))
    questionnaire, case = proposal.questionnaire, proposal.case
    before = latest_record(proposal)
    for safeguard in questionnaire.safeguards.filter(state="proposed"):
        workflow.settle_safeguard(safeguard=safeguard, actor=omar, state="agreed")

    after = latest_record(proposal)
    assert (before.residual_upper, after.residual_upper) == ("high", "moderate")
    assert after.inherent_upper == "high"
    with pytest.raises(DomainError, match="Safeguards were agreed"):
        workflow.decide(case=case, actor=omar, record_uid=uid(proposal), outcome="approve")
    for actor in (omar, jonas):
        workflow.decide(case=case, actor=actor, record_uid=uid(proposal), outcome="approve_with_conditions", **REASONS)
    decision = Decision.objects.get(case=case)
    assert decision.conditions.filter(safeguard__isnull=False).count() == questionnaire.safeguards.count()


def test_votes_fall_when_the_assessment_changes_after_them(submitted, omar):
    proposal = with_safeguards(submitted(example=HIGH))
    case = proposal.case
    workflow.decide(
        case=case, actor=omar, record_uid=uid(proposal), outcome="approve_with_conditions",
        conditions=[condition()], **REASONS,
    )  # fmt: skip

    workflow.settle_safeguard(
        safeguard=proposal.questionnaire.safeguards.filter(state="proposed").first(), actor=omar, state="agreed"
    )

    assert Vote.objects.get(case=case).fallen


def test_visible_proposals_by_stage(submitted, ana, omar, jonas, kirsten, tomasz, eve, david, university):
    from riskassess.accounts.models import User

    proposal = submitted(example=MODERATE)
    ada = User.objects.get(email__startswith="ada")

    def sees(user):
        return visible_proposals(User.objects.get(pk=user.pk)).filter(pk=proposal.pk).exists()

    assert [sees(u) for u in (ana, omar, tomasz, david)] == [True] * 4
    assert [sees(u) for u in (eve, ada, jonas)] == [False] * 3
    recommended(proposal, tomasz)
    assert sees(jonas)
    assert not sees(eve)


def test_every_step_leaves_one_event_with_its_state(submitted, tomasz, jonas):
    proposal = submitted(example=MODERATE)
    recommended(proposal, tomasz)
    workflow.decide(case=proposal.case, actor=jonas, record_uid=uid(proposal), outcome="approve")

    states = [
        event.detail.after["state"]
        for event in Event.objects.filter(reference=proposal.reference, verb__startswith="proposal.").order_by(
            "sequence"
        )
        if isinstance(event.detail.after, dict) and "state" in event.detail.after
    ]

    assert states == ["submitted", "in_review", "approved"]
    assert not Job.objects.filter(state="failed").exists()


@pytest.mark.parametrize(
    ("emptied", "words"), [("partners", "partner organisation"), ("technology", "at least one technology")]
)
def test_submit_without_a_row_that_the_answers_speak_of_is_refused(filed, ana, emptied, words):
    proposal = filed(example=HIGH, **{emptied: []})

    with pytest.raises(DomainError, match=words):
        workflow.submit(proposal=proposal, actor=ana)


def test_approval_in_part_cannot_walk_around_a_hold(submitted, omar):
    from riskassess.management.filing import read_example

    technology = read_example("05-ocean")["technology"]
    technology[0]["answers"] |= {"X2": "listed", "X6": "none", "X7": "none"}
    proposal = submitted(
        example=HIGH, technology=technology, answers={**read_example("05-ocean")["answers"], "X1": "yes"}
    )
    hold = proposal.case.holds.get(rule="L09")
    parts = [row["id"] for key in ("partners", "technology") for row in latest_record(proposal).version.content[key]]
    assert hold.state == "firm"
    assert hold.row in parts

    for scope in (parts, [hold.row]):
        with pytest.raises(DomainError):
            workflow.decide(
                case=proposal.case,
                actor=omar,
                record_uid=uid(proposal),
                outcome="approve_in_part",
                scope=scope,
                **REASONS,
            )
    vote = workflow.decide(
        case=proposal.case,
        actor=omar,
        record_uid=uid(proposal),
        outcome="approve_in_part",
        scope=[row for row in parts if row != hold.row],
        **REASONS,
    )
    assert vote.scope


def test_scope_counts_only_for_approval_in_part(submitted, omar, jonas):
    proposal = submitted(example=HIGH)
    rows = [row["id"] for row in latest_record(proposal).version.content["partners"]]

    first = workflow.decide(
        case=proposal.case, actor=omar, record_uid=uid(proposal), outcome="decline", scope=rows, **REASONS
    )
    workflow.decide(case=proposal.case, actor=jonas, record_uid=uid(proposal), outcome="decline", **REASONS)

    assert first.scope == []
    assert Proposal.objects.get(pk=proposal.pk).state == "declined"


def test_conditions_beside_a_plain_approval_are_refused_not_lost(submitted, omar):
    proposal = submitted(example=HIGH)

    with pytest.raises(DomainError, match="Conditions are written"):
        workflow.decide(
            case=proposal.case, actor=omar, record_uid=uid(proposal), outcome="approve", conditions=[condition()]
        )


def test_role_that_ended_while_the_form_was_open_votes_and_advises_no_more(submitted, tomasz, jonas):
    proposal = submitted(example=MODERATE)
    case = proposal.case
    workflow.recommend(case=case, actor=tomasz, outcome="approve", reasons="Fine.", record_uid=uid(proposal))
    assert (tomasz.has_role("reviewer"), jonas.has_role("approver")) == (True, True)  # read, and kept for the request
    over = timezone.localdate() - timedelta(days=1)
    RoleMembership.objects.filter(user__in=[tomasz, jonas]).update(starts=over, ends=over)
    Recommendation.objects.all().delete()

    with pytest.raises(DomainError, match="no longer hold a role"):
        workflow.recommend(case=case, actor=tomasz, outcome="approve", reasons="Fine.", record_uid=uid(proposal))
    with pytest.raises(DomainError):
        workflow.decide(case=case, actor=jonas, outcome="approve", record_uid=uid(proposal))

    assert Proposal.objects.get(pk=proposal.pk).state == "in_review"


def test_only_officer_who_recommends_on_high_risk_leaves_nobody_to_vote_first_and_it_is_said(submitted, omar, kirsten):
    proposal = submitted(example=HIGH)

    workflow.recommend(
        case=proposal.case, actor=omar, outcome="approve", reasons="I wrote the plan.", record_uid=uid(proposal)
    )

    assert "nobody is left to vote first" in Case.objects.get(proposal=proposal).escalated
    assert Notice.objects.filter(user=kirsten, subject__endswith="a case needs you").count() == 1


def test_top_role_reads_nothing_of_what_was_registered_without_a_case(submitted, kirsten):
    """No case is no escalated case."""
    proposal = submitted(example=LOW)

    assert proposal.state == "registered"
    assert not visible_proposals(kirsten).exists()
    assert not listed_proposals(kirsten).exists()
