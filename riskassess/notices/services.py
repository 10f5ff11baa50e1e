from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record
from riskassess.core.errors import DomainError
from riskassess.jobs.services import enqueue
from riskassess.notices.kinds import WAYS, Kind, Way
from riskassess.notices.models import ChosenWay, Digest, Feed, Notice


def mark_read(*, user: User, notice: Notice | None = None) -> int:
    """Mark one or all of a person's notices as read; says how many were new."""
    unread = Notice.objects.filter(user=user, read_at__isnull=True)
    if notice is not None:
        unread = unread.filter(pk=notice.pk)
    return unread.update(read_at=timezone.now())


@transaction.atomic
def choose_ways(*, user: User, ways: dict[str, str]) -> None:
    """Keep by which way somebody wants each kind of notice. What must reach a person leaves no other choice."""
    before = dict(ChosenWay.objects.filter(user=user).values_list("kind", "way"))
    for kind, way in ways.items():
        if way not in WAYS[Kind(kind)]:
            raise DomainError(
                _("This kind of notice cannot be switched off. Choose one of the ways shown."), field=kind
            )
        ChosenWay.objects.update_or_create(user=user, kind=kind, defaults={"way": way})
    after = {**before, **ways}
    if after != before:
        _record("account.notices_chosen", user, before=before, after=after)


def people_awaiting_digest() -> list[User]:
    waiting = Notice.objects.filter(way=Way.DAILY, digest__isnull=True, read_at__isnull=True)
    return list(User.objects.filter(pk__in=waiting.values("user"), is_active=True).order_by("pk"))


@transaction.atomic
def make_digest(*, user: User, day: date) -> Digest | None:
    """Gather what waits into the mail of this day; what comes later waits for the next working day."""
    digest, is_new = Digest.objects.get_or_create(user=user, day=day)
    if not is_new:
        return None
    Notice.objects.filter(user=user, way=Way.DAILY, digest__isnull=True, read_at__isnull=True).update(digest=digest)
    enqueue("notices.send_digest", f"digest:{digest.uid}", ids=[digest.pk], queue="bulk")
    return digest


@transaction.atomic
def open_feed(*, user: User) -> Feed:
    """Give the person a calendar feed at a new address; an earlier address leads nowhere from now on."""
    Feed.objects.filter(user=user).delete()
    feed = Feed.objects.create(user=user)
    _record("account.feed_opened", user)
    return feed


@transaction.atomic
def close_feed(*, user: User) -> None:
    if Feed.objects.filter(user=user).delete()[0]:
        _record("account.feed_closed", user)


def _record(verb: str, user: User, **changes) -> None:
    record(verb, subject=user, actor_id=user.pk, role=user.role_now, actor_name=user.name, **changes)
