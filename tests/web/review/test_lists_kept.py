"""What goes wrong after an edition came into force is seen and tried again, and nobody accepts an upload of his own."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partners.lists import accept_edition, import_edition
from partners.models import ListEdition, ListSource, Screening
from partners.services import register_partner
from riskassess.accounts.models import Role, RoleMembership, User
from riskassess.audit.models import Event
from riskassess.core.errors import DomainError
from riskassess.jobs.models import Job
from riskassess.jobs.running import run_pending
from riskassess.notices.models import Notice
from riskassess.schedule import watch_lists
from tests.web.review.test_list_pages import content

pytestmark = pytest.mark.django_db
State = ListEdition.State
WHY = "A list could not be read."


@pytest.fixture
def own(university):
    return ListSource.objects.get(code="own")


@pytest.fixture
def edition(own, tmp_path):
    path = tmp_path / "own.csv"
    path.write_bytes(content(*range(20)))
    return import_edition(source=own, path=path).edition


@pytest.fixture
def stuck(edition):
    Job.objects.filter(task="partners.rescreen_edition", ids__0=edition.pk).update(
        state="failed", error=WHY, attempts=3, attempts_allowed=3
    )
    return edition


def test_stopped_comparing_is_said_where_an_officer_looks(as_user, omar, stuck):
    browser = as_user(omar)

    for address in ("/lists", "/lists/own", stuck.get_absolute_url()):
        assert WHY in browser.get(address).content.decode()


def test_officers_are_told_once_that_comparing_stopped(omar, stuck):
    watch_lists()
    watch_lists()

    notice = Notice.objects.get(user=omar, key__contains=":stuck-")
    assert notice.subject == "The institution's own list: comparing the partners stopped"
    assert notice.url == stuck.get_absolute_url()


def test_officer_lets_the_comparing_go_on(as_user, omar, stuck):
    browser = as_user(omar)

    page = browser.post(f"{stuck.get_absolute_url()}/rescreen", follow=True).content.decode()

    assert "being compared with this edition again" in page
    assert WHY not in page
    run_pending(queue="bulk")
    stuck.refresh_from_db()
    assert stuck.settled_at is not None


def test_auditor_reads_of_it_and_cannot_start_it(as_user, university, stuck):
    browser = as_user(university.people["david"])

    assert "list_edition_rescreen" not in (page := browser.get(stuck.get_absolute_url()).content.decode())
    assert (WHY in page, "/rescreen" in page) == (True, False)
    assert browser.post(f"{stuck.get_absolute_url()}/rescreen").status_code == 403


@pytest.fixture
def held(as_user, omar, own, edition):
    files = {"files": SimpleUploadedFile("own.csv", content(*range(5), day="2026-11-08"))}
    as_user(omar).post("/lists/own", files)
    run_pending(queue="bulk")
    return own.editions.get(state=State.HELD)


def test_uploader_may_refuse_a_held_edition_and_not_accept_it(as_user, omar, other_officer, held):
    browser = as_user(omar)

    page = browser.get(held.get_absolute_url()).content.decode()
    answer = browser.post(held.get_absolute_url(), {"decision": "accept", "reason": "It is right."}, follow=True)

    assert "You uploaded this edition, so somebody else accepts it." in page
    assert "Any other officer may: " in page
    assert ("Accept edition" in page, "Refuse edition" in page) == (False, True)
    assert "another officer has to accept it" in answer.content.decode()
    held.refresh_from_db()
    assert held.state == State.HELD
    with pytest.raises(DomainError, match="another officer"):
        accept_edition(edition=held, actor=omar, reason="It is right.")
    browser.post(held.get_absolute_url(), {"decision": "refuse", "reason": "The wrong file."})
    held.refresh_from_db()
    assert held.state == State.REJECTED


@pytest.fixture
def other_officer(university, omar):
    other = User.objects.create_user("petra@norderhaven.example", "Petra Lindqvist")
    RoleMembership.objects.create(user=other, role=Role.OFFICER, starts=timezone.localdate())
    return other


def test_another_officer_accepts_the_upload(as_user, other_officer, held):
    browser = as_user(other_officer)

    assert "Accept edition" in browser.get(held.get_absolute_url()).content.decode()
    browser.post(held.get_absolute_url(), {"decision": "accept", "reason": "Compared with the publisher's page."})
    run_pending(queue="bulk")

    held.refresh_from_db()
    assert (held.state, held.accepted_by) == (State.IN_FORCE, other_officer)
    assert Event.objects.get(verb="list.accepted").actor_id == other_officer.pk


def test_partner_page_says_when_the_next_try_comes(as_user, omar, ana, edition):
    partner = register_partner(name="Sable Reach Foundation", country="NO", actor=ana)
    Screening.objects.create(partner=partner, state="failed", reason=WHY, names_key="x")

    page = as_user(omar).get(partner.get_absolute_url()).content.decode()

    assert WHY in page
    assert "The next try comes by itself, by about" in page
