"""DOCX and XLSX: no macros, nothing embedded, nothing fetched from elsewhere; who wrote it is left out."""

import re
from xml.sax.saxutils import quoteattr

from riskassess.files.cleaning import Cleaned, Refused
from riskassess.files.cleaning.packages import (
    Listener,
    guard_members,
    is_safe_link,
    is_xml,
    local_attributes,
    packed,
    unpacked,
)

TYPES = "[Content_Types].xml"
OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN = {"docx": f"{OFFICE}wordprocessingml.document.main+xml", "xlsx": f"{OFFICE}spreadsheetml.sheet.main+xml"}
MACROS = re.compile(r"(^|/)(vbaproject|vbadata|activex|macrosheets|dialogsheets|intlmacrosheets|customui)", re.I)
EMBEDDED = re.compile(r"(^|/)(embeddings|oleobject|externallinks|querytables)|(^|/)connections\.xml$", re.I)
PROPERTIES = re.compile(r"^docprops/(core|app|custom)\.xml$", re.I)
# A field of Word begins with its name; these fetch or run something when the document is opened.
FETCHING_FIELDS = {"DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "LINK", "IMPORT", "DATABASE", "MACROBUTTON"}
FETCHING_FORMULAS = re.compile(r"\b(WEBSERVICE|RTD|CALL|REGISTER(\.ID)?|EXEC|FORMULA)\s*\(", re.I)
QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'(?=!)')
HYPERLINK, TEMPLATE = "hyperlink", "attachedtemplate"
TEMPLATE_TAG = re.compile(rb"<(?:\w+:)?attachedTemplate\b[^>]*/>")
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def clean(kind: str, content: bytes) -> Cleaned:
    members, left_out = unpacked(content), set()
    for name in members:
        if MACROS.search(name):
            raise Refused("office_macros")
        if EMBEDDED.search(name):
            raise Refused("office_embedded")
    guard_members(members)
    _guard_types(kind, members)
    result = {}
    for name, part in members.items():
        if PROPERTIES.match(name):
            result[name] = _properties(name)
            left_out.add("metadata")
        elif name.lower().endswith(".rels"):
            result[name] = _relations(part, left_out)
        elif is_xml(name):
            _guard_part(kind, part)
            result[name] = part
        else:
            result[name] = part
    if "template" in left_out:
        for name in [name for name in result if name.lower().endswith("settings.xml")]:
            result[name] = TEMPLATE_TAG.sub(b"", result[name])
    return Cleaned(packed(result, stored_first=""), tuple(sorted(left_out)))


def _guard_types(kind: str, members: dict[str, bytes]) -> None:
    """The package says itself what it is: a document without macros, and no template."""
    said: list[str] = []

    def heard(_name, attributes):
        said.append(local_attributes(attributes).get("contenttype", "").strip().lower())

    Listener(start={"Override": heard, "Default": heard}).listen(members.get(TYPES, b""))
    if any("macroenabled" in each or "vbaproject" in each or "activex" in each for each in said):
        raise Refused("office_macros")
    if MAIN[kind] not in said:
        raise Refused("office_other")


def _relations(part: bytes, left_out: set[str]) -> bytes:
    """What a part points to outside of the document: plain links stay, all that would be fetched is refused."""
    rows: list[dict[str, str]] = []
    Listener(start={"Relationship": lambda _name, given: rows.append(dict(given))}).listen(part)
    kept = []
    for row in rows:
        said = local_attributes(row)
        kind = said.get("type", "").rpartition("/")[2].lower()
        if kind in {"vbaproject", "control", "wordvbadata", "activexcontrolbinary"}:
            raise Refused("office_macros")
        if said.get("targetmode", "").lower() == "external" or "://" in said.get("target", ""):
            if kind == TEMPLATE:
                left_out.add("template")
                continue
            if kind != HYPERLINK:
                raise Refused("office_fetches")
            if not is_safe_link(said.get("target", "")):
                left_out.add("links")
                row = {**row, "Target": "about:blank"}
        kept.append(row)
    lines = "".join(f"<Relationship {' '.join(f'{n}={quoteattr(v)}' for n, v in row.items())}/>" for row in kept)
    return f'{DECLARED}<Relationships xmlns="{RELATIONS}">{lines}</Relationships>'.encode()


def _guard_part(kind: str, part: bytes) -> None:
    if kind == "docx":
        _Fields().listen(part)
    else:
        Listener(
            start={"ddeLink": _refuse_fetching, "oleLink": _refuse_fetching},
            text_of=frozenset({"f", "definedName"}),
            ended=_guard_formula,
        ).listen(part)


def _refuse_fetching(*_given):
    raise Refused("office_fetches")


def _guard_formula(_name: str, formula: str) -> None:
    bare = QUOTED.sub("", formula)
    if "|" in bare or FETCHING_FORMULAS.search(bare):
        raise Refused("office_fetches")


class _Fields:
    """Follows the fields of a Word document, whose name may be spread over several pieces or come from a field in the
    field."""

    def __init__(self):
        self._open: list[str] = []
        self._listener = Listener(
            start={"fldChar": self._mark, "fldSimple": self._simple, "altChunk": self._chunk},
            text_of=frozenset({"instrText", "delInstrText"}),
            ended=self._piece,
        )

    def listen(self, part: bytes) -> None:
        self._listener.listen(part)
        for told in self._open:
            guard_field(told)

    def _mark(self, _name, attributes):
        kind = local_attributes(attributes).get("fldchartype", "")
        if kind == "begin":
            if self._open and not self._open[-1].strip():
                raise Refused("office_fetches")  # the name of this field would be worked out when it is opened
            self._open.append("")
        elif kind in {"separate", "end"} and self._open:
            guard_field(self._open[-1])
            if kind == "end":
                self._open.pop()

    def _simple(self, _name, attributes):
        guard_field(local_attributes(attributes).get("instr", ""))

    def _piece(self, _name, text):
        if self._open:
            self._open[-1] += text
        else:
            guard_field(text)

    @staticmethod
    def _chunk(*_given):
        raise Refused("office_embedded")


def guard_field(told: str) -> None:
    name = told.split()[0].strip('"\\').upper() if told.split() else ""
    if name in FETCHING_FIELDS:
        raise Refused("office_fetches")


def _properties(name: str) -> bytes:
    """An empty part in place of the properties, which name author, company and machine."""
    lower = name.lower()
    if lower.endswith("core.xml"):
        space = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
        tag = "cp:coreProperties"
        told = f'xmlns:cp="{space}"'
    else:
        last = "extended-properties" if lower.endswith("app.xml") else "custom-properties"
        tag, told = "Properties", f'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/{last}"'
    return f"{DECLARED}<{tag} {told}/>".encode()
