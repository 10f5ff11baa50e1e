"""Legal holds: lifted on an authority's answer by one, confirmed by another, and standing again when it runs out."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from riskassess import schedule, workflow
from riskassess.accounts.services import grant_role
from riskassess.assessments.queries import latest_record
from riskassess.core.errors import DomainError
from riskassess.files.models import StoredFile
from riskassess.management.filing import read_example
from riskassess.notices.models import Notice
from riskassess.reviews.models import Condition, Hold, Vote
from tests.story import HIGH

ANSWER = {
    "authority": "Export-control authority",
    "number": "LIC-2026-88",
    "evidence": "Allows the export to the partner.",
}


@pytest.fixture
def hold(submitted) -> Hold:
    technology = read_example("05-ocean")["technology"]
    technology[0]["answers"] |= {"X2": "listed", "X6": "none", "X7": "none"}
    answers = {**read_example("05-ocean")["answers"], "X1": "yes"}
    proposal = submitted(example=HIGH, technology=technology, answers=answers)
    return proposal.case.holds.get(rule="L09")


@pytest.fixture
def second(kirsten):
    grant_role(user=kirsten, role="officer", actor=None)
    return kirsten


def test_lift_needs_an_authority_a_number_evidence_and_a_day_ahead(hold, omar):
    for changes, field in (
        ({"authority": " "}, "authority"),
        ({"number": ""}, "number"),
        ({"evidence": " "}, "evidence"),
        ({"valid_until": timezone.localdate() - timedelta(days=1)}, "valid_until"),
    ):
        with pytest.raises(DomainError) as fault:
            workflow.lift_hold(hold=hold, actor=omar, **{**ANSWER, **changes})
        assert fault.value.field == field
    for changes in ({"state": "lifting"}, {"state": "lifted", "evidence": "Yes"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Hold.objects.filter(pk=hold.pk).update(**changes)

    hold.refresh_from_db()
    assert hold.state == "firm"


def test_hold_stands_again_once_when_the_authorisation_runs_out(hold, omar, second, ana):
    today = timezone.localdate()
    lifted = workflow.lift_hold(hold=hold, actor=omar, valid_until=today + timedelta(days=5), **ANSWER)
    with pytest.raises(DomainError, match="another officer or approver"):
        workflow.confirm_hold_lift(hold=lifted, actor=omar)
    lifted = workflow.confirm_hold_lift(hold=lifted, actor=second)
    workflow.reassess(proposal=hold.case.proposal, trigger="test")
    lifted.refresh_from_db()
    assert (lifted.state, lifted.stands) == ("lifted", False)  # equal facts keep the lift
    workflow.decide(
        case=hold.case,
        actor=omar,
        record_uid=str(latest_record(hold.case.proposal).uid),
        outcome="approve_with_conditions",
        reasons="It is allowed.",
        source="LIC-2026-88",
        conditions=[
            {
                "text": "Keep the licence",
                "responsible": "Ana",
                "due_on": today + timedelta(days=90),
                "evidence_wanted": "The licence",
            }
        ],
    )

    Hold.objects.filter(pk=lifted.pk).update(valid_until=today)
    schedule.follow_decisions()
    lifted.refresh_from_db()
    assert lifted.state == "lifted"  # the last day counts
    Hold.objects.filter(pk=lifted.pk).update(valid_until=today - timedelta(days=1))
    schedule.follow_decisions()
    schedule.follow_decisions()

    lifted.refresh_from_db()
    assert (lifted.state, lifted.confirmed_by, lifted.number) == ("firm", None, ANSWER["number"])
    assert Vote.objects.get().fallen
    told = Notice.objects.filter(subject__contains="stands again").values_list("user", flat=True)
    assert sorted(told) == sorted({omar.pk, ana.pk, hold.case.reviewer_id, *_coauthors(hold)})


def _coauthors(hold) -> set[int]:
    return set(hold.case.proposal.coinvestigators.values_list("user", flat=True))


def test_file_is_evidence_enough_and_comes_back_as_data(hold, omar, second, eve, tomasz, as_user):
    reference = hold.case.proposal.reference
    url = reverse("hold_lift", args=[reference, hold.uid])
    given = {"authority": ANSWER["authority"], "number": ANSWER["number"], "evidence": ""}
    browser, files = as_user(omar), StoredFile.objects.count()

    neither = browser.post(url, given)
    wrong = browser.post(url, {**given, "file": _file(b"MZ\x90\x00", "answer.pdf")})
    assert (neither.status_code, wrong.status_code, StoredFile.objects.count()) == (422, 422, files)
    assert ANSWER["number"] in wrong.content.decode()

    done = browser.post(url, {**given, "file": _file(b"The licence allows it.", "answer.txt")})
    hold.refresh_from_db()
    page = as_user(second).get(reverse("hold", args=[reference, hold.uid]))
    file = as_user(tomasz).get(reverse("hold_file", args=[reference, hold.uid]))

    assert (done.status_code, hold.state) == (302, "lifting")
    assert ANSWER["authority"] in page.content.decode()
    assert (file.content, file["Content-Disposition"].split(";")[0]) == (b"The licence allows it.", "attachment")
    assert as_user(eve).get(reverse("hold_file", args=[reference, hold.uid])).status_code == 404


def test_agreed_safeguard_carries_person_day_and_proof_into_its_condition(submitted, omar, jonas, as_user):
    proposal = submitted(example=HIGH)
    key = next(f["key"] for f in latest_record(proposal).result["findings"] if f["rule"] == "K04")
    safeguard = workflow.propose_safeguard(
        proposal=proposal, actor=proposal.owner, finding=key, mitigation="M_separate"
    )
    url, day = reverse("safeguard_settle", args=[proposal.reference, safeguard.uid]), timezone.localdate()
    terms = {"state": "agreed", "responsible": "Lab manager", "evidence_wanted": "Plan of the rooms"}

    late = as_user(omar).post(url, {**terms, "due_on": (day - timedelta(days=1)).isoformat()})
    assert (late.status_code, b"Plan of the rooms" in late.content) == (422, True)
    assert as_user(omar).post(url, {**terms, "due_on": (day + timedelta(days=9)).isoformat()}).status_code == 302
    record = str(latest_record(proposal).uid)
    with pytest.raises(DomainError, match="Safeguards were agreed"):
        workflow.decide(case=proposal.case, actor=omar, record_uid=record, outcome="approve")
    for person in (omar, jonas):
        workflow.decide(
            case=proposal.case,
            actor=person,
            record_uid=record,
            outcome="approve_with_conditions",
            reasons="Good.",
            source="K04",
        )

    condition = Condition.objects.get(safeguard=safeguard)
    assert (condition.responsible, condition.due_on, condition.evidence_wanted) == (
        "Lab manager",
        day + timedelta(days=9),
        "Plan of the rooms",
    )


def _file(content: bytes, name: str):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content)
