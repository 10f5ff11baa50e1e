"""After submitting: state, withdrawal, versions, decision, safeguards and reports, as the researcher sees them."""

import pytest
from django.urls import reverse

from riskassess import workflow
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import AccessRead
from riskassess.jobs.models import Job
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case, Outcome
from tests.web.filing.pages import filled, read, text_of

pytestmark = pytest.mark.django_db


def page_name(name, proposal, *args):
    return reverse(name, args=[proposal.reference, *args])


def send_in(browser, proposal):
    """Submit what the check page shows now."""
    page = browser.get(page_name("check", proposal))
    return browser.post(page_name("submit", proposal), filled(page, "submit", statement="on"))


def test_submitting_with_missing_answers_lists_them_and_submits_nothing(as_user, ana, filed):
    proposal = filed(answers={"T4": "basic"})

    page = send_in(as_user(ana), proposal)

    assert page.status_code == 422
    assert "Some answers are missing. The list below leads to each of them." in text_of(page)
    assert "Which data are shared?" in text_of(page)
    assert "Submit proposal" in text_of(page)
    proposal.refresh_from_db()
    assert proposal.state == "draft"


def test_submitting_needs_the_statement(as_user, ana, filed):
    proposal = filed()

    browser = as_user(ana)
    page = browser.get(page_name("check", proposal))

    page = browser.post(page_name("submit", proposal), filled(page, "submit"))

    assert page.status_code == 422
    assert "Tick the statement before you submit." in text_of(page)


def test_submitting_twice_says_so_and_does_it_once(as_user, ana, filed, listed):
    proposal, browser = filed(), as_user(ana)
    sent = filled(browser.get(page_name("check", proposal)), "submit", statement="on")
    assert browser.post(page_name("submit", proposal), sent).status_code == 302

    page = browser.post(page_name("submit", proposal), sent)

    assert page.status_code == 409
    assert proposal.versions.count() == 1


def test_check_page_promises_route_and_day(as_user, ana, filed, listed, run_jobs):
    proposal = filed(example="04-coastal")
    run_jobs()

    words = text_of(as_user(ana).get(page_name("check", proposal)))

    assert "Light review. A reviewer of your unit reads it. We promise an answer within 3 working days" in words


def test_discarded_draft_is_gone_after_a_page_that_names_it(as_user, ana, filed):
    proposal, browser = filed(), as_user(ana)
    assert f"Discard {proposal.reference}?" in text_of(browser.get(page_name("discard", proposal)))

    page = browser.post(page_name("discard", proposal), follow=True)

    assert f"The draft {proposal.reference} is gone." in text_of(page)
    assert not Proposal.objects.filter(pk=proposal.pk).exists()


def test_withdrawn_proposal_stays_readable(as_user, ana, submitted):
    proposal, browser = submitted(example="04-coastal"), as_user(ana)
    assert "Omar stops reviewing" in text_of(browser.get(page_name("withdraw", proposal)))

    page = browser.post(page_name("withdraw", proposal), {"reason": "The partner left."}, follow=True)

    assert "Withdrawn" in text_of(page)
    assert browser.get(page_name("version", proposal, 1)).status_code == 200
    assert browser.get(page_name("withdraw", proposal)).status_code == 403


def test_one_press_on_my_page_withdraws_and_what_was_written_can_be_copied(as_user, ana, submitted):
    proposal, browser = submitted(example="04-coastal"), as_user(ana)
    address = page_name("withdraw", proposal)
    assert f'<form method="post" action="{address}">' in browser.get("/home").content.decode()

    page = browser.post(address, follow=True)

    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"
    assert "“Copy” makes a new draft of what you wrote" in text_of(page)
    assert f'action="{page_name("proposal_copy", proposal)}"' in page.content.decode()


def test_version_page_shows_what_was_filed_and_what_changed(as_user, ana, omar, submitted, run_jobs):
    proposal, browser = submitted(example="04-coastal"), as_user(ana)
    workflow.request_changes(case=Case.objects.get(proposal=proposal), actor=omar, reasons="Look at the data again.")
    address, partner = page_name("section", proposal, "partners"), proposal.participations.get().uid
    browser.post(address, filled(browser.get(address), "questions", **{f"G1-{partner}": "signed"}))
    send_in(browser, proposal)
    run_jobs()

    first, second = (text_of(browser.get(page_name("version", proposal, number))) for number in (1, 2))

    assert "It will be signed before the work starts" in first
    assert "What is different from version 1" in second
    assert "Yes, signed" in second
    assert browser.get(page_name("version", proposal, 3)).status_code == 404


