"""The samples of each publisher's format, read and counted beside a count that knows nothing of our readers."""

import csv
import html
import json
import re
from datetime import date
from pathlib import Path

import pytest

from partners.lists.sets import as_one_file
from partners.parsing.formats import FORMATS
from partners.parsing.listed import Identifier, Name, UnreadableList

LISTS = Path(__file__).resolve().parents[3] / "fixtures" / "lists"
LEI = Identifier("lei", "0000SAMPLETERN000121")
SAMPLES = {
    "uk-sample.csv": "uk_csv",
    "ofac-sample.xml": "ofac_csv",
    "opensanctions-sample.json": "opensanctions",
    "opensanctions-targets-sample.csv": "opensanctions",
    "un-sample.xml": "un_xml",
    "eu-fsf-sample.xml": "eu_fsf",
    "demo-sanctions.csv": "own_csv",
    "demo-concern.csv": "own_csv",
}


def read(name):
    reading = FORMATS[SAMPLES[name]](LISTS / name)
    return reading.published_on, list(reading.entries)


def counted_by_hand(name):
    text = (LISTS / name).read_text(encoding="utf-8")
    if name == "uk-sample.csv":
        return len({row[1] for row in list(csv.reader(text.splitlines()))[2:]})
    if name == "ofac-sample.xml":
        return text.count("<sdnEntry>")
    if name == "eu-fsf-sample.xml":
        return text.count("</sanctionEntity>")
    if name == "un-sample.xml":
        return len(re.findall(r"<(?:ENTITY|INDIVIDUAL)>", text))
    if name == "opensanctions-sample.json":
        rows = [json.loads(line) for line in text.splitlines()]
        return sum(row["target"] and row["properties"].get("topics") != ["role.pep"] for row in rows)
    return sum(not line.startswith("#") for line in text.splitlines()) - 1


@pytest.mark.parametrize("name", SAMPLES)
def test_every_entry_of_a_sample_is_read(name):
    _day, entries = read(name)

    assert len(entries) == counted_by_hand(name) > 1


def test_names_of_the_eu_sample_are_all_read():
    text = (LISTS / "eu-fsf-sample.xml").read_text(encoding="utf-8")

    day, entries = read("eu-fsf-sample.xml")

    assert day == date(2026, 10, 1)
    assert {entry.kind for entry in entries} == {"organisation"}
    written = set(re.findall(r'wholeName="([^"]+)"', text))
    assert {name.text for entry in entries for name in entry.names} == {html.unescape(name) for name in written}


def test_set_of_the_us_treasury_is_read_as_one_with_every_name(tmp_path):
    files = sorted((LISTS / "ofac-sample").glob("*.csv"))

    entries = list(FORMATS["ofac_csv"](as_one_file(files, tmp_path)).entries)

    lines = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in files}
    assert len(entries) == len(lines["cons_prim"]) == 30
    assert {entry.external_id for entry in entries} == {line.partition(",")[0] for line in lines["cons_prim"]}
    further = {(line.split(",")[0], next(csv.reader([line]))[3]) for line in lines["cons_alt"]}
    read_names = {(entry.external_id, name.text) for entry in entries for name in entry.names}
    assert further <= read_names
    assert len(further) > 30


def test_uk_list_joins_the_rows_of_an_entry():
    day, (bureau, person, ship) = read("uk-sample.csv")

    assert day == date(2026, 10, 15)
    assert bureau.names == (
        Name("Tern Hill Bureau of Measures"), Name("THB", "weak"), Name("Tern Works", "alias"),
        Name("Бюро Терн", "alias"),
    )  # fmt: skip
    assert (bureau.reference, bureau.programme, bureau.listed_on) == ("90001", "Sample Regime", date(2024, 2, 3))
    assert (bureau.countries, bureau.identifiers) == (("Norway",), (LEI,))
    assert (person.kind, person.countries, person.birth_years) == ("person", (), (1961, 1963))
    assert (ship.kind, ship.identifiers) == ("other", (Identifier("imo", "1234567"),))


def test_ofac_file_is_read_as_its_older_set_is():
    day, (bureau, person, ship, works) = read("ofac-sample.xml")

    assert day == date(2026, 10, 15)
    assert bureau.names == (
        Name("TERN HILL BUREAU OF MEASURES"), Name("THE TERN BUREAU", "alias"), Name("THB", "weak"),
        Name("TERN AND SONS", "former"),
    )  # fmt: skip
    assert (bureau.external_id, bureau.programme, bureau.countries) == ("900001", "SAMPLE, SAMPLE2", ("Norway",))
    assert bureau.identifiers == (LEI,)  # the other number has no check digits
    assert (person.names[0], person.birth_years) == (Name("Orla QUIST"), (1961, 1963))
    assert (ship.kind, works.names[0].text) == ("other", "КОНСТРУКТОРСКОЕ БЮРО «СЕРАЯ ЧАЙКА»")


