"""An expert from outside: a month at most, one case, no role, one opinion."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from riskassess import workflow
from riskassess.accounts import second_factor
from riskassess.accounts.models import User
from riskassess.accounts.services import grant_role
from riskassess.core.errors import DomainError
from riskassess.reviews import services as reviews
from riskassess.reviews.models import Assignment
from riskassess.reviews.queries import listed_proposals, open_seats, visible_proposals
from tests.story import HIGH

pytestmark = pytest.mark.django_db


def given(**changes):
    today = timezone.localdate()
    ask = {"name": "Xenia Roth", "email": "Xenia@elsewhere.example", "question": "Is it dual use?"}
    return {**ask, "until": today + timedelta(days=30), "sections": ["work"], **changes}


def test_seat_reaches_one_case_for_a_time_and_nothing_by_role(submitted, omar, ana):
    case = submitted(example=HIGH).case

    seat, code = workflow.invite_expert(case=case, actor=omar, **given())

    xenia = User.objects.get(email="xenia@elsewhere.example")
    assert (xenia.is_guest, xenia.has_usable_password(), xenia.held) == (True, False, frozenset())
    assert not visible_proposals(xenia).exists()
    assert not listed_proposals(xenia).exists()
    assert [row.pk for row in open_seats()] == [seat.pk]
    assert (reviews.try_code(seat=seat, code=code.lower()), reviews.try_code(seat=seat, code="WRONG")) == (True, False)
    for _again in range(reviews.guests.MOST_FAILURES):
        reviews.try_code(seat=seat, code="WRONG")
    assert not reviews.try_code(seat=seat, code=code)
    assert reviews.try_code(seat=seat, code=reviews.renew_code(seat=seat, actor=omar))
    with pytest.raises(DomainError, match="no role"):
        grant_role(user=xenia, role="officer", actor=ana)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(user=xenia).update(until=None)
    Assignment.objects.filter(user=xenia).update(until=timezone.localdate() - timedelta(days=1))
    assert not open_seats().exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"until": timezone.localdate() + timedelta(days=31)}, "30 days"),
        ({"until": timezone.localdate() - timedelta(days=1)}, "from today"),
        ({"sections": []}, "at least one section"),
        ({"email": "jonas@norderhaven.example"}, "has an account here"),
    ],
)
def test_seat_that_reaches_too_far_is_refused(submitted, omar, changes, sentence):
    case = submitted(example=HIGH).case

    with pytest.raises(DomainError, match=sentence):
        workflow.invite_expert(case=case, actor=omar, **given(**changes))


def test_seat_ends_with_the_review(submitted, omar):
    proposal = submitted(example=HIGH)
    workflow.invite_expert(case=proposal.case, actor=omar, **given())

    workflow.withdraw(proposal=proposal, actor=proposal.owner)

    assert not open_seats().exists()


def test_digits_of_the_second_factor_follow_rfc_6238_and_are_taken_once():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, digits in ((59, "94287082"), (1111111109, "07081804"), (20000000000, "65353130")):
        assert second_factor.digits_for(secret, seconds // 30, length=8) == digits
    moment = datetime.fromtimestamp(1111111109, UTC)

    used = second_factor.matching_counter(secret, "081804", moment, after=0)

    assert used == 1111111109 // 30
    assert second_factor.matching_counter(secret, "081804", moment, after=used) is None
    assert second_factor.matching_counter(secret, "081804", moment + timedelta(seconds=90), after=0) is None
    assert second_factor.matching_counter(secret, "x", moment, after=0) is None
