"""The questionnaire of a release before anybody has answered it, to read, to search in and to fill in by hand."""

from dataclasses import dataclass

from riskassess.assessments.handbook import QuestionEntry, question_sections
from riskassess.engine.catalogue import Catalogue, Section
from riskassess.engine.keeping import once_a_catalogue


@dataclass(frozen=True)
class BlankSection:
    section: Section
    entries: tuple[QuestionEntry, ...]


@once_a_catalogue
def blank_questionnaire(catalogue: Catalogue) -> tuple[BlankSection, ...]:
    return tuple(BlankSection(section, entries) for section, entries in question_sections(catalogue) if entries)


def question_count(sections: tuple[BlankSection, ...]) -> int:
    return sum(len(each.entries) for each in sections)


def find_questions(sections: tuple[BlankSection, ...], words: str) -> tuple[BlankSection, ...]:
    """The questions in which each of these words stands: in the question, its help, its reason or its answers."""
    wanted = words.casefold().split()
    found = (
        BlankSection(each.section, tuple(entry for entry in each.entries if _has(entry, wanted))) for each in sections
    )
    return tuple(each for each in found if each.entries)


def _has(entry: QuestionEntry, wanted: list[str]) -> bool:
    question = entry.question
    texts = [question.id, question.text, question.help, question.example, question.why, question.unsure_help]
    texts += [text for option in question.options for text in (option.text, option.help, option.group_text)]
    whole = " ".join(texts).casefold()
    return all(word in whole for word in wanted)
