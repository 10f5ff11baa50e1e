"""A person's calendar feed: an address that needs no login, and days with a reference and a need."""

from datetime import UTC, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from riskassess.accounts.models import User
from riskassess.notices.models import Feed
from riskassess.reviews.dates import Due, dates_of

KEY_LENGTH = 40


def key_of(feed: Feed) -> str:
    """What the address holds beside the row's uid: whoever reads the database alone cannot make it."""
    return salted_hmac("riskassess.notices.calendar", feed.uid.hex, algorithm="sha256").hexdigest()[:KEY_LENGTH]


def address_of(feed: Feed) -> str:
    return settings.SITE_URL + reverse("calendar_feed", args=[feed.uid, key_of(feed)])


def feed_at(uid: UUID, key: str) -> Feed | None:
    """The feed at an address, so long as its person is active."""
    feed = Feed.objects.select_related("user").filter(uid=uid, user__is_active=True).first()
    return feed if feed is not None and constant_time_compare(key_of(feed), key) else None


def calendar_of(user: User) -> bytes:
    """The days of this person as iCalendar, in their language."""
    host = settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"
    calendar = Calendar()
    with translation.override(user.language):
        calendar.add("prodid", "-//RiskAssess//calendar//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("RiskAssess: what is due"))
        calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT6H")
        for due in dates_of(user):
            calendar.add_component(_event(due, host))
    return calendar.to_ical()


def _event(due: Due, host: str) -> Event:
    event = Event()
    event.add("uid", f"{due.key}@{host}")
    event.add("dtstamp", timezone.now().astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", due.day)
    event.add("dtend", due.day + timedelta(days=1))
    event.add("summary", f"{due.reference}: {due.need}")
    event.add("url", settings.SITE_URL + reverse(due.page, args=[due.uid or due.reference]))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
