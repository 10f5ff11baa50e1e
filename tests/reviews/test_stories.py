"""Whole stories after a decision. Each ends with the timeline and the audit log telling the same, in this order."""

from datetime import date

import pytest
from django.urls import reverse

from riskassess import schedule, workflow
from riskassess.accounts.services import grant_role
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import Event
from riskassess.audit.services import check_chain
from riskassess.core.errors import DomainError
from riskassess.management.commands.demo import DEMO
from riskassess.management.filing import read_example, write_draft
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case, Condition
from riskassess.web.history import TOLD
from riskassess.web.verbs import verb_words
from tests.reviews.test_following import at
from tests.story import declare_none, submit_proposal

pytestmark = pytest.mark.django_db


def same_story(proposal, author, auditor, as_user, steps: list[str]) -> None:
    """The record holds these steps in this order; the author's page and the auditor's log tell them as well."""
    found = Event.objects.filter(reference=proposal.reference).order_by("sequence")
    told = [verb for verb in found.values_list("verb", flat=True) if verb in TOLD and not verb.startswith("safeguard.")]
    assert told == steps
    page = as_user(author).get(reverse("proposal", args=[proposal.reference])).content.decode()
    log = as_user(auditor).get(reverse("audit"), {"reference": proposal.reference}).content.decode()
    timeline = page[page.index('class="ra-timeline') :]
    for text in (timeline, log):
        place = -1
        for verb in reversed(steps[-10:]):  # newest first; the page of a proposal shows the newest twelve
            place = text.find(str(verb_words(verb)), place + 1)
            assert place >= 0, verb
    check_chain()
    assert not Event.objects.filter(verb="audit.chain_broken").exists()


def vote(case, actor, record, outcome, **more):
    workflow.decide(
        case=Case.objects.get(pk=case.pk),
        actor=actor,
        record_uid=str(record.uid),
        outcome=outcome,
        reasons="Weighed with care.",
        source="Finding K04",
        **more,
    )


def test_very_high_case_with_panel_conditions_breach_and_opening_again(
    university, listed, ana, omar, jonas, david, as_user
):
    draft = write_draft(content=read_example("night-crews", DEMO), owner=ana, unit=ana.unit)
    proposal = submit_proposal(draft)
    case, record = proposal.case, latest_record(proposal)
    assert (record.inherent_upper, case.route) == ("very_high", "panel")
    terms = [{"text": "Keep the data here", "responsible": "Ana", "due_on": date(2099, 1, 4)}]
    for row in case.assignments.filter(kind="panel").select_related("user"):
        workflow.recommend(
            case=case,
            actor=row.user,
            outcome="approve_with_conditions",
            reasons="With care.",
            record_uid=str(record.uid),
        )
    for actor in (omar, jonas):
        vote(case, actor, record, "approve_with_conditions", conditions=terms)
    condition = Condition.objects.get(decision__case=case, text="Keep the data here")
    workflow.report_condition(condition=condition, actor=ana, evidence="They are here.")
    check = reverse("condition_check", args=[proposal.reference, condition.uid])

    broken = as_user(omar).post(check, {"do": "break", f"{condition.uid}-reasons": "A copy was sent abroad."})

    assert broken.status_code == 302
    case.refresh_from_db()
    condition.refresh_from_db()
    assert (Proposal.objects.get(pk=proposal.pk).state, case.round) == ("in_review", 2)
    assert (condition.breach, case.votes.filter(round=2).count()) == ("A copy was sent abroad.", 0)
    same_story(
        proposal,
        ana,
        david,
        as_user,
        ["proposal.created", "proposal.submit", "proposal.assign", "proposal.decide", "condition.reported",
         "condition.broken", "proposal.reopen"],
    )  # fmt: skip
    page = as_user(ana).get(reverse("decision", args=[proposal.reference])).content.decode()
    assert "The case is open again." in page


def test_appeal_is_heard_by_others_and_leads_to_a_new_decision(
    approved, university, ana, jonas, kirsten, david, as_user
):
    proposal = approved()
    lena = university.people["lena"]
    grant_role(user=lena, role="reviewer", actor=None, unit=proposal.unit)
    hearer = as_user(kirsten)
    sent = as_user(ana).post(reverse("appeal", args=[proposal.reference]), {"reasons": "The second funder exists."})
    assert sent.status_code == 302
    assert as_user(jonas).get(reverse("appeal_hear", args=[proposal.reference])).status_code == 403  # E11: he decided

    answered = hearer.post(
        reverse("appeal_hear", args=[proposal.reference]), {"outcome": "upheld", "answer": "It exists, see page 2."}
    )

    assert answered.status_code == 302
    case, record = Case.objects.get(proposal=proposal), latest_record(proposal)
    assert case.reviewer == lena  # Tomasz advised before, and somebody else is free
    decision = case.decisions.get(round=1)
    assert (decision.appeal.outcome, decision.appeal.new_round) == ("upheld", 2)
    advice = {"case": case, "actor": lena, "outcome": "approve", "reasons": "Fine now.", "record_uid": str(record.uid)}
    with pytest.raises(DomainError, match="Say first whether something stands against your part"):
        workflow.recommend(**advice)
    declare_none(proposal)  # the new round asks anew
    workflow.recommend(**advice)
    vote(case, kirsten, record, "approve")
    assert case.decisions.get(round=2).outcome == "approve"
    same_story(
        proposal,
        ana,
        david,
        as_user,
        ["proposal.created", "proposal.submit", "proposal.assign", "proposal.decide", "appeal.filed", "appeal.settled",
         "proposal.reopen", "proposal.decide"],
    )  # fmt: skip
    page = as_user(ana).get(reverse("appeal", args=[proposal.reference])).content.decode()
    assert "The second funder exists." not in page or "upheld" in page


def test_lapsed_deadline_reminds_and_escalates_and_lets_no_time_decide(
    submitted, ana, omar, jonas, tomasz, david, as_user, monkeypatch
):
    proposal = submitted(example="04-coastal")
    case, record = proposal.case, latest_record(proposal)
    Case.objects.update(due_on=date(2026, 12, 10))
    for day in (10, 11, 18, 21):
        at(monkeypatch, 2026, 12, day)
        schedule.follow_decisions()
    assert Proposal.objects.get(pk=proposal.pk).state == "in_review"
    asked = workflow.open_thread(
        proposal=Proposal.objects.get(pk=proposal.pk), actor=tomasz, kind="request", text="Who pays?"
    )
    at(monkeypatch, 2026, 12, 28)
    schedule.follow_decisions()  # the clock stands: nobody is reminded
    workflow.answer_thread(thread=asked, actor=ana, text="The university.")
    workflow.recommend(case=case, actor=tomasz, outcome="approve", reasons="Fine.", record_uid=str(record.uid))
    vote(case, jonas, record, "approve")

    events = list(
        Event.objects.filter(reference=proposal.reference).order_by("sequence").values_list("verb", flat=True)
    )
    assert events.count("case.delay_told") == 1
    assert events.index("case.delay_told") < events.index("case.paused") < events.index("proposal.decide")
    same_story(
        proposal,
        ana,
        david,
        as_user,
        ["proposal.created", "proposal.submit", "proposal.assign", "case.paused", "case.resumed", "proposal.decide"],
    )
    assert "our turn" not in as_user(ana).get(reverse("home")).content.decode()
