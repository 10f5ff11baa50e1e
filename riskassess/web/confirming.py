"""Whether somebody said with their password, minutes ago, that it is they: asked again before a vote is cast."""

from datetime import timedelta

from django.utils import timezone

FRESH = timedelta(minutes=5)
KEY = "confirmed_at"


def note_confirmed(request) -> None:
    """Right after a password was right."""
    request.session[KEY] = timezone.now().timestamp()


def is_confirmed(request) -> bool:
    """A time ahead of the clock counts for nothing."""
    age = timezone.now().timestamp() - request.session.get(KEY, 0)
    return 0 <= age <= FRESH.total_seconds()
