"""Findings of fact over answers: two people, one that counts, and the same version assessed anew."""

import pytest
from django.db import IntegrityError, transaction

from riskassess import workflow
from riskassess.accounts.services import grant_role
from riskassess.assessments.determining import confirm_determination
from riskassess.assessments.models import Determination
from riskassess.assessments.queries import catalogue_of, latest_record
from riskassess.assessments.trying import answers_to_try
from riskassess.core.errors import Conflict, DomainError
from riskassess.notices.models import Notice
from riskassess.proposals.models import Thread
from tests.story import HIGH

NOTE = "Note of the export-control office, 12 November 2026"


@pytest.fixture
def second(university):
    """Another officer of the whole institution."""
    user = university.people["kirsten"]
    grant_role(user=user, role="officer", actor=None)
    return user


@pytest.fixture
def case(submitted):
    return submitted(example=HIGH).case


def entered(case, actor, start="T4|", evidence=NOTE):
    record = latest_record(case.proposal)
    answers = answers_to_try(catalogue_of(record.release), record.facts)
    key = next(key for _question, options in answers for key, _words in options if key.startswith(start))
    return workflow.determine(case=case, actor=actor, record_uid=str(record.uid), answer=key, evidence=evidence)


def test_confirmed_finding_counts_on_the_same_version_and_the_authors_may_reply(case, omar, second, ana):
    before = latest_record(case.proposal)
    finding = entered(case, omar)
    assert latest_record(case.proposal) == before

    with pytest.raises(DomainError, match="another officer or approver"):
        workflow.confirm_determination(determination=finding, actor=omar)
    finding = workflow.confirm_determination(determination=finding, actor=second)

    after = latest_record(case.proposal)
    thread = Thread.objects.get(proposal=case.proposal, kind="finding")
    assert (after.version, after.trigger) == (before.version, "determination")
    assert after.facts["answers"]["T4"] == finding.value != before.facts["answers"]["T4"]
    assert after.version.content["answers"]["T4"] == before.facts["answers"]["T4"]  # what was filed stays
    assert NOTE in thread.comments.get().text
    assert Notice.objects.filter(user=ana, subject__contains="corrected").count() == 1
    workflow.answer_thread(thread=thread, actor=ana, text="That is right.")
    later = workflow.confirm_determination(determination=entered(case, omar), actor=second)
    finding.refresh_from_db()
    assert (finding.state, later.state) == ("replaced", "confirmed")
    assert latest_record(case.proposal).facts["answers"]["T4"] == later.value


def test_reviewer_proposes_officer_finds_second_confirms(case, tomasz, omar, second):
    finding = entered(case, tomasz)
    assert (finding.state, finding.by) == ("proposed", None)

    with pytest.raises(DomainError, match="officer takes up"):
        workflow.confirm_determination(determination=finding, actor=tomasz)
    finding = workflow.confirm_determination(determination=finding, actor=omar)
    assert (finding.state, finding.by, finding.confirmed_by) == ("found", omar, None)
    assert workflow.confirm_determination(determination=finding, actor=second).state == "confirmed"


def test_one_waits_at_a_time_and_a_dropped_one_says_why(case, omar, second):
    finding = entered(case, omar)
    with pytest.raises(Conflict, match="waits already"):
        entered(case, omar)
    with pytest.raises(DomainError, match="why"):
        workflow.drop_determination(determination=finding, actor=omar, reasons=" ")

    dropped = workflow.drop_determination(determination=finding, actor=omar, reasons="The note is about another item.")

    assert dropped.state == "dropped"
    with pytest.raises(Conflict, match="settled already"):
        confirm_determination(determination=finding, actor=second)
    assert entered(case, omar).state == "found"


def test_what_needs_words_or_a_role_is_refused(case, omar, jonas, ana):
    with pytest.raises(DomainError, match="what shows it"):
        entered(case, omar, evidence=" ")
    with pytest.raises(DomainError):
        entered(case, ana)
    with pytest.raises(DomainError, match="reviewer of the case"):
        entered(case, jonas)
    with pytest.raises(Conflict):
        workflow.determine(case=case, actor=omar, record_uid="0", answer="T4||yes", evidence=NOTE)
    finding = entered(case, omar)
    for changes in (
        {"state": "confirmed"},
        {"evidence": ""},
        {"state": "dropped"},
        {"state": "confirmed", "confirmed_by": omar},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Determination.objects.filter(pk=finding.pk).update(**changes)
