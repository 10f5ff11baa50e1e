"""A researcher reads of no partner that only the drafts of others name; staff read of all."""

from importlib import import_module

import pytest
from django.apps import apps

from partners.models import Partner
from partners.services import register_partner
from riskassess import workflow
from tests.story import *  # noqa: F403

pytestmark = pytest.mark.django_db
NAME = "Quietwater Lantern Works"


def seen_by(browser, partner):
    search = browser.get("/organisations", {"q": NAME}).content.decode()
    listed = browser.get("/partners", {"q": NAME}).content.decode()
    return [
        str(partner.uid) in search,
        partner.get_absolute_url() in listed,
        browser.get(partner.get_absolute_url()).status_code == 200,
    ]


def test_partner_of_a_draft_is_seen_by_its_authors_and_staff_until_it_is_submitted(
    filed, as_user, ana, eve, omar, listed
):
    proposal = filed(owner=ana)
    partner = register_partner(name=NAME, country="NO", actor=ana)
    role = proposal.participations.first().role
    rows = [(row.partner, row.role) for row in proposal.participations.all()]
    workflow.choose_partners(proposal=proposal, actor=ana, rows=[*rows, (partner, role)])

    assert {who.name: seen_by(as_user(who), partner) for who in (ana, eve, omar)} == {
        ana.name: [True] * 3,
        eve.name: [False] * 3,
        omar.name: [True] * 3,
    }
    workflow.choose_partners(proposal=proposal, actor=ana, rows=rows)
    assert seen_by(as_user(eve), partner) == [False] * 3  # nor does one that was taken away again
    workflow.choose_partners(proposal=proposal, actor=ana, rows=[(partner, role)])
    type(proposal).objects.filter(pk=proposal.pk).update(submitted_at="2026-11-01T10:00Z")
    assert seen_by(as_user(eve), partner) == [True] * 3


def test_partner_that_staff_registered_is_seen_by_all(as_user, eve, omar, university):
    partner = register_partner(name=NAME, country="NO", actor=omar)

    assert seen_by(as_user(eve), partner) == [True] * 3


def test_registrar_of_an_older_partner_is_read_from_the_record(ana, omar, university):
    partners = [register_partner(name=f"{NAME} {who.name}", country="NO", actor=who) for who in (ana, omar)]
    Partner.objects.update(registered_by=None, registered_by_staff=False)

    import_module("partners.migrations.0018_registrars").read_registrars(apps, None)

    known = Partner.objects.in_bulk([partner.pk for partner in partners])
    assert [(known[partner.pk].registered_by, known[partner.pk].registered_by_staff) for partner in partners] == [
        (ana, False),
        (omar, True),
    ]
