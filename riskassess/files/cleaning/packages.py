"""The zip around an Office document: looked through before anything of it is unpacked, and written anew."""

import io
import stat
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from riskassess.files.cleaning import Refused

MOST_MEMBERS = 2000
MOST_UNPACKED = 120 * 1024 * 1024
MOST_XML = 40 * 1024 * 1024
HIGHEST_RATIO = 400  # of one member; a sheet full of the same number comes near 200
SMALL = 1024 * 1024  # a member up to this size harms nobody, whatever its ratio
DEEPEST = 250
DATE = (1980, 1, 1, 0, 0, 0)
LEVEL = 4
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PROGRAMS = (b"MZ", b"\x7fELF")
PACKED = (".png", ".jpg", ".jpeg", ".gif")
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError, KeyError)
# In documents they need not be called once for each tag: a handler says which tags it wants to hear of.
Heard = Callable[[str, dict[str, str]], None]


def unpacked(content: bytes) -> dict[str, bytes]:
    """Every member by name. Nothing is unpacked before the directory of the zip was found sound and small enough."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            _guard_directory(members)
            found = {}
            for member in members:
                if not member.is_dir():
                    found[member.filename] = _read(package, member)
            return found
    except Refused:
        raise
    except BROKEN:
        raise Refused("zip_broken") from None


def _guard_directory(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise Refused("zip_members", most=MOST_MEMBERS)
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise Refused("zip_bomb")
    seen, last_end = set(), -1
    for member in sorted(members, key=lambda each: each.header_offset):
        name = member.filename
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\\" in name or "\0" in name:
            raise Refused("zip_path")
        if name.casefold() in seen:
            raise Refused("zip_twice")
        seen.add(name.casefold())
        if stat.S_ISLNK(member.external_attr >> 16):
            raise Refused("zip_path")
        if member.flag_bits & 1:
            raise Refused("office_locked")
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Refused("zip_broken")
        if member.file_size > SMALL and member.file_size > HIGHEST_RATIO * max(member.compress_size, 1):
            raise Refused("zip_bomb")
        if member.header_offset < last_end:  # two members that share their bytes multiply what is unpacked
            raise Refused("zip_bomb")
        last_end = member.header_offset + member.compress_size


def _read(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with package.open(member) as stream:
        content = stream.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise Refused("zip_broken")
    return content


def guard_members(members: dict[str, bytes]) -> None:
    """Refuses programs, and files inside that could themselves hold anything."""
    for name, content in members.items():
        if content.startswith(PROGRAMS):
            raise Refused("office_program")
        if content.startswith(OLE):
            raise Refused("office_embedded")
        if content.startswith(ZIP):
            raise Refused("office_embedded")
        if is_xml(name) and len(content) > MOST_XML:
            raise Refused("zip_bomb")
    if sum(len(content) for name, content in members.items() if is_xml(name)) > MOST_XML:
        raise Refused("office_too_much")


def is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml", ".rdf"))


def packed(members: dict[str, bytes], *, stored_first: str = "") -> bytes:
    """A new zip with these members alone: no dates, no remarks, nothing before, after or between them."""
    target = io.BytesIO()
    order = sorted(members, key=lambda name: name != stored_first) if stored_first else list(members)
    with zipfile.ZipFile(target, "w") as package:
        for name in order:
            is_stored = name == stored_first or name.lower().endswith(PACKED)
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            package.writestr(info, members[name], compresslevel=None if is_stored else LEVEL)
    return target.getvalue()


class Listener:
    """Hears the tags of one XML part in order, by their names without prefix. A document type or an entity is refused
    before anything of it is read; so is whatever is no UTF-8, in which a look at the bytes could be led astray."""

    def __init__(self, *, start: dict[str, Heard], text_of: frozenset[str] = frozenset(), ended=None):
        self._start, self._text_of, self._ended = start, text_of, ended
        self._wanted: dict[str, tuple[str, Heard | None, bool]] = {}
        self._text: list[str] | None = None
        self._depth = 0

    def listen(self, content: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_type
        parser.EntityDeclHandler = self._refuse_type
        parser.XmlDeclHandler = self._declared
        parser.StartElementHandler = self._started
        parser.EndElementHandler = self._closed
        self._parser = parser
        try:
            parser.Parse(content, True)
        except expat.ExpatError:
            raise Refused("xml_broken") from None

    @staticmethod
    def _refuse_type(*_given):
        raise Refused("xml_entities")

    @staticmethod
    def _declared(_version, encoding, _standalone):
        if encoding and encoding.lower() not in {"utf-8", "us-ascii"}:
            raise Refused("xml_broken")

    def _started(self, name, attributes):
        self._depth += 1
        if self._depth > DEEPEST:
            raise Refused("xml_broken")
        known = self._wanted.get(name)
        if known is None:
            local = name.rpartition(":")[2]
            known = self._wanted[name] = (local, self._start.get(local), local in self._text_of)
        local, heard, wants_text = known
        if heard is not None:
            heard(local, attributes)
        if wants_text:
            self._text = []
            self._parser.CharacterDataHandler = self._text.append

    def _closed(self, name):
        self._depth -= 1
        if self._text is not None and name.rpartition(":")[2] in self._text_of:
            self._ended(name.rpartition(":")[2], "".join(self._text))
            self._text = None
            self._parser.CharacterDataHandler = None


def local_attributes(attributes: dict[str, str]) -> dict[str, str]:
    return {name.rpartition(":")[2].lower(): value for name, value in attributes.items()}


def is_safe_link(target: str) -> bool:
    return target.strip().lower().startswith(("http://", "https://", "mailto:", "#"))
