import json
from dataclasses import fields, is_dataclass

import pytest
from django.utils import timezone

from riskassess.accounts.models import User
from riskassess.assessments.queries import latest_record
from riskassess.files.models import StoredFile
from riskassess.proposals.models import Proposal
from riskassess.reports.content import collect
from riskassess.reports.models import Report
from riskassess.reports.render import page_text
from riskassess.reports.services import request_report
from riskassess.reviews.models import Case, Condition, Decision, Note, Recommendation, Vote
from tests.story import HIGH, LOW, MODERATE, OPEN

CANARY = "canary-4711"


def texts_in(value):
    if is_dataclass(value):
        for field in fields(value):
            yield from texts_in(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from texts_in(one)
    else:
        yield str(value)


@pytest.fixture
def decided(submitted, omar, jonas, tomasz):
    """A proposal with a note, recommendation, two votes and a decision, all with marked words."""
    proposal = submitted(example=HIGH)
    case, record, now = Case.objects.get(proposal=proposal), latest_record(proposal), timezone.now()
    given = {"case": case, "round": 1, "version": record.version}
    Note.objects.create(case=case, author=omar, text=f"note {CANARY}")
    Recommendation.objects.create(**given, by=tomasz, role="reviewer", outcome="approve", reasons=f"advice {CANARY}")
    decision = Decision.objects.create(
        **given,
        record=record,
        release=record.release,
        outcome="approve_with_conditions",
        reasons="The clause closes the path.\n\nThe data are open.",
        source="Finding K04",
        appeal_until=now.date(),
        decided_at=now,
    )
    for stage, by, role in (("first", omar, "officer"), ("second", jonas, "approver")):
        Vote.objects.create(
            **given,
            record=record,
            stage=stage,
            by=by,
            role=role,
            outcome="approve_with_conditions",
            reasons=f"vote {CANARY}",
            source="Finding K04",
            decision=decision,
        )
    Condition.objects.create(decision=decision, text="Sign the clause", responsible="researcher", due_on=now.date())
    return decision


@pytest.mark.parametrize("kind", ["assessment", "decision", "receipt"])
def test_report_holds_no_note_no_advice_and_no_voter(decided, kind, omar, jonas, tomasz):
    report = request_report(
        proposal=decided.case.proposal,
        record=decided.record,
        kind=kind,
        decision=decided if kind == "decision" else None,
    )
    content = collect(report)

    said = " ".join(texts_in(content)) + page_text(content)

    for hidden in (CANARY, omar.name, jonas.name, tomasz.name, omar.email, "trace"):
        assert hidden not in said
    assert ("The clause closes the path." in said) == (kind == "decision")


def test_decision_says_who_decided_by_role_only(decided):
    report = request_report(proposal=decided.case.proposal, record=decided.record, kind="decision", decision=decided)

    letter = collect(report).decision

    assert letter.deciders == "research-security officer and approver"
    assert letter.reasons == ("The clause closes the path.", "The data are open.")
    assert [(one.text, one.responsible) for one in letter.conditions] == [("Sign the clause", "the lead researcher")]
    assert letter.lead.startswith("Your project can start. One condition goes with it, due on")


def test_content_keeps_to_what_stood_when_it_was_asked_for(submitted, omar):
    proposal = submitted(example=OPEN)
    report = Report.objects.get(proposal=proposal)
    before = collect(report)

    Proposal.objects.filter(pk=proposal.pk).update(title="Changed", summary="Changed")
    proposal.institution.name = "Changed"
    proposal.institution.save()
    case = Case.objects.get(proposal=proposal)
    case.due_on = timezone.localdate()
    case.save()
    case.holds.update(state="gone")
    proposal.participations.all().delete()
    User.objects.filter(pk=proposal.owner_id).update(name="Changed")

    assert collect(Report.objects.get(pk=report.pk)) == before


def test_assessment_lists_every_question_that_was_asked(submitted):
    proposal = submitted(example=HIGH)
    content = collect(Report.objects.get(proposal=proposal))
    record = latest_record(proposal)

    facts = record.facts
    answered = len(facts["answers"]) - 1  # the kinds are a field of the proposal, and so is each funder's
    answered += sum(len(row["answers"]) for row in (*facts["partners"], *facts["technology"]))
    answered += sum(len(row["answers"]) - 1 for row in facts["funders"])
    unasked = {"D6", "O3"}  # the file answers them, and here they can't matter
    answered -= sum(name in unasked for row in (facts, *facts["partners"]) for name in row["answers"])

    assert content.answer_count == answered
    assert [line.name for line in content.proposal.partners] == [row["label"] for row in facts["partners"]]


def test_answers_come_in_the_order_of_the_proposal(submitted):
    content = collect(Report.objects.get(proposal=submitted(example=OPEN)))

    labels = [group.row_label for group in content.answers if group.row_label]

    assert labels[:2] == [partner.name for partner in content.proposal.partners]
    assert next(group.title for group in content.answers if not group.row_label) == "The work"


def test_findings_are_numbered_and_quote_the_answers(submitted):
    content = collect(Report.objects.get(proposal=submitted(example=HIGH)))

    assert [finding.number for finding in content.findings] == list(range(1, len(content.findings) + 1))
    assert all(finding.because and finding.sources for finding in content.findings)
    assert content.findings[0].filed.level == content.filed.upper
    assert len({(finding.rule, finding.row_label) for finding in content.findings}) == len(content.findings)


def test_open_answers_come_with_what_they_would_lead_to(submitted):
    content = collect(Report.objects.get(proposal=submitted(example=OPEN)))

    assert content.open_answers
    assert content.possible_findings
    assert any(hold.is_possible for hold in content.holds)
    assert all(line.outcomes for line in content.open_answers)


@pytest.mark.parametrize(("example", "kind"), [(LOW, "receipt"), (MODERATE, "assessment")])
def test_route_says_which_report_is_made(submitted, example, kind):
    report = Report.objects.get(proposal=submitted(example=example))

    assert report.kind == kind
    assert report.file.name == f"{report.proposal.reference}-v1-{kind}.pdf"
    assert {report.file_id, report.archive_id} == set(StoredFile.objects.values_list("pk", flat=True))


def test_list_editions_are_named_with_their_dates(submitted):
    content = collect(Report.objects.get(proposal=submitted(example=MODERATE)))

    assert content.provenance.editions
    assert all(len(edition.sha256) == 64 for edition in content.provenance.editions)
    assert content.provenance.audit_sequence > 0
    assert json.dumps(Report.objects.get().as_asked)
