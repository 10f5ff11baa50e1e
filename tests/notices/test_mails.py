"""What goes out by e-mail: two parts, no content of a case, by the way its reader chose, once."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from partners.models import ListSource
from riskassess import schedule
from riskassess.core.errors import DomainError
from riskassess.jobs.running import run_pending
from riskassess.notices.kinds import WAYS, WHY_BOUND, Kind, Way
from riskassess.notices.models import Digest, Notice
from riskassess.notices.services import choose_ways, make_digest
from riskassess.notices.telling.keeping import keep

pytestmark = pytest.mark.django_db
CANARY = "Zanzibarite"


def told(user, number, kind=Kind.NEWS, subject="RA-2026-0001: the review has begun"):
    keep(user, f"key-{number}", "RA-2026-0001", subject, "You hear from us <soon>.", "/proposals/RA-1", kind=kind)


def parts(message) -> tuple[str, str]:
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return message.body, html


def test_mail_has_a_text_and_an_html_part_that_say_the_same(ana, settings):
    told(ana, 1)
    run_pending()

    (message,) = mail.outbox
    for part in parts(message):
        assert settings.SITE_URL + "/proposals/RA-1" in part
        assert settings.SITE_URL + "/account" in part
        assert "This mail holds no case content" in part
    text, html = parts(message)
    assert "You hear from us <soon>." in text
    assert "You hear from us &lt;soon&gt;." in html
    assert "<h1" in html
    assert "<script" not in html
    assert "http://www" not in html
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_no_mail_of_a_whole_story_holds_anything_of_the_case(approved, university):
    approved(title=f"{CANARY} in the deep")
    run_pending()

    assert len(mail.outbox) > 5
    for message in mail.outbox:
        for part in (message.subject, *parts(message)):
            assert CANARY not in part
            assert "second funder" not in part
            assert "Well prepared" not in part
    names = [person.name for person in university.people.values()]
    assert not [name for name in names for message in mail.outbox if name in message.body]


def test_subject_stays_one_line_whatever_a_list_is_called(ana):
    name = "Sanctions\r\nBcc: eve@elsewhere.example\n\nHello"
    told(ana, 1, subject=f"{ListSource(name=name).name}: a file was refused")
    run_pending()

    (message,) = mail.outbox
    assert message.subject == "Sanctions Bcc: eve@elsewhere.example Hello: a file was refused"
    assert message.recipients() == [ana.email]
    headers = message.message().as_string().partition("\n\n")[0]
    assert not [line for line in headers.splitlines() if line.startswith("Bcc")]


def test_links_never_follow_the_host_that_a_request_named(ana, as_user, settings):
    response = as_user(ana).post("/account/calendar", {"do": "open"}, HTTP_HOST="evil.example")
    told(ana, 1)
    run_pending()
    page = as_user(ana).get("/account").content.decode()

    assert response.status_code == 400
    assert "evil.example" not in page
    assert settings.SITE_URL in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


def test_way_is_chosen_by_kind(ana):
    choose_ways(user=ana, ways={Kind.NEWS: Way.APP, Kind.TALK: Way.DAILY})
    told(ana, 1, Kind.NEWS)
    told(ana, 2, Kind.TALK)
    told(ana, 3, Kind.ASKED)
    run_pending()

    assert list(Notice.objects.filter(user=ana).order_by("pk").values_list("way", flat=True)) == ["app", "daily", "now"]
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("kind", [kind for kind in Kind if Way.APP not in WAYS[kind]])
def test_what_must_reach_a_person_cannot_be_switched_off_and_says_why(ana, kind):
    with pytest.raises(DomainError, match="cannot be switched off"):
        choose_ways(user=ana, ways={kind: Way.APP})

    assert WHY_BOUND[kind]
    assert not ana.chosen_ways.exists()


def at(monkeypatch, *moment):
    now = datetime(*moment, tzinfo=ZoneInfo("Europe/Brussels"))
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


def test_digest_goes_once_a_working_day_with_what_is_still_unread(ana, monkeypatch):
    choose_ways(user=ana, ways={Kind.NEWS: Way.DAILY})
    told(ana, 1)
    told(ana, 2, subject="RA-2026-0002: registered")
    told(ana, 3, subject="RA-2026-0003: read already")
    Notice.objects.filter(key="key-3").update(read_at=timezone.now())

    for moment in ((2026, 12, 5, 9), (2026, 12, 6, 9), (2026, 12, 7, 6, 50), (2026, 12, 7, 7, 1), (2026, 12, 7, 9)):
        at(monkeypatch, *moment)
        schedule.send_digests()
    monkeypatch.undo()
    run_pending()

    assert [digest.day for digest in Digest.objects.all()] == [date(2026, 12, 7)]
    (message,) = mail.outbox
    assert message.subject == "2 notices for you"
    for part in parts(message):
        assert part.index("RA-2026-0001") < part.index("RA-2026-0002")
        assert "RA-2026-0003" not in part


def test_digest_takes_what_came_later_the_next_day_and_tells_nothing_twice(ana):
    choose_ways(user=ana, ways={Kind.NEWS: Way.DAILY})
    told(ana, 1)
    make_digest(user=ana, day=date(2026, 12, 7))
    told(ana, 2, subject="RA-2026-0002: registered")
    assert make_digest(user=ana, day=date(2026, 12, 7)) is None
    make_digest(user=ana, day=date(2026, 12, 8))
    run_pending()

    assert [("0001" in m.body, "0002" in m.body) for m in mail.outbox] == [(True, False), (False, True)]


def test_digest_of_somebody_who_left_is_not_sent(ana):
    choose_ways(user=ana, ways={Kind.NEWS: Way.DAILY})
    told(ana, 1)
    make_digest(user=ana, day=date(2026, 12, 7))
    ana.is_active = False
    ana.save()
    run_pending()

    assert mail.outbox == []
