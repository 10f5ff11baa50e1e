"""ODT: no macros, nothing embedded, nothing fetched from elsewhere; who wrote it is left out."""

import re
import zipfile
from io import BytesIO

from riskassess.files.cleaning import KINDS, Cleaned, Refused
from riskassess.files.cleaning.packages import (
    Listener,
    guard_members,
    is_safe_link,
    is_xml,
    local_attributes,
    packed,
    unpacked,
)

KIND = KINDS["odt"][0]
MACROS = re.compile(r"^(basic|scripts|dialogs)/", re.I)
MANIFEST = "META-INF/manifest.xml"
# Left out because they tell of people, machines and earlier states, and are no part of the text.
DROPPED = re.compile(r"^(meta\.xml|versionlist\.xml|versions/|meta-inf/.*signatures\.xml|layout-cache)", re.I)
META = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta '
    b'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"><office:meta/>'
    b"</office:document-meta>"
)
FETCHED = ("image", "object", "object-ole", "plugin", "applet", "floating-frame", "section-source", "table-source")


def clean(_kind: str, content: bytes) -> Cleaned:
    _guard_first(content)
    members, left_out = unpacked(content), {"metadata"}
    if any(MACROS.match(name) for name in members):
        raise Refused("office_macros")
    guard_members(members)
    if "content.xml" not in members or MANIFEST not in members:
        raise Refused("office_other")
    _guard_manifest(members[MANIFEST])
    for name, part in members.items():
        if is_xml(name) and name != MANIFEST:
            _guard_part(part)
    kept = {name: part for name, part in members.items() if not DROPPED.match(name)}
    if "meta.xml" in members:
        kept["meta.xml"] = META
    dropped = members.keys() - kept.keys()
    kept[MANIFEST] = _without_entries(members[MANIFEST], dropped)
    return Cleaned(packed(kept, stored_first="mimetype"), tuple(sorted(left_out)))


def _guard_first(content: bytes) -> None:
    """The kind stands first and readable, as the format wants it: a reader then never takes the file for another."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            first = min(package.infolist(), key=lambda each: each.header_offset)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Refused("zip_broken") from None
    if first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED or first.file_size > 100:
        raise Refused("office_other")
    if KIND.encode() != content[30 + 8 : 30 + 8 + len(KIND)] or first.file_size != len(KIND):
        raise Refused("office_other")


def _guard_manifest(part: bytes) -> None:
    kinds: list[str] = []

    def locked(*_given):
        raise Refused("office_locked")

    def entry(_name, attributes):
        said = local_attributes(attributes)
        kinds.append(said.get("media-type", ""))
        if said.get("full-path") == "/" and said.get("media-type") != KIND:
            raise Refused("office_other")

    Listener(start={"encryption-data": locked, "file-entry": entry}).listen(part)


def _guard_part(part: bytes) -> None:
    def macro(*_given):
        raise Refused("office_macros")

    def fetch(*_given):
        raise Refused("office_fetches")

    def source(_name, attributes):
        target = local_attributes(attributes).get("href", "")
        if (
            "://" in target
            or target.startswith(("/", "\\", "../..", "file:"))
            or re.match(r"[a-z]:[\\/]", target, re.I)
        ):
            raise Refused("office_fetches")

    def link(_name, attributes):
        target = local_attributes(attributes).get("href", "")
        if re.match(r"(vnd\.sun\.star|macro|javascript|service|slot|\.uno)", target.strip(), re.I):
            raise Refused("office_macros")
        if target and not is_safe_link(target) and re.match(r"(file:|\\\\|//|smb:|[a-z]:[\\/])", target.strip(), re.I):
            raise Refused("office_fetches")

    Listener(
        start={
            "event-listener": macro,
            "script": macro,
            "dde-source": fetch,
            "dde-connection-decl": fetch,
            "dde-link": fetch,
            "execute-macro": macro,
            "a": link,
            **dict.fromkeys(FETCHED, source),
        }
    ).listen(part)


def _without_entries(manifest: bytes, names) -> bytes:
    for name in names:
        pattern = rb"<manifest:file-entry\b[^>]*full-path=\"" + re.escape(name.encode()) + rb"\"[^>]*/>"
        manifest = re.sub(pattern, b"", manifest)
    return manifest
