"""My page and the notices: what waits, in words, with a number of queries that does not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from riskassess import workflow
from riskassess.assessments.services import open_questionnaire
from riskassess.jobs.running import run_pending
from riskassess.notices.models import Notice
from riskassess.proposals.models import Participation, Proposal
from riskassess.proposals.services import create_proposal
from riskassess.reviews.models import Case
from tests.web.filing.pages import read, text_of

pytestmark = pytest.mark.django_db


def queries_of(browser, address) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert browser.get(address).status_code == 200
    return len(caught)


def test_empty_page_opens_a_door(as_user, ana):
    page = as_user(ana).get("/home")

    assert "A first one takes about ten minutes." in text_of(page)
    assert "/proposals/new" in read(page).links


def test_each_row_says_state_level_and_next_step(as_user, ana, submitted, filed):
    submitted(example="04-coastal")
    filed(title="Only begun")

    words = text_of(as_user(ana).get("/home"))

    assert "Nothing waits for you. 1 draft is yours to finish." in words
    assert "Draft" in words
    assert "In review" in words
    assert "Moderate" in words
    assert "Light · by" in words


def test_changes_that_are_asked_for_stand_in_the_box(as_user, ana, omar, submitted):
    proposal = submitted(example="04-coastal")
    case = Case.objects.get(proposal=proposal)
    workflow.request_changes(case=case, actor=omar, reasons="Please look at the funders again.")

    browser = as_user(ana)

    assert "One thing waits for you." in text_of(browser.get("/home"))
    assert "Omar asks for changes" in text_of(browser.get("/home"))
    assert "Please look at the funders again." in text_of(browser.get(proposal.get_absolute_url()))


def test_others_drafts_and_proposals_stay_away(as_user, eve, filed):
    filed(title="A secret of Ana")

    assert "A secret of Ana" not in text_of(as_user(eve).get("/home"))


@pytest.mark.parametrize(
    ("who", "place"), [("omar", "/desk"), ("tomasz", "/desk"), ("david", "/audit"), ("ada", "/audit")]
)
def test_staff_are_led_to_where_they_work(as_user, university, who, place):
    assert as_user(university.people[who]).get("/home")["Location"] == place


def test_search_and_chips_narrow_the_list(as_user, ana, filed):
    filed(title="Seals of the north")
    filed(title="Letters")

    browser = as_user(ana)

    assert "Seals of the north" in text_of(browser.get("/home?q=seals"))
    assert "Letters" not in text_of(browser.get("/home?q=seals"))
    assert "No proposal of yours fits this choice." in text_of(browser.get("/home?show=decided"))
    assert browser.get("/home?show=nonsense&page=zero").status_code == 200


def test_home_takes_the_same_queries_for_1_3_and_300_rows(as_user, ana, submitted, university):
    proposal, browser = submitted(example="05-ocean"), as_user(ana)
    partner = proposal.participations.get().partner
    browser.get("/home")
    one = queries_of(browser, "/home")

    def add(count):
        for number in range(count):
            row = create_proposal(owner=ana, title=f"Number {number}", unit=university.marine)
            open_questionnaire(proposal=row)
            Participation.objects.create(proposal=row, partner=partner)
        Proposal.objects.filter(pk=proposal.pk).update(updated_at=timezone.now())  # stays on the first page

    add(2)
    three = queries_of(browser, "/home")
    add(297)
    many = queries_of(browser, "/home")

    assert (three, many) == (one, one)


def test_notices_take_the_same_queries_for_1_3_and_300_rows(as_user, ana):
    browser = as_user(ana)

    def add(start, count):
        Notice.objects.bulk_create(
            Notice(user=ana, key=f"k{n}", subject="RA-1: news", text="Read", url="/home")
            for n in range(start, start + count)
        )

    add(0, 1)
    browser.get("/notices")
    one = queries_of(browser, "/notices")
    add(1, 2)
    three = queries_of(browser, "/notices")
    add(3, 297)

    assert (three, queries_of(browser, "/notices")) == (one, one)


def test_proposal_page_takes_the_same_queries_with_more_versions_and_partners(as_user, ana, submitted):
    small, large = submitted(), submitted(example="03-plankton", title="Larger")
    browser = as_user(ana)
    browser.get(small.get_absolute_url())

    first, second = (queries_of(browser, proposal.get_absolute_url()) for proposal in (small, large))

    assert first == second


def test_notice_is_read_once_and_leads_to_its_page(as_user, ana, submitted):
    proposal = submitted()
    notice, browser = Notice.objects.get(user=ana), as_user(ana)
    assert "1 is new." in text_of(browser.get("/notices"))

    page = browser.post("/notices", {"notice": str(notice.uid)})

    assert page["Location"] == proposal.get_absolute_url()
    assert "Nothing is new." in text_of(browser.get("/notices"))


def test_notice_of_somebody_else_is_not_found(as_user, ana, eve, submitted):
    submitted()
    notice = Notice.objects.get(user=ana)

    assert as_user(eve).post("/notices", {"notice": str(notice.uid)}).status_code == 404
    assert as_user(eve).post("/notices").status_code == 302
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_notices_are_marked_at_once(as_user, ana, submitted):
    submitted()
    submitted(title="Second")
    run_pending()

    as_user(ana).post("/notices")

    assert not Notice.objects.filter(user=ana, read_at__isnull=True).exists()
