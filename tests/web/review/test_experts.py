"""The pages of an expert from outside: invited by an officer, in by a code, shown the sections given and no more."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from riskassess.accounts import second_factor
from riskassess.audit.models import AccessRead, Event
from riskassess.notices.models import Notice
from riskassess.reviews.models import ExpertWord, GuestSeat
from tests.story import HIGH
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


def ask(browser, reference, **changes):
    given = {"name": "Xenia Roth", "email": "xenia@elsewhere.example", "question": "Is it dual use?",
             "sections": ["work"], "until": (timezone.localdate() + timedelta(days=9)).isoformat()}  # fmt: skip
    page = browser.post(f"/cases/{reference}/experts", {**given, **changes})
    found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", page.content.decode())
    return page, found and found.group()


def test_expert_reads_what_was_given_and_answers_once(submitted, as_user, omar, tomasz):
    proposal = submitted(example=HIGH)
    assert ask(as_user(tomasz), proposal.reference)[0].status_code == 403
    _page, code = ask(as_user(omar), proposal.reference)
    seat, expert = GuestSeat.objects.get(), Client()
    place, door = f"/expert/{seat.uid}", f"/expert/{seat.uid}/enter"
    assert Notice.objects.get(user__email="xenia@elsewhere.example").url == door
    assert code not in as_user(omar).get(f"/cases/{proposal.reference}/experts").content.decode()

    wrong = expert.post(door, {"code": "AAAA-BBBB-CCCC"})
    assert (wrong.status_code, "the seat is closed" in text_of(wrong)) == (422, True)
    assert expert.get(place).status_code == 302  # to the sign-in
    assert expert.post(door, {"code": code})["Location"] == place
    before = expert.get(place).content.decode()
    assert "Is it dual use?" not in before
    expert.post(place, {"do": "declare"})
    page = expert.get(place).content.decode()

    assert "Is it dual use?" in page
    hidden = [proposal.title, proposal.reference, proposal.owner.name, *proposal.participations.values_list("partner__name", flat=True)]  # fmt: skip  # noqa: E501
    assert [word for word in hidden if word in page] == []
    assert AccessRead.objects.filter(verb="expert.read", role="expert").count() == 1
    expert.post(place, {"do": "comment", "text": "A remark."})
    expert.post(place, {"do": "opinion", "text": "Not dual use."})
    again = expert.post(place, {"do": "opinion", "text": "Or is it?"})
    assert again.status_code == 409
    assert list(ExpertWord.objects.values_list("kind", "text")) == [
        ("comment", "A remark."),
        ("opinion", "Not dual use."),
    ]
    assert "Not dual use." in text_of(as_user(omar).get(f"/cases/{proposal.reference}/experts"))
    assert "Not dual use." not in as_user(proposal.owner).get(f"/proposals/{proposal.reference}").content.decode()
    as_user(omar).post(f"/cases/{proposal.reference}/experts/{seat.uid}/end")
    assert expert.get(place).status_code == 404


def test_seat_of_one_case_opens_no_other_of_the_same_person(submitted, as_user, omar, settings):
    settings.EXPERTS_NEED_SECOND_FACTOR = True
    first, second = submitted(example=HIGH), submitted(example=HIGH, title="Another one")
    _page, code = ask(as_user(omar), first.reference)
    ask(as_user(omar), second.reference)
    seat, other = GuestSeat.objects.order_by("pk")
    expert, door = Client(), f"/expert/{seat.uid}/enter"

    half = expert.post(door, {"code": code})
    shown = expert.get(door).content.decode()

    assert half["Location"] == door
    assert seat.secret in shown
    assert expert.get(f"/expert/{seat.uid}").status_code == 302
    assert expert.post(door, {"digits": "000000"}).status_code == 422
    digits = second_factor.digits_for(seat.secret, second_factor.counter_at(timezone.now()))
    assert expert.post(door, {"digits": digits})["Location"] == f"/expert/{seat.uid}"
    assert expert.get(f"/expert/{seat.uid}").status_code == 200
    assert expert.get(f"/expert/{other.uid}").status_code == 404
    for path in ("/home", "/desk", "/account", "/notices", "/partners", "/settings", f"/cases/{first.reference}",
                 f"/proposals/{first.reference}", f"/cases/{first.reference}/interest"):  # fmt: skip
        assert (path, expert.get(path).status_code) == (path, 404)


def test_a_lost_code_is_replaced_on_the_page_and_shown_once(submitted, as_user, omar, tomasz):
    proposal = submitted(example=HIGH)
    officer = as_user(omar)
    _page, lost = ask(officer, proposal.reference)
    seat = GuestSeat.objects.get()
    anew = f"/cases/{proposal.reference}/experts/{seat.uid}/code"
    assert as_user(tomasz).post(anew).status_code == 403

    page = officer.post(anew).content.decode()

    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", page).group()
    assert code not in officer.get(f"/cases/{proposal.reference}/experts").content.decode()
    door = f"/expert/{seat.uid}/enter"
    assert Client().post(door, {"code": lost}).status_code == 422
    assert Client().post(door, {"code": code}).status_code == 302
    assert Event.objects.filter(verb="expert.recoded", reference=proposal.reference).count() == 1
    officer.post(f"/cases/{proposal.reference}/experts/{seat.uid}/end")
    assert officer.post(anew).status_code == 404
