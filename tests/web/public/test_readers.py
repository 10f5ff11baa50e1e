"""What the public page says of readers is what the rules do, with a real case at each stage."""

import pytest
from django.urls import reverse

from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.assessments.queries import latest_record
from riskassess.proposals.models import Proposal
from riskassess.reviews.queries import visible_proposals
from riskassess.web import readers
from tests.story import HIGH, MODERATE


@pytest.fixture
def people(university):
    names = {
        "authors": "ana", "reviewer": "tomasz", "officer": "omar", "approver": "jonas", "auditor": "david",
        "administrator": "ada", "others": "eve",
    }  # fmt: skip
    return {reader: university.people[name] for reader, name in names.items()}


def fresh(user):
    return User.objects.get(pk=user.pk)


def sees(user, proposal):
    user, proposal = fresh(user), Proposal.objects.get(pk=proposal.pk)
    return visible_proposals(user).filter(pk=proposal.pk).exists() and user.has_perm("proposals.view", proposal)


def seen_by(people, proposal):
    return {reader: sees(user, proposal) for reader, user in people.items()}


def told(stage):
    return {row.reader: bool(getattr(row, stage)) for row in readers.STAGES}


def test_a_draft_is_seen_by_whom_the_page_names(people, filed):
    assert seen_by(people, filed(example=HIGH)) == told("draft")


def test_a_case_under_review_is_seen_by_whom_the_page_names_once_it_is_the_approvers_turn(people, submitted):
    proposal = submitted(example=HIGH)
    assert seen_by(people, proposal) == told("review") | {"approver": False}

    vote(people["officer"], proposal, "decline")

    assert seen_by(people, proposal) == told("review")


def test_a_decided_case_is_seen_by_whom_the_page_names(people, submitted):
    proposal = submitted(example=HIGH)
    for reader in ("officer", "approver"):
        vote(people[reader], proposal, "decline")

    assert Proposal.objects.get(pk=proposal.pk).state == "declined"
    assert seen_by(people, proposal) == told("decided")


def test_each_part_is_open_to_whom_the_page_names(people, submitted):
    proposal = submitted(example=HIGH)
    vote(people["officer"], proposal, "decline")
    proposal = Proposal.objects.get(pk=proposal.pk)

    for part in readers.PARTS:
        may = {reader for reader, user in people.items() if fresh(user).has_perm(part.permission, proposal)}
        assert may & set(readers.SHOWN) == part.readers, part.title
        assert not may & {"administrator", "others"} or part.permission == "reviews.view_match", part.title


def test_somebody_with_a_conflict_sees_nothing(people, submitted):
    proposal = submitted(example=MODERATE)
    officer = people["officer"]
    officer.supervisor = proposal.owner
    officer.save()

    assert not fresh(officer).has_perm("proposals.view", proposal)


def test_page_is_open_and_names_every_reader(client, db):
    page = client.get(reverse("who_sees_what"))

    assert page.status_code == 200
    assert all(str(title) in page.content.decode() for title in readers.TITLES.values())


def vote(user, proposal, outcome):
    workflow.decide(
        case=Proposal.objects.get(pk=proposal.pk).case,
        actor=fresh(user),
        record_uid=str(latest_record(proposal).uid),
        outcome=outcome,
        reasons="Reasons.",
        source="K04",
        why_safeguards_fail="They would not.",
    )
