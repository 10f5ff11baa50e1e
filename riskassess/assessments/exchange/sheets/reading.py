"""A filled-in form (XLSX) to the content of a proposal file, with every cell that does not fit named."""

import io
import zipfile
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree as ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from riskassess.assessments.exchange.archives import read_member
from riskassess.assessments.exchange.faults import Problem, UnfitFile, unfit
from riskassess.assessments.exchange.reading import UNKEPT
from riskassess.assessments.exchange.sheets.shape import (
    COLLABORATION,
    FIRST_ANSWER,
    FORM,
    HEAD_ROW,
    KEY_COLUMN,
    MOST_SHEET_ROWS,
    QUESTIONS,
    ROW_SHEETS,
    YES,
    Line,
    lines_of,
    plain,
)
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of
from riskassess.engine.catalogue import Catalogue
from riskassess.proposals.services import MOST_ROWS

MOST_XML = 6 * 1024 * 1024
SHOWN_CHOICES = 8
FOREIGN = {
    "vbaproject": "macro", "macrosheets/": "macro", "activex/": "macro", "externallinks/": "link",
    "embeddings/": "link", "connections.xml": "link", "querytables/": "link", "customui/": "macro",
    "dialogsheets/": "macro",
}  # fmt: skip
HYPERLINK = "/hyperlink"
WRONG_TYPES = {"f": "formula", "e": "error"}


class Arriving:
    """What is read so far: the content, where each of its paths stands, and what does not fit."""

    def __init__(self) -> None:
        self.content: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self.problems: list[Problem] = []


def read_workbook(content: bytes, archive: zipfile.ZipFile) -> Arriving:
    """Only after the archive was measured and each of its parts read as plain XML; cells alone are looked at."""
    _check_parts(archive)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception:  # the reader has no error of its own: whatever it stumbles over, the file is no workbook
        raise unfit(_("The file cannot be read as a workbook. Save it as XLSX and choose it again.")) from None
    try:
        return _read(book)
    except UnfitFile:
        raise
    except Exception:  # as above: cells are read one by one
        raise unfit(_("A sheet of the file is damaged. Save it once more as XLSX and choose it again.")) from None
    finally:
        book.close()


