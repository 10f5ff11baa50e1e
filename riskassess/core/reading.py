"""What a page that only reads looks up once, however often its parts ask for it."""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

_kept: ContextVar[dict | None] = ContextVar("kept_while_reading", default=None)


def kept(key: Hashable, read: Callable[[], T]) -> T:
    """`read()`, or what it gave earlier in the same request for a page. Outside of one, and in whatever writes, it is
    read anew each time."""
    found = _kept.get()
    if found is None:
        return read()
    if key not in found:
        found[key] = read()
    return found[key]


class ReadOnceMiddleware:
    """Lets a request that asks for a page read the same thing once."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = _kept.set({} if request.method in {"GET", "HEAD"} else None)
        try:
            return self.get_response(request)
        finally:
            _kept.reset(token)