def test_decision_page_says_outcome_reasons_conditions_and_appeal(as_user, ana, tomasz, jonas, submitted, run_jobs):
    proposal = submitted(example="04-coastal")
    case, record = Case.objects.get(proposal=proposal), latest_record(proposal)
    workflow.recommend(
        case=case, actor=tomasz, outcome=Outcome.APPROVE, reasons="Well prepared.", record_uid=str(record.uid)
    )
    workflow.decide(
        case=Case.objects.get(pk=case.pk),
        actor=jonas,
        record_uid=str(record.uid),
        outcome=Outcome.CONDITIONS,
        reasons="One more source of money is needed.",
        source="Finding G05",
        conditions=[{"text": "Find a second funder", "responsible": "Ana", "due_on": record.as_of.replace(year=2099)}],
    )
    run_jobs()
    browser = as_user(ana)

    words = text_of(browser.get(page_name("decision", proposal)))

    for part in ("with conditions", "One more source of money is needed.", "Finding G05", "Find a second funder"):
        assert part in words
    assert "You may appeal until" in words
    assert "Well prepared." in words
    assert "1 condition, due 23 Nov 2099" in text_of(browser.get("/home")).replace(
        record.as_of.replace(year=2099).strftime("%-d %b %Y"), "23 Nov 2099"
    )


def test_researcher_reads_no_flag_reason_nor_votes(as_user, ana, omar, submitted):
    proposal = submitted(example="04-coastal")
    workflow.flag(
        case=Case.objects.get(proposal=proposal), actor=omar, reasons="A secret worry", told="Who can read the data?"
    )

    words = text_of(as_user(ana).get(proposal.get_absolute_url()))

    assert "A secret worry" not in words


def test_possible_match_is_told_calmly(as_user, ana, submitted):
    proposal = submitted(example="06-harbour")

    words = text_of(as_user(ana).get(proposal.get_absolute_url()))

    assert "The name of a partner, or of a person named there, is close to one on a list." in words
    assert "list of frozen assets" not in words


def test_safeguard_is_proposed_with_the_level_it_would_reach_and_taken_back(as_user, ana, submitted):
    proposal, browser = submitted(example="05-ocean"), as_user(ana)
    address = page_name("safeguards", proposal)
    finding = next(f for f in latest_record(proposal).result["findings"] if f["rule"] == "K04")

    page = browser.get(address)
    assert "High → " in text_of(page)
    pick = f"{finding['key']}|M_separate"
    page = browser.post(
        page_name("safeguards", proposal),
        {"pick": [pick], "responsible": "Ana", "due_on": "2099-01-15"},
        follow=True,
    )

    assert "1 safeguard proposed." in text_of(page)
    assert "by 15 Jan 2099" in text_of(page)
    assert latest_record(proposal).trigger == "safeguard"
    safeguard = proposal.questionnaire.safeguards.get()
    page = browser.post(page_name("safeguard_drop", proposal, safeguard.uid), follow=True)
    assert "Taken back." in text_of(page)
    assert not proposal.questionnaire.safeguards.exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Tick at least one safeguard first."),
        ({"pick": ["K04|M_nothing"]}, "One of the safeguards is not offered here any more."),
        ({"pick": ["x"], "due_on": "2001-01-01"}, "This day is over. Choose a later one."),
    ],
)
def test_safeguards_that_are_not_offered_are_refused_in_words(as_user, ana, submitted, sent, sentence):
    proposal = submitted(example="05-ocean")

    page = as_user(ana).post(page_name("safeguards", proposal), sent)

    assert page.status_code == 422
    assert sentence in text_of(page)


def test_assessment_quotes_answers_sources_and_the_rules_that_found_nothing(as_user, ana, submitted):
    proposal = submitted(example="05-ocean")

    words = text_of(as_user(ana).get(page_name("assessment", proposal)))

    for part in ("How we got to this level", "Because", "Likelihood × impact", "rules were checked and found nothing"):
        assert part in words
    assert "is a dated legal fact" in words
    assert "On the 5 × 5 matrix" in words


def test_report_is_shown_as_it_is_made_and_reading_it_is_on_record(as_user, ana, filed, listed, run_jobs):
    proposal, browser = filed(), as_user(ana)
    send_in(browser, proposal)
    while (job := Job.objects.filter(state="queued").order_by("pk").first()) and job.task != "reports.build_report":
        run_jobs(limit=1)
    report = proposal.reports.get()
    assert "waits for its turn" in text_of(browser.get(proposal.get_absolute_url()))
    assert browser.get(f"/reports/{report.uid}.pdf")["Location"] == proposal.get_absolute_url()
    state = browser.get(f"/reports/{report.uid}/state", headers={"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in state.content.decode()

    run_jobs()

    state = browser.get(f"/reports/{report.uid}/state", headers={"HX-Request": "true"})
    assert f"/reports/{report.uid}.pdf" in read(state).links
    assert browser.get(f"/reports/{report.uid}.pdf").status_code == 200
    assert AccessRead.objects.filter(verb="report.read", actor_id=ana.pk, reference=proposal.reference).count() == 1


def test_failed_report_says_why_and_is_tried_again(as_user, ana, filed, listed, run_jobs):
    proposal, browser = filed(), as_user(ana)
    send_in(browser, proposal)
    while (job := Job.objects.filter(state="queued").order_by("pk").first()) and job.task != "reports.build_report":
        run_jobs(limit=1)
    report = proposal.reports.get()
    Job.objects.filter(pk=report.job_id).update(state="failed", attempts=3, error="The disk is full.")

    page = browser.get(proposal.get_absolute_url())
    assert "The disk is full." in text_of(page)
    assert f"/reports/{report.uid}/retry" in read(page).actions.values()
    browser.post(f"/reports/{report.uid}/retry")
    run_jobs()

    report.refresh_from_db()
    assert report.is_ready
