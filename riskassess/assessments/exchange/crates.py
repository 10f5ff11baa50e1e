"""RO-Crate: a proposal with its assessment and reports as one zip that other systems can read. Nothing is fetched."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from django.utils.translation import gettext as _
from rocrate.model.person import Person
from rocrate.rocrate import ROCrate

from riskassess.assessments.exchange.archives import METADATA, read_member
from riskassess.assessments.exchange.faults import unfit
from riskassess.assessments.exchange.reading import LARGEST, read_json

PROPOSAL, ASSESSMENT = "proposal.json", "assessment.json"
VERSION = "1.2"


class Part(NamedTuple):
    name: str
    content: bytes | Path  # a path of ours where it is too large to be held in memory
    kind: str
    title: str


class Author(NamedTuple):
    name: str
    orcid: str


def write_crate(
    *, reference: str, title: str, published: datetime, authors: Iterable[Author], parts: Iterable[Part]
) -> Iterator[bytes]:
    """The zip, piece by piece. Each part is given as bytes or as a file of ours, so that the library looks for nothing
    elsewhere."""
    crate = ROCrate(version=VERSION)
    crate.name = f"{reference} {title}"
    crate.description = _("A proposal for an international collaboration and its research-security assessment")
    crate.datePublished = published.astimezone(UTC)
    crate.license = _("Internal to the institution; not for publication")
    people = []
    for number, author in enumerate(authors, 1):
        address = f"https://orcid.org/{author.orcid}" if author.orcid else f"#person-{number}"
        people.append(crate.add(Person(crate, address, properties={"name": author.name})))
    if people:
        crate.root_dataset["author"] = people
    for part in parts:
        held = isinstance(part.content, bytes)
        size = len(part.content) if held else part.content.stat().st_size
        crate.add_file(
            io.BytesIO(part.content) if held else part.content,
            part.name,
            properties={"name": part.title, "encodingFormat": part.kind, "contentSize": str(size)},
        )
    return crate.stream_zip()


def as_bytes(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


class Crate(NamedTuple):
    proposal: object
    folder: str
    names: frozenset[str]  # of what its description names and it holds, from its folder on


def read_crate(archive: zipfile.ZipFile) -> Crate:
    """What the crate describes: the file `proposal.json` beside the description, and what lies beside it."""
    found = [name for name in archive.namelist() if name.rpartition("/")[2] == METADATA and name.count("/") < 2]
    if len(found) != 1:
        raise unfit(_("The crate has to hold one %(name)s, at its top.") % {"name": METADATA})
    folder = found[0].rpartition("/")[0]
    described = read_json(read_member(archive, found[0], LARGEST))
    graph = described.get("@graph") if isinstance(described, dict) else None
    if not isinstance(graph, list) or not all(isinstance(entity, dict) for entity in graph):
        raise unfit(_("The description of the crate holds no list “@graph”."), found[0])
    ids = {unquote(str(entity.get("@id", "")).removeprefix("./")) for entity in graph}
    at = f"{folder}/" if folder else ""
    held = frozenset(name for name in ids if f"{at}{name}" in archive.namelist())
    if PROPOSAL not in held:
        raise unfit(
            _("The crate holds no %(name)s that its description names: it is no proposal.") % {"name": PROPOSAL}
        )
    return Crate(read_json(read_member(archive, at + PROPOSAL, LARGEST)), at, held)
