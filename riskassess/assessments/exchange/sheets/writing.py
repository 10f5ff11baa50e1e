"""The offline form as XLSX, blank or filled in with what a proposal says. Nothing in it is ever a formula."""

import io
import re
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from riskassess.assessments.exchange.sheets.shape import (
    COLLABORATION,
    EMPTY_COLUMNS,
    FIRST_ANSWER,
    FORM,
    HEAD_ROW,
    HELP_COLUMN,
    KEY_COLUMN,
    LISTS,
    QUESTIONS,
    README,
    ROW_SHEETS,
    TEXT_COLUMN,
    YES,
    Line,
    lines_of,
)
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of

UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LEADS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST_CELL = 32_000
WRAP = Alignment(wrap_text=True, vertical="top")
LINE = Side(style="thin", color="C9C2B4")
TO_FILL = PatternFill("solid", fgColor="FFF8DC")
HEADING = PatternFill("solid", fgColor="E8EEF2")


def write_workbook(release: CatalogueRelease, content: dict | None = None) -> bytes:
    return _filled(release, content) if content else _blank(release.sha256, release)


@lru_cache(maxsize=4)
def _blank(_sha256: str, release: CatalogueRelease) -> bytes:
    return _filled(release, {})


def _filled(release: CatalogueRelease, content: dict) -> bytes:
    book = Workbook()
    book.remove(book.active)
    catalogue = catalogue_of(release)
    _write_readme(book.create_sheet(README), release)
    lists = _Lists()
    _write_sheet(book.create_sheet(COLLABORATION), lines_of(catalogue, COLLABORATION), [content], lists)
    for name, title in ROW_SHEETS.items():
        rows = content.get(name) or []
        rows = rows + [{}] * max(EMPTY_COLUMNS - len(rows), 2 if len(rows) < 28 else 0)
        _write_sheet(book.create_sheet(title), lines_of(catalogue, title), rows, lists)
    _write_sheet(book.create_sheet(QUESTIONS), lines_of(catalogue, QUESTIONS), [content], lists)
    _write_form(book.create_sheet(FORM), release, [question.id for question in catalogue.questions])
    lists.write(book.create_sheet(LISTS))
    book.active = 0
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


class _Lists:
    """The choices of all questions, each list once in a column of a hidden sheet: cells choose from there."""

    def __init__(self) -> None:
        self.columns: dict[tuple[str, ...], str] = {}

    def place(self, words: tuple[str, ...]) -> str:
        letter = self.columns.setdefault(words, get_column_letter(len(self.columns) + 1))
        return f"'{LISTS}'!${letter}$1:${letter}${len(words)}"

    def write(self, sheet: Worksheet) -> None:
        for column, words in enumerate(self.columns, 1):
            for row, text in enumerate(words, 1):
                put(sheet, row, column, text)
        sheet.sheet_state = "hidden"
        sheet.protection.enable()


def put(sheet: Worksheet, row: int, column: int, value) -> None:
    """A text is a text whatever it begins with; days and numbers stay what they are."""
    cell = sheet.cell(row, column)
    if isinstance(value, date):
        cell.value, cell.number_format = value, "yyyy-mm-dd"
    elif isinstance(value, int):
        cell.value = value
    else:
        text = UNWRITABLE.sub("", str(value))[:LONGEST_CELL]
        if text:
            cell.value, cell.data_type = text, "s"
            cell.quotePrefix = text.lstrip(" \u00a0").startswith(LEADS_A_FORMULA) or text.startswith(LEADS_A_FORMULA)


def _write_readme(sheet: Worksheet, release: CatalogueRelease) -> None:
    texts = [
        _("A proposal to fill in offline"),
        _("Fill in the yellow cells, in any order. Save the file as XLSX and bring it back at “New proposal”."),
        _("Only the title is needed to begin. Whatever you leave empty is asked later in the application, where it "
          "matters: many questions are asked only because of other answers."),
        _("“Unsure” is a true answer where you do not know."),
        _("Partners, funders and technologies stand side by side: one in each column."),
        _("Where several answers may hold, write yes beside each that applies."),
        _("Nothing is taken while a cell does not fit: you are told which ones, all at once, and what would fit."),
        _("What came from this file is marked until you say in the application that it is right."),
        _("People named at partners, evidence and safeguards are added in the application."),
        _("Formulas are not read: a cell holds what it says."),
        _("Questions: %(release)s") % {"release": f"{release.title}, {release}"},
    ]  # fmt: skip
    for row, text in enumerate(texts, 1):
        put(sheet, row, 1, text)
        sheet.cell(row, 1).alignment = WRAP
    sheet.cell(1, 1).font = Font(bold=True, size=16)
    sheet.column_dimensions["A"].width = 96
    sheet.sheet_view.showGridLines = False
    sheet.protection.enable()


def _write_form(sheet: Worksheet, release: CatalogueRelease, ids: list[str]) -> None:
    for row, pair in enumerate(
        [("release", f"{release.catalogue_id}@{release.version}"), ("sha256", release.sha256)], 1
    ):
        put(sheet, row, 1, pair[0])
        put(sheet, row, 2, pair[1])
    for row, name in enumerate(ids, 3):
        put(sheet, row, 1, "question")
        put(sheet, row, 2, name)
    sheet.sheet_state = "hidden"
    sheet.protection.enable()


