"""The whole table: every state, move and person, against a table typed by hand."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from django.utils import timezone

from riskassess.accounts.models import Institution, RoleMembership, Unit, User
from riskassess.audit.models import Event
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.models import CoInvestigator, Proposal
from riskassess.proposals.services import move
from riskassess.proposals.states import MOVES, State
from riskassess.reviews.models import Assignment, Case

EXPECTED = yaml.safe_load((Path(__file__).parent / "moves.yaml").read_text())
PEOPLE = {
    "owner": ("researcher", "here"),
    "coinvestigator": ("researcher", "here"),
    "reviewer": ("reviewer", "here"),
    "other_reviewer": ("reviewer", "here"),
    "officer": ("officer", None),
    "approver": ("approver", "here"),
    "other_approver": ("approver", "there"),
    "administrator": ("administrator", None),
    "auditor": ("auditor", None),
    "stranger": ("researcher", "there"),
    "former_officer": ("officer", None),
}


@pytest.fixture
def cast(db):
    """A proposal with its case, and one person for each part."""
    institution = Institution.objects.create(name="Norderhaven University")
    units = {
        "here": Unit.objects.create(institution=institution, name="Marine Sciences"),
        "there": Unit.objects.create(institution=institution, name="History and Archives"),
        None: None,
    }
    people = {}
    for name, (role, unit) in PEOPLE.items():
        user = User.objects.create(email=f"{name}@norderhaven.example", name=name, unit=units[unit])
        RoleMembership.objects.create(user=user, role=role, unit=units[unit], starts=date(2020, 1, 1))
        people[name] = user
    User.objects.filter(pk=people["former_officer"].pk).update(is_active=False)
    people["former_officer"].refresh_from_db()
    proposal = Proposal.objects.create(
        reference="RA-2026-0001", institution=institution, unit=units["here"], owner=people["owner"], title="Tides"
    )
    CoInvestigator.objects.create(proposal=proposal, user=people["coinvestigator"])
    case = Case.objects.create(
        proposal=proposal,
        route="full",
        deciders="moderate",
        officer=people["officer"],
        reviewer=people["reviewer"],
        opened_at=timezone.now(),
        due_on=date(2026, 12, 1),
    )
    Assignment.objects.create(case=case, kind="reviewer", user=people["reviewer"], reason="test")
    return proposal, people


def standing(proposal, state):
    Proposal.objects.filter(pk=proposal.pk).update(state=state)
    return Proposal.objects.get(pk=proposal.pk)


def test_moves_are_the_published_ones():
    built = {name: (sorted(step.sources), sorted(step.targets)) for name, step in MOVES.items()}

    assert built == {name: (sorted(row["from"]), sorted(row["to"])) for name, row in EXPECTED.items()}


def test_every_state_is_reached_by_a_move_or_is_the_draft():
    reached = {str(target) for row in EXPECTED.values() for target in row["to"]}

    assert reached | {"draft"} == set(State.values)


@pytest.mark.parametrize("state", State.values)
def test_move_permission_of_each_person_in_each_state(cast, state):
    proposal, people = cast
    proposal = standing(proposal, state)

    allowed = {
        (name, person)
        for name, step in MOVES.items()
        for person, user in people.items()
        if step.permission and state in step.sources and user.has_perm(step.permission, proposal)
    }

    assert allowed == {
        (name, person) for name, row in EXPECTED.items() if state in row["from"] for person in row["who"]
    }


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("name", MOVES)
def test_move_changes_the_state_only_where_the_table_says_so(cast, state, name):
    proposal, people = cast
    expected = EXPECTED[name]

    for target in State.values:
        proposal = standing(proposal, state)
        events = Event.objects.count()
        if state in expected["from"] and target in expected["to"]:
            moved = move(proposal=proposal, name=name, actor=people["owner"], to=State(target))
            assert (moved.state, Proposal.objects.get(pk=proposal.pk).state) == (target, target)
            assert Event.objects.count() == events + 1
        else:
            with pytest.raises(DomainError):
                move(proposal=proposal, name=name, actor=people["owner"], to=State(target))
            assert Proposal.objects.get(pk=proposal.pk).state == state
            assert Event.objects.count() == events


def test_move_by_a_stale_copy_loses(cast):
    proposal, people = cast
    first, second = Proposal.objects.get(pk=proposal.pk), Proposal.objects.get(pk=proposal.pk)
    move(proposal=first, name="submit", actor=people["owner"])

    with pytest.raises(Conflict, match="at the same time"):
        move(proposal=second, name="submit", actor=people["owner"])

    assert Proposal.objects.get(pk=proposal.pk).revision == 1
