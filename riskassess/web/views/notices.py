from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from riskassess.notices.models import Notice
from riskassess.notices.services import mark_read

PAGE_SIZE = 50


def notices(request):
    """All that a person was told, newest first; a button marks one or all as read."""
    if request.method == "POST":
        return mark(request)
    rows = Notice.objects.filter(user=request.user)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    unread = rows.filter(read_at__isnull=True).count()
    return render(request, "notices/notices.html", {"page": page, "unread": unread})


def mark(request):
    """Mark one notice as read and go where it leads, or mark all of them."""
    if "notice" not in request.POST:
        mark_read(user=request.user)
        return redirect("notices")
    notice = get_object_or_404(Notice, user=request.user, uid=uid_of(request.POST.get("notice", "")))
    mark_read(user=request.user, notice=notice)
    is_ours = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
    return redirect(notice.url if is_ours else "notices")


def uid_of(text: str) -> UUID:
    """The uid that was posted; what is none leads nowhere."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
