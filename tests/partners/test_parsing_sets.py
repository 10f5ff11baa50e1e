"""The EU list and the OFAC sets, written in the official shapes; the names in them are invented."""

import gzip
import zipfile
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from partners.countries import country_code
from partners.models import ListEdition, ListSource
from partners.parsing.formats import FORMATS
from partners.parsing.listed import Name, UnreadableList

EU = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-10-01T08:00:00.000+02:00" globalFileId="1">
{entries}</export>"""
BUREAU = """<sanctionEntity euReferenceNumber="EU.7.1" logicalId="7">
<regulation publicationDate="2020-05-02" programme="ABC"/><regulation publicationDate="2019-03-01" programme="ABC"/>
<subjectType code="enterprise"/>
<nameAlias wholeName="Tern Hill  Bureau" strong="true"/><nameAlias wholeName="THB" strong="false"/>
<nameAlias wholeName="Бюро Терн" strong="true"/>
<address countryIso2Code="NO"/><address countryIso2Code="00"/><remark>Moved in 2021.</remark>
</sanctionEntity>"""
PERSON = """<sanctionEntity euReferenceNumber="EU.8.1" logicalId="8"><subjectType code="person"/>
<nameAlias wholeName="Orla Quist" strong="true"/><citizenship countryIso2Code="NO"/></sanctionEntity>"""
SDN = (
    '7,"TERN HILL BUREAU",-0- ,"ABC",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Moved in 2021."\r\n'
    '8,"QUIST, Orla","individual","ABC",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\x1a'
)
ALT = '7,1,"aka","TERN WORKS",-0- \r\n7,2,"fka","TERN AND SONS",-0- \r\n'
ADD = '7,1,"Quay 1","Bergen","Korea, North",-0- \r\n'


def entries(format, path):
    reading = FORMATS[format](path)
    return reading.published_on, list(reading.entries)


def eu(tmp_path, text):
    path = tmp_path / "eu.xml"
    path.write_text(text)
    return path


def ofac(tmp_path, **members):
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            content = text if isinstance(text, bytes) else text.encode()
            info = zipfile.ZipInfo(
                name.replace("_gz", ".csv.gz") if name.endswith("_gz") else f"{name}.csv", (2021, 7, 7, 0, 0, 0)
            )
            archive.writestr(info, content)
    return path


def test_eu_list_reads_names_address_and_first_day(tmp_path):
    day, (bureau, person) = entries("eu_fsf", eu(tmp_path, EU.format(entries=BUREAU + PERSON)))

    assert day == date(2026, 10, 1)
    assert (bureau.external_id, bureau.kind, bureau.reference, bureau.programme) == (
        "7",
        "organisation",
        "EU.7.1",
        "ABC",
    )
    assert bureau.names == (Name("Tern Hill Bureau"), Name("THB", "weak"), Name("Бюро Терн", "alias"))
    assert (bureau.countries, bureau.listed_on, bureau.remarks) == (("NO",), date(2019, 3, 1), "Moved in 2021.")
    assert (person.kind, person.countries) == ("person", ())  # what citizenship somebody has is not read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<export/>", "begins with <export> in the namespace"),
        (EU.format(entries=BUREAU).replace("2026-10-01T08:00:00.000+02:00", "soon"), "generationDate is 'soon'"),
        (EU.format(entries=BUREAU)[:-30], "It may have been cut"),
        (EU.format(entries=BUREAU.replace('code="enterprise"', 'code="ship"')), "neither a person nor an enterprise"),
        (EU.format(entries=BUREAU.replace('logicalId="7"', "")), "no logicalId"),
        (EU.format(entries=BUREAU + BUREAU), "twice"),
        (EU.format(entries="<other/>"), "where <sanctionEntity> is expected"),
        (EU.format(entries=BUREAU.replace("2020-05-02", "May")), "which is none"),
        ("<!DOCTYPE export [<!ENTITY a 'b'>]>" + EU.format(entries=BUREAU).partition("\n")[2], "refused"),
        ("<html><body>Sign in</body></html>", "begins with <export>"),
    ],
)
def test_broken_eu_list_is_refused_in_words(text, said, tmp_path):
    with pytest.raises(UnreadableList, match=said):
        entries("eu_fsf", eu(tmp_path, text))


def test_ofac_set_is_read_together(tmp_path):
    path = ofac(tmp_path, sdn=SDN, alt=ALT, add_gz=gzip.compress(ADD.encode()), sdn_comments='99,"Of another day."\r\n')

    day, (bureau, person) = entries("ofac_csv", path)

    assert day == date(2021, 7, 7)
    assert bureau.names == (Name("TERN HILL BUREAU"), Name("TERN WORKS", "alias"), Name("TERN AND SONS", "former"))
    assert (bureau.countries, bureau.programme, bureau.remarks) == (("Korea, North",), "ABC", "Moved in 2021.")
    assert (person.kind, person.names) == ("person", (Name("Orla QUIST"),))


def test_ofac_set_tells_several_programmes_apart(tmp_path):
    path = ofac(tmp_path, sdn=SDN.replace('"ABC"', '"SDGT] [SDT] [IRAN-HR"', 1), alt=ALT, add=ADD)

    _day, (bureau, _person) = entries("ofac_csv", path)

    assert bureau.programme == "SDGT, SDT, IRAN-HR"


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"sdn": SDN, "alt": ALT}, "lacks the file with the addresses"),
        ({"sdn": SDN, "alt": '9,1,"aka","A",-0- \r\n', "add": ADD}, "of different days: 1 of the names"),
        ({"sdn": SDN[:40], "alt": ALT, "add": ADD}, "12 columns"),
        ({"sdn": SDN, "alt": ALT, "add": ADD, "notes": "x"}, "no file of this list"),
        ({"sdn": SDN, "alt": ALT, "add": ADD, "cons_prim": SDN}, "entries twice"),
        ({"sdn": "\0" + SDN, "alt": ALT, "add": ADD}, "zero bytes"),
    ],
)
def test_broken_ofac_set_is_refused_in_words(members, said, tmp_path):
    with pytest.raises(UnreadableList, match=said):
        entries("ofac_csv", ofac(tmp_path, **members))


def test_single_file_of_a_set_is_refused_with_the_way_out(tmp_path):
    path = tmp_path / "sdn.csv"
    path.write_text(SDN)

    with pytest.raises(UnreadableList, match="into one zip"):
        entries("ofac_csv", path)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NO", "NO"),
        ("no", "NO"),
        ("Norway", "NO"),
        ("Korea, North", "KP"),
        ("Iran (Islamic Republic of)", "IR"),
        ("?", ""),
    ],
)
def test_countries_are_read_as_lists_write_them(text, code):
    assert country_code(text) == code


@pytest.mark.django_db
def test_command_takes_the_files_of_a_set(tmp_path):
    ListSource.objects.create(code="set", name="Set", kind=ListSource.Kind.ASSET_FREEZE, format="ofac_csv")
    paths = []
    for name, text in (("sdn", SDN), ("alt", ALT), ("add", ADD)):
        path = tmp_path / f"{name}.csv"
        path.write_text(text)
        paths.append(str(path))

    call_command("import_list", "set", *paths)
    call_command("import_list", "set", *reversed(paths))

    assert ListEdition.objects.get(source__code="set").entities_count == 2
    with pytest.raises(CommandError) as fault:
        call_command("import_list", "set", *paths[:2])
    assert fault.value.returncode == 1
    assert ListEdition.objects.get(source__code="set", state="in_force").entities_count == 2
