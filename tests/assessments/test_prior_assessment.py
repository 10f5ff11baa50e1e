"""Whether the same work with the same partners was approved before: what rule P03 and a renewal rest on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from riskassess.assessments.services import assess_now, present_facts
from riskassess.management.filing import answer
from riskassess.proposals.models import Proposal
from tests.story import LOW, MODERATE

pytestmark = pytest.mark.django_db


def prior(proposal, days=0):
    on = timezone.localdate() + timedelta(days=days)
    return present_facts(questionnaire=proposal.questionnaire, on=on)["facts"]["prior_assessment"]


def relieved(proposal):
    return {remark.rule for remark in assess_now(questionnaire=proposal.questionnaire, on=timezone.localdate()).relief}


def test_same_work_that_was_registered_is_unchanged_and_relieved(submitted, filed):
    assert submitted(example=LOW).state == "registered"
    again = filed(example=LOW, title="The same once more")

    assert prior(again) == "unchanged"
    assert "P03" in relieved(again)


def test_renewal_of_the_same_work_is_unchanged(submitted, filed, ana):
    submitted(example=LOW)
    again = filed(example=LOW)
    answer(proposal=again, actor=ana, values={("T6", ""): "renewal", ("T6a", ""): "The first three years."})

    assert prior(again) == "unchanged"


def test_another_answer_is_a_change_and_no_relief(submitted, filed, ana):
    submitted(example=LOW)
    again = filed(example=LOW)
    answer(proposal=again, actor=ana, values={("T5", ""): "no"})

    assert prior(again) == "changed"
    assert "P03" not in relieved(again)


def test_work_with_others_of_others_or_long_ago_is_none(submitted, filed, eve):
    submitted(example=LOW)
    same, others = filed(example=LOW), filed(example=MODERATE)
    assert prior(others) == "none"
    assert prior(same, days=731) == "none"

    Proposal.objects.filter(pk=same.pk).update(owner=eve)

    assert prior(Proposal.objects.get(pk=same.pk)) == "none"


def test_work_under_review_is_no_earlier_approval(submitted, filed):
    assert submitted(example=MODERATE).state == "in_review"

    assert prior(filed(example=MODERATE)) == "none"
