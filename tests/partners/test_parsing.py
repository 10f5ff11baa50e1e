import tracemalloc
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from partners.parsing.formats import FORMATS
from partners.parsing.listed import Name, UnreadableList

SAMPLE = settings.BASE_DIR / "fixtures" / "lists" / "un-sample.xml"
BROKEN_CSV = yaml.safe_load((Path(__file__).parent / "broken_csv.yaml").read_text())
ENTITY = "<ENTITY><DATAID>{id}</DATAID><FIRST_NAME>{name}</FIRST_NAME></ENTITY>"


def read(format, path):
    reading = FORMATS[format](path)
    return reading, list(reading.entries)


def un_list(tmp_path, body, root='<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z">', prolog=""):
    path = tmp_path / "un.xml"
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>{prolog}{root}{body}</CONSOLIDATED_LIST>')
    return path


def test_own_csv_reads_names_of_every_kind(tmp_path):
    path = tmp_path / "own.csv"
    path.write_bytes(
        "\ufeff# list: own\r\n# date: 2026-11-01\r\n# entries: 1\r\nname,id,aliases,former_names,country\r\n"
        '"Example Works, Ltd",A-2,EW|Works,Example Foundry,NO|SE\r\n'.encode()
    )

    reading, (entry,) = read("own_csv", path)

    assert reading.published_on == date(2026, 11, 1)
    assert entry.names == (
        Name("Example Works, Ltd"), Name("EW", "alias"), Name("Works", "alias"), Name("Example Foundry", "former"),
    )  # fmt: skip
    assert (entry.external_id, entry.kind, entry.countries) == ("A-2", "organisation", ("NO", "SE"))


@pytest.mark.parametrize("case", BROKEN_CSV, ids=lambda case: case["name"])
def test_own_csv_refuses_broken_files_with_a_sentence(case, tmp_path):
    path = tmp_path / "broken.csv"
    path.write_bytes(case["text"].encode())

    with pytest.raises(UnreadableList) as refusal:
        read("own_csv", path)

    assert case["says"] in str(refusal.value)


def test_own_csv_refuses_other_encodings(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("# date: 2026-11-01\n# entries: 1\nid,name\n1,Zürich\n".encode("latin-1"))

    with pytest.raises(UnreadableList, match="Line 4 is not UTF-8"):
        read("own_csv", path)


def test_un_xml_reads_the_sample():
    reading, entries = read("un_xml", SAMPLE)

    assert reading.published_on == date(2026, 2, 27)
    assert len(entries) == SAMPLE.read_text().count("<DATAID>") == 60
    assert {entry.kind for entry in entries} == {"organisation"}
    first = entries[0]
    assert (first.external_id, first.reference, first.listed_on) == ("6908402", "CDe.001", date(2014, 6, 30))
    assert first.names[:3] == (
        Name("ADF"), Name("Allied Democratic Forces", "alias"),
        Name("Forces Démocratiques Alliées-Armée Nationale de Libération de l’Ouganda", "former"),
    )  # fmt: skip
    assert first.countries == ("Democratic Republic of the Congo",)


def test_un_xml_reads_people_with_all_parts_of_the_name(tmp_path):
    person = (
        "<INDIVIDUALS><INDIVIDUAL><DATAID>7</DATAID><FIRST_NAME>ORSOLYA</FIRST_NAME><SECOND_NAME>OF</SECOND_NAME>"
        "<THIRD_NAME>QUILL</THIRD_NAME><INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>O. Q.</ALIAS_NAME>"
        "</INDIVIDUAL_ALIAS></INDIVIDUAL></INDIVIDUALS>"
    )

    _reading, (entry,) = read("un_xml", un_list(tmp_path, person))

    assert entry.kind == "person"
    assert entry.names == (Name("ORSOLYA OF QUILL"), Name("O. Q.", "weak"))


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("body", "options", "says"),
    [
        pytest.param("<ENTITIES>&c;</ENTITIES>", {"prolog": BOMB}, "refused", id="entity bomb"),
        pytest.param("<ENTITIES>&a;</ENTITIES>", {"prolog": OUTSIDE}, "refused", id="outside entity"),
        pytest.param("", {"prolog": "<!DOCTYPE CONSOLIDATED_LIST>"}, "refused", id="document type"),
        pytest.param("", {"root": "<CONSOLIDATED_LIST>"}, "does not say when", id="no date"),
        pytest.param("<SHIPS></SHIPS>", {}, "unknown part <SHIPS>", id="unknown part"),
        pytest.param("<ENTITIES><SHIP/></ENTITIES>", {}, "<ENTITY> is expected", id="unknown entry"),
        pytest.param("<ENTITIES><ENTITY/></ENTITIES>", {}, "DATAID", id="no id"),
        pytest.param(f"<ENTITIES>{ENTITY.format(id=1, name='')}</ENTITIES>", {}, "no name", id="no name"),
        pytest.param(f"<ENTITIES>{ENTITY.format(id=1, name='A') * 2}</ENTITIES>", {}, "twice", id="id twice"),
        pytest.param(
            f"<ENTITIES><ENTITY>{'<A>' * 20}{'</A>' * 20}</ENTITY></ENTITIES>", {}, "nested deeper", id="deep"
        ),
        pytest.param(f"<ENTITIES><ENTITY>{'<A/>' * 6000}</ENTITY></ENTITIES>", {}, "more than 5000", id="wide"),
    ],
)
def test_un_xml_refuses_hostile_and_foreign_files(body, options, says, tmp_path):
    with pytest.raises(UnreadableList, match=says):
        read("un_xml", un_list(tmp_path, body, **options))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"<html><body>Sign in</body></html>", "outermost element is <html>"),
        (b"<!DOCTYPE html><html></html>", "refused"),
        (b"<LIST/>", "outermost element is <LIST>"),
        (b"just some text", "not well-formed"),
        (b"\x00\x01\x02\x03", "not well-formed"),
        (b'<?xml version="1.0" encoding="x-none"?><CONSOLIDATED_LIST/>', "decoded|not well-formed"),
        (b"\x1f\x8b\x08\x00packed", "not well-formed"),
    ],
)
def test_un_xml_refuses_other_files(content, says, tmp_path):
    path = tmp_path / "un.xml"
    path.write_bytes(content)

    with pytest.raises(UnreadableList, match=says):
        read("un_xml", path)


@pytest.mark.parametrize("percent", [1, 10, 50, 90, 99])
def test_un_xml_refuses_a_cut_file_wherever_it_was_cut(percent, tmp_path):
    content = SAMPLE.read_bytes()
    path = tmp_path / "un.xml"
    path.write_bytes(content[: len(content) * percent // 100])

    with pytest.raises(UnreadableList, match=r"may have been cut|not well-formed"):
        read("un_xml", path)


def test_un_xml_is_read_as_a_stream(tmp_path):
    body = "".join(ENTITY.format(id=number, name=f"Kestrel {number} " + "x" * 200) for number in range(20_000))
    path = un_list(tmp_path, f"<ENTITIES>{body}</ENTITIES>")
    tracemalloc.start()

    count = sum(1 for _entry in FORMATS["un_xml"](path).entries)

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < path.stat().st_size
