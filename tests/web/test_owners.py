"""Whoever owns more than half of a partner and may be on a list: who, on which list, and through whom."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from partners import queries
from partners.models import ListedEntity
from partners.screening import screen
from partners.services import add_alias, add_owner, confirm_judgement, judge_hit, register_partner
from riskassess import workflow
from riskassess.assessments.owners import read_owners
from riskassess.assessments.queries import latest_record
from riskassess.core.errors import DomainError
from riskassess.reports.content import collect
from riskassess.reports.render import page_text
from tests.story import *  # noqa: F403
from tests.story import HIGH, submit_proposal

STEPS = (
    "Halcyon Ferry Line holds 80 % of Boreal Holding since 1 Feb 2020",
    "Boreal Holding holds 60 % of {partner}",
)
SOURCES = ("(source: Trade register)", "(source: Annual report 2025)")
NOT_JUDGED = "that match is not judged yet"


@pytest.fixture
def on_a_list(listed):
    return ListedEntity.objects.exclude(kind="person").first()


@pytest.fixture
def owner(on_a_list, omar):
    """In the registry, screened, under a name that a list has, too."""
    owner = register_partner(name="Halcyon Ferry Line", country="NO", actor=omar)
    add_alias(partner=owner, name=on_a_list.name, actor=omar)
    screen(owner)
    return owner


@pytest.fixture
def owned(filed, owner, omar):
    """A submitted proposal whose first partner is owned by the owner through another one."""
    proposal = filed(example=HIGH)
    partner = proposal.participations.order_by("position").first().partner
    between = register_partner(name="Boreal Holding", country="NO", actor=omar)
    shares = {"percent": Decimal(80), "since": date(2020, 2, 1), "source": "Trade register"}
    add_owner(owned=between, owner=owner, actor=omar, **shares)
    add_owner(owned=partner, owner=between, percent=Decimal(60), source="Annual report 2025", actor=omar)
    screen(between)
    return submit_proposal(proposal), partner


def read_by(as_user, person, page, proposal):
    return as_user(person).get(reverse(page, args=[proposal.reference])).content.decode()


def test_chain_of_owners_stands_on_the_assessment_the_case_and_the_report(owned, owner, ana, omar, as_user):
    proposal, partner = owned
    edition = queries.hits_of(owner)[0].edition
    meant = f"{edition.source.name}, edition of "

    assessment, case = (read_by(as_user, *each, proposal) for each in ((ana, "assessment"), (omar, "case")))
    report = page_text(collect(proposal.reports.first()))

    for text in (assessment, case, report):
        assert NOT_JUDGED in text
        assert all(step.format(partner=partner.name) in text for step in STEPS)
    assert [meant in text for text in (assessment, case, report)] == [False, True, False]
    assert [[source in text for source in SOURCES] for text in (assessment, case, report)] == [
        [False] * 2,  # where a share is known from is not for researchers
        [True] * 2,
        [False] * 2,
    ]
    assert owner.get_absolute_url() in case


def test_record_keeps_what_it_read_whatever_is_judged_later(owned, owner, ana, omar, as_user):
    proposal, partner = owned
    report = proposal.reports.first()
    before = page_text(collect(report))

    for hit in queries.hits_of(owner):
        judge_hit(hit=hit, verdict="same", reason="The register number agrees.", actor=omar)

    assert queries.partner_facts(partner, date(2026, 11, 24))["owner_hit"] == "confirmed"
    assert NOT_JUDGED in read_by(as_user, ana, "assessment", proposal)
    assert page_text(collect(report)) == before


def test_owner_outside_the_registry_comes_with_its_list_while_the_proposal_is_a_draft(
    filed, on_a_list, ana, omar, as_user
):
    proposal = filed(example=HIGH)
    row = proposal.participations.order_by("position").first()
    shares = {"owner_name": on_a_list.name, "percent": Decimal(90), "source": "Trade register"}
    add_owner(owned=row.partner, owner=None, actor=omar, **shares)
    facts = {"partners": [{"id": "p", "label": "P", "facts": {"owner_hit": "possible"}}]}

    (read,) = read_owners(facts, {"p": str(row.partner.uid)}, on=date(2026, 11, 24))

    assert [(each["name"], each["lists"][0]["list"]) for each in read["meant"]] == [
        (on_a_list.name, on_a_list.source.name)
    ]
    assert f"holds 90 % of {row.partner.name}" in read_by(as_user, ana, "assessment", proposal)


@pytest.mark.parametrize(("said", "count", "queries_made"), [("none", 1, 0), ("possible", 1, 14), ("possible", 3, 14)])
def test_reading_owners_costs_the_same_for_any_number(
    said, count, queries_made, owner, omar, django_assert_num_queries
):
    partners = [register_partner(name=f"Kestrel {name}", country="NO", actor=omar) for name in ("Arc", "Bay", "Cove")]
    for partner in partners[:count]:
        add_owner(owned=partner, owner=owner, percent=Decimal(60), source="Register", actor=omar)
    uids = {partner.name: str(partner.uid) for partner in partners[:count]}
    facts = {"partners": [{"id": name, "label": name, "facts": {"owner_hit": said}} for name in uids]}

    with django_assert_num_queries(queries_made):
        read = read_owners(facts, uids, on=date(2026, 11, 24))

    assert len(read) == (count if said == "possible" else 0)


@pytest.fixture
def of_a_person(filed, listed, omar):
    """A submitted proposal whose first partner is owned by a person who has the name of a listed one."""
    proposal = filed(example=HIGH)
    partner = proposal.participations.order_by("position").first().partner
    person = ListedEntity.objects.filter(kind="person").first()
    add_owner(
        owned=partner, owner_name=person.name, owner_kind="person", percent=Decimal(60), source="Register", actor=omar
    )
    return submit_proposal(proposal), partner, partner.owners.get().person


def facts_of(proposal):
    return latest_record(proposal).facts["partners"][0]["facts"]


def test_match_of_a_person_who_owns_a_partner_is_judged_from_the_case(of_a_person, ana, omar, jonas, as_user):
    proposal, partner, person = of_a_person
    assert facts_of(proposal)["owner_hit"] == "possible"  # submitting waited for the comparison
    hit = queries.latest_screening(person).hits.get()
    address = reverse("match", args=[proposal.reference, hit.uid])
    case = read_by(as_user, omar, "case", proposal)
    assert [address in case, f"holds shares in {partner.name}" in case] == [True, True]
    assert f"who holds shares in {partner.name}" in as_user(omar).get(address).content.decode()

    as_user(omar).post(address, {"verdict": "different", "reason": "Another year of birth."})
    assert facts_of(proposal)["owner_hit"] == "possible"
    confirm_judgement(judgement=hit.__class__.objects.get(pk=hit.pk).judgement, actor=jonas)
    workflow.reassess(proposal=proposal, trigger="judgement")

    assert facts_of(proposal)["owner_hit"] == "cleared"
    assert proposal.case.holds.get(rule="L01").state == "gone"


def test_neither_record_nor_report_has_the_name_of_a_person_who_owns(of_a_person, ana, omar, as_user):
    proposal, partner, person = of_a_person
    record = latest_record(proposal)

    report, assessment, case = (
        page_text(collect(proposal.reports.first())),
        read_by(as_user, ana, "assessment", proposal),
        read_by(as_user, omar, "case", proposal),
    )

    assert [person.name in text for text in (str(record.owners), report, assessment, case)] == [
        False,
        False,
        False,
        True,
    ]
    assert f"A person holds 60 % of {partner.name}" in report
    assert f"A person holds 60 % of {partner.name}" in assessment
    assert f"{person.name} holds 60 % of {partner.name}" in case


def test_owner_is_erased_once_no_proposal_is_in_work(of_a_person, omar, as_user):
    proposal, partner, person = of_a_person
    url = reverse("owner_erase", args=[partner.uid, person.uid])

    refused = as_user(omar).post(url, {"reason": "Asked for."})
    workflow.withdraw(proposal=proposal, actor=proposal.owner)
    erased = as_user(omar).post(url, {"reason": "Asked for."})

    assert (refused.status_code, erased.status_code) == (409, 302)
    assert f"{proposal.reference} is in work" in refused.content.decode()
    assert "A person holds 60 %" in read_by(as_user, omar, "assessment", proposal)


def test_officer_with_a_conflict_judges_no_owner_of_the_partner(of_a_person, omar):
    proposal, _partner, person = of_a_person
    proposal.coinvestigators.create(user=omar)

    with pytest.raises(DomainError, match="Somebody else takes this step"):
        workflow.judge_hit(hit=queries.latest_screening(person).hits.get(), actor=omar, verdict="same", reason="It is.")
