"""How fast work goes and how long it may still take, in words."""

from datetime import datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOONEST = timedelta(seconds=2)  # before that a rate is mere chance


def pace_words(done: int, total: int, since: datetime | None, now: datetime | None = None) -> str:
    """Rate and time left, from all the time since it began; nothing while that would be a guess."""
    taken = (now or timezone.now()) - since if since else timedelta(0)
    if not done or taken < SOONEST:
        return ""
    rate = done / taken.total_seconds()
    said = rate_words(rate)
    if total > done:
        said = _("%(rate)s · %(time)s left") % {"rate": said, "time": time_words((total - done) / rate)}
    return said


def rate_words(rate: float) -> str:
    if rate >= 1:
        return _("%(number)s a second") % {"number": formats.number_format(round(rate), force_grouping=True)}
    return _("%(number)s a minute") % {"number": formats.number_format(max(1, round(rate * 60)))}


def time_words(seconds: float) -> str:
    """Rounded up, as people plan."""
    if seconds < 50:
        n = max(5, 5 * round(seconds / 5))
        return ngettext("about %(n)d second", "about %(n)d seconds", n) % {"n": n}
    if seconds < 5400:
        return ngettext("about %(n)d minute", "about %(n)d minutes", n := round(seconds / 60 + 0.4)) % {"n": n}
    return ngettext("about %(n)d hour", "about %(n)d hours", n := round(seconds / 3600 + 0.4)) % {"n": n}


def wait_words(waited: timedelta) -> str:
    seconds = int(waited.total_seconds())
    if seconds < 60:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    if seconds < 5400:
        return ngettext("%(n)d minute", "%(n)d minutes", n := seconds // 60) % {"n": n}
    return ngettext("%(n)d hour", "%(n)d hours", n := seconds // 3600) % {"n": n}
