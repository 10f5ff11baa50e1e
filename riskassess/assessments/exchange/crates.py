"""RO-Crate: a proposal with its assessment and reports as one zip that other systems can read. Nothing is fetched."""

import io
import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from rocrate.model.person import Person
from rocrate.rocrate import ROCrate

from riskassess.assessments.exchange.archives import read_member
from riskassess.assessments.exchange.faults import unfit
from riskassess.assessments.exchange.reading import LARGEST, read_json

METADATA = "ro-crate-metadata.json"
PROPOSAL, ASSESSMENT = "proposal.json", "assessment.json"
VERSION = "1.2"


class Part(NamedTuple):
    name: str
    content: bytes
    kind: str
    title: str


class Author(NamedTuple):
    name: str
    orcid: str


def write_crate(
    *, reference: str, title: str, published: datetime, authors: Iterable[Author], parts: Iterable[Part]
) -> bytes:
    """The zip. Each part is given as bytes, so that the library looks for nothing outside of it."""
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
        crate.add_file(
            io.BytesIO(part.content),
            part.name,
            properties={"name": part.title, "encodingFormat": part.kind, "contentSize": str(len(part.content))},
        )
    return b"".join(crate.stream_zip())


def as_bytes(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def read_crate(archive: zipfile.ZipFile) -> object:
    """The proposal that the crate describes: the file `proposal.json` beside the description, and part of it."""
    found = [name for name in archive.namelist() if name.rpartition("/")[2] == METADATA and name.count("/") < 2]
    if len(found) != 1:
        raise unfit(_("The crate has to hold one %(name)s, at its top.") % {"name": METADATA})
    folder = found[0].rpartition("/")[0]
    described = read_json(read_member(archive, found[0], LARGEST))
    graph = described.get("@graph") if isinstance(described, dict) else None
    if not isinstance(graph, list) or not all(isinstance(entity, dict) for entity in graph):
        raise unfit(_("The description of the crate holds no list “@graph”."), found[0])
    ids = {str(entity.get("@id", "")).removeprefix("./") for entity in graph}
    name = f"{folder}/{PROPOSAL}" if folder else PROPOSAL
    if PROPOSAL not in ids or name not in archive.namelist():
        raise unfit(
            _("The crate holds no %(name)s that its description names: it is no proposal.") % {"name": PROPOSAL}
        )
    return read_json(read_member(archive, name, LARGEST))
