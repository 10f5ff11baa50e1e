"""Files of lists, broken in every way that files are broken: seeded, so that each run breaks them alike."""

import gzip
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

LISTS = Path(__file__).resolve().parents[3] / "fixtures" / "lists"
SAMPLES = {
    "un": "un-sample.xml",
    "eu_fsf": "",  # written below
    "ofac_sdn": "ofac-sample.xml",
    "ofac_cons": "",  # a set of CSV files, written below
    "uk": "uk-sample.csv",
    "opensanctions": "opensanctions-sample.json",
    "opensanctions:targets": "",  # its other format, written below
    "own": "demo-sanctions.csv",
}
EU = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-10-01T08:00:00.000+02:00" globalFileId="1">
{}</export>"""
EU_ENTRY = """<sanctionEntity euReferenceNumber="EU.{0}.1" logicalId="{0}">
<regulation publicationDate="2020-05-02" programme="ABC"/><subjectType code="enterprise"/>
<nameAlias wholeName="Tern Hill Bureau {0}" strong="true"/></sanctionEntity>"""
TARGETS = '"id","schema","name","aliases","birth_date","countries","addresses","identifiers","sanctions","dataset"\n'
TARGET = (
    '"t-{0}","Organization","Tern Hill Bureau {0}","Tern Works {0}","","no","Quay 1","12-{0}","Invented","Sample"\n'
)
NOTHING = ",-0- " * 7
LOGIN = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Session expired</body></html>"


def source_of(code: str) -> str:
    """The code of the list that a sample is of."""
    return code.partition(":")[0]


def whole_file(code: str) -> bytes:
    """The sample of a source as it ought to be."""
    if code == "eu_fsf":
        return EU.format("\n".join(EU_ENTRY.format(number) for number in range(1, 31))).encode()
    if code == "ofac_cons":
        return _set_of_files(1, 30)
    if code == "opensanctions:targets":
        return (TARGETS + "".join(TARGET.format(number) for number in range(1, 31))).encode()
    return (LISTS / SAMPLES[code]).read_bytes()


def _set_of_files(first: int, last: int, strangers: int = 0) -> bytes:
    numbers = range(first, last + 1)
    members = {
        "cons_prim.csv": "".join(f'{n},"TERN HILL {n}",-0- ,"ABC"{NOTHING},"Sample."\r\n' for n in numbers) + "\x1a",
        "cons_alt.csv": "".join(f'{n + strangers},{n},"aka","TERN WORKS {n}",-0- \r\n' for n in numbers),
        "cons_add.csv": "".join(f'{n},{n},"Quay 1","Bergen","Norway",-0- \r\n' for n in numbers),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 10, 1, 0, 0, 0)), text)
    return made.getvalue()


def broken_files(code: str, count: int) -> Iterator[tuple[str, bytes]]:
    """`count` broken files of a source, each with what was done to it."""
    dice, whole = random.Random(f"broken {code}"), whole_file(code)
    made = list(_on_purpose(code, whole))[:count]
    while len(made) < count:
        if len(made) % 2:
            at = dice.randrange(1, len(whole) - 1)
            made.append((f"cut after byte {at}", whole[:at]))
        else:
            made.append(_flipped(whole, dice))
    yield from made


def _flipped(whole: bytes, dice: random.Random) -> tuple[str, bytes]:
    content, places = bytearray(whole), sorted(dice.randrange(len(whole)) for _each in range(dice.choice([1, 3, 20])))
    for place in places:
        content[place] ^= 1 << dice.randrange(8)
    return f"flipped at {places[:3]}", bytes(content)


def _on_purpose(code: str, whole: bytes) -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "a page to sign in", LOGIN
    yield "only white space", b" \r\n" * 50
    yield "cut at half", whole[: len(whole) // 2]
    yield "cut just before its end", whole[: int(len(whole) * 0.99)]
    yield "zero bytes in the middle", whole[:200] + b"\0" * 20 + whole[200:]
    yield "in UTF-16", whole.decode("utf-8", "replace").encode("utf-16")
    if not whole.startswith(b"PK"):  # of a zip the last part is read, which is whole
        yield "twice in one file", whole + whole
    yield "packed by gzip and cut", gzip.compress(whole)[:-20]
    yield "the list of another source", whole_file("uk" if code != "uk" else "un")
    yield "noise", random.Random(code).randbytes(5000)
    if whole.lstrip().startswith(b"<"):
        head, _mark, rest = whole.partition(b"?>")
        bomb = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
        yield (
            "an entity bomb",
            head + b'?><!DOCTYPE x [<!ENTITY a0 "x">' + bomb + b"]>" + rest.replace(b"Tern", b"&a11;"),
        )
        yield "an outer file", head + b'?><!DOCTYPE x SYSTEM "file:///etc/hostname">' + rest
        yield "nested without end", head + b"?>" + b"<a>" * 100_000
        other = whole.replace(b"xmlns=", b"xmlns:other=").replace(b"<CONSOLIDATED", b"<x:CONSOLIDATED")
        yield "in a wrong namespace", other
        yield "in an unknown encoding", b'<?xml version="1.0" encoding="martian"?>' + rest
    if code == "ofac_cons":
        yield "files of two days", _set_of_files(1, 30, strangers=1000)
        yield "a bomb of a zip", _zip_bomb()


def _zip_bomb() -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("cons_prim.csv", "w", force_zip64=True) as member,
    ):
        for _each in range(250):
            member.write(b"0" * 1_000_000)
    return made.getvalue()
