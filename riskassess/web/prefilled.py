"""Answers that were filled in from elsewhere, as the pages of a draft show and settle them."""

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.assessments.models import Answer, Origin
from riskassess.engine.catalogue import Question, Section
from riskassess.web.draft import Draft
from riskassess.web.forms.questionnaire import anchor, field_name

KEEP, KEEP_ALL = "keep", "keep-all"


def mark_of(answer: Answer) -> str:
    """Where an answer that nobody has confirmed comes from, in words; empty for any other."""
    if not answer.waits:
        return ""
    words = {
        Origin.REGISTRY: _("From the registry of partners"),
        Origin.FILE: _("From the file you brought"),
        Origin.RENEWED: _("As it was in %(reference)s"),
    }
    return words.get(answer.origin, _("From %(reference)s")) % {"reference": answer.origin_reference}


def marks_of(draft: Draft, asked: Iterable[tuple[Question, str]]) -> dict[str, str]:
    """By name of the field, the marks of these questions; what is just being answered otherwise has none."""
    found = {}
    for question, row in asked:
        answer = draft.stored.get(name := field_name(question.id, row))
        if answer and answer.waits and draft.answers_of(row).get(question.id) == answer.value:
            found[name] = mark_of(answer)
    return found


def keep_prefilled(draft: Draft, section: Section, user: User, action: str, shown: Collection[str]) -> None:
    """Do what a button "Keep as it is" asks: one answer, or all that its page showed."""
    what, _sign, name = action.partition(":")
    if what not in {KEEP, KEEP_ALL}:
        return
    asked = {field_name(item.question.id, item.row): item for item in draft.in_section(section.id)}
    names = asked.keys() & (set(shown) if what == KEEP_ALL else {name})
    keys = [(asked[each].question.id, asked[each].row) for each in names]
    workflow.confirm_answers(proposal=draft.proposal, actor=user, keys=keys)


def place_after_keeping(draft: Draft, section: Section, action: str) -> str:
    """Where a button "Keep as it is" leads: to the next one on the page, else to where it stood; all at once go on."""
    what, _sign, name = action.partition(":")
    page = draft.page_of(section)
    if what == KEEP_ALL:
        return page
    if what != KEEP:
        return ""
    waiting = [item for item in draft.waiting if item.question.section == section.id]
    if waiting:
        return f"{page}#{anchor(waiting[0].question.id, waiting[0].row)}"
    return f"{page}#{anchor(name, '')}"
