"""Whoever carries a case and comes into conflict with it is taken off it, and somebody is told to choose anew."""

from datetime import date

import pytest

from riskassess import workflow
from riskassess.accounts.models import RoleMembership, User
from riskassess.accounts.roles import Role
from riskassess.audit.models import Event
from riskassess.notices.models import Notice
from riskassess.reviews.models import Case
from tests.story import HIGH, MODERATE, join

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(omar, university):
    """Another officer, who hears of it."""
    user = User.objects.create_user("olga@norderhaven.example", "Olga Lind", "a-long-password", unit=omar.unit)
    RoleMembership.objects.create(user=user, role=Role.OFFICER, starts=date(2026, 1, 1))
    return user


def told(user, need):
    return [notice.reference for notice in Notice.objects.filter(user=user, subject__endswith=need)]


def test_officer_who_joins_the_proposal_hands_its_case_back(submitted, ana, omar, second):
    proposal = submitted(example=HIGH)
    case = proposal.case
    assert case.officer == omar
    workflow.request_changes(case=case, actor=omar, reasons="Name the lab.")
    proposal.refresh_from_db()

    join(proposal, omar, can_edit=True)

    case = Case.objects.get(pk=case.pk)
    assert case.officer is None
    assert not case.assignments.filter(user=omar, ended_at__isnull=True).exists()
    assert "Omar" in case.escalated
    assert Event.objects.filter(verb="case.handed_back", reference=proposal.reference).count() == 1
    assert told(second, "a case was handed back") == [proposal.reference]
    assert told(omar, "a case was handed back") == []


def test_reviewer_who_files_with_the_lead_hands_the_other_case_back(submitted, filed, ana, tomasz, omar):
    case = submitted(example=MODERATE).case
    assert case.reviewer == tomasz
    other = filed(example=HIGH)

    join(other, tomasz, can_edit=True)
    assert Case.objects.get(pk=case.pk).reviewer == tomasz
    workflow.submit(proposal=other, actor=ana)

    case = Case.objects.get(pk=case.pk)
    assert (case.reviewer, case.officer) == (None, omar)
    assert told(omar, "a case was handed back") == [case.proposal.reference]


def test_people_without_a_case_change_nothing(submitted, filed, ana, mateo):
    case = submitted(example=MODERATE).case

    join(filed(), mateo, can_edit=True)

    assert Case.objects.get(pk=case.pk).officer == case.officer
    assert not Event.objects.filter(verb="case.handed_back").exists()


def test_new_case_that_nobody_can_carry_is_told_to_officers_without_conflict(
    filed, listed, ana, omar, second, run_jobs
):
    proposal = filed(example=MODERATE)
    for user in (omar, second):
        User.objects.filter(pk=user.pk).update(supervisor=ana)

    workflow.submit(proposal=proposal, actor=ana)
    run_jobs()

    assert Case.objects.get(proposal=proposal).officer is None
    assert told(omar, "a new case for you") + told(second, "a new case for you") == []
