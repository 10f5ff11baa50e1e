"""The pages of what follows a decision: a condition by hand, the mid-term check, the closing report, corrections."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from riskassess import workflow
from riskassess.audit.models import Event
from riskassess.notices.models import Notice
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Condition, FollowUp, PartnerCorrection

pytestmark = pytest.mark.django_db
CANARY = "Zanzibarite"


@pytest.fixture
def condition(approved) -> Condition:
    return Condition.objects.get(decision__case__proposal=approved(title=f"{CANARY} deep"))


def page(client, name, *args) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_condition_is_walked_by_hand_by_four_people(condition, ana, eve, mateo, tomasz, omar, as_user):
    reference, uid = condition.decision.case.proposal.reference, condition.uid
    own = reverse("condition", args=[uid])
    assert as_user(eve).get(own).status_code == 404

    named = as_user(omar).post(reverse("condition_owner", args=[reference, uid]), {"email": eve.email})
    assert named.url == own
    hers = as_user(eve)
    seen = hers.get(own).content.decode()
    assert condition.text in seen
    assert CANARY not in seen
    assert "Ana" not in seen.replace(condition.responsible, "")
    assert hers.get(reverse("proposal", args=[reference])).status_code == 404
    assert hers.get(reverse("decision", args=[reference])).status_code == 404

    assert hers.post(own, {"evidence": " "}).status_code == 422
    file = SimpleUploadedFile("contract.txt", b"Signed on Monday.")
    assert hers.post(own, {"evidence": "It is signed.", "file": file}).url == own
    assert hers.post(own, {"evidence": "Again."}).status_code == 409
    stored = condition.files.get()
    where = reverse("condition_file", args=[uid, stored.uid])
    answer = hers.get(where)
    assert (answer.content, answer["X-Content-Type-Options"]) == (b"Signed on Monday.", "nosniff")
    assert as_user(mateo).get(where).status_code == 404
    assert as_user(tomasz).get(where).status_code == 200

    propose = reverse("condition_propose", args=[reference, uid])
    assert as_user(omar).post(propose, {f"{uid}-reasons": "Fine"}).status_code == 403
    assert as_user(tomasz).post(propose, {f"{uid}-reasons": ""}).status_code == 422
    assert as_user(tomasz).post(propose, {f"{uid}-reasons": "I read it."}).status_code == 302
    check = reverse("condition_check", args=[reference, uid])
    assert as_user(tomasz).post(check, {"do": "accept"}).status_code == 403
    shown = page(as_user(omar), "case", reference)
    assert "looked and proposes to close it:" in shown
    assert "contract.txt" in shown
    assert as_user(omar).post(check, {"do": "accept"}).status_code == 302
    condition.refresh_from_db()
    assert (condition.fulfilled_by, condition.owner) == (omar, eve)
    assert not Event.objects.filter(verb="condition.file_read").exists()  # reads are sealed by the minute


def test_naming_somebody_needs_one_person_who_is_here(condition, ana, omar, as_user):
    reference, uid = condition.decision.case.proposal.reference, condition.uid
    url = reverse("condition_owner", args=[reference, uid])

    for given in ({}, {"email": "nobody@elsewhere.example"}, {"email": "no address"}):
        answer = as_user(omar).post(url, given)
        assert answer.status_code == 422
    assert "no address" in answer.content.decode()
    assert as_user(ana).post(url, {"email": "eve@norderhaven.example"}).status_code == 422  # the lead names authors
    condition.refresh_from_db()
    assert condition.owner is None


def test_midterm_page_asks_and_officer_reads(condition, ana, omar, eve, tomasz, as_user):
    decision = condition.decision
    decision.valid_until = decision.decided_at.date()
    decision.save()
    reference = decision.case.proposal.reference
    url = reverse("follow_up", args=[reference, "midterm"])
    assert as_user(eve).get(url).status_code == 404
    assert as_user(omar).post(url, {"is_changed": "no"}).status_code == 403
    assert as_user(ana).post(url, {}).status_code == 422
    kept = as_user(ana).post(url, {"is_changed": "yes", "text": ""})
    assert kept.status_code == 422
    assert "Say what is otherwise than you filed it." in kept.content.decode()

    assert as_user(ana).post(url, {"is_changed": "yes", "text": "We moved the buoys."}).url == url

    account = FollowUp.objects.get()
    assert "We moved the buoys." in page(as_user(omar), "case", reference)
    read = reverse("follow_up_read", args=[reference, account.uid])
    assert as_user(tomasz).post(read, {"do": "read"}).status_code == 403
    assert as_user(omar).post(read, {"do": "reopen"}).status_code == 422
    answer = as_user(omar).post(read, {"do": "read", f"{account.uid}-reasons": "Thank you."})
    assert answer.status_code == 302
    assert "Thank you." in page(as_user(ana), "follow_up", reference, "midterm")
    assert as_user(ana).get(reverse("follow_up", args=[reference, "nonsense"])).status_code == 404


def test_closing_report_page_and_timeline(condition, ana, omar, as_user):
    reference = condition.decision.case.proposal.reference
    url = reverse("follow_up", args=[reference, "closing"])
    assert as_user(ana).post(url, {"is_changed": "no", "text": "Two papers."}).url == url
    assert "The case closes once 1 condition is done" in page(as_user(ana), "follow_up", reference, "closing")
    assert "gave the closing report" in page(as_user(ana), "proposal", reference)


def test_partner_corrects_its_record_through_the_researcher_and_an_officer_applies_it(
    condition, ana, omar, tomasz, eve, as_user
):
    proposal = Proposal.objects.get(pk=condition.decision.case.proposal_id)
    partner = proposal.participations.first().partner
    url = reverse("partner_corrections", args=[proposal.reference])
    given = {"do": "propose", "partner": str(partner.uid), "field": "city", "right": "Nantes", "source": "Its page"}
    assert as_user(eve).get(url).status_code == 404
    assert as_user(tomasz).post(url, given).status_code == 403
    assert as_user(ana).post(url, {**given, "source": ""}).status_code == 422

    assert as_user(ana).post(url, given).url == url

    partner.refresh_from_db()
    assert partner.city != "Nantes"
    assert Notice.objects.filter(user=omar, subject__contains="a partner corrects its record").exists()
    row = PartnerCorrection.objects.get()
    for other in (ana, tomasz):
        assert as_user(other).post(url, {"do": "apply", "correction": str(row.uid)}).status_code == 403
    assert as_user(omar).post(url, {"do": "refuse", "correction": str(row.uid)}).status_code == 422
    assert as_user(omar).post(url, {"do": "apply", "correction": str(row.uid)}).status_code == 302
    partner.refresh_from_db()
    row.refresh_from_db()
    assert (partner.city, row.state, row.settled_by) == ("Nantes", "applied", omar)
    assert as_user(omar).post(url, {"do": "apply", "correction": str(row.uid)}).status_code in {409, 422}
    assert "Correction by the partner" in as_user(ana).get(url).content.decode()
    verbs = list(Event.objects.order_by("sequence").values_list("verb", flat=True))
    assert verbs.index("partner_correction.proposed") < verbs.index("partner_correction.applied")


def test_decision_page_takes_as_many_queries_for_three_conditions_as_for_one(condition, ana, as_user):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    reference, counts = condition.decision.case.proposal.reference, []
    workflow.name_condition_owner(condition=condition, actor=ana, owner=ana)
    for _round in range(2):
        client = as_user(ana)
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("decision", args=[reference]))
        counts.append(len(caught))
        for number in range(2):
            Condition.objects.create(
                decision=condition.decision,
                text=f"More {number}",
                responsible="Ana",
                due_on=condition.due_on,
                owner=ana,
            )

    assert counts[0] == counts[1]
