"""People named at partners, on the pages of those who review: matches judged by two, erased on request."""

import io
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from partners.models import Contact, FactChange, Hit, Judgement
from partners.screening import screen
from riskassess import workflow
from riskassess.accounts.models import RoleMembership
from riskassess.assessments.queries import assessment_of, latest_record
from riskassess.core.errors import Conflict
from riskassess.files.services import read_bytes
from riskassess.proposals.models import Proposal
from riskassess.reviews.changed import changed_facts
from riskassess.web.people import without_origin
from tests.story import MODERATE, submit_proposal
from tests.web.filing.pages import read, text_of
from tests.web.filing.test_contacts import name_people

pytestmark = pytest.mark.django_db
LISTED = "Orsolya Quillfeather"  # an invented person on the sample list


@pytest.fixture
def named(filed, listed, ana):
    """A submitted proposal with these people at its partner in Ghana."""

    def make(*names):
        draft = filed(example=MODERATE)
        name_people(draft, ana, *(("GH", name) for name in names))
        return submit_proposal(draft)

    return make


@pytest.fixture
def hit(named):
    found = named(LISTED)
    hit = Hit.objects.filter(screening__contact__isnull=False).latest("pk")
    hit.proposal = found
    return hit


def facts_of_partner(proposal):
    return latest_record(proposal).facts["partners"][0]["facts"]


def test_match_of_a_person_holds_the_proposal_until_two_have_judged(hit, omar, kirsten, as_user):
    proposal, case = hit.proposal, hit.proposal.case
    address = reverse("match", args=[proposal.reference, hit.uid])
    assert facts_of_partner(proposal)["sanction_hit"] == "possible"
    assert case.holds.get(rule="L01").state == "possible"
    page = as_user(omar).get(reverse("case", args=[proposal.reference]))
    assert address in page.content.decode()
    assert "named at University of Ghana" in text_of(page)

    match = text_of(as_user(omar).get(address))
    assert "Is it the same person?" in match
    assert "Speaks" in match
    assert "Country" not in match.split("Remarks")[0].split("Feature")[1]
    as_user(omar).post(address, {"verdict": "different", "reason": "Another field, another age."})
    assert case.holds.get(rule="L01").state == "possible"
    assert as_user(omar).post(address, {"confirm": "1"}).status_code == 403
    RoleMembership.objects.create(user=kirsten, role="officer", starts=timezone.localdate())
    as_user(kirsten).post(address, {"confirm": "1"})

    assert Judgement.objects.get().confirmed_by == kirsten
    assert case.holds.get(rule="L01").state == "gone"
    assert facts_of_partner(proposal)["sanction_hit"] == "cleared"
    assert "Different person" in text_of(as_user(omar).get(reverse("case", args=[proposal.reference])))


@pytest.mark.parametrize(
    ("remarks", "shown"),
    [
        (
            "DOB 12 Jan 1960; nationality Iran; POB Tehran, Iran; Passport A1 (Iran); Linked To: X.",
            "DOB 12 Jan 1960; Linked To: X.",
        ),
        ("Citizen of Norway. Rector since 2019.", "Rector since 2019."),
        ("Invented for demonstration.", "Invented for demonstration."),
        ("", ""),
    ],
)
def test_what_a_list_says_of_origin_is_not_shown(remarks, shown):
    assert without_origin(remarks) == shown


def test_same_person_makes_the_hold_firm(hit, omar):
    workflow.judge_hit(hit=hit, actor=omar, verdict="same", reason="Her own page says so.")

    assert facts_of_partner(hit.proposal)["sanction_hit"] == "confirmed"
    assert any(hold.state == "firm" for hold in assessment_of(latest_record(hit.proposal)).holds)


def test_match_is_hidden_from_outsiders_and_researchers(hit, ana, eve, tomasz, as_user):
    address = reverse("match", args=[hit.proposal.reference, hit.uid])

    assert [as_user(who).get(address).status_code for who in (ana, eve, tomasz)] == [403, 404, 200]
    assert as_user(tomasz).post(address, {"verdict": "different", "reason": "No."}).status_code == 403
    assert LISTED not in as_user(eve).get(reverse("partners")).content.decode()


def test_match_of_another_proposals_person_is_not_found(hit, named, omar, as_user):
    other = named("Ida Holm")

    assert as_user(omar).get(reverse("match", args=[other.reference, hit.uid])).status_code == 404


def test_judgement_of_one_with_a_conflict_is_refused(hit, omar):
    hit.proposal.coinvestigators.create(user=omar)

    with pytest.raises(Exception, match="take part"):
        workflow.judge_hit(hit=hit, actor=omar, verdict="same", reason="It is.")


def test_changed_facts_of_a_person_are_listed_with_the_proposals_that_name_them(hit, named, omar, as_user):
    named("Ida Holm")
    change = FactChange.objects.create(
        contact=hit.screening.contact, fact="sanction_hit", before="none", after="possible", cause="test"
    )

    (found,) = [each for each in changed_facts(Proposal.objects.all()) if each.change == change]
    page = text_of(as_user(omar).get(reverse("changes")))
    answer = as_user(omar).post(reverse("change_handle", args=[change.uid]), follow=True)

    assert found.open == (hit.proposal,)
    assert (LISTED in page, "person named at a partner" in page) == (True, True)
    assert f"Assessed again: {hit.proposal.reference}" in text_of(answer)


