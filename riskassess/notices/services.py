from django.utils import timezone

from riskassess.accounts.models import User
from riskassess.notices.models import Notice


def mark_read(*, user: User, notice: Notice | None = None) -> int:
    """Mark one or all of a person's notices as read; says how many were new."""
    unread = Notice.objects.filter(user=user, read_at__isnull=True)
    if notice is not None:
        unread = unread.filter(pk=notice.pk)
    return unread.update(read_at=timezone.now())
