"""Writes rows as CSV, Excel, JSON lines or Parquet, a batch at a time: a million rows need no more memory."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from riskassess.audit.export import as_json, csv_line, moment_text
from riskassess.auditing.columns import DAY, MOMENT, NUMBER, YES_NO, Column
from riskassess.auditing.models import Format
from riskassess.auditing.sheets import write_book

BATCH = 5000
Rows = Iterable[list[Any]]
CONTENT_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/jsonl",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.ZIP: "application/zip",
}


def write_rows(
    path: Path,
    *,
    file_format: str,
    title: str,
    columns: list[Column],
    rows: Rows,
    manifest: Callable[[int], dict[str, Any]],
) -> int:
    """Write the file; `manifest` says what it is, given the number of rows. Each format that can carries it, too."""
    write = {Format.CSV: _csv, Format.XLSX: _xlsx, Format.JSONL: _jsonl, Format.PARQUET: _parquet}[Format(file_format)]
    return write(path, title, columns, rows, manifest)


def _csv(path, _title, columns, rows, _manifest) -> int:
    count, rows = 0, iter(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(csv_line([column.name for column in columns]))
        while batch := [csv_line(row) for row in islice(rows, BATCH)]:
            stream.writelines(batch)
            count += len(batch)
    return count


def _xlsx(path, title, columns, rows, manifest) -> int:
    count = 0

    def counted() -> Iterator[list[Any]]:
        nonlocal count
        for row in rows:
            count += 1
            yield [as_text(value) for value in row]

    def about() -> Iterator[list[Any]]:
        for name, value in manifest(count).items():
            yield [name, value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)]
        for column in columns:
            yield [f"column {column.name}", " · ".join(str(part) for part in (column.holds, column.unit) if part)]

    return write_book(path, title=title, heads=[c.name for c in columns], rows=counted(), about=about())


def _jsonl(path, _title, columns, rows, manifest) -> int:
    """The manifest is the last line: a file without it was cut short."""
    names, count = [column.name for column in columns], 0
    encode = json.JSONEncoder(ensure_ascii=False, default=_json_value).encode
    with path.open("w", encoding="utf-8", newline="") as stream:
        for row in rows:
            stream.write(encode(dict(zip(names, row, strict=True))) + "\n")
            count += 1
        stream.write(encode({"manifest": manifest(count)}) + "\n")
    return count


def _parquet(path, _title, columns, rows, manifest) -> int:
    import pyarrow as pa  # 60 MB that only whoever writes such a file pays for
    import pyarrow.parquet as pq

    kinds = {NUMBER: pa.int64(), DAY: pa.date32(), MOMENT: pa.timestamp("us", tz="UTC"), YES_NO: pa.bool_()}
    described = [
        pa.field(c.name, kinds.get(c.type, pa.string()), metadata={"holds": str(c.holds), "unit": str(c.unit)})
        for c in columns
    ]
    schema, count, rows = pa.schema(described), 0, iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := [[as_text(value) for value in row] for row in islice(rows, BATCH)]:
            by_column = zip(zip(*batch, strict=True), schema, strict=True)
            arrays = [pa.array(values, field.type) for values, field in by_column]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(batch)
        writer.add_key_value_metadata({"riskassess": json.dumps(manifest(count), ensure_ascii=False, default=str)})
    return count


def as_text(value: Any) -> Any:
    """Nested content of an event as JSON; all else as it is."""
    return as_json(value) if isinstance(value, dict | list) else value


def _json_value(value: Any) -> str:
    return moment_text(value) if isinstance(value, datetime) else str(value)
