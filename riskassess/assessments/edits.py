"""The record of a draft being written. A page saves itself every few seconds, so events come by the minute."""

from collections.abc import Iterable
from datetime import datetime

from riskassess.assessments.models import AnswerChange, Questionnaire
from riskassess.assessments.queries import catalogue_of
from riskassess.audit.log import record, story
from riskassess.proposals.services import role_in

TOLD_AT_ONCE = 5000


@story()
def tell_answers(*, until: datetime | None = None, questionnaire: Questionnaire | None = None) -> int:
    """Write one event for each person, section and minute, with the questions' ids; says how many changes it told.

    The values stay in the answers' own history. Twice is once: what was told is marked.
    """
    changes = AnswerChange.objects.filter(is_told=False)
    if until is not None:
        changes = changes.filter(at__lt=until)
    if questionnaire is not None:
        changes = changes.filter(answer__questionnaire=questionnaire)
    related = ("answer__questionnaire__proposal", "answer__questionnaire__release", "by")
    found = list(changes.select_related(*related).select_for_update(of=("self",)).order_by("at", "pk")[:TOLD_AT_ONCE])
    for group in _by_minute(found):
        _record(group)
    AnswerChange.objects.filter(pk__in=[change.pk for change in found]).update(is_told=True)
    return len(found)


def _by_minute(changes: Iterable[AnswerChange]) -> Iterable[list[AnswerChange]]:
    groups: dict[tuple, list[AnswerChange]] = {}
    for change in changes:
        minute = change.at.replace(second=0, microsecond=0)
        key = (change.answer.questionnaire_id, change.by_id, _section(change), minute)
        groups.setdefault(key, []).append(change)
    return groups.values()


def _section(change: AnswerChange) -> str:
    catalogue = catalogue_of(change.answer.questionnaire.release)
    return catalogue.question(change.answer.question).section if catalogue.has_question(change.answer.question) else ""


def _record(group: list[AnswerChange]) -> None:
    first = group[0]
    questionnaire = first.answer.questionnaire
    record(
        "answers.saved",
        subject=questionnaire,
        actor_id=first.by_id,
        role=role_in(first.by, questionnaire.proposal),
        actor_name=first.by.name,
        reference=questionnaire.proposal.reference,
        after={
            "section": _section(first),
            "questions": sorted({change.answer.question for change in group}),
            "minute": first.at.replace(second=0, microsecond=0).isoformat(),
        },
    )