def test_match_with_a_later_list_is_judged_where_there_is_no_case(filed, listed, ana, omar, as_user):
    draft = filed()
    name_people(draft, ana, ("PT", "Ida Holm"))
    proposal = submit_proposal(draft)
    assert (proposal.state, hasattr(proposal, "case")) == ("registered", False)
    contact = Contact.objects.get()
    Contact.objects.filter(pk=contact.pk).update(name=LISTED)  # as if the list had come to name her
    contact.refresh_from_db()
    screen(contact)

    page = as_user(omar).get(reverse("changes"))
    (address,) = [link for link in read(page).links if "/matches/" in link]
    assert as_user(ana).get(address).status_code == 403
    answer = as_user(omar).post(address, {"verdict": "different", "reason": "Another field."})

    assert answer.url == reverse("proposal", args=[proposal.reference])
    assert Judgement.objects.get().contact == contact


def test_who_was_named_earlier_stays_in_the_officers_sight(hit, omar, ana, as_user):
    proposal = hit.proposal
    workflow.request_changes(case=proposal.case, actor=omar, reasons="Who is it?")
    proposal = Proposal.objects.get(pk=proposal.pk)
    name_people(proposal, ana, ("GH", "Ida Holm"))
    proposal = submit_proposal(proposal)

    page = text_of(as_user(omar).get(reverse("case", args=[proposal.reference])))

    assert ("named in an earlier version, no longer" in page, LISTED in page) == (True, True)
    address = reverse("version", args=[proposal.reference, 2])
    assert f"People at the partner Version 1 {LISTED}" in text_of(as_user(ana).get(address)).replace(
        "University of Ghana · ", ""
    )
    assert facts_of_partner(proposal)["sanction_hit"] == "none"
    assert as_user(omar).get(reverse("match", args=[proposal.reference, hit.uid])).status_code == 200


def test_command_says_which_proposals_name_a_person(hit, omar, ana):
    proposal = hit.proposal
    workflow.request_changes(case=proposal.case, actor=omar, reasons="Who is it?")
    name_people(Proposal.objects.get(pk=proposal.pk), ana, ("GH", "Ida Holm"))
    out = io.StringIO()

    call_command("contacts", "quillf", stdout=out)

    assert [LISTED in out.getvalue(), proposal.reference in out.getvalue()] == [True, True]
    with pytest.raises(CommandError, match="No proposal and no partner names anybody like"):
        call_command("contacts", "0000-0002-1825-0097")


def test_details_are_erased_once_the_case_is_closed(hit, omar, tomasz, ana, eve, as_user):
    proposal, contact = hit.proposal, hit.screening.contact
    address = reverse("contact_erase", args=[proposal.reference, contact.uid])
    with pytest.raises(Conflict, match=f"{proposal.reference} is in work"):
        workflow.erase_contact(contact=contact, actor=omar, reason="Asked for.")
    assert as_user(omar).post(address, {"reason": "Asked for."}).status_code == 409
    workflow.withdraw(proposal=proposal, actor=ana)

    assert [as_user(who).post(address, {"reason": "x"}).status_code for who in (tomasz, ana, eve)] == [403, 403, 404]
    assert as_user(omar).post(address, {"reason": " "}).status_code == 422
    assert LISTED in text_of(as_user(omar).get(address))
    assert as_user(omar).post(address, {"reason": "Asked for on 3 May."}).status_code == 302

    assert not Contact.objects.exists()
    version = proposal.versions.get()
    for page in ("case", "proposal"):
        assert LISTED not in as_user(omar).get(reverse(page, args=[proposal.reference])).content.decode()
    words = text_of(as_user(ana).get(reverse("version", args=[proposal.reference, version.number])))
    assert "a person whose details were erased" in words
    assert as_user(omar).get(address).status_code == 404


def test_only_people_of_the_proposal_can_be_erased_there(hit, named, omar, as_user):
    other = named("Ida Holm")

    for uid in (hit.screening.contact.uid, uuid.uuid4()):
        assert as_user(omar).get(reverse("contact_erase", args=[other.reference, uid])).status_code == 404


def test_case_takes_the_same_queries_for_1_and_12_people(named, omar, as_user):
    counts = []
    for count in (1, 12):
        proposal = named(*(LISTED if n == 0 else f"Person Number {n}" for n in range(count)))
        address = reverse("case", args=[proposal.reference])
        as_user(omar).get(address)
        browser = as_user(omar)
        browser.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(address).status_code == 200
        counts.append(len(caught))

    assert counts[0] == counts[1]


def test_no_report_names_anybody(hit):
    report = hit.proposal.reports.get()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(read_bytes(report.file))).pages)

    assert "University of Ghana" in text
    assert "Quillfeather" not in text
    assert "Quillfeather" not in f"{report.record.facts} {report.record.result} {report.version.content}"
