"""Who takes part: invitations, what each may do, and the lead that passes on."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from riskassess import workflow
from riskassess.accounts.models import RoleMembership, User
from riskassess.accounts.roles import Role
from riskassess.audit.models import EventDetail
from riskassess.notices.models import Notice
from riskassess.proposals.models import Invitation, Proposal, Transfer
from riskassess.reviews.models import Case
from riskassess.reviews.rules import conflict_reason
from riskassess.reviews.talk import helped_by, is_helper
from tests.story import HIGH, PASSWORD, join
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


def address(proposal, name="people"):
    return reverse(name, args=[proposal.reference])


@pytest.fixture
def draft(filed):
    return filed()


@pytest.fixture
def lead(as_user, ana):
    return as_user(ana)


def invite(client, proposal, email, access="edit"):
    return client.post(address(proposal), {"do": "invite", "email": email, "access": access}, follow=True)


def test_page_says_the_same_of_known_and_unknown_addresses(lead, draft, mateo, run_jobs):
    pages = [text_of(invite(lead, draft, email)) for email in (mateo.email, "nobody@elsewhere.example")]
    run_jobs()

    assert f"We sent an invitation to {mateo.email}." in pages[0]
    assert "We sent an invitation to nobody@elsewhere.example." in pages[1]
    first, second = mail.outbox
    assert (first.to, second.to) == ([mateo.email], ["nobody@elsewhere.example"])
    assert (first.subject, first.body) == (second.subject, second.body)
    assert draft.title not in first.body + first.subject
    assert address(draft, "invitation") in first.body


def test_person_accepts_after_signing_in_and_may_edit(lead, draft, mateo, as_user):
    invite(lead, draft, " Mateo@Norderhaven.example ")
    reader = as_user(mateo)
    assert reader.get(address(draft, "proposal")).status_code == 404

    page = reader.get(address(draft, "invitation"))
    assert "Ana Ferreira invites you" in text_of(page)
    assert reader.post(address(draft, "invitation"), {"do": "accept"})["Location"] == address(draft, "proposal")

    assert [(co.user, co.can_edit) for co in draft.coinvestigators.all()] == [(mateo, True)]
    assert reader.get(address(draft, "collaboration")).status_code == 200
    assert Notice.objects.filter(user=draft.owner, subject__endswith="an invitation was answered").count() == 1
    assert reader.post(address(draft, "invitation"), {"do": "accept"}).status_code == 409


def test_invitation_is_nobody_elses(lead, draft, mateo, eve, as_user):
    invite(lead, draft, mateo.email)

    for method in ("get", "post"):
        assert getattr(as_user(eve), method)(address(draft, "invitation"), {"do": "accept"}).status_code == 404
    assert Invitation.objects.get().state == "open"


def test_invitation_waits_for_whoever_signs_in_with_the_address(lead, draft, client, eve):
    invite(lead, draft, "new@norderhaven.example")
    user = User.objects.create_user("new@norderhaven.example", "Nele Winter", PASSWORD, unit=draft.unit)
    assert not Notice.objects.filter(user=user).exists()

    for _time in range(2):
        client.post(reverse("login"), {"username": user.email, "password": PASSWORD})
        client.post(reverse("logout"))

    notice = Notice.objects.get(user=user)
    assert (notice.subject, notice.url) == (
        f"{draft.reference}: an invitation to take part",
        address(draft, "invitation"),
    )


def test_declined_withdrawn_and_old_invitations_open_nothing(lead, draft, mateo, as_user):
    reader = as_user(mateo)
    invite(lead, draft, mateo.email)
    reader.post(address(draft, "invitation"), {"do": "decline"})
    assert reader.get(address(draft, "invitation")).status_code == 404
    assert "declined" in text_of(lead.get(address(draft)))

    invite(lead, draft, mateo.email)
    row = Invitation.objects.get(state="open")
    lead.post(address(draft), {"do": f"withdraw:{row.uid}"})
    assert reader.post(address(draft, "invitation"), {"do": "accept"}).status_code == 404

    invite(lead, draft, mateo.email)
    Invitation.objects.filter(state="open").update(valid_until=timezone.localdate() - timedelta(days=1))
    assert reader.post(address(draft, "invitation"), {"do": "accept"}).status_code == 404
    assert "ran out on" in text_of(lead.get(address(draft)))
    assert not draft.coinvestigators.exists()


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Give the e-mail of the person you invite."),
        ("nonsense", "This is no e-mail address."),
        ("ana@norderhaven.example", "You lead this proposal, so you need not be added."),
        ("mateo@norderhaven.example", "This person takes part already."),
    ],
)
def test_what_cannot_be_invited_is_said_and_kept(lead, draft, mateo, email, sentence):
    join(draft, mateo)

    page = lead.post(address(draft), {"do": "invite", "email": email, "access": "view"})

    assert page.status_code == 422
    assert sentence in text_of(page)
    assert f'value="{email}"' in page.content.decode() or not email
    assert not Invitation.objects.filter(state="open").exists()


def test_mails_to_one_address_end_for_the_day(lead, draft):
    pages = [invite(lead, draft, "busy@elsewhere.example") for _time in range(4)]

    assert [page.status_code for page in pages] == [200, 200, 200, 422]
    assert "Enough mails went out for today." in text_of(pages[3])
    assert Invitation.objects.filter(state="open").count() == 1


def test_lead_changes_and_removes_people(lead, draft, mateo, as_user):
    join(draft, mateo)

    lead.post(address(draft), {"do": f"view:{mateo.uid}"})
    assert not draft.coinvestigators.get().can_edit
    lead.post(address(draft), {"do": f"remove:{mateo.uid}"})

    assert not draft.coinvestigators.exists()
    assert as_user(mateo).get(address(draft, "proposal")).status_code == 404
    assert Notice.objects.filter(user=mateo, subject__endswith="you no longer take part").count() == 1


def test_person_leaves_and_the_lead_hears_of_it(draft, mateo, as_user):
    join(draft, mateo, can_edit=False)

    answer = as_user(mateo).post(address(draft), {"do": "leave"})

    assert answer["Location"] == reverse("home")
    assert not draft.coinvestigators.exists()
    assert Notice.objects.filter(user=draft.owner, subject__endswith="somebody left").count() == 1


def test_coinvestigator_manages_nobody(draft, mateo, eve, as_user):
    join(draft, mateo)
    reader = as_user(mateo)

    for action in ("invite", f"remove:{mateo.uid}", f"view:{mateo.uid}", "offer", "withdraw:x"):
        assert reader.post(address(draft), {"do": action, "email": eve.email, "access": "view"}).status_code == 403
    assert reader.get(address(draft)).status_code == 200
    assert "Invite somebody" not in text_of(reader.get(address(draft)))


def test_page_says_who_changed_which_answer(lead, draft, mateo):
    join(draft, mateo)
    answer = draft.questionnaire.answers.first()
    answer.changed_by = mateo
    answer.save()

    page = lead.get(address(draft)).content.decode()

    assert "Last changed 1 answer," in page
    assert f"#question-{answer.question}" in page


def test_queries_do_not_grow_with_people_and_answers(lead, draft, mateo, eve, university):
    join(draft, mateo)
    counts = []
    for extra in ((), (eve, university.people["tomasz"])):
        for person in extra:
            join(draft, person)
            answer = draft.questionnaire.answers.exclude(changed_by=person).first()
            answer.changed_by = person
            answer.save()
            workflow.invite(proposal=draft, actor=draft.owner, email=f"{person.uid}@x.example", can_edit=True)
        lead.get(address(draft))
        with CaptureQueriesContext(
            connection,
        ) as found:
            lead.get(address(draft))
        counts.append(len(found))

    assert counts[0] == counts[1]


# The lead


def test_lead_passes_on_when_the_other_accepts(lead, draft, ana, mateo, as_user):
    join(draft, mateo)

    lead.post(address(draft), {"do": "offer", "new_owner": mateo.pk, "stays": "on"})
    draft.refresh_from_db()
    assert draft.owner == ana
    assert lead.post(address(draft, "transfer"), {"do": "accept"}).status_code == 403
    page = as_user(mateo).get(address(draft, "transfer"))
    assert "You are asked to lead a proposal" in text_of(page)
    as_user(mateo).post(address(draft, "transfer"), {"do": "accept"})

    draft.refresh_from_db()
    assert draft.owner == mateo
    assert [(co.user, co.can_edit) for co in draft.coinvestigators.all()] == [(ana, False)]
    assert Notice.objects.filter(user=ana, subject__endswith="who leads it").count() == 1
    after = EventDetail.objects.get(event__verb="lead.passed_on").after
    assert after == {"old_owner": str(ana.uid), "new_owner": str(mateo.uid)}


def test_old_lead_who_opts_out_sees_nothing_more_and_stays_in_conflict(lead, draft, ana, mateo, as_user):
    join(draft, mateo)

    lead.post(address(draft), {"do": "offer", "new_owner": mateo.pk})
    as_user(mateo).post(address(draft, "transfer"), {"do": "accept"})

    assert not draft.coinvestigators.exists()
    assert lead.get(address(draft, "proposal")).status_code == 404
    assert Invitation.objects.filter(settled_by=ana, state="ended").exists()


def test_offer_is_declined_or_taken_back(lead, draft, ana, mateo, as_user):
    join(draft, mateo)

    lead.post(address(draft), {"do": "offer", "new_owner": mateo.pk})
    as_user(mateo).post(address(draft, "transfer"), {"do": "decline"})
    lead.post(address(draft), {"do": "offer", "new_owner": mateo.pk})
    lead.post(address(draft), {"do": "unoffer"})

    assert as_user(mateo).post(address(draft, "transfer"), {"do": "accept"}).status_code == 403
    assert [row.state for row in Transfer.objects.all()] == ["declined", "withdrawn"]
    draft.refresh_from_db()
    assert draft.owner == ana


def test_officer_finds_a_lead_for_a_draft_whose_lead_left(draft, ana, mateo, omar, kirsten, as_user, university):
    User.objects.filter(pk=ana.pk).update(is_active=False)
    officer = as_user(omar)

    assert officer.get(address(draft, "proposal")).status_code == 404  # the draft itself stays closed
    page = officer.post(address(draft, "transfer"), {"do": "offer", "email": "omar@norderhaven.example"})
    assert page.status_code == 422
    officer.post(address(draft, "transfer"), {"do": "offer", "email": mateo.email})
    assert officer.post(address(draft, "transfer"), {"do": "accept"}).status_code == 403
    as_user(mateo).post(address(draft, "transfer"), {"do": "accept"})

    draft.refresh_from_db()
    assert draft.owner == mateo
    assert as_user(mateo).get(address(draft, "proposal")).status_code == 200


def test_another_officer_consents_where_the_lead_has_left(draft, ana, mateo, omar, as_user, university):
    second = User.objects.create_user("olga@norderhaven.example", "Olga Lind", PASSWORD, unit=omar.unit)
    RoleMembership.objects.create(user=second, role=Role.OFFICER, starts=date(2026, 1, 1))
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert address(draft, "transfer") in as_user(omar).get(reverse("desk")).content.decode()

    as_user(omar).post(address(draft, "transfer"), {"do": "offer", "email": mateo.email})
    assert Notice.objects.filter(user=second, subject__endswith="who leads it").count() == 1
    assert "Another officer made this offer" in text_of(as_user(second).get(address(draft, "transfer")))
    as_user(second).post(address(draft, "transfer"), {"do": "accept"})

    draft.refresh_from_db()
    assert draft.owner == mateo
    assert address(draft, "transfer") not in as_user(omar).get(reverse("desk")).content.decode()


def test_lead_that_sets_the_officer_in_conflict_takes_the_case_off_them(submitted, ana, mateo, omar):
    proposal = submitted(example=HIGH)
    join(proposal, mateo)
    User.objects.filter(pk=omar.pk).update(supervisor=mateo)
    assert proposal.case.officer == omar

    transfer = workflow.offer_lead(proposal=proposal, actor=ana, new_owner=mateo)
    workflow.accept_lead(transfer=transfer, actor=mateo)

    assert Case.objects.get(proposal=proposal).officer is None


def test_who_left_a_proposal_does_not_review_it(submitted, ana, tomasz, omar):
    proposal = submitted(example=HIGH)
    join(proposal, omar)
    workflow.remove_person(row=proposal.coinvestigators.get(), actor=omar)

    found = Proposal.objects.get(pk=proposal.pk)
    assert "You took part in this proposal" in conflict_reason(omar, found)
    assert conflict_reason(tomasz, found) == ""
    assert not is_helper(omar, found)
    assert not helped_by(omar).filter(pk=found.pk).exists()


def test_officer_offers_nothing_while_the_lead_is_here(draft, mateo, omar, as_user):
    assert as_user(omar).post(address(draft, "transfer"), {"do": "offer", "email": mateo.email}).status_code == 404
    assert not Transfer.objects.exists()
