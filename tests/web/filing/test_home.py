"""My page and the notices: what waits, in words, with a number of queries that does not grow."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from riskassess import workflow
from riskassess.assessments.services import open_questionnaire
from riskassess.jobs.running import run_pending
from riskassess.management.filing import read_example
from riskassess.notices.models import Notice
from riskassess.proposals.contacts import contacts_of
from riskassess.proposals.models import Participation, Proposal
from riskassess.proposals.services import create_proposal
from riskassess.reviews.models import Case, Condition, Decision
from riskassess.web.forms.finding import VIEW_WORDS
from tests.story import join
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


@pytest.mark.parametrize(
    ("can_edit", "step"), [(True, "Yours to go on with; Ana Ferreira submits it"), (False, "Ana Ferreira finishes it")]
)
def test_draft_says_to_each_who_takes_part_what_is_left_to_them(as_user, mateo, filed, can_edit, step):
    draft = filed()
    join(draft, mateo, can_edit=can_edit)
    browser = as_user(mateo)

    mine, page = (text_of(browser.get(address)) for address in ("/home", draft.get_absolute_url()))

    assert step in mine
    assert "Ana Ferreira leads it and submits it." in page
    assert "Yours to finish" not in mine + page


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


def decided_days(proposal, *, condition: int, until: int):
    """Move the days of the decision of a proposal: its condition due and its validity, in days from today."""
    today = timezone.localdate()
    Condition.objects.filter(decision__case__proposal=proposal).update(due_on=today + timedelta(days=condition))
    Decision.objects.filter(case__proposal=proposal).update(valid_until=today + timedelta(days=until))


def test_views_hold_what_waits_what_is_due_and_what_ends(as_user, ana, omar, submitted, approved, filed):
    asked, decided = submitted(example="04-coastal", title="Storms"), approved(title="Laser")
    workflow.request_changes(case=Case.objects.get(proposal=asked), actor=omar, reasons="Look at the funders.")
    filed(title="Only begun")
    decided_days(decided, condition=10, until=60)
    browser = as_user(ana)

    shown = {
        name: {title for title in ("Storms", "Laser", "Only begun") if title in table_of(browser, f"show={name}")}
        for name in VIEW_WORDS
    }

    assert shown == {
        "all": {"Storms", "Laser", "Only begun"},
        "waiting": {"Storms"},
        "drafts": {"Only begun"},
        "review": {"Storms"},
        "decided": {"Laser"},
        "conditions": {"Laser"},
        "expiring": {"Laser"},
    }


def table_of(browser, query) -> str:
    page = browser.get(f"/home?{query}").content.decode()
    return page.partition("<tbody>")[2].partition("</tbody>")[0]


def test_box_says_which_condition_and_which_end_come_next(as_user, ana, approved):
    decided_days(approved(title="Laser"), condition=3, until=20)

    words = text_of(as_user(ana).get("/home"))

    assert "Two things wait for you." in words
    assert "A condition is due" in words
    assert "An approval ends" in words


def test_box_leaves_out_what_is_far_away(as_user, ana, approved):
    decided_days(approved(title="Laser"), condition=15, until=91)

    words = text_of(as_user(ana).get("/home"))

    assert "Nothing waits for you." in words
    assert "Expiring" not in words


def test_closed_condition_is_due_no_more(as_user, ana, omar, approved):
    decided = approved(title="Laser")
    decided_days(decided, condition=3, until=365)
    Condition.objects.filter(decision__case__proposal=decided).update(fulfilled_on=timezone.localdate())

    assert "A condition is due" not in text_of(as_user(ana).get("/home"))


def test_filters_stand_in_the_address_and_work_together(as_user, ana, submitted, filed):
    submitted(example="04-coastal", title="Seals of the north")
    submitted(title="Seals of the south")
    browser = as_user(ana)

    assert "Seals of the south" not in table_of(browser, "q=seals&level=moderate")
    assert "Seals of the north" in table_of(browser, "q=seals&level=moderate&led=lead")
    assert table_of(browser, "q=seals&led=part") == ""
    first, second = (
        table_of(browser, f"order={order}").index("Seals of the north") for order in ("title", "-reference")
    )
    assert first < second


@pytest.mark.parametrize(
    "query",
    [
        "show=nonsense&page=zero",
        "level=critical",
        "order=owner__password",
        "order=-pk",
        "led=_connector",
        "q=" + "x" * 5000,
        "q=%F0%9F%98%80%25'%22--",
        "owner__email=eve&_connector=OR",
        "show=all&show=drafts&level=low&level=high",
    ],
)
def test_strange_addresses_narrow_nothing_and_break_nothing(as_user, ana, filed, query):
    filed(title="Letters")

    page = as_user(ana).get(f"/home?{query}")

    assert page.status_code == 200


def test_choice_that_is_not_there_is_said_and_the_others_count(as_user, ana, filed):
    filed(title="Letters")
    filed(title="Seals")

    page = as_user(ana).get("/home?order=owner__password&q=seals")

    assert "Choose one of those shown." in text_of(page)
    assert "Letters" not in text_of(page)


def test_draft_page_shows_each_section_with_what_is_missing_there(as_user, ana, university):
    draft = create_proposal(owner=ana, title="Only a title", unit=university.marine)

    page = as_user(ana).get(draft.get_absolute_url())

    words = text_of(page)
    assert "answers are missing" in words
    assert "Ana Ferreira leads it" in words
    assert f"/proposals/{draft.reference}/collaboration#id_kinds" in read(page).links
    assert "Check and submit" in words


def test_draft_page_says_who_wrote_what_last(as_user, ana, filed):
    draft = filed(title="Half")

    words = text_of(as_user(ana).get(draft.get_absolute_url()))

    assert re.search(r"Ana Ferreira leads it · \d+ answers, last \d+ \w+, \d\d:\d\d", words)


def test_box_holds_what_others_ask_of_me(as_user, ana, mateo, filed):
    draft = filed(title="Half")
    workflow.invite(proposal=draft, actor=ana, email=mateo.email, can_edit=True)

    page = as_user(mateo).get("/home")

    assert "One thing waits for you." in text_of(page)
    assert "Ana Ferreira asks you to take part" in text_of(page)
    assert f"/proposals/{draft.reference}/invitation" in read(page).links


def test_what_stands_is_renewed_from_the_list_with_one_press(as_user, ana, approved):
    partners = read_example("04-coastal")["partners"]
    named = [{**partners[0], "contacts": [{"name": "Ida Holm"}]}, *partners[1:]]
    proposal, browser = approved(title="Laser", partners=named), as_user(ana)
    assert "What comes along with the person named at its partners" in text_of(browser.get("/home"))
    sent = next(
        fields
        for name, fields in read(browser.get("/home")).forms.items()
        if any(field == "opened" for field, _v in fields)
    )

    answer = browser.post(f"/proposals/{proposal.reference}/renew", dict(sent))

    assert answer.status_code == 302
    renewal = Proposal.objects.get(renews=proposal)
    assert renewal.state == "draft"
    assert [row.contact.name for row in contacts_of(renewal)] == ["Ida Holm"]


def test_condition_that_was_given_to_somebody_stands_on_their_page(as_user, ana, eve, approved):
    condition = approved().case.decisions.get().conditions.get()
    workflow.name_condition_owner(condition=condition, actor=ana, owner=eve)

    page = as_user(eve).get("/home")

    assert "One thing waits for you." in text_of(page)
    assert "You see to a condition" in text_of(page)
    assert f"/conditions/{condition.uid}" in read(page).links


def test_question_waits_until_an_author_answered_it(as_user, ana, omar, submitted):
    proposal, browser = submitted(example="04-coastal", title="Storms"), as_user(ana)
    thread = workflow.open_thread(proposal=proposal, actor=omar, kind="request", text="Who reads the data?")

    asked = text_of(browser.get("/home"))
    workflow.answer_thread(thread=thread, actor=ana, text="The two of us.")
    answered = text_of(browser.get("/home"))

    assert "A question for you" in asked
    assert ("A question for you" in answered, "Nothing waits for you." in answered) == (False, True)
