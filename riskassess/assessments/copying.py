"""Answers that go along when a row of a proposal is copied."""

from django.db import transaction

from riskassess.accounts.models import User
from riskassess.assessments.models import Answer, Questionnaire
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.services import Present, Values, save_answers


@transaction.atomic
def copy_answers(*, questionnaire: Questionnaire, actor: User, rows: dict[str, str]) -> list[Answer]:
    """Give new rows (uid -> uid of the row they are copies of) the answers of those, as answers of `actor`.

    What the new row answers already stays, so that a page sent twice copies nothing over what was said since. What
    only an officer may enter, and what a field of the row says, is left out.
    """
    catalogue = catalogue_of(questionnaire.release)

    def settle(_values: Values, present: Present) -> Values:
        return {
            (question, new): answer.value
            for (question, row), answer in present.items()
            for new, old in rows.items()
            if row == old
            and (question, new) not in present
            and answer.value is not None
            and not _is_closed(catalogue, question, answer.value)
        }

    return save_answers(questionnaire=questionnaire, actor=actor, values={}, settle=settle) if rows else []


def _is_closed(catalogue, question: str, value) -> bool:
    if not catalogue.has_question(question):
        return True
    asked = catalogue.question(question)
    values = value if isinstance(value, list) else [value]
    chosen = [asked.option(each) for each in values if isinstance(each, str)]
    return bool(asked.field) or any(option is not None and option.determined for option in chosen)
