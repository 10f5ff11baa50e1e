"""OpenSanctions, as entities in JSON lines (FollowTheMoney) or as `targets.simple.csv`; the file tells which.

People who are listed for a public office alone are left out: nothing that is assessed asks for them. Nor is a country
read of a person, since it is mostly a nationality.
"""

import json
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path

from partners.parsing.listed import (
    LONGEST_TEXT,
    Listed,
    Name,
    Reading,
    UnreadableList,
    each_once,
    identifiers_of,
    years_in,
)
from partners.parsing.tables import lines_of, rows_of

KINDS = {
    "person": "person", "organization": "organisation", "company": "organisation", "legalentity": "organisation",
    "publicbody": "organisation", "vessel": "other", "airplane": "other",
}  # fmt: skip
SCHEMES = {"leiCode": "lei", "innCode": "inn", "ogrnCode": "ogrn", "imoNumber": "imo", "vatCode": "vat"}
IN_ANY_PLACE = ("lei", "ogrn", "inn", "imo")  # schemes whose check digits tell them among other numbers
OFFICE = "role."
NEEDED = ("id", "schema", "name", "aliases", "birth_date", "countries", "identifiers", "dataset")
NAMES = (("name", "primary"), ("alias", "alias"), ("previousName", "former"), ("weakAlias", "weak"))
TITLE = "OpenSanctions"


def read_opensanctions(path: Path) -> Reading:
    lines = lines_of(path)
    first = next(lines, "")
    lines = chain([first], lines)
    if first.lstrip().startswith("{"):
        entities = _entities(lines)
        head = next(entities, {})
        entries = (each for entity in chain([head], entities) if (each := _of_entity(entity)))
    else:
        rows = rows_of(lines, NEEDED, "targets.simple.csv of OpenSanctions nor its entities in JSON lines")
        head = next(rows, {})
        entries = (each for row in chain([head], rows) if row and (each := _of_row(row)))
    return Reading(_day(head.get("last_seen") or head.get("last_change")), each_once(entries), TITLE)


def _entities(lines: Iterator[str]) -> Iterator[dict]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entity = json.loads(line)
        except (ValueError, RecursionError):
            raise UnreadableList(f"Line {number} is not whole JSON. The file may have been cut.") from None
        properties = entity.get("properties") if isinstance(entity, dict) else None
        if not isinstance(properties, dict) or not all(_are_texts(values) for values in properties.values()):
            raise UnreadableList(f"Line {number} is no entity: its properties have to be lists of texts.")
        if not isinstance(entity.get("id"), str) or not isinstance(entity.get("schema"), str):
            raise UnreadableList(f"Line {number} is no entity: it has no id or no schema.")
        yield entity


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _of_entity(entity: dict) -> Listed | None:
    """None where nobody is listed: an address, a sanction, somebody's relative."""
    kind = KINDS.get(entity.get("schema", "").casefold())
    properties = entity.get("properties", {})
    topics = properties.get("topics", [])
    is_target = entity.get("target", bool(topics))
    if kind is None or not is_target or (topics and all(topic.startswith(OFFICE) for topic in topics)):
        return None
    caption = str(entity.get("caption") or "")
    texts = [(caption, "primary")] if caption in properties.get("name", []) else []
    texts += [(text, of_kind) for name, of_kind in NAMES for text in properties.get(name, [])]
    places = [] if kind == "person" else [*properties.get("country", []), *properties.get("jurisdiction", [])]
    ids = [(scheme, value) for name, scheme in SCHEMES.items() for value in properties.get(name, [])]
    ids += [(scheme, value) for value in properties.get("registrationNumber", []) for scheme in IN_ANY_PLACE]
    return _listed(
        entity["id"],
        kind,
        texts,
        places,
        ", ".join(properties.get("programId") or _texts(entity.get("datasets"))),
        " ".join(properties.get("notes", [])),
        ids,
        properties.get("birthDate", []),
    )


def _of_row(row: dict) -> Listed | None:
    kind = KINDS.get(row["schema"].casefold())
    if kind is None:
        return None
    texts = [(row["name"], "primary"), *((text, "alias") for text in _several(row["aliases"]))]
    return _listed(
        row["id"],
        kind,
        texts,
        [] if kind == "person" else _several(row["countries"]),
        row["dataset"],
        row.get("sanctions", ""),
        [(scheme, value) for value in _several(row["identifiers"]) for scheme in IN_ANY_PLACE],
        _several(row["birth_date"]),
    )


def _listed(key, kind, texts, places, programme, remarks, ids, births) -> Listed:
    if not key or len(key) > 80:
        raise UnreadableList(f"The entry {key[:100]!r} has no usable id.")
    names: dict[str, Name] = {}
    for text, of_kind in texts:
        if clean := " ".join(text.split()):
            names.setdefault(clean, Name(clean, "alias" if names and of_kind == "primary" else of_kind))
    return Listed(
        external_id=key,
        kind=kind,
        names=tuple(names.values()),
        countries=tuple(dict.fromkeys(place.upper() for place in places if place)),
        programme=programme[:120],
        remarks=remarks[:LONGEST_TEXT],
        identifiers=identifiers_of(ids),
        birth_years=years_in(births) if kind == "person" else (),
    )


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _day(text: object) -> date | None:
    """The day on which the publisher last saw the first entry is that of the file, which tells none itself."""
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