def _check_parts(archive: zipfile.ZipFile) -> None:
    total = 0
    for member in archive.infolist():
        name = member.filename.casefold()
        for sign, kind in FOREIGN.items():
            if sign in name:
                words = {
                    "macro": _("The file holds macros. Save it as a plain XLSX without them."),
                    "link": _("The file holds links to other files. Save it without them: cells hold what they say."),
                }
                raise unfit(words[kind], member.filename[:80])
        if not name.endswith((".xml", ".rels")):
            continue
        part = read_member(archive, member.filename, MOST_XML)
        total += len(part)
        if total > MOST_XML:
            raise unfit(_("The form holds far more than a proposal does. Look whether it is the right file."))
        try:
            root = ElementTree.fromstring(part, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
            raise unfit(
                _("A part of the file is damaged or holds what no form does. Save it once more as XLSX."),
                member.filename[:80],
            ) from None
        if name.endswith(".rels"):
            for link in root:
                if link.get("TargetMode", "").casefold() == "external" and not link.get("Type", "").endswith(HYPERLINK):
                    raise unfit(_("The file holds links to other files. Save it without them."), member.filename[:80])


def _read(book) -> Arriving:
    found = Arriving()
    release = _release(book)
    catalogue = catalogue_of(release)
    found.content["catalogue"] = f"{release.catalogue_id}@{release.version}"
    absent = [name for name in (COLLABORATION, *ROW_SHEETS.values(), QUESTIONS) if name not in book.sheetnames]
    if absent:
        raise unfit(
            _("The sheet “%(name)s” is not in the file. Take a new form and copy yours into it.") % {"name": absent[0]}
        )
    for sheet in (COLLABORATION, QUESTIONS):
        _read_single(found, book[sheet], catalogue)
    for name, sheet in ROW_SHEETS.items():
        _read_rows(found, book[sheet], catalogue, name)
    found.content.setdefault("kinds", [])
    found.content.setdefault("title", "")
    return found


def _release(book) -> CatalogueRelease:
    if FORM not in book.sheetnames:
        raise unfit(
            _("This is not a form of ours: the hidden sheet “%(name)s” is missing. Take a new form.") % {"name": FORM}
        )
    said = {}
    for row in book[FORM].iter_rows(max_row=2, max_col=2, values_only=True):
        if len(row) == 2:
            said[str(row[0])] = str(row[1])
    name, _at, version = said.get("release", "").partition("@")
    release = CatalogueRelease.objects.filter(catalogue_id=name[:60], version=version[:40]).first()
    if release is None or release.sha256 != said.get("sha256"):
        raise unfit(_("The questions of this form are not known here. Take a new form and copy your answers into it."))
    return release


def _place(sheet: str, row: int, column: int) -> str:
    return _("Sheet %(sheet)s, cell %(cell)s") % {"sheet": sheet, "cell": f"{get_column_letter(column)}{row}"}


def _keyed_rows(found: Arriving, sheet, catalogue: Catalogue, most: int):
    """(row number, line, answer cells) of each row that asks; a row that is not of the form may hold nothing."""
    lines = {line.key: line for line in lines_of(catalogue, sheet.title) if line.is_asked}
    seen: set[str] = set()
    rows = sheet.iter_rows(min_row=HEAD_ROW + 1, max_row=MOST_SHEET_ROWS, max_col=FIRST_ANSWER + most)
    for number, cells in enumerate(rows, HEAD_ROW + 1):
        if not cells:
            continue
        key = str(cells[KEY_COLUMN - 1].value or "")
        answers = cells[FIRST_ANSWER - 1 :]
        line = lines.get(key)
        if line is None or key in seen:
            for column, cell in enumerate(answers, FIRST_ANSWER):
                if cell.value not in (None, ""):
                    words = _("this row is not of the form. Write into the yellow cells alone.")
                    found.problems.append(Problem(_place(sheet.title, number, column), words))
            continue
        seen.add(key)
        for column, cell in enumerate(answers[most:], FIRST_ANSWER + most):
            if cell.value not in (None, ""):
                words = _("nothing is asked here. Write into the yellow cells alone.")
                found.problems.append(Problem(_place(sheet.title, number, column), words))
        yield number, line, answers[:most]
    for key in lines.keys() - seen:
        words = _("the row of “%(text)s” is not there any more. Take a new form and copy yours into it.")
        found.problems.append(Problem(_("Sheet %(sheet)s") % {"sheet": sheet.title}, words % {"text": lines[key].text}))


def _read_single(found: Arriving, sheet, catalogue: Catalogue) -> None:
    for number, line, cells in _keyed_rows(found, sheet, catalogue, 1):
        place = _place(sheet.title, number, FIRST_ANSWER)
        found.places.setdefault(".".join(line.path), place)
        if cells:
            _keep(found, found.content, line, cells[0], place)


def _read_rows(found: Arriving, sheet, catalogue: Catalogue, name: str) -> None:
    columns: dict[int, dict[str, Any]] = {}
    places: dict[int, dict[str, str]] = {}
    for number, line, cells in _keyed_rows(found, sheet, catalogue, MOST_ROWS):
        for column in range(MOST_ROWS):
            places.setdefault(column, {}).setdefault(
                ".".join(line.path), _place(sheet.title, number, FIRST_ANSWER + column)
            )
        for column, cell in enumerate(cells):
            if cell.value not in (None, ""):
                row = columns.setdefault(column, {})
                _keep(found, row, line, cell, _place(sheet.title, number, FIRST_ANSWER + column))
    rows = found.content.setdefault(name, [])
    for column in sorted(columns):
        path = f"{name}[{len(rows)}]"
        found.places |= {f"{path}.{step}": place for step, place in places[column].items()}
        if name == "partners":
            columns[column]["id"] = f"p{column + 1}"  # visits name a partner by its column
        rows.append(columns[column])


def _keep(found: Arriving, content: dict, line: Line, cell, place: str) -> None:
    """The value of one cell put where it belongs, or a problem that says what would fit."""
    if cell.value in (None, ""):
        return
    if cell.data_type in WRONG_TYPES:
        words = {
            "formula": _("this is a formula. Write what it comes to: a formula is no value."),
            "error": _("this cell holds an error. Write the value, or empty the cell."),
        }
        found.problems.append(Problem(place, words[WRONG_TYPES[cell.data_type]]))
        return
    value, problem = read_cell(line, cell.value)
    if problem:
        found.problems.append(Problem(place, problem))
        return
    if value in (None, ""):
        return
    holder = content
    for step in line.path[:-1]:
        holder = holder.setdefault(step, {})
    if line.kind == "tick":
        holder.setdefault(line.path[-1], []).append(value)
    else:
        holder[line.path[-1]] = value


def read_cell(line: Line, value: object) -> tuple[Any, str]:
    """(value, what is wrong) of a cell that is neither empty nor a formula."""
    if isinstance(value, str) and UNKEPT.search(value):
        return None, _("this holds a hidden sign, as text copied from a PDF may. Type it anew.")
    if isinstance(value, str) and not value.strip():
        return None, ""
    if line.kind in {"one", "tick"}:
        return _chosen(line, value)
    if line.kind == "date":
        return _day(value)
    if line.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None, _("write a whole number, such as 12.")
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        is_whole = 0 <= number < 10**9 and number == int(number)
        return (int(number), "") if is_whole else (None, _("write a whole number, such as 12."))
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d"), ""
    if isinstance(value, bool):
        return None, _("write a text.")
    if isinstance(value, float) and abs(value) < 10**15 and value == int(value):
        return str(int(value)), ""
    return str(value).strip() if line.kind == "text" else str(value), ""


def _chosen(line: Line, value: object) -> tuple[Any, str]:
    text = plain(str(value))
    if line.kind == "tick":
        if text in {YES, "x", "true", "1"}:
            return line.option, ""
        if text in {"no", "false", "0"}:
            return None, ""
        return None, _("write yes, or leave the cell empty.")
    for choice, words in line.choices:
        if text in {plain(words), choice.casefold()}:
            return choice, ""
    if len(line.choices) > SHOWN_CHOICES:
        words = _("“%(value)s” is not in the list of this cell. Choose from the list.")
        return None, words % {"value": str(value)[:60]}
    listed = "; ".join(words for _choice, words in line.choices)
    words = _("“%(value)s” is not one of the answers. Choose one of: %(choices)s.")
    return None, words % {"value": str(value)[:60], "choices": listed}


def _day(value: object) -> tuple[Any, str]:
    if isinstance(value, datetime):
        return value.date().isoformat(), ""
    if isinstance(value, date):
        return value.isoformat(), ""
    try:
        return date.fromisoformat(str(value).strip()).isoformat(), ""
    except ValueError:
        return None, _("“%(value)s” is no day. Write it as year-month-day, such as 2027-03-01.") % {
            "value": str(value)[:60]
        }
