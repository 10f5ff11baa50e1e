"""The desk says whose turn it is, also after a decision and where a panel has to be heard."""

from pathlib import Path

import pytest

from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.management.filing import read_example
from riskassess.reviews.models import Condition
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


def test_appeal_stands_on_the_desk_of_whoever_reads_it(as_user, approved, ana, kirsten, jonas):
    workflow.appeal(case=approved(title="Storms").case, actor=ana, reasons="Too strict.")

    page = text_of(as_user(kirsten).get("/desk"))

    assert ("1 case is yours." in page, "An appeal to read" in page) == (True, True)
    assert "An appeal to read" not in text_of(as_user(jonas).get("/desk"))


def test_condition_said_to_be_done_stands_on_the_officers_desk(as_user, approved, ana, omar):
    proposal = approved(title="Storms")
    condition = Condition.objects.get(decision__case__proposal=proposal)
    workflow.report_condition(condition=condition, actor=ana, evidence="Signed.")

    assert "A condition to look at" in text_of(as_user(omar).get("/desk"))

    workflow.check_condition(condition=condition, actor=omar, accepted=True)
    assert "A condition to look at" not in text_of(as_user(omar).get("/desk"))


def test_panel_is_heard_before_the_votes(as_user, submitted, university, omar):
    content = read_example("night-crews", Path("fixtures/demo"))
    submitted(**{name: value for name, value in content.items() if name != "unit"})
    lena = User.objects.get(email__startswith="lena")

    assert "The panel recommends" in text_of(as_user(omar).get("/desk"))
    assert "1 case is yours." in text_of(as_user(lena).get("/desk"))


def test_decision_stays_readable_when_the_case_is_open_again(as_user, approved, ana, omar):
    proposal = approved(title="Storms")
    condition = Condition.objects.get(decision__case__proposal=proposal)
    workflow.break_condition(condition=condition, actor=omar, reasons="It was not kept.")
    browser = as_user(ana)

    page = text_of(browser.get(f"/proposals/{proposal.reference}/decision"))

    assert "The case is open again." in page
    assert "Find a second funder" in page
    assert "Decided before" in text_of(browser.get(proposal.get_absolute_url()))
