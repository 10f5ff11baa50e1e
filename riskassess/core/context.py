"""What belongs to the work at hand and to nobody's arguments: the id of the request or job that runs."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
