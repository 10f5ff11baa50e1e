"""The page of findings of fact."""

from django.urls import reverse

from riskassess import workflow
from riskassess.accounts.services import grant_role
from riskassess.assessments.models import Determination
from riskassess.assessments.queries import latest_record
from tests.story import HIGH, OPEN


def test_finding_goes_through_the_page_and_what_was_typed_stays(submitted, omar, tomasz, kirsten, ana, as_user):
    proposal = submitted(example=HIGH)
    grant_role(user=kirsten, role="officer", actor=None)
    url = reverse("determinations", args=[proposal.reference])
    key = as_user(omar).get(url).context["form"].fields["answer"].choices[1][1][0][0]
    given = {"record": str(latest_record(proposal).uid), "answer": key, "evidence": "Note of the office, 12 November"}

    refused = as_user(omar).post(url, {**given, "answer": "T4||perhaps"})
    proposed = as_user(tomasz).post(url, given)
    finding = Determination.objects.get()
    settle = reverse("determination_settle", args=[proposal.reference, finding.uid])
    without_words = as_user(omar).post(settle, {"do": "drop", "reasons": ""})
    steps = [as_user(person).post(settle, {"do": "confirm"}).status_code for person in (omar, omar, kirsten)]

    finding.refresh_from_db()
    assert (refused.status_code, proposed.status_code, without_words.status_code) == (422, 302, 422)
    assert given["evidence"] in refused.content.decode()
    assert (steps, finding.state) == ([302, 422, 302], "confirmed")
    assert "Finding of fact:" in as_user(omar).get(proposal.case.get_absolute_url()).content.decode()
    assert as_user(tomasz).post(settle, {"do": "confirm"}).status_code == 403
    assert as_user(omar).post(url, given).status_code == 409  # of an assessment that another one replaced
    assert "Note of the office" in as_user(ana).get(reverse("messages", args=[proposal.reference])).content.decode()


def test_exemption_is_confirmed_here_alone(submitted, omar, kirsten):
    proposal = submitted(example=OPEN)
    grant_role(user=kirsten, role="officer", actor=None)
    record = latest_record(proposal)
    row = next(row["id"] for row in record.facts["technology"] if "X6" in row["answers"])
    held = {hold.rule for hold in proposal.case.holds.exclude(state="gone")}

    finding = workflow.determine(
        case=proposal.case,
        actor=omar,
        record_uid=str(record.uid),
        answer=f"X6|{row}|confirmed",
        evidence="Note of the export-control office, file 88",
    )
    workflow.confirm_determination(determination=finding, actor=kirsten)

    after = latest_record(proposal)
    assert [r["answers"]["X6"] for r in after.facts["technology"] if r["id"] == row] == ["confirmed"]
    assert {hold.rule for hold in proposal.case.holds.exclude(state="gone")} <= held
