"""Whoever owns more than half of a partner and may be on a list: who, on which list, and through whom."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from partners import queries
from partners.models import ListedEntity
from partners.screening import screen
from partners.services import add_alias, add_owner, judge_hit, register_partner
from riskassess.assessments.owners import owners_of, owners_used
from riskassess.reports.content import collect
from riskassess.reports.render import page_text
from tests.story import *  # noqa: F403
from tests.story import HIGH, submit_proposal

STEPS = (
    "Halcyon Ferry Line holds 80 % of Boreal Holding since 1 Feb 2020 (source: Trade register)",
    "Boreal Holding holds 60 % of {partner} (source: Annual report 2025)",
)


@pytest.fixture
def owned(filed, listed, omar):
    """A draft whose first partner is owned, through another one, by an owner with the name of a listed entity."""
    proposal = filed(example=HIGH)
    partner = proposal.participations.order_by("position").first().partner
    between = register_partner(name="Boreal Holding", country="NO", actor=omar)
    owner = register_partner(name="Halcyon Ferry Line", country="NO", actor=omar)
    add_alias(partner=owner, name=ListedEntity.objects.exclude(kind="person").first().name, actor=omar)
    add_owner(
        owned=between, owner=owner, percent=Decimal(80), since=date(2020, 2, 1), source="Trade register", actor=omar
    )
    add_owner(owned=partner, owner=between, percent=Decimal(60), source="Annual report 2025", actor=omar)
    screen(between)
    screen(owner)
    return submit_proposal(proposal), owner, partner


def test_chain_of_owners_stands_on_the_assessment_the_case_and_the_report(owned, ana, omar, as_user):
    proposal, owner, partner = owned
    source = queries.hits_of(owner)[0].edition.source.name

    shown = [
        as_user(ana).get(reverse("assessment", args=[proposal.reference])).content.decode(),
        as_user(omar).get(reverse("case", args=[proposal.reference])).content.decode(),
        page_text(collect(proposal.reports.first())),
    ]

    for text in shown:
        assert "that match is not judged yet" in text
        assert all(step.format(partner=partner.name) in text for step in STEPS)
        assert source in text


def test_what_changed_since_is_not_laid_into_the_record(owned, omar, ana, as_user):
    proposal, owner, _partner = owned
    for hit in queries.hits_of(owner):
        judge_hit(hit=hit, verdict="same", reason="The register number agrees.", actor=omar)

    (read,) = owners_of(proposal.records.first())
    page = as_user(ana).get(reverse("assessment", args=[proposal.reference])).content.decode()

    assert (read.is_as_read, read.chain, read.listed) == (False, (), ())
    assert "changed since" in page


@pytest.mark.django_db
def test_owners_cost_no_query_where_none_needs_a_look(django_assert_num_queries):
    rows = [{"id": "a", "label": "A", "facts": {"owner_hit": said}} for said in ("none", "no_value", "cleared")]

    with django_assert_num_queries(0):
        assert owners_used({"partners": rows}, {"a": "nobody"}, on=date(2026, 11, 23)) == ()