def _write_sheet(sheet: Worksheet, lines: list[Line], contents: list[dict], lists: _Lists) -> None:
    last = FIRST_ANSWER + len(contents) - 1
    put(sheet, 1, TEXT_COLUMN, sheet.title)
    put(sheet, 2, TEXT_COLUMN, _("Fill in the yellow cells."))
    sheet.cell(1, TEXT_COLUMN).font = Font(bold=True, size=16)
    heads = [_("Question"), _("How to answer")]
    one = {"Partners": _("Partner"), "Funders": _("Funder"), "Technology": _("Technology"), "Visits": _("Visit")}
    named = one.get(sheet.title)
    heads += [f"{named} {n}" for n in range(1, len(contents) + 1)] if named else [_("Your answer")]
    for column, words in enumerate(heads, TEXT_COLUMN):
        put(sheet, HEAD_ROW, column, words)
        sheet.cell(HEAD_ROW, column).font = Font(bold=True)
        sheet.cell(HEAD_ROW, column).fill = HEADING
    ranges: dict[str, list[str]] = {}
    for row, line in enumerate(lines, HEAD_ROW + 1):
        _write_line(sheet, row, line, last)
        if not line.is_asked:
            continue
        for column, content in enumerate(contents, FIRST_ANSWER):
            _write_answer(sheet, row, column, line, content)
        if line.choices:
            cells = f"{get_column_letter(FIRST_ANSWER)}{row}:{get_column_letter(last)}{row}"
            ranges.setdefault(lists.place(tuple(words for _value, words in line.choices)), []).append(cells)
    for place, cells in ranges.items():
        _validate(sheet, place, cells)
    sheet.column_dimensions[get_column_letter(KEY_COLUMN)].hidden = True
    sheet.column_dimensions[get_column_letter(TEXT_COLUMN)].width = 52
    sheet.column_dimensions[get_column_letter(HELP_COLUMN)].width = 46
    for column in range(FIRST_ANSWER, last + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 44 if len(contents) == 1 else 30
    sheet.freeze_panes = sheet.cell(HEAD_ROW + 1, FIRST_ANSWER)
    sheet.sheet_view.showGridLines = False
    sheet.protection.enable()
    sheet.protection.formatColumns = sheet.protection.formatRows = False  # False: allowed
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"


def _write_line(sheet: Worksheet, row: int, line: Line, last: int) -> None:
    put(sheet, row, KEY_COLUMN, line.key)
    put(sheet, row, TEXT_COLUMN, line.text)
    put(sheet, row, HELP_COLUMN, line.help)
    sheet.cell(row, TEXT_COLUMN).alignment = Alignment(
        wrap_text=True, vertical="top", indent=2 if line.kind == "tick" or line.text.startswith("↳") else 0
    )
    sheet.cell(row, HELP_COLUMN).alignment = WRAP
    sheet.cell(row, HELP_COLUMN).font = Font(color="5A5F66")
    if line.kind == "heading":
        for column in range(TEXT_COLUMN, last + 1):
            sheet.cell(row, column).fill = HEADING
        sheet.cell(row, TEXT_COLUMN).font = Font(bold=True, size=13)
    elif line.kind != "tick":
        sheet.cell(row, TEXT_COLUMN).font = Font(bold=True)
    sheet.row_dimensions[row].height = _height(line)


def _height(line: Line) -> float:
    """Rows do not grow by themselves everywhere: about 50 signs of the question and 46 of the help fit on a line."""
    lines = max(-(-len(line.text) // 46), -(-len(line.help) // 42), 4 if line.kind == "long" else 1)
    return 15.5 * lines + 4


def _write_answer(sheet: Worksheet, row: int, column: int, line: Line, content: dict) -> None:
    cell = sheet.cell(row, column)
    value = content
    for step in line.path:
        value = value.get(step) if isinstance(value, dict) else None
    if value not in (None, "", []):
        put(sheet, row, column, _shown(line, value))
    cell.fill, cell.alignment = TO_FILL, WRAP
    cell.border = Border(LINE, LINE, LINE, LINE)
    cell.protection = Protection(locked=False)
    if line.kind == "date":
        cell.number_format = "yyyy-mm-dd"
    elif line.kind in {"text", "long"}:
        cell.number_format = "@"


def _shown(line: Line, value):
    if line.kind == "tick":
        return YES if line.option in (value if isinstance(value, list) else [value]) else ""
    if line.kind == "date":
        return date.fromisoformat(value)
    return dict(line.choices).get(value, value) if line.kind == "one" else value


def _validate(sheet: Worksheet, place: str, cells: list[str]) -> None:
    check = DataValidation(type="list", formula1=place, allow_blank=True)
    check.error, check.errorTitle = _("Choose one of the list, or leave the cell empty."), _("Not in the list")
    check.showErrorMessage = True
    for each in cells:
        check.add(each)
    sheet.add_data_validation(check)
