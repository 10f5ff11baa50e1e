"""Conflicts of interest, found and declared: who is barred, who is asked, and who takes over."""

import pytest
from django.db import IntegrityError, transaction

from partners.models import Contact
from riskassess import workflow
from riskassess.accounts.models import Institution, RoleMembership, User
from riskassess.accounts.roles import Role
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import Event
from riskassess.core.errors import DomainError
from riskassess.notices.models import Notice
from riskassess.proposals.models import ParticipationContact, Proposal
from riskassess.reviews.models import Case, Interest
from riskassess.reviews.queries import in_conflict, listed_proposals, visible_proposals
from riskassess.reviews.rules import conflict_reason
from riskassess.reviews.weighing import reasons_to_weigh
from tests.story import HIGH, MODERATE, join

pytestmark = pytest.mark.django_db
ORCID = "0000-0002-1825-0097"


def named(user, key, roles, university):
    other = User.objects.create_user(f"{key}@norderhaven.example", f"{key.title()} Second", "x" * 12, unit=user.unit)
    for role in roles:
        RoleMembership.objects.create(user=other, role=role, starts="2026-01-01")
    return other


def test_interest_declared_hands_the_case_to_somebody_else_at_once(submitted, omar, tomasz, jonas, university):
    case = submitted(example=MODERATE).case
    proposal = case.proposal
    olga = named(omar, "olga", [Role.OFFICER], university)
    workflow.recommend(
        case=case, actor=tomasz, outcome="approve", reasons="Fine.", record_uid=str(latest_record(proposal).uid)
    )

    workflow.declare_interest(case=case, actor=omar, because="We sail together.")

    case = Case.objects.get(pk=case.pk)
    assert (case.officer, case.reviewer, case.escalated) == (olga, tomasz, "")
    assert not case.assignments.filter(user=omar, ended_at__isnull=True).exists()
    assert "Omar Haddad handed the case back" in case.assignments.get(user=olga).reason
    assert conflict_reason(omar, proposal) == "You said that you have an interest in this proposal."
    assert not visible_proposals(omar).filter(pk=proposal.pk).exists()
    assert not listed_proposals(omar).filter(pk=proposal.pk).exists()
    assert Notice.objects.filter(user=olga, subject__endswith="somebody has an interest in a case").count() == 1
    assert Event.objects.filter(verb="interest.declared", reference=proposal.reference).count() == 1


def test_interest_declared_cannot_be_taken_back_and_no_step_is_open(submitted, omar, tomasz, jonas):
    case = submitted(example=MODERATE).case
    record_uid = str(latest_record(case.proposal).uid)
    workflow.recommend(case=case, actor=tomasz, outcome="approve", reasons="Fine.", record_uid=record_uid)

    workflow.declare_interest(case=case, actor=tomasz, because="A friend.")
    workflow.declare_interest(case=case, actor=jonas, because="A friend, too.")

    case = Case.objects.select_related("proposal__owner").get(pk=case.pk)
    for actor in (jonas, tomasz):
        User.objects.filter(pk=actor.pk).update(is_superuser=True)
        actor = User.objects.get(pk=actor.pk)
        with pytest.raises(DomainError, match="interest"):
            workflow.declare_none(case=case, actor=actor, because="Changed my mind.")
        with pytest.raises(DomainError, match="interest"):
            workflow.decide(case=case, actor=actor, outcome="approve", record_uid=record_uid)
        assert not visible_proposals(actor).filter(pk=case.proposal_id).exists()
    yes = Interest.objects.get(user=jonas, answer="yes")
    for change in (yes.delete, lambda: Interest.objects.filter(pk=yes.pk).update(answer="none")):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    # The advice of somebody in conflict opens no decision.
    kirsten = User.objects.get(email__startswith="kirsten")
    with pytest.raises(DomainError, match="after a recommendation"):
        workflow.decide(case=case, actor=kirsten, outcome="approve", record_uid=record_uid)


def test_case_without_anybody_free_goes_to_the_top_role_and_waits(submitted, omar, jonas, kirsten, university):
    proposal = submitted(example=HIGH)

    workflow.declare_interest(case=proposal.case, actor=omar, because="My sister.")

    case = Case.objects.get(proposal=proposal)
    assert (case.officer, "No research-security officer" in case.escalated) == (None, True)
    assert Notice.objects.filter(user=kirsten, subject__endswith="a case needs you").count() == 1
    assert [n.reference for n in Notice.objects.filter(subject="A case has nobody to decide it")] == [""]
    assert Proposal.objects.get(pk=proposal.pk).state == "in_review"
    olga = named(omar, "olga", [Role.OFFICER], university)
    workflow.assign(case=case, actor=kirsten, officer=olga, reviewer=None)
    assert Case.objects.get(proposal=proposal).escalated == ""


def test_everything_that_bars_somebody_bars_them_in_lists_too(submitted, filed, ana, mateo, eve, omar, tomasz, jonas):
    """`in_conflict` in the database and `conflict_reason` say the same of everybody."""
    mine = submitted(example=MODERATE)
    contact = Contact.objects.create(name="Somebody", orcid=ORCID)
    ParticipationContact.objects.create(participation=mine.participations.first(), contact=contact)
    for user, changes in ((omar, {"orcid": ORCID}), (jonas, {"supervisor": ana}), (ana, {"supervisor": tomasz})):
        User.objects.filter(pk=user.pk).update(**changes)
    joint = filed(owner=eve)
    join(joint, mateo)
    workflow.submit(proposal=joint, actor=eve)
    proposals = list(Proposal.objects.select_related("owner", "institution").order_by("pk"))

    told = {user.name: [bool(conflict_reason(user, proposal)) for proposal in proposals] for user in User.objects.all()}
    listed = {
        user.name: [Proposal.objects.filter(in_conflict(user), pk=proposal.pk).exists() for proposal in proposals]
        for user in User.objects.all()
    }

    assert told == listed
    assert {name for name, row in told.items() if row[0]} == {
        "Ana Ferreira", "Omar Haddad", "Jonas Brandt", "Tomasz Wilk"
    }  # fmt: skip


def test_joint_proposal_keeps_people_apart_as_long_as_the_institution_says(submitted, filed, ana, tomasz):
    joint = filed(example=MODERATE)
    join(joint, tomasz)
    workflow.submit(proposal=joint, actor=ana)
    Proposal.objects.filter(pk=joint.pk).update(created_at="2022-11-01T08:00Z")
    other = submitted(example=MODERATE)

    assert conflict_reason(tomasz, other) == ""
    assert "within the last five years" in " ".join(reasons_to_weigh(tomasz, other))
    Institution.objects.update(co_author_months=60)
    assert "60 months" in conflict_reason(tomasz, Proposal.objects.get(pk=other.pk))


def test_reason_is_asked_where_something_was_found(submitted, omar, jonas):
    case = submitted(example=HIGH).case
    Case.objects.filter(pk=case.pk).update(round=2)

    with pytest.raises(DomainError, match="all the same"):
        workflow.declare_none(case=case, actor=jonas)
    kept = workflow.declare_none(case=case, actor=jonas, because="I head it.")
    plain = workflow.declare_none(case=case, actor=omar)

    assert (kept.weighed, plain.weighed) == (["You head the unit of this proposal."], [])
    assert Interest.objects.filter(round=2).count() == 2
    workflow.declare_none(case=case, actor=omar)
    assert Interest.objects.filter(round=2).count() == 2
