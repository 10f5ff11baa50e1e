"""Writes one sheet of Excel row by row, in constant memory. Every text is a text cell, and one that a spreadsheet could
take for a formula carries the quote mark of Excel besides, so that it stays text when the cell is edited."""

import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from riskassess.audit.export import FORMULA_STARTS, is_formula
from riskassess.core.errors import DomainError

MOST_ROWS = 1_048_575
LONGEST_CELL = 32_767
CUT = " […]"
PLAIN, BOLD, QUOTED, DAY, MOMENT = range(5)
BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
OPEN = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{KIND}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/worksheet" Target="worksheets/sheet2.xml"/>'
        f'<Relationship Id="rId3" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyFont="1"/>'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}  # fmt: skip


Rows = Iterable[list[Any]]


def write_book(path: Path, *, title: str, heads: list[str], rows: Rows, about: Rows) -> int:
    """A book of two sheets: the rows, and what the file is. `about` is read after the rows. Says how many rows."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        for name, text in PARTS.items():
            book.writestr(name, OPEN + text)
        first, second = sheet_name(title), sheet_name("About")
        book.writestr(
            "xl/workbook.xml",
            f'{OPEN}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            f'<sheet name="{escape(first, QUOTES)}" sheetId="1" r:id="rId1"/>'
            f'<sheet name="{second}" sheetId="2" r:id="rId2"/></sheets></workbook>',
        )
        count = _write_sheet(book, 1, heads, rows)
        _write_sheet(book, 2, ["what", "value"], about)
    return count


FROZEN = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    'state="frozen"/></sheetView></sheetViews>'
)
QUOTES = {'"': "&quot;"}


def sheet_name(text: str) -> str:
    """At most 31 characters, none that Excel refuses, and nothing that begins a formula or a quote."""
    kept = re.sub(r"[\[\]:*?/\\]", " ", BROKEN.sub("", text)).strip().lstrip(FORMULA_STARTS + "' \t\r\n")
    while kept and is_formula(kept):
        kept = kept[1:]
    return kept[:31].strip(" '") or "Sheet"


def _write_sheet(book: zipfile.ZipFile, number: int, heads: list[str], rows: Iterable[list[Any]]) -> int:
    letters = [column_letters(place) for place in range(len(heads))]
    count = 0
    with book.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as sheet:
        titles = "".join(text_cell(f"{x}1", head, BOLD) for x, head in zip(letters, heads, strict=True))
        sheet.write(f'{OPEN}<worksheet xmlns="{MAIN}">{FROZEN}<sheetData><row r="1">{titles}</row>'.encode())
        for row in rows:
            count += 1
            if count > MOST_ROWS:
                raise DomainError(f"Excel holds {MOST_ROWS:,} rows at most. Choose a shorter period, or CSV.")
            place = str(count + 1)
            cells = [cell(x + place, value) for x, value in zip(letters, row, strict=True) if value is not None]
            sheet.write(f'<row r="{place}">{"".join(cells)}</row>'.encode())
        sheet.write(b"</sheetData></worksheet>")
    return count


def cell(place: str, value: Any) -> str:
    if value is True or value is False:
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int):
        if abs(value) < 10**15:  # beyond that Excel would round
            return f'<c r="{place}"><v>{value}</v></c>'
        return text_cell(place, str(value), QUOTED)
    if isinstance(value, datetime):
        days = (value.astimezone(UTC).replace(microsecond=0) - EPOCH).total_seconds() / 86400
        return f'<c r="{place}" s="{MOMENT}"><v>{days:.9f}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{DAY}"><v>{value.toordinal() - 693594}</v></c>'
    return text_cell(place, value, QUOTED if is_formula(value) else PLAIN)


def text_cell(place: str, text: str, style: int) -> str:
    if len(text) > LONGEST_CELL:
        text = text[: LONGEST_CELL - len(CUT)] + CUT
    text = escape(BROKEN.sub("\N{REPLACEMENT CHARACTER}", text)).replace("\r", "&#13;")
    mark = f' s="{style}"' if style else ""
    return f'<c r="{place}" t="inlineStr"{mark}><is><t xml:space="preserve">{text}</t></is></c>'


def column_letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
