"""Lists and cases of the staff cost the same number of queries at any length; the other lists are counted at home."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from riskassess.assessments.models import AssessmentRecord, ProposalVersion
from riskassess.management.filing import read_example
from riskassess.proposals.models import Proposal
from riskassess.reviews.inbox import first_keys, urgent_of_mine, visible_cases, with_turns
from riskassess.reviews.models import Case
from tests.story import HIGH

pytestmark = pytest.mark.django_db
LENGTHS = (1, 3, 300)


def queries_of(browser, address) -> int:
    browser.get(address)  # what a first visit keeps for later ones is not counted
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(address).status_code == 200
    return len(caught)


def copy_cases(proposal, count) -> None:
    """Further cases with all that a row of the desk reads; each differs in its reference and due day alone."""
    case, version = proposal.case, proposal.versions.get()
    record = AssessmentRecord.objects.get(proposal=proposal)
    beside = [*case.holds.all(), *case.assignments.all()]
    for number in range(Case.objects.count(), count):
        copy = again(Proposal.objects.get(pk=proposal.pk), reference=f"RA-2025-{number:04}")
        frozen = again(ProposalVersion.objects.get(pk=version.pk), proposal=copy)
        again(AssessmentRecord.objects.get(pk=record.pk), proposal=copy, version=frozen)
        due_on = case.due_on + timedelta(days=number)
        opened = again(Case.objects.get(pk=case.pk), proposal=copy, due_on=due_on)
        for row in beside:
            again(type(row).objects.get(pk=row.pk), case=opened)


def again(row, **changes):
    """The row a second time, with a key and a uid of its own."""
    row.pk, row._state.adding = None, True
    if "uid" in {field.name for field in row._meta.fields}:
        row.uid = row._meta.get_field("uid").get_default()
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    return row


@pytest.mark.parametrize("show", ["open", "decided"])
@pytest.mark.parametrize("who", ["omar", "tomasz"])
def test_desk_takes_the_same_queries_for_1_3_and_300_cases(as_user, university, submitted, who, show):
    proposal = submitted(example="06-harbour")
    if show == "decided":
        Proposal.objects.filter(pk=proposal.pk).update(state="declined")
        Case.objects.filter(proposal=proposal).update(closed_at=timezone.now())
        proposal.refresh_from_db()
    browser, costs = as_user(university.people[who]), []

    for length in LENGTHS:
        copy_cases(proposal, length)
        costs.append(queries_of(browser, f"/desk?show={show}"))
        shown = browser.get(f"/desk?show={show}").content.decode().count('class="ra-table-title"')
        assert shown == min(length, 25)

    assert Case.objects.count() == 300
    assert len(set(costs)) == 1, costs


def test_desk_of_few_and_of_many_is_in_the_same_order(university, submitted):
    omar, proposal = university.people["omar"], submitted(example="06-harbour")
    copy_cases(proposal, 140)
    cases = list(Case.objects.order_by("pk"))
    Case.objects.filter(pk__in=[case.pk for case in cases[::7]]).update(paused_on=timezone.localdate())
    paused = Proposal.objects.filter(case__in=cases[3::9])
    paused.update(state="changes_requested")

    def narrowed():
        return with_turns(visible_cases(omar), omar)

    for most in (1, 90, 100, 130, 200):
        few, many = (first_keys((most, "test"), narrowed, most, are_few=are_few) for are_few in (True, False))
        assert few == many
        assert len(few) == min(most, 140)
    today = timezone.localdate()
    few, many = (urgent_of_mine(omar, today, are_few=are_few) for are_few in (True, False))
    assert few == many
    assert len(few) == 100
    assert len({key for key, *_standing in few}) == 100

    Case.objects.filter(pk__in=[case.pk for case in cases[30:]]).update(closed_at=timezone.now())
    few, many = (urgent_of_mine(omar, today, are_few=are_few) for are_few in (True, False))
    assert few == many
    assert len(few) == 30


def test_case_takes_the_same_queries_with_1_and_3_partners(as_user, omar, submitted):
    partners = read_example(HIGH)["partners"]
    others = [
        {**partners[0], "name": name, "country": country} for name, country in (("Second Ltd", "AT"), ("Third", "DK"))
    ]
    small, large = submitted(example=HIGH), submitted(example=HIGH, title="Larger", partners=[*partners, *others])
    browser = as_user(omar)

    costs = [queries_of(browser, f"/cases/{proposal.reference}") for proposal in (small, large)]

    assert large.participations.count() == 3
    assert len(set(costs)) == 1, costs