def test_opensanctions_leaves_out_offices_addresses_and_the_country_of_people():
    day, (bureau, person, _ship) = read("opensanctions-sample.json")

    assert day == date(2026, 10, 15)
    assert [(name.text, name.kind) for name in bureau.names] == [
        ("Tern Hill Bureau of Measures", "primary"), ("Бюро Терн", "alias"), ("Tern Works", "alias"),
        ("Tern and Sons", "former"), ("THB", "weak"),
    ]  # fmt: skip
    assert bureau.identifiers == (LEI, Identifier("ogrn", "1099900000012"))
    assert (person.external_id, person.countries, person.birth_years) == ("smp-2", (), (1961, 1963))


def test_opensanctions_table_says_the_same_of_the_same():
    _day, of_entities = read("opensanctions-sample.json")
    _day, of_table = read("opensanctions-targets-sample.csv")

    for one, other in zip(of_entities, of_table, strict=True):
        assert (one.external_id, one.kind, one.countries) == (other.external_id, other.kind, other.countries)
        assert one.names[0] == other.names[0]
        assert {*other.identifiers} <= {*one.identifiers}
        assert one.birth_years == other.birth_years


def changed(name, tmp_path, old, new):
    text = (LISTS / name).read_bytes().decode("utf-8")
    assert old in text
    path = tmp_path / name
    path.write_bytes(text.replace(old, new, 1).encode("utf-8"))
    return path


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("uk-sample.csv", "Report Date: 15-Oct-2026", "<html>", "web page"),
        ("uk-sample.csv", "Report Date:", "Made on:", "does not say 'Report Date"),
        ("uk-sample.csv", "15-Oct-2026", "soon", "not a date"),
        ("uk-sample.csv", "Unique ID", "Unique", "'Unique ID' is missing"),
        ("uk-sample.csv", "Entity,", "Fleet,", "designation type is 'Fleet'"),
        ("uk-sample.csv", "SAM0003", "SAM0001", "twice"),
        ("uk-sample.csv", "03/02/2024", "03/02", "not a date"),
        ("ofac-sample.xml", "<Record_Count>4", "<Record_Count>5", "says that it has 5 entries and holds 4"),
        ("ofac-sample.xml", "10/15/2026", "2026", "does not say its day"),
        ("ofac-sample.xml", "<sdnType>Entity", "<sdnType>Choir", "its type is 'Choir'"),
        ("ofac-sample.xml", "<uid>900002", "<uid>900001", "twice"),
        ("ofac-sample.xml", "<uid>900001", "<uid>x", "no usable uid"),
        ("ofac-sample.xml", "publshInformation>", "info>", "where|no <publsh|well-formed"),
        ("opensanctions-sample.json", '"smp-2"', '"smp-1"', "twice"),
        ("opensanctions-sample.json", '["Orla Quist"]', '"Orla Quist"', "lists of texts"),
        ("opensanctions-sample.json", '"schema": "Person"', '"scheme": "Person"', "no schema"),
        ("opensanctions-targets-sample.csv", '"aliases"', '"akas"', "'aliases' is missing"),
        ("opensanctions-targets-sample.csv", '"Person",', "", "14 cells, the header row has 15"),
    ],
)
def test_broken_sample_is_refused_in_words(name, old, new, said, tmp_path):
    path = changed(name, tmp_path, old, new)

    with pytest.raises(UnreadableList, match=said):
        list(FORMATS[SAMPLES[name]](path).entries)


def test_own_list_names_identifiers_and_years_that_are_none(tmp_path):
    head = "# list: own\n# date: 2026-11-01\n# entries: 1\nid,name,kind,identifiers,birth_years\n"

    def entry(identifiers, years):
        path = tmp_path / "own.csv"
        path.write_text(f"{head}A-1,Tern Hill,person,{identifiers},{years}\n")
        return next(iter(FORMATS["own_csv"](path).entries))

    good = entry("lei:0000SAMPLETERN000121|orcid:https://orcid.org/0000-0002-1825-0097", "1961|1963")
    assert good.identifiers == (LEI, Identifier("orcid", "0000-0002-1825-0097"))
    assert good.birth_years == (1961, 1963)
    for identifiers, years, said in (
        ("lei:0000SAMPLETERN000122", "", "not an LEI of 20 letters and digits with the right check digits"),
        ("passport:123", "", "does not begin with one of ror, lei"),
        ("orcid:0000-0002-1825-0098", "", "its last character does not fit"),
        ("", "61", "'61' is not a year such as 1961"),
    ):
        with pytest.raises(UnreadableList, match=said):
            entry(identifiers, years)
