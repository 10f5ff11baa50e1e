"""The draw among registrations: settled once, by what nobody could know before, and the same sum for everybody."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from riskassess import workflow
from riskassess.audit.models import Event
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case, Draw
from riskassess.schedule import draw_registered
from riskassess.settings import env_percent
from tests.story import LOW


@pytest.fixture
def registered(submitted):
    proposal = submitted(example=LOW)
    assert proposal.state == "registered"
    return proposal


@pytest.mark.parametrize(("percent", "state", "cases"), [("100", "in_review", 1), ("0.01", "registered", 0)])
def test_a_draw_is_settled_once_and_takes_what_is_drawn_into_review(registered, settings, omar, percent, state, cases):
    settings.DRAW_PERCENT = Decimal(percent)
    draw_registered()
    settings.DRAW_PERCENT = Decimal(100)  # a share that changes later draws nothing again
    draw_registered()

    draw = Draw.objects.get(proposal=registered)
    assert Proposal.objects.get(pk=registered.pk).state == state
    assert Case.objects.filter(proposal=registered, officer=omar).count() == cases
    assert draw.below == Decimal(percent) * 100
    event = Event.objects.get(verb="proposal.register", reference=registered.reference)
    assert draw.event == event
    assert f"{draw.lot:04}" == f"{int(event.hash[:8], 16):04}"[-4:]
    said = Event.objects.select_related("detail").get(verb="proposal.lot_drawn", reference=registered.reference)
    assert said.detail.after == {
        "event": event.sequence, "lot": draw.lot, "below": draw.below, "drawn": draw.is_drawn
    }  # fmt: skip


def test_a_share_of_nought_settles_nothing(registered, settings):
    settings.DRAW_PERCENT = Decimal(0)

    draw_registered()

    assert not Draw.objects.exists()


def test_what_moved_on_is_not_drawn(registered):
    workflow.draw(proposal=registered)

    assert workflow.settle_draw(proposal=registered, percent=Decimal(100)) is None
    assert not Draw.objects.exists()


def test_each_lot_is_as_likely_as_any_other():
    from hashlib import sha256

    from riskassess.reviews.services import lot_of

    lots = [lot_of(sha256(str(number).encode()).hexdigest()) for number in range(20_000)]

    drawn = sum(lot < 500 for lot in lots)
    assert 900 < drawn < 1100  # 1,000 expected, three standard deviations are 92
    assert max(lots) > 9990
    assert min(lots) < 10


def verified() -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_draws", stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_verify_draws_finds_a_number_that_was_changed(registered, settings):
    settings.DRAW_PERCENT = Decimal("0.01")
    draw_registered()
    assert verified() == (0, "1 registrations had their draw, 0 were drawn, 0 differ.\n", "")

    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_draw SET lot = (lot + 1) % 10000")
    code, _out, err = verified()

    assert code == 1
    assert registered.reference in err
    assert "was drawn" in err


def test_verify_draws_finds_a_share_that_was_changed(registered, settings):
    settings.DRAW_PERCENT = Decimal("0.01")
    draw_registered()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_draw SET below = 0")

    code, _out, err = verified()

    assert code == 1
    assert "the audit log says" in err


@pytest.mark.parametrize("given", ["-1", "101", "five", "nan", "1e9", "2.555", ""])
def test_a_share_that_is_none_is_refused_with_the_way_out(monkeypatch, given):
    monkeypatch.setenv("RISKASSESS_DRAW_PERCENT", given)

    with pytest.raises(ImproperlyConfigured, match="from 0 to 100"):
        env_percent("RISKASSESS_DRAW_PERCENT", "5")


@pytest.mark.parametrize("given", ["0", "5", "2.5", "100"])
def test_a_share_is_read(monkeypatch, given):
    monkeypatch.setenv("RISKASSESS_DRAW_PERCENT", given)

    assert env_percent("RISKASSESS_DRAW_PERCENT", "5") == Decimal(given)
