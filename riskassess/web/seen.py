"""What a page showed, kept in the page as short marks: a later post can then say what is different since."""

from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.assessments.facts import filed_content, fingerprint, present_content
from riskassess.assessments.models import AnswerChange
from riskassess.audit.queries import EventFilters, events
from riskassess.web.draft import Draft

LENGTH = 12
EDITS = (
    "proposal.described", "proposal.partners_set", "proposal.funders_set", "proposal.people_set",
    "proposal.technology_set", "proposal.contacts_set", "evidence.added", "evidence.replaced", "evidence.renamed",
    "evidence.removed", "proposal.visits_set",
)  # fmt: skip


def mark(value) -> str:
    return fingerprint(value)[:LENGTH]


def joined(marks: dict[str, str]) -> str:
    return " ".join(f"{name}:{value}" for name, value in marks.items())


def marks_in(posted: str) -> dict[str, str]:
    return dict(item.split(":", 1) for item in posted.split() if ":" in item)


def changed_since(posted: str, marks: dict[str, str]) -> list[str]:
    """The names whose mark is not the posted one."""
    before = marks_in(posted)
    return [name for name, value in marks.items() if before.get(name) != value]


def content_mark(draft: Draft) -> str:
    """The fingerprint that the next version would have."""
    return fingerprint(filed_content(draft.questionnaire))


def part_marks(draft: Draft) -> str:
    return joined(_marks_of_parts(draft))


def what_changed(draft: Draft, parts: str, reader: User, *, seen: str) -> str:
    """A sentence on what is different since the page with these marks was shown; empty where nothing is."""
    if seen == content_mark(draft):
        return ""
    changed = changed_since(parts, _marks_of_parts(draft)) if parts else []
    titles = ", ".join(draft.catalogue.section(name).title for name in changed)
    if not titles:
        return _("Read the whole proposal once more below, then submit it.")
    who = last_edit(draft.proposal.reference, reader)
    if who:
        given = {"name": who[0], "time": who[1], "titles": titles}
        return _("%(name)s changed this at %(time)s: %(titles)s. Read it below, then submit again.") % given
    return _("This changed after you opened the page: %(titles)s. Read it below, then submit again.") % {
        "titles": titles
    }


def last_edit(reference: str, reader: User) -> tuple[str, str] | None:
    """Who else wrote last, and when."""
    event = events(EventFilters(reference=reference)).filter(verb__in=EDITS).exclude(actor_id=reader.pk).first()
    changes = AnswerChange.objects.filter(answer__questionnaire__proposal__reference=reference)
    change = changes.exclude(by=reader).select_related("by").first()
    found = [(event.at, event.detail.actor_name)] if event else []
    found += [(change.at, change.by.name)] if change else []
    if not found:
        return None
    at, name = max(found)
    return name, timezone.localtime(at).strftime("%H:%M")


def last_described(reference: str, reader: User) -> tuple[str, str] | None:
    """Who wrote last at what stands beside the answers, and when; that may be the reader, in another window."""
    event = events(EventFilters(reference=reference)).filter(verb__in=EDITS).first()
    if event is None:
        return None
    name = _("You, in another window") if event.actor_id == reader.pk else event.detail.actor_name
    return name, timezone.localtime(event.at).strftime("%H:%M")


def _marks_of_parts(draft: Draft) -> dict[str, str]:
    """Of each section the answers; the first has the proposal's own fields and its rows too."""
    content = present_content(draft.questionnaire)
    rows = [row for name in ("partners", "funders", "technology") for row in content[name]]
    found = {}
    for section in draft.sections:
        asked = {question.id for question in draft.catalogue.questions_of(section.id)}
        answers = [{q: v for q, v in row["answers"].items() if q in asked} for row in (content, *rows)]
        own: list = []
        if draft.is_collaboration(section):
            named = [row for row in rows if row not in content["technology"]]
            own = [content["proposal"], [*named, *content.get("visits", [])]]
            own[1] = [{name: value for name, value in row.items() if name != "answers"} for row in own[1]]
        elif section.scope == "technology":
            own = [row["label"] for row in content["technology"]]
        found[section.id] = mark([own, answers])
    return found
