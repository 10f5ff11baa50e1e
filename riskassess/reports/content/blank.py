from django.utils.translation import get_language, gettext

from riskassess.assessments.blank import blank_questionnaire
from riskassess.assessments.handbook import QuestionEntry
from riskassess.engine.catalogue import Catalogue
from riskassess.reports.shapes import BlankContent, BlankQuestion, BlankSection

FORMS = {"multi": "many", "text": "text", "evidence": "text", "date": "date", "number": "number"}


def blank_content(catalogue: Catalogue, *, institution: str) -> BlankContent:
    """Every question of the release in the language that is active now."""
    return BlankContent(
        language=(get_language() or "en").partition("-")[0],
        institution=institution,
        title=catalogue.title,
        version=catalogue.version,
        released_on=catalogue.date,
        sections=tuple(
            BlankSection(
                each.section.id,
                each.section.title,
                each.section.help,
                each.section.scope,
                tuple(_question(entry) for entry in each.entries),
            )
            for each in blank_questionnaire(catalogue)
        ),
    )


def _question(entry: QuestionEntry) -> BlankQuestion:
    question = entry.question
    options = tuple(
        (group, tuple((option.text, option.help) for option in members if not option.determined))
        for group, members in entry.groups
    )
    if not options and question.type == "yes_no":
        options = (("", ((gettext("Yes"), ""), (gettext("No"), ""))),)
    return BlankQuestion(
        id=question.id,
        text=question.text,
        help=question.help,
        example=question.example,
        why=question.why,
        seen_by=question.seen_by,
        form=FORMS.get(question.type, "one"),
        options=options,
        has_unsure=question.unsure,
        unsure_help=question.unsure_help,
        may_stay_empty=not question.required,
        when=entry.when,
        leads_to=tuple(rule.title for rule in entry.read_by),
        is_followed=bool(question.follows or question.part_of),
    )
