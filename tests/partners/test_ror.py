import gzip
import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners import candidates, queries
from partners.models import RorImport, RorName, RorRecord, RorRelation
from partners.reference.ror import begin_import, import_ror_in_background, take_step
from partners.services import register_partner
from riskassess.audit.models import Event
from riskassess.jobs.models import Job
from tests.partners.ror import hold_record, published

pytestmark = pytest.mark.django_db
ONE, TWO, THREE = "https://ror.org/00003ef66", "https://ror.org/02kkvpp62", "https://ror.org/000025p04"
RECORDS = [
    published(
        ONE,
        "Norderhaven University",
        names=[
            {"value": "Universitetet i Norderhaven", "types": ["label"], "lang": "no"},
            {"value": "NHU", "types": ["acronym"], "lang": None},
            {"value": "Old School", "types": ["alias"], "lang": None},
        ],
        relations=[("child", TWO, "Sable Reach Institute")],
    ),
    published(TWO, "Sable Reach Institute", relations=[("parent", ONE, "Norderhaven University")]),
    published(THREE, "Sable Reach", status="withdrawn", relations=[("successor", TWO, "Sable Reach Institute")]),
]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


def as_array(records):
    return json.dumps(records, indent=4, ensure_ascii=False).encode()


def as_lines(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def as_zip(content, name="v2.1-ror-data_schema_v2.json", **others):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        for other, text in others.items():
            archive.writestr(other, text)
    return packed.getvalue()


@pytest.fixture
def write(tmp_path):
    def write(content, name="ror.json"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def held():
    return list(RorRecord.objects.order_by("pk").values_list("pk", "name", "status"))


@pytest.mark.parametrize(
    "content",
    [
        as_array(RECORDS),
        as_lines(RECORDS),
        as_lines(RECORDS).rstrip(),
        b"\xef\xbb\xbf" + as_array(RECORDS),
        gzip.compress(as_array(RECORDS)),
        gzip.compress(as_lines(RECORDS)),
        as_zip(as_array(RECORDS), **{"v1.json": "[]", "data.csv": "id"}),
        as_zip(as_lines(RECORDS), "ror.jsonl", **{"data.csv": "id"}),
    ],
    ids=["array", "lines", "no-newline", "bom", "array-gz", "lines-gz", "zip-of-release", "zip-lines"],
)
def test_import_ror_reads_what_ror_publishes(content, write, capsys):
    call_command("import_ror", write(content))

    assert "3 records, of which 3 are new" in capsys.readouterr().out
    record = RorRecord.objects.get(pk=ONE)
    assert (record.name, record.country, record.type, record.website) == (
        "Norderhaven University", "NO", "education", "https://example.org",
    )  # fmt: skip
    assert record.external_ids == {"isni": ["0000 0002", "0000 0001"]}
    assert list(record.names.values_list("text", "kind", "language")) == [
        ("Norderhaven University", "display", "en"),
        ("Universitetet i Norderhaven", "label", "no"),
        ("NHU", "acronym", ""),
        ("Old School", "alias", ""),
    ]
    assert set(RorRelation.objects.values_list("record", "kind", "other_id")) == {
        (ONE, "child", TWO), (TWO, "parent", ONE), (THREE, "successor", TWO),
    }  # fmt: skip
    assert candidates.resolve_name("University of Norderhaven", "NO").record.ror_id == ONE
    assert Event.objects.get().verb == "ror.imported"


def test_import_ror_of_the_same_file_changes_nothing(write, capsys):
    path = write(as_array(RECORDS))
    call_command("import_ror", path)
    names = list(RorName.objects.values_list("pk"))

    call_command("import_ror", path)
    call_command("import_ror", write(as_lines(RECORDS), "other.jsonl"))

    told = capsys.readouterr().out
    assert "nothing new" in told
    assert "0 are new, 0 changed, 3 are unchanged" in told
    assert list(RorName.objects.values_list("pk")) == names


def test_import_ror_takes_newer_records_and_leaves_older_ones(write, capsys):
    call_command("import_ror", write(as_array(RECORDS)))
    newer = published(ONE, "University of Norderhaven", modified="2026-02-01")
    older = published(TWO, "Sable Reach Station", modified="2025-02-01")

    call_command("import_ror", write(as_array([newer, older]), "next.json"))

    assert "2 records, of which 0 are new, 1 changed, 0 are unchanged and 1 older" in capsys.readouterr().out
    assert {name for _id, name, _status in held()} == {
        "University of Norderhaven", "Sable Reach", "Sable Reach Institute",
    }  # fmt: skip
    assert RorName.objects.filter(record=ONE).count() == 1
    assert not RorRelation.objects.filter(record=ONE).exists()


BROKEN = {
    "empty": (b"", "is empty"),
    "web page": (b"<html><body>Not found</body></html>", "web page or XML"),
    "text": (b"id,name\n", "not a file of ROR records"),
    "no records": (b"[]", "no records"),
    "cut array": (as_array(RECORDS)[:-40], "cut"),
    "without its bracket": (as_array(RECORDS).rstrip()[:-1], "closing bracket"),
    "cut lines": (as_lines(RECORDS)[:-40], "the file was cut"),
    "cut gzip": (gzip.compress(as_array(RECORDS))[:-20], "damaged or was cut"),
    "cut zip": (as_zip(as_array(RECORDS))[:-20], "damaged or was cut"),
    "zip of something else": (as_zip(b"x", "list.xml"), "it holds none"),
    "two files": (as_array(RECORDS) + as_array(RECORDS), "something else follows"),
    "version 1": (as_array([{"id": ONE, "name": "A", "country": {"country_code": "NO"}}]), "version 1"),
    "other objects": (as_array([{"type": "Feature"}]), "record without an id"),
    "list of words": (as_array(["a"]), "record without an id"),
    "wrong id": (as_array([published("https://ror.org/00003ef67", "A")]), "not a ROR id"),
    "no names": (as_array([{**RECORDS[0], "names": []}]), "no name that ROR shows"),
    "names of another shape": (as_array([{**RECORDS[0], "names": "A"}]), "version 2"),
    "no place": (as_array([{**RECORDS[0], "locations": []}]), "version 2"),
    "status": (as_array([published(ONE, "A", status="gone")]), "'gone' is no status"),
    "relation": (as_array([published(ONE, "A", relations=[("twin", TWO, "B")])]), "'twin' is no relationship"),
    "country": (as_array([published(ONE, "A", country="Norway")]), "no country code"),
    "latin-1": (as_array([published(ONE, "Århus")]).decode().encode("latin-1"), "not UTF-8"),
    "good and then bad": (as_array([*RECORDS, {"id": 5}]), "not a ROR id"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_import_ror_refuses_other_files_in_a_sentence_and_changes_nothing(name, write):
    content, says = BROKEN[name]
    hold_record(TWO, "Before")

    with pytest.raises(CommandError) as refused:
        call_command("import_ror", write(content))

    assert says in str(refused.value)
    assert "What was held before is unchanged." in str(refused.value)
    assert (refused.value.returncode, held()) == (1, [(TWO, "Before", "active")])


def test_import_ror_names_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match="no file") as fault:
        call_command("import_ror", tmp_path / "absent.json")

    assert fault.value.returncode == 2


def many(count):
    ids = [candidates.places.ror_id_of(number) for number in range(1, count + 1)]
    return [published(ror_id, f"Institute number {number}") for number, ror_id in enumerate(ids)]


@pytest.mark.parametrize("pack", [as_array, as_lines, lambda records: gzip.compress(as_array(records))])
def test_import_ror_goes_on_where_it_was_broken_off(pack, write):
    """Each step is taken as if by a process that ended after it."""
    path = write(pack(many(1_000)))
    work = begin_import(path=path)
    states = []
    while not work.is_over:
        work = begin_import(path=path)
        take_step(work, path, seconds=0)
        states.append((work.state, work.offset > 0, work.done))

    assert RorImport.objects.count() == 1
    assert (work.state, work.total, work.added, RorRecord.objects.count()) == ("done", 1_000, 1_000, 1_000)
    assert [done for state, _is_within, done in states if state == "storing" and done] == [200, 400, 600, 800, 1_000]


def test_import_ror_in_the_background_is_done_by_the_worker(write, run_jobs, settings, tmp_path, capsys):
    settings.FILES_DIR = tmp_path / "files"
    path = write(as_array(RECORDS))

    call_command("import_ror", path, "--background")
    path.unlink()
    assert not RorRecord.objects.exists()
    run_jobs()

    work = RorImport.objects.get()
    assert (work.state, RorRecord.objects.count()) == ("done", 3)
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert "waits for the worker" in capsys.readouterr().out


def test_another_file_takes_the_place_of_one_that_is_under_way(write, settings, tmp_path, run_jobs):
    settings.FILES_DIR = tmp_path / "files"
    import_ror_in_background(path=write(as_array(many(500)), "one.json"))

    call_command("import_ror", write(as_array(RECORDS), "two.json"))
    run_jobs()

    assert list(RorImport.objects.order_by("pk").values_list("state", flat=True)) == ["refused", "done"]
    assert RorRecord.objects.count() == 3


def test_standing_follows_withdrawn_ids_and_says_so():
    four = "https://ror.org/01ggx4157"
    hold_record(ONE, "Norderhaven University")
    hold_record(TWO, "Sable Reach Institute", status="withdrawn", relations=[("successor", ONE, "Norderhaven")])
    hold_record(THREE, "Sable Reach", status="withdrawn", relations=[("successor", TWO, "Sable Reach Institute")])
    hold_record(four, "Dissolved", status="withdrawn")

    found = queries.standings_of([ONE, TWO, THREE, four, "https://ror.org/03prydq77"])

    assert [each.current and each.current.pk for each in found.values()] == [ONE, ONE, ONE, four, None]
    assert found[ONE].words == ""
    assert found[THREE].words == (
        f"ROR withdrew the id {THREE}. The organisation is held as Norderhaven University ({ONE})."
    )
    assert "names no other in its place" in found[four].words


def test_standing_stops_at_circles_and_forks():
    hold_record(ONE, "A", status="withdrawn", relations=[("successor", TWO, "B")])
    hold_record(TWO, "B", status="withdrawn", relations=[("successor", ONE, "A")])
    hold_record(THREE, "C", status="inactive", relations=[("successor", ONE, "A"), ("successor", TWO, "B")])

    found = queries.standings_of([ONE, THREE])

    assert found[ONE].current.pk in (ONE, TWO)
    assert (found[THREE].current.pk, found[THREE].words) == (THREE, "C no longer exists. Followed by: A, B.")


def test_register_partner_knows_a_partner_under_the_id_that_ror_withdrew(ana):
    hold_record(ONE, "Norderhaven University")
    hold_record(TWO, "Norderhaven", status="withdrawn", relations=[("successor", ONE, "Norderhaven University")])

    first = register_partner(name="Norderhaven University", country="NO", ror_id=TWO, actor=ana)

    assert register_partner(name="Norderhaven University", country="NO", ror_id=ONE, actor=ana) == first
    assert queries.partner_by_ror(ONE) == queries.partner_by_ror(TWO) == first


def test_find_ror_puts_the_closest_name_first():
    for number, name in enumerate(["Kestrel Museum", "Kestrel", "The Old Kestrel Museum", "Falcon House"], 1):
        hold_record(
            candidates.places.ror_id_of(number), name, *(["Kestrel House of old"] if name == "Falcon House" else [])
        )

    assert [record.name for record in queries.find_ror("KESTREL")] == [
        "Kestrel", "Falcon House", "Kestrel Museum", "The Old Kestrel Museum",
    ]  # fmt: skip
    assert len(queries.find_ror("kestrel", limit=2)) == 2
    assert queries.find_ror("k") == queries.find_ror("%_") == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Dept. of Physics, Norderhaven University, 4021 Norderhaven, Norway", [ONE]),
        ("Norderhavn Universty", [ONE]),
        ("University of Norderhaven", [ONE]),
        (TWO, [ONE]),  # withdrawn: what took its place
        ("Zebra Quartz Holding", []),
    ],
)
def test_find_ror_understands_affiliations_slips_and_withdrawn_ids(typed, found):
    hold_record(ONE, "Norderhaven University", city="Norderhaven")
    hold_record(TWO, "Norderhaven", status="withdrawn", relations=[("successor", ONE, "Norderhaven University")])
    candidates.build(candidates.ROR)

    assert [record.pk for record in queries.find_ror(typed)] == found


@pytest.mark.parametrize("count", [1, 3, 30])
def test_ror_tree_asks_the_same_for_any_number_of_relations(count, ana):
    children = many(count)
    record = hold_record(
        ONE, "Norderhaven University",
        relations=[("parent", TWO, "Ministry"), *(("child", child["id"], "Child") for child in children)],
    )  # fmt: skip
    hold_record(TWO, "Ministry of Science", relations=[("parent", THREE, "The State")])
    register_partner(name="Ministry of Science", country="NO", ror_id=TWO, actor=ana)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        tree = queries.ror_tree(record)

    assert len(asked) == 3
    assert [(node.name, node.partner.name, node.above[0].name) for node in tree.parents] == [
        ("Ministry of Science", "Ministry of Science", "The State")
    ]
    assert len(tree.children) == count
    assert tree.children[0].record is None


def test_resolve_tells_the_organisation_of_an_affiliation(capsys):
    hold_record(ONE, "Norderhaven University", "NHU", city="Norderhaven")

    call_command("resolve", "Dept. of Physics, Norderhaven University, 4021 Norderhaven, Norway")
    told = capsys.readouterr().out
    call_command("resolve", "NHU", "--country", "no", "--json")
    data = json.loads(capsys.readouterr().out)
    with pytest.raises(SystemExit) as none:
        call_command("resolve", "NHU", "--country", "SE")
    with pytest.raises(CommandError, match="no country code") as usage:
        call_command("resolve", "NHU", "--country", "XX")

    assert told.splitlines() == [
        "Norderhaven University (Norderhaven, Norway)", ONE, "“Norderhaven University” is one of its names.",
    ]  # fmt: skip
    assert (data["ror_id"], data["how"], data["name"]) == (ONE, "acronym", "Norderhaven University")
    assert (none.value.code, usage.value.returncode) == (1, 2)
    assert "can be told" in capsys.readouterr().out
