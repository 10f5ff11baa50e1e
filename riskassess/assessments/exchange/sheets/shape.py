"""The offline form as rows and columns, for writing and reading alike: every row has a key that says what it asks.

A question of which several answers may hold has a row for each of them. Partners, funders and technologies are columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from partners.countries import country_choices
from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Scope
from riskassess.proposals.models import PartnerRole, VisitDirection, VisitorRole
from riskassess.proposals.services import MOST_ROWS

README, COLLABORATION, QUESTIONS, FORM, LISTS = "Read me", "Collaboration", "Questions", "Form", "Lists"
ROW_SHEETS: dict[str, str] = {
    "partners": "Partners",
    "funders": "Funders",
    "technology": "Technology",
    "visits": "Visits",
}
SCOPES: dict[str, Scope] = {"partners": "partner", "funders": "funder", "technology": "technology"}
KEY_COLUMN, TEXT_COLUMN, HELP_COLUMN, FIRST_ANSWER = 1, 2, 3, 4
HEAD_ROW = 3
MOST_SHEET_ROWS = 600
EMPTY_COLUMNS = 8  # offered in a blank form; up to MOST_ROWS are read
YES = "yes"


@dataclass(frozen=True)
class Line:
    """One row: `kind` is heading, lead (the words above the rows of several answers), text, long, date, number, one or
    tick. `path` is where the value stands in the proposal file; a tick adds `option` to the list there."""

    kind: str
    key: str = ""
    text: str = ""
    help: str = ""
    path: tuple[str, ...] = ()
    option: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # (value, words)

    @property
    def is_asked(self) -> bool:
        return self.kind not in {"heading", "lead"}


def lines_of(catalogue: Catalogue, sheet: str) -> list[Line]:
    return list(_lines(catalogue, sheet))


def _lines(catalogue: Catalogue, sheet: str) -> Iterator[Line]:
    if sheet == COLLABORATION:
        yield from _collaboration(catalogue)
    elif sheet == QUESTIONS:
        for section in catalogue.sections:
            asked = [q for q in catalogue.questions_of(section.id) if q.scope == "proposal" and not q.field]
            if asked:
                yield Line("heading", text=section.title, help=section.help)
            for question in asked:
                yield from question_lines(question)
    else:
        name = next(name for name, title in ROW_SHEETS.items() if title == sheet)
        yield from _row_fields(name)
        for question in catalogue.questions:
            if question.scope == SCOPES.get(name) and question.field in (None, "funders"):
                yield from question_lines(question)


def _collaboration(catalogue: Catalogue) -> Iterator[Line]:
    yield Line("text", "title", _("Title"), _("As you would call the collaboration in a letter."), ("title",))
    yield Line("long", "summary", _("Summary"), _("A few sentences: who does what with whom, and why."), ("summary",))
    yield Line("date", "starts", _("Planned start"), _("A day, such as 2027-03-01."), ("starts",))
    yield Line("date", "ends", _("Planned end"), _("A day that does not lie before the start."), ("ends",))
    yield Line(
        "text", "unit", _("Unit"), _("The name of the unit that files it, as the application has it."), ("unit",)
    )
    kinds = next(question for question in catalogue.questions if question.field == "kinds")
    yield from question_lines(kinds, ("kinds",))


def _row_fields(name: str) -> Iterator[Line]:
    if name == "technology":
        yield Line("text", "label", _("Technology, method or item"), _("One in each column."), ("label",))
        return
    if name == "visits":
        yield from _visit_fields()
        return
    yield Line("text", "name", _("Name"), _("One in each column, in its own language or in English."), ("name",))
    countries = tuple((code, str(words)) for code, words in country_choices())
    yield Line(
        "one", "country", _("Country"), _("Where it is established. Choose from the list."), ("country",), "", countries
    )
    if name == "partners":
        yield Line("text", "ror", _("ROR id"), _("If you know it: https://ror.org/ and nine characters."), ("ror",))
        roles = tuple((role.value, str(role.label)) for role in PartnerRole)
        yield Line("one", "role", _("Its part in the work"), _("Choose from the list."), ("role",), "", roles)


def _visit_fields() -> Iterator[Line]:
    """Roles and numbers; who it will be and where from is never asked."""
    roles = tuple((role.value, str(role.label)) for role in VisitorRole)
    ways = tuple((way.value, str(way.label)) for way in VisitDirection)
    partners = tuple((f"p{n}", _("Partner %(n)d") % {"n": n}) for n in range(1, MOST_ROWS + 1))
    says = _("Choose one from the list.")
    yield Line("one", "role", _("Role of the visitors"), says, ("role",), "", roles)
    yield Line("one", "direction", _("Do they come or go?"), says, ("direction",), "", ways)
    yield Line("number", "people", _("How many people"), _("A whole number."), ("people",))
    yield Line("number", "months", _("How many months"), _("A whole number."), ("months",))
    says = _("The number of its column on the sheet Partners. May stay empty.")
    yield Line("one", "partner", _("Which partner"), says, ("partner",), "", partners)
    yield Line("long", "access", _("What they have access to"), _("In your own words. May stay empty."), ("access",))


def question_lines(question: Question, path: tuple[str, ...] = ()) -> Iterator[Line]:
    path = path or ("answers", question.id)
    text = f"↳ {question.text}" if question.follows or question.part_of else question.text
    choices = choices_of(question)
    if question.type == "multi":
        yield Line("lead", text=text, help=_with_kind(question, _("Write yes beside all that apply.")))
        for value, words in choices:
            yield Line("tick", f"{question.id}:{value}", words, "", path, value, ((YES, YES),))
        return
    kinds = {"yes_no": "one", "single": "one", "scale": "one", "date": "date", "number": "number"}
    says = {
        "one": _("Choose one from the list."),
        "date": _("A day, such as 2027-03-01."),
        "number": _("A whole number."),
    }
    kind = kinds.get(question.type, "long")
    yield Line(
        kind, question.id, text, _with_kind(question, says.get(kind, _("In your own words."))), path, "", choices
    )


def _with_kind(question: Question, says: str) -> str:
    optional = "" if question.required else _("May stay empty.")
    return " ".join(part for part in (question.help, says, optional) if part)


def choices_of(question: Question) -> tuple[tuple[str, str], ...]:
    """(value, words) as the pages offer them; words that stand twice get their value beside them."""
    found = [(option.id, option.text) for option in question.options if not option.determined]
    if question.type == "yes_no":
        texts = {"yes": _("Yes"), "no": _("No"), **dict(found)}
        found = [(value, texts[value]) for value in ("yes", "no")]
    if question.unsure:
        found.append((UNSURE, _("Unsure")))
    words = [plain(text) for _value, text in found]
    return tuple((value, text if words.count(plain(text)) == 1 else f"{text} ({value})") for value, text in found)


def plain(words: str) -> str:
    return " ".join(words.split()).casefold()
