from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from partners.reference.loading import load_sources
from riskassess.audit.models import Event
from riskassess.audit.services import verify_chain
from riskassess.management.commands.demo import PASSWORD
from riskassess.proposals.models import Proposal
from tests.story import catalogue_release  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue_release")]


@pytest.fixture
def lists(db):
    return list(load_sources(settings.BASE_DIR / "fixtures" / "lists"))


def run(*arguments) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


def test_demo_tells_each_story_once_and_leaves_a_whole_record_and_its_logins(lists):
    """One demo for all of it: filing and reviewing it takes ten seconds."""
    assert run("--logins") == ""

    said = run()
    states = sorted(Proposal.objects.values_list("state", flat=True))
    events = Event.objects.count()

    assert run() == said
    assert (Event.objects.count(), Proposal.objects.count()) == (events, len(states))
    assert states == [
        "approved_with_conditions", "changes_requested", "draft", "in_review", "in_review", "in_review", "registered",
        "registered",
    ]  # fmt: skip
    assert verify_chain().ok
    assert PASSWORD in said
    for name in ("Ana Ferreira", "Omar Haddad", "Jonas Brandt", "David Osei"):
        assert name in said
    assert run("--logins") == said
    newest = {p.title: p.records.first() for p in Proposal.objects.all()}
    crews = newest["Sleep and attention of crews on long voyages"]
    assert (crews.inherent_upper, crews.if_agreed_upper, crews.route) == ("very_high", "moderate", "panel")
    robots = Proposal.objects.get(title="Small robots that inspect harbour walls")
    assert {hold.state for hold in robots.case.holds.all()} == {"possible"}


def test_demo_stays_out_of_production(settings):
    settings.IS_PRODUCTION = True

    with pytest.raises(CommandError, match="stay out of production"):
        run()
