"""Out of scope is 404, in scope but not allowed 403; nobody learns that a foreign proposal exists."""

import pytest
from django.urls import reverse

from riskassess.audit.models import AccessRead
from tests.story import join
from tests.web.filing.pages import filled, read, text_of

pytestmark = pytest.mark.django_db

PAGES = ("proposal", "collaboration", "assessment", "check", "discard", "withdraw", "decision")


def addresses(proposal):
    found = [reverse(name, args=[proposal.reference]) for name in PAGES]
    found += [reverse("section", args=[proposal.reference, "work"]), reverse("version", args=[proposal.reference, 1])]
    return found


def test_eve_finds_nothing_of_anas_draft(as_user, eve, filed):
    proposal, browser = filed(), as_user(eve)

    for address in addresses(proposal):
        assert browser.get(address).status_code == 404, address
    for name in ("submit", "discard", "collaboration", "safeguards"):
        assert browser.post(reverse(name, args=[proposal.reference])).status_code == 404, name


def test_eve_finds_nothing_of_anas_submitted_proposal(as_user, eve, submitted):
    proposal = submitted(example="04-coastal")
    report, browser = proposal.reports.get(), as_user(eve)

    for address in addresses(proposal):
        assert browser.get(address).status_code == 404, address
    assert browser.get(f"/reports/{report.uid}.pdf").status_code == 404
    assert browser.get(f"/reports/{report.uid}/state", headers={"HX-Request": "true"}).status_code == 404
    assert browser.post(f"/reports/{report.uid}/retry").status_code == 404


def test_officer_sees_no_draft(as_user, omar, filed):
    proposal = filed()

    assert as_user(omar).get(proposal.get_absolute_url()).status_code == 404


def test_officer_reads_a_submitted_proposal_and_writes_nothing(as_user, omar, submitted):
    proposal, browser = submitted(example="04-coastal"), as_user(omar)

    assert browser.get(proposal.get_absolute_url()).status_code == 200
    assert browser.get(reverse("collaboration", args=[proposal.reference])).status_code == 403
    assert browser.post(reverse("submit", args=[proposal.reference]), {"statement": "on"}).status_code == 403
    assert browser.get(reverse("withdraw", args=[proposal.reference])).status_code == 403


def test_coinvestigator_who_may_only_read_is_led_to_the_proposal(as_user, ana, mateo, filed):
    proposal = filed()
    join(proposal, mateo, can_edit=False)
    browser, address = as_user(mateo), reverse("section", args=[proposal.reference, "work"])

    assert browser.get(address)["Location"] == proposal.get_absolute_url()
    assert browser.post(address, {"T4": "basic", "shown": "T4:1"}).status_code == 403


def test_coinvestigator_who_may_only_read_reads_the_whole_draft(as_user, ana, mateo, filed):
    proposal = filed()
    join(proposal, mateo, can_edit=False)
    browser, address = as_user(mateo), reverse("check", args=[proposal.reference])
    assert address in read(browser.get(proposal.get_absolute_url())).links

    page = browser.get(address)

    words = text_of(page)
    assert "You read this draft as it stands now. Ana can let you write, too." in words
    assert proposal.participations.first().partner.name in words
    assert "Submit proposal" not in words
    assert not any("/collaboration" in link or "/sections/" in link for link in read(page).links)


def test_way_back_begins_where_the_reader_comes_from(as_user, ana, omar, david, submitted):
    proposal = submitted(example="04-coastal")
    address = reverse("version", args=[proposal.reference, 1])

    seen = {user.first_name: as_user(user).get(address).context["crumbs"][0] for user in (ana, omar, david)}

    assert {name: str(label) for name, (label, _url) in seen.items()} == {
        "Ana": "My page", "Omar": "Desk", "David": "Audit",
    }  # fmt: skip
    case = as_user(david).get(proposal.case.get_absolute_url())
    assert case.context["crumbs"][0] == ("Audit", reverse("audit"))


def test_coinvestigator_who_may_edit_writes_but_does_not_submit(as_user, ana, mateo, filed):
    proposal = filed()
    join(proposal, mateo, can_edit=True)
    browser = as_user(mateo)

    assert browser.get(reverse("section", args=[proposal.reference, "work"])).status_code == 200
    page = browser.get(reverse("check", args=[proposal.reference]))
    assert "Ana Ferreira leads this proposal and submits it." in page.content.decode()
    assert "Submit proposal" not in page.content.decode()
    shown = filled(as_user(ana).get(reverse("check", args=[proposal.reference])), "submit", statement="on")

    page = browser.post(reverse("submit", args=[proposal.reference]), shown)

    assert page.status_code == 422
    assert "Only Ana Ferreira, who leads this proposal, can submit it." in page.content.decode()
    proposal.refresh_from_db()
    assert proposal.state == "draft"


def test_page_of_a_submitted_proposal_leads_away_from_the_form(as_user, ana, submitted):
    proposal = submitted()

    page = as_user(ana).get(reverse("section", args=[proposal.reference, "work"]))

    assert page["Location"] == proposal.get_absolute_url()


def test_decision_page_opens_with_the_decision(as_user, ana, submitted):
    proposal = submitted(example="04-coastal")

    assert as_user(ana).get(reverse("decision", args=[proposal.reference])).status_code == 404


def test_auditors_reading_is_on_record(as_user, david, submitted):
    proposal, browser = submitted(example="04-coastal"), as_user(david)

    for name in ("proposal", "assessment"):
        assert browser.get(reverse(name, args=[proposal.reference])).status_code == 200

    reads = AccessRead.objects.filter(verb="proposal.read", actor_id=david.pk, reference=proposal.reference)
    assert reads.count() == 2
    assert "the answer is" in browser.get(reverse("assessment", args=[proposal.reference])).content.decode()
