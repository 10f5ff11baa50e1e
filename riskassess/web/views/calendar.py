from django.http import Http404, HttpResponse

from riskassess.notices.calendar import calendar_of, feed_at


def calendar_feed(request, uid, key):
    """The days of whoever was given this address; it holds no case content and needs no login."""
    feed = feed_at(uid, key)
    if feed is None:
        raise Http404
    response = HttpResponse(calendar_of(feed.user), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="riskassess.ics"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
