from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.audit.models import Event
from riskassess.core.errors import DomainError

SYSTEM = "system"
PAGE_SIZE = 50
FIRST_YEAR, LAST_YEAR = 1970, 9000


@dataclass(frozen=True)
class EventFilters:
    """Which events a reader asks for. `who` is part of a name, a person's number, or "system"; both days count."""

    who: str = ""
    verb: str = ""
    reference: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""

    def __post_init__(self):
        for field in ("since", "until"):
            day = getattr(self, field)
            if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
                text = _("The day must lie between the years %(first)s and %(last)s.")
                raise DomainError(text % {"first": FIRST_YEAR, "last": LAST_YEAR}, field=field)
        if self.since and self.until and self.since > self.until:
            raise DomainError(_("The last day lies before the first."), field="until")

    def as_record(self) -> dict[str, str]:
        """The filters in use, as text, for the manifest of an export."""
        return {name: str(value) for name, value in asdict(self).items() if value}


def last_event(verb: str, reference: str) -> Event:
    """The latest event of this kind on this proposal."""
    return Event.objects.filter(verb=verb, reference=reference).latest("sequence")


def last_of(reference: str) -> int | None:
    """The number of the latest event of this proposal."""
    return Event.objects.filter(reference=reference).order_by("-sequence").values_list("sequence", flat=True).first()


def events(filters: EventFilters, *, content: bool = False) -> QuerySet[Event]:
    """Events, newest first. Without `content` the search for text leaves details out, so that it can't tell of them."""
    found = Event.objects.select_related("detail").order_by("-sequence")
    if filters.who == SYSTEM:
        found = found.filter(actor_id=None)
    elif filters.who.isdecimal():
        found = found.filter(actor_id=int(filters.who))
    elif filters.who:
        found = found.filter(detail__actor_name__icontains=filters.who)
    if filters.verb:
        found = found.filter(verb=filters.verb)
    if filters.reference:
        found = found.filter(reference=filters.reference)
    if filters.since:
        found = found.filter(at__gte=start_of(filters.since))
    if filters.until:
        found = found.filter(at__lt=start_of(filters.until + timedelta(days=1)))
    if filters.text:
        in_columns = Q(verb__icontains=filters.text) | Q(subject__icontains=filters.text)
        in_columns |= Q(reference__icontains=filters.text) | Q(request_id=filters.text)
        in_columns |= Q(hash__startswith=filters.text.lower())
        if content:
            found = found.annotate(
                before_text=Cast("detail__before", TextField()), after_text=Cast("detail__after", TextField())
            )
            in_columns |= Q(before_text__icontains=filters.text) | Q(after_text__icontains=filters.text)
        found = found.filter(in_columns)
    return found


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def page_of(found: QuerySet[Event], number: str | int) -> Page:
    """One page of events; a number that is no page leads to the nearest one."""
    return Paginator(found, PAGE_SIZE).get_page(number)


def events_of(subject: str) -> QuerySet[Event]:
    """What happened to one row, as `log.subject_of` names it, newest first; the caller has checked the scope."""
    return Event.objects.filter(subject=subject).select_related("detail").order_by("-sequence")
