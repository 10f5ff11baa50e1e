from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners import queries
from partners.models import CountryFact, Dataset, FactChange, ListEdition, ListSource, RorRecord

pytestmark = pytest.mark.django_db
HEADER = "country,kind,value,year,scope,act,address,licence,valid_from,valid_to,checked_on\n"
TODAY = date(2026, 11, 23)
OFFICIAL = {"un", "eu_fsf", "ofac_sdn", "ofac_cons", "uk", "opensanctions", "own"}


@pytest.fixture
def write_facts(tmp_path):
    def write(text, name="facts.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_load_reference_loads_what_comes_with_the_house(capsys):
    call_command("load_reference")

    assert RorRecord.objects.count() == 2797
    assert CountryFact.objects.filter(kind="eu_member").count() == 27
    assert set(ListSource.objects.values_list("code", flat=True)) == {
        "demo_sanctions", "demo_concern", "un_sample", *OFFICIAL,
    }  # fmt: skip
    assert all(edition.source.is_sample for edition in queries.editions_in_force())
    assert "60 entries is in force" in capsys.readouterr().out.replace("are in force", "is in force")


def test_load_reference_only_looks_the_second_time(capsys):
    call_command("load_reference")
    editions = ListEdition.objects.count()
    capsys.readouterr()

    with CaptureQueriesContext(connection) as queries_made:
        call_command("load_reference")

    assert len(queries_made) < 40
    assert not [each for each in queries_made if each["sql"].startswith(("INSERT", "DELETE"))]
    assert capsys.readouterr().out == "The reference data is up to date.\n"
    assert ListEdition.objects.count() == editions


def test_load_reference_does_not_bring_a_sample_back(write_list):
    call_command("load_reference")
    call_command("import_list", "demo_concern", write_list("1,Newer,,,,,,,,", day="2026-11-09"), "--accept")

    call_command("load_reference")

    assert ListEdition.objects.get(source__code="demo_concern", state="in_force").file_name == "list.csv"


def test_load_reference_can_leave_the_samples_out():
    call_command("load_reference", "--no-samples")

    assert set(ListSource.objects.values_list("code", flat=True)) == OFFICIAL
    assert queries.editions_in_force() == []


def test_every_shipped_fact_names_source_licence_and_day():
    call_command("load_reference")

    assert not CountryFact.objects.filter(act="").exists()
    assert not CountryFact.objects.filter(licence="").exists()
    assert not CountryFact.objects.filter(checked_on=None).exists()
    assert queries.country_facts("NO", TODAY) == {
        "measures": [],
        "afi_band": "A",
        "rule_of_law": "no_value",
        "eu_eea": "yes",
        "eu_or_eu001": "yes",
        "gdpr_adequate": "yes",
    }


def test_import_list_exits_by_outcome(sanctions, write_list, tmp_path):
    good = write_list("1,Kestrel Arc,,,,,,,,")
    broken = tmp_path / "broken.csv"
    broken.write_text("<html>")

    call_command("import_list", "test_sanctions", good)
    with pytest.raises(CommandError, match="web page") as refused:
        call_command("import_list", "test_sanctions", broken)
    with pytest.raises(CommandError, match="Known: eu_fsf, ofac_cons") as unknown:
        call_command("import_list", "nothing", good)
    with pytest.raises(CommandError, match="no file") as absent:
        call_command("import_list", "test_sanctions", tmp_path / "absent.csv")

    assert [fault.value.returncode for fault in (refused, unknown, absent)] == [1, 2, 2]


def test_import_country_facts_replaces_the_earlier_file_and_notes_the_change(write_facts):
    call_command("import_country_facts", write_facts(HEADER + "TO,measure,arms_embargo,,,Act 1,,,2020-01-01,,\n"))
    call_command(
        "import_country_facts",
        write_facts(HEADER + "TO,academic_freedom,0.3,2022,,Index,,CC BY 4.0,,,\nWS,eu001,yes,,,Act,,,,,\n"),
    )

    assert queries.country_facts("TO", TODAY)["measures"] == []
    assert Dataset.objects.get().rows == 2
    assert list(FactChange.objects.order_by("country", "fact").values_list("country", "fact", "before", "after")) == [
        ("TO", "afi_band", "no_value", "D"),
        ("TO", "measures", ["arms_embargo"], []),
        ("WS", "eu_or_eu001", "no", "yes"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Line 1: the column country is missing"),
        (HEADER, "has no rows"),
        ("<html>", "Line 1: the column country is missing"),
        (HEADER.replace("year", "jahr"), "column year is missing"),
        (HEADER.strip() + ",more\n", "unknown column more"),
        (HEADER + "TO,eu001,yes\n", "Line 2 has 3 cells"),
        (HEADER + "TON,eu001,yes,,,Act,,,,,\n", "Line 2, column country: found 'TON'"),
        (HEADER + "TO,rank,1,,,Act,,,,,\n", "Line 2, column kind"),
        (HEADER + "TO,measure,blockade,,,Act,,,,,\n", "Line 2, column value"),
        (HEADER + "TO,eu001,no,,,Act,,,,,\n", "Line 2, column value"),
        (HEADER + "TO,academic_freedom,1.1,2022,,Act,,,,,\n", "a number from 0 to 1"),
        (HEADER + "TO,academic_freedom,NaN,2022,,Act,,,,,\n", "a number from 0 to 1"),
        (HEADER + "TO,academic_freedom,,2022,,Act,,,,,\n", "found nothing"),
        (HEADER + "TO,rule_of_law,101,2022,,Act,,,,,\n", "a number from 0 to 100"),
        (HEADER + "TO,academic_freedom,0.5,,,Act,,,,,\n", "Line 2, column year"),
        (HEADER + "TO,eu001,yes,2022,,Act,,,,,\n", "Line 2, column year"),
        (HEADER + "TO,eu001,yes,,,,,,,,\n", "Line 2, column act"),
        (HEADER + "TO,eu001,yes,,,Act,ftp://x,,,,\n", "Line 2, column address"),
        (HEADER + "TO,eu001,yes,,,Act,,,2026-02-30,,\n", "Line 2, column valid_from"),
        (HEADER + "TO,eu001,yes,,,Act,,,2026-02-01,2026-01-01,\n", "Line 2, column valid_to"),
        (HEADER + "TO,eu001,yes,,,Act,,,,,\nTO,eu001,yes,,,Act,,,,,\n", "Line 3 says the same as line 2"),
        (HEADER + 'TO,eu001,yes,,,"Act,,,,,\n', "not well-formed CSV"),
    ],
)
def test_import_country_facts_names_line_and_column_and_changes_nothing(text, says, write_facts):
    call_command("import_country_facts", write_facts(HEADER + "WS,eu001,yes,,,Act,,,,,\n"))

    with pytest.raises(CommandError) as fault:
        call_command("import_country_facts", write_facts(text))

    assert says in str(fault.value)
    assert fault.value.returncode == 2
    assert list(CountryFact.objects.values_list("country", flat=True)) == ["WS"]


def test_import_country_facts_refuses_other_encodings(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_bytes((HEADER + "TO,eu001,yes,,,Rëgulation,,,,,\n").encode("latin-1"))

    with pytest.raises(CommandError, match="Line 2 is not UTF-8"):
        call_command("import_country_facts", path)


def test_import_country_facts_of_the_same_file_is_only_looked_at(write_facts, capsys):
    path = write_facts(HEADER + "WS,eu001,yes,,,Act,,,,,\n")
    call_command("import_country_facts", path)

    call_command("import_country_facts", path)

    assert "nothing new" in capsys.readouterr().out
