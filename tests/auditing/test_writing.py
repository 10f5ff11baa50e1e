"""Forty formula payloads in every column of every kind, as every format, read again with other libraries."""

import csv
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from lxml import etree

from riskassess.auditing.columns import DAY, MOMENT, NUMBER, TEXT, YES_NO, Column, columns_of
from riskassess.auditing.models import Kind
from riskassess.auditing.sheets import sheet_name, write_book
from riskassess.auditing.writing import write_rows
from riskassess.core.errors import DomainError

STARTS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\N{MINUS SIGN}1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
    "＝1+1",
]
BEFORE = ["", " ", "\t", "\r\n", "\u3000\u200b"]
PAYLOADS = [before + start for before in BEFORE for start in STARTS]
TABLES = [kind for kind in Kind if kind != Kind.DOSSIER]
NUMBERS = [-5, 0, 7, -(10**14), 10**17]
MANIFEST = {"chain_head": {"sequence": 3, "hash": "ab"}, "filter": {"since": "=1"}, "count": 0}
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def table_of(kind):
    """Each payload once in each text column; numbers, days and moments as they come."""
    columns = columns_of(kind, content=True)
    fillers = {
        NUMBER: lambda n: NUMBERS[n % 5],
        DAY: lambda n: date(2026, 11, 1 + n % 28),
        MOMENT: lambda n: datetime(2026, 11, 30, 9, 15, n % 60, tzinfo=UTC),
        YES_NO: lambda n: bool(n % 2),
    }
    rows = [
        [payload if column.type == TEXT else fillers[column.type](n) for column in columns]
        for n, payload in enumerate(PAYLOADS)
    ]
    return list(columns), rows


def written(path, file_format, columns, rows, title="Case register"):
    manifest = {**MANIFEST, "count": len(rows)}
    write_rows(
        path, file_format=file_format, title=title, columns=columns, rows=iter(rows), manifest=lambda count: manifest
    )
    return path


@pytest.mark.parametrize("kind", TABLES)
def test_no_payload_is_live_in_csv_and_numbers_survive(tmp_path, kind):
    columns, rows = table_of(kind)

    with written(tmp_path / "x.csv", "csv", columns, rows).open(newline="", encoding="utf-8") as stream:
        read = list(csv.DictReader(stream, quoting=csv.QUOTE_NONNUMERIC))

    assert len(PAYLOADS) == 40
    for row, cells in zip(rows, read, strict=True):
        for column, value in zip(columns, row, strict=True):
            cell = cells[column.name]
            if column.type == TEXT:
                assert cell == f"'{value}"
            elif column.type == NUMBER:
                assert (type(cell), int(cell)) == (float, value)


@pytest.mark.parametrize("kind", TABLES)
def test_no_payload_is_live_in_excel_and_numbers_survive(tmp_path, kind):
    columns, rows = table_of(kind)
    path = written(tmp_path / "x.xlsx", "xlsx", columns, rows)

    read = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2))

    for row, cells in zip(rows, read, strict=True):
        for column, value, cell in zip(columns, row, cells, strict=True):
            if column.type == TEXT:
                assert (cell.data_type, cell.quotePrefix) == ("s", True)
                assert cell.value.replace("\r\n", "\n") == value.replace("\r\n", "\n")
            elif column.type == NUMBER and abs(value) < 10**15:
                assert (cell.data_type, cell.value) == ("n", value)
            elif column.type == NUMBER:
                assert (cell.data_type, cell.value) == ("s", str(value))
            elif column.type == DAY:
                assert cell.value.date() == value
            elif column.type == MOMENT:
                assert cell.value.replace(tzinfo=UTC) == value
            else:
                assert cell.value is value
    with zipfile.ZipFile(path) as book:  # and no formula anywhere in the file itself
        sheets = [etree.fromstring(book.read(name)) for name in book.namelist() if "worksheets/" in name]
    assert [list(sheet.iter(f"{SHEET}f")) for sheet in sheets] == [[], []]


@pytest.mark.parametrize("kind", TABLES)
def test_json_lines_and_parquet_keep_every_value_as_it_is(tmp_path, kind):
    columns, rows = table_of(kind)

    lines = written(tmp_path / "x.jsonl", "jsonl", columns, rows).read_text().splitlines()
    table = pq.read_table(written(tmp_path / "x.parquet", "parquet", columns, rows))

    texts = [column.name for column in columns if column.type in {TEXT, NUMBER, YES_NO}]
    wanted = [dict(zip([column.name for column in columns], row, strict=True)) for row in rows]
    assert [[json.loads(line)[name] for name in texts] for line in lines[:-1]] == [
        [row[name] for name in texts] for row in wanted
    ]
    assert table.to_pylist() == wanted
    assert json.loads(lines[-1])["manifest"]["chain_head"] == MANIFEST["chain_head"]
    told = pq.read_metadata(tmp_path / "x.parquet").metadata[b"riskassess"]
    assert json.loads(told)["filter"] == MANIFEST["filter"]
    assert all(field.metadata[b"holds"] for field in table.schema)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_is_live_as_head_or_name_of_a_sheet(tmp_path, payload):
    columns = [Column(payload, TEXT, payload)]

    head = next(csv.reader(written(tmp_path / "x.csv", "csv", columns, []).open(newline="", encoding="utf-8")))
    book = openpyxl.load_workbook(written(tmp_path / "x.xlsx", "xlsx", columns, [], title=payload))
    cell = book.worksheets[0]["A1"]

    assert head == [f"'{payload}"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert book.sheetnames[0] == sheet_name(payload)
    assert sheet_name(payload)[0] not in "=+-@＝\N{MINUS SIGN}' \t\r\n"
    about = {row[0].value: row[1] for row in book.worksheets[1].iter_rows(min_row=2)}
    assert about["filter"].value == '{"since": "=1"}'
    assert {row.data_type for row in about.values()} <= {"s", "n"}


def test_excel_takes_what_it_can_hold_and_says_what_it_can_not(tmp_path, monkeypatch):
    path = tmp_path / "x.xlsx"
    write_book(path, title="a/b[c]:*?" + "x" * 40, heads=["t"], rows=[["x" * 40_000], ["\x00\x0b&<>\ud800"]], about=[])
    sheet = openpyxl.load_workbook(path).worksheets[0]

    assert len(sheet["A2"].value) == 32_767
    assert sheet["A2"].value.endswith(" […]")
    assert sheet["A3"].value == "\ufffd\ufffd&<>\ufffd"
    monkeypatch.setattr("riskassess.auditing.sheets.MOST_ROWS", 2)
    with pytest.raises(DomainError, match="Choose a shorter period"):
        write_book(path, title="t", heads=["t"], rows=[["x"]] * 3, about=[])


def test_every_column_is_documented():
    told = (Path(settings.BASE_DIR) / "docs" / "exports.md").read_text()

    for kind in TABLES:
        for column in columns_of(kind, content=True):
            assert f"| `{column.name}` | {column.type.replace('_', '/')} | {column.unit} | {column.holds} |" in told
