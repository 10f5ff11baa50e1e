"""Proposals as files: what goes out comes in the same, and what does not fit is named and leaves nothing behind."""

import io
import json
import zipfile
from datetime import datetime
from random import Random

import pytest
from django.conf import settings
from django.utils import timezone
from openpyxl import load_workbook

from riskassess import workflow
from riskassess.assessments.exchange.arriving import read_file
from riskassess.assessments.exchange.content import Draft, exported
from riskassess.assessments.exchange.crates import METADATA, Author, Part, as_bytes, write_crate
from riskassess.assessments.exchange.faults import UnfitFile
from riskassess.assessments.exchange.sheets.writing import write_workbook
from riskassess.assessments.models import CatalogueRelease, Origin
from riskassess.engine.loading import load_texts
from riskassess.management.filing import read_example, write_draft
from riskassess.proposals.models import Proposal
from tests.story import HIGH, LOW, MODERATE, OPEN

pytestmark = pytest.mark.django_db
ALL = [LOW, "02-quantum", "03-plankton", MODERATE, HIGH, OPEN]
DEMO = sorted(path.name for path in (settings.BASE_DIR / "fixtures" / "demo").glob("*.json"))


def plain(content: dict, *, without=()) -> dict:
    """A file with lists of answers in order, for comparing; `without` are keys that a kind of file leaves out."""
    text = json.dumps(content)
    read = json.loads(text)
    for name in without:
        read.pop(name, None)
    for row in [read, *read.get("partners", []), *read.get("funders", []), *read.get("technology", [])]:
        if "contacts" in without:
            row.pop("contacts", None)
        row["answers"] = {
            key: sorted(value) if isinstance(value, list) else value for key, value in sorted(row["answers"].items())
        }
    return read


def taken(given: Draft, user) -> Proposal:
    return workflow.import_proposal(given=given, actor=user, unit=user.unit, source="json").proposal


def problems_of(content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(UnfitFile) as fault:
        read_file(content)
    return [tuple(problem) for problem in fault.value.problems]


@pytest.fixture
def content(filed):
    """What Ana's proposal of moderate risk says, as a file."""
    return exported(filed(example=MODERATE), is_author=True)


@pytest.mark.parametrize("example", ALL)
def test_json_comes_back_the_same(filed, ana, example):
    first = exported(filed(example=example), is_author=True)

    kind, _read, given, _files = read_file(as_bytes(first))
    second = exported(taken(given, ana), is_author=True)

    assert kind == "json"
    assert plain(second) == plain(first)


@pytest.mark.parametrize("name", DEMO)
def test_demo_proposals_come_back_the_same_as_json_and_as_form(university, ana, name):
    example = read_example(name.removesuffix(".json"), settings.BASE_DIR / "fixtures" / "demo")
    source = write_draft(content=example, owner=ana, unit=ana.unit)
    first = exported(source, is_author=True)

    for file, without in (
        (as_bytes(first), ()),
        (write_workbook(source.questionnaire.release, first), ("contacts", "safeguards")),
    ):
        second = exported(taken(read_file(file)[2], ana), is_author=True)
        assert plain(second, without=without) == plain(first, without=without)


@pytest.mark.parametrize("example", ALL)
def test_form_comes_back_the_same(filed, ana, example):
    source = filed(example=example)
    first = exported(source, is_author=True)

    kind, _read, given, _files = read_file(write_workbook(source.questionnaire.release, first))
    second = exported(taken(given, ana), is_author=True)

    assert kind == "xlsx"
    assert plain(second, without=["safeguards", "contacts"]) == plain(first, without=["safeguards", "contacts"])


def test_crate_comes_back_the_same_and_names_authors_alone(filed, ana, content, monkeypatch):
    def refuse(*_args, **_given):
        raise AssertionError("the crate asks the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    crate = crate_of(content)

    kind, _read, given, _files = read_file(crate)
    second = exported(taken(given, ana), is_author=True)

    assert kind == "crate"
    assert plain(second) == plain(content)
    with zipfile.ZipFile(io.BytesIO(crate)) as archive:
        graph = {entity["@id"]: entity for entity in json.loads(archive.read(METADATA))["@graph"]}
    assert graph["proposal.json"]["encodingFormat"] == "application/json"
    assert [each["name"] for each in graph.values() if each["@type"] == "Person"] == ["Ana Ferreira"]


def crate_of(content: dict) -> bytes:
    parts = [Part("proposal.json", as_bytes(content), "application/json", "The proposal")]
    crate = write_crate(
        reference="RA-2026-0001",
        title="A title",
        published=timezone.now(),
        authors=[Author("Ana Ferreira", "")],
        parts=parts,
    )
    return b"".join(crate)


def test_import_brings_every_answer_as_waiting_and_safeguards_as_proposed(filed, ana):
    source = filed(example=MODERATE)
    content = exported(source, is_author=True) | {
        "safeguards": [{"mitigation": "M_other_funds", "finding": "G05:f1", "state": "agreed"}]
    }

    proposal = taken(read_file(as_bytes(content))[2], ana)

    assert {(each.origin, each.waits) for each in proposal.questionnaire.answers.all()} == {(Origin.FILE, True)}
    (safeguard,) = proposal.questionnaire.safeguards.all()
    assert (safeguard.state, safeguard.finding) == ("proposed", f"G05:{proposal.funders.get().uid}")


def test_partner_like_a_known_one_is_asked_about_and_nothing_is_kept(filed, ana):
    filed(example=MODERATE)
    content = {"title": "A", "kinds": ["joint_project"], "partners": [{"name": "Univ. of Ghana", "country": "GH"}]}
    given = read_file(as_bytes(content))[2]
    count = Proposal.objects.count()

    with pytest.raises(workflow.UnclearPartners) as asked:
        taken(given, ana)
    ((place, name, found),) = asked.value.unclear
    assert (place, name, found[0].name, Proposal.objects.count()) == (0, "Univ. of Ghana", "University of Ghana", count)
    meant = workflow.import_proposal(given=given, actor=ana, unit=ana.unit, chosen={0: found[0].key}).proposal
    new = workflow.import_proposal(given=given, actor=ana, unit=ana.unit, chosen={0: workflow.NEW_PARTNER}).proposal

    assert meant.participations.get().partner == found[0].partner
    assert new.participations.get().partner.name == "Univ. of Ghana"


VISITS = [
    {"role": "doctoral", "people": 2, "direction": "incoming", "partner": "p2", "months": 6, "access": "The archive"},
    {"role": "professor", "people": 1, "direction": "outgoing", "months": 1},
]


def test_visits_come_back_the_same_and_are_copied(filed, ana):
    source = filed(visits=VISITS)
    first = exported(source, is_author=True)
    assert first["visits"] == VISITS

    copied = workflow.copy_proposal(source=source, actor=ana).proposal
    assert exported(copied, is_author=True)["visits"] == VISITS
    for file in (as_bytes(first), write_workbook(source.questionnaire.release, first)):
        assert exported(taken(read_file(file)[2], ana), is_author=True)["visits"] == VISITS


@pytest.fixture
def older(university):
    """A release of long ago, in which D1 was a question to be answered yes or no."""
    folder = settings.CATALOGUES_DIR / settings.CATALOGUE / "0.1.0"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}
    catalogue = load_texts(texts)
    return CatalogueRelease.objects.create(
        catalogue_id=catalogue.id,
        version=catalogue.version,
        title=catalogue.title,
        released_on=catalogue.date,
        sha256=catalogue.sha256,
        texts=texts,
    )


def test_file_of_an_older_release_is_read_under_it_and_says_what_is_left_out(older):
    content = {"catalogue": "allea-eu@0.1.0", "title": "A", "kinds": [], "answers": {"D1": "yes", "T5": "yes"}}

    for file in (as_bytes(content), write_workbook(older, content)):
        given = read_file(file)[2]
        assert (given.answers, given.left) == ({"T5": "yes"}, ["D1"])


def test_file_of_a_release_that_is_not_held_is_refused(university):
    ((place, words),) = problems_of(as_bytes(GOOD | {"catalogue": "allea-eu@9.9.9"}))

    assert place == "Questionnaire"
    assert "allea-eu@9.9.9" in words


DEEP = b"[" * 5000 + b"]" * 5000
GOOD = {"title": "A", "kinds": ["joint_project"]}
HOSTILE = {
    "empty": (b"", "", "empty"),
    "not utf-8": ('{"title": "Straße"}'.encode("latin-1"), "Line 1", "UTF-8"),
    "utf-16": ('{"title": "A"}'.encode("utf-16"), "", "UTF-8"),
    "no json": (b"{", "Line 1", "no JSON"),
    "huge": (b'{"title": "' + b"a" * 2_000_000 + b'"}', "", "1 MB"),
    "deep": (DEEP, "", "deeper"),
    "deep in objects": (b'{"a":' * 400 + b"1" + b"}" * 400, "", "deeper"),
    "NaN": (b'{"title": "A", "kinds": [], "answers": {"T3": NaN}}', "", "NaN"),
    "infinity": (b'{"title": "A", "kinds": [], "answers": {"T3": -Infinity}}', "", "Infinity"),
    "1e999": (b'{"title": "A", "kinds": [], "answers": {"T3": 1e999}}', "", "too large"),
    "long number": (b'{"title": "A", "kinds": [], "answers": {"T3": ' + b"9" * 6000 + b"}}", "", "too large"),
    "twice": (b'{"title": "A", "title": "B", "kinds": []}', "", "stands twice"),
    "a list": (b"[]", "whole file", "object"),
    "a text": (b'"title"', "whole file", "object"),
    "null": (b"null", "whole file", "object"),
    "lone surrogate": (b'{"title": "\\ud800", "kinds": []}', "Title", "hidden sign"),
    "hidden sign": (b'{"title": "A\\u0000", "kinds": []}', "Title", "hidden sign"),
    "turned text": (b'{"title": "A\\u202eB", "kinds": []}', "Title", "hidden sign"),
    "title a list": (b'{"title": ["A"], "kinds": []}', "Title", "Missing"),
    "kinds an object": (b'{"title": "A", "kinds": {}}', "Kinds", "Expected a list"),
    "no such key": (as_bytes(GOOD | {"owner": "Eve"}), "owner", "no such key"),
    "unknown question": (as_bytes(GOOD | {"answers": {"T99": "yes"}}), "T99", "no question T99"),
    "unknown option": (as_bytes(GOOD | {"answers": {"T5": "perhaps"}}), "question T5", "perhaps"),
    "answer of an officer": (as_bytes(GOOD | {"answers": {"T4": {"a": 1}}}), "question T4", "one of"),
    "answers a list": (as_bytes(GOOD | {"answers": []}), "answers", "object"),
    "partners an object": (as_bytes(GOOD | {"partners": {}}), "Partners", "list"),
    "partner a text": (as_bytes(GOOD | {"partners": ["MIT"]}), "Partner 1", "object"),
    "partner without a country": (
        as_bytes(GOOD | {"partners": [{"name": "MIT"}]}),
        "Partner 1 (MIT), country",
        "Missing",
    ),
    "no such country": (as_bytes(GOOD | {"partners": [{"name": "MIT", "country": "QQ"}]}), "Partner 1 (MIT)", "QQ"),
    "partner twice": (
        as_bytes(GOOD | {"partners": [{"name": "MIT", "country": "US"}, {"name": "mit", "country": "US"}]}),
        "Partner 2 (mit)",
        "stands twice",
    ),
    "row id twice": (
        as_bytes(GOOD | {"technology": [{"id": "t", "label": "A"}, {"id": "t", "label": "B"}]}),
        "Technology 2 (B)",
        "stands twice",
    ),
    "too many rows": (as_bytes(GOOD | {"technology": [{"label": str(n)} for n in range(40)]}), "Technologies", "30"),
    "no letter in a name": (as_bytes(GOOD | {"partners": [{"name": "…", "country": "US"}]}), "Partner 1", "name"),
    "wrong ROR": (
        as_bytes(GOOD | {"partners": [{"name": "MIT", "country": "US", "ror": "https://ror.org/042nb2s45"}]}),
        "Partner 1 (MIT), ROR id",
        "digit is wrong",
    ),
    "funder without a kind": (as_bytes(GOOD | {"funders": [{"name": "X"}]}), "Funder 1 (X)", "kind of funder"),
    "end before start": (as_bytes(GOOD | {"starts": "2027-02-01", "ends": "2027-01-01"}), "End", "before the start"),
    "no day": (as_bytes(GOOD | {"starts": "soon"}), "Start", "not a date"),
    "long answer": (as_bytes(GOOD | {"answers": {"P2": "a" * 4001}}), "question P2", "4000"),
    "unsure with others": (as_bytes(GOOD | {"answers": {"T3": ["unsure", "physics"]}}), "question T3", ""),
    "safeguard of nothing": (
        as_bytes(GOOD | {"safeguards": [{"mitigation": "M_other_funds", "finding": "T01", "state": "proposed"}]}),
        "Safeguard 1 (M_other_funds)",
        "does not belong",
    ),
    "contact with an origin": (
        as_bytes(GOOD | {"partners": [{"name": "MIT", "country": "US", "contacts": [{"name": "A", "origin": "B"}]}]}),
        "person 1 (A)",
        "no such key",
    ),
    "pdf": (b"%PDF-1.7", "", "PDF"),
    "old office": (b"\xd0\xcf\x11\xe0\xa1\xb1", "", "XLSX"),
    "damaged zip": (b"PK\x03\x04 and nothing more", "", "damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_its_place_and_leaves_nothing(university, name):
    content, place, words = HOSTILE[name]

    problems = problems_of(content)

    assert any(place.casefold() in said.casefold() and words in text for said, text in problems), problems
    assert not Proposal.objects.exists()


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


DESCRIBED = as_bytes({"@graph": [{"@id": "./"}, {"@id": "proposal.json"}]})
CRATES = {
    "slip": ([("../../etc/passwd", b"x"), (METADATA, DESCRIBED)], "leads out"),
    "slip with backslashes": ([("..\\..\\x", b"x"), (METADATA, DESCRIBED)], "leads out"),
    "absolute": ([("/etc/passwd", b"x"), (METADATA, DESCRIBED)], "leads out"),
    "drive": ([("C:/x", b"x"), (METADATA, DESCRIBED)], "leads out"),
    "link": ([(link("proposal.json"), b"/etc/passwd"), (METADATA, DESCRIBED)], "a link"),
    "bomb": ([("proposal.json", b"0" * 15_000_000), (METADATA, DESCRIBED)], "far more"),
    "many": ([(f"{n}.txt", b"") for n in range(300)], "more than 200 parts"),
    "large": ([(f"{n}", Random(n).randbytes(8_000_000)) for n in range(3)], "20 MB"),
    "nested": ([("inner.zip", zipped((METADATA, DESCRIBED)))], "neither"),
    "nothing of ours": ([("a.txt", b"x")], "neither"),
    "no proposal": ([(METADATA, DESCRIBED)], "no proposal.json"),
    "not described": ([(METADATA, b'{"@graph": []}'), ("proposal.json", b"{}")], "no proposal.json"),
    "graph an object": ([(METADATA, b'{"@graph": {}}'), ("proposal.json", b"{}")], "@graph"),
    "description twice": ([(METADATA, DESCRIBED), (f"a/{METADATA}", DESCRIBED)], "one ro-crate"),
    "proposal unfit": ([(METADATA, DESCRIBED), ("proposal.json", b'{"title": 1, "kinds": []}')], "Missing"),
}


@pytest.mark.parametrize("name", CRATES)
def test_hostile_crate_is_refused(university, name):
    members, words = CRATES[name]

    problems = problems_of(zipped(*members))

    assert words in " ".join(text for _place, text in problems), problems


def test_crate_may_lie_in_a_folder(university, content):
    given = read_file(zipped((f"mine/{METADATA}", DESCRIBED), ("mine/proposal.json", as_bytes(content))))[2]

    assert given.title == content["title"]


# -- the offline form ------------------------------------------------------------------------------------------------


def form_with(release, content=None, **cells) -> bytes:
    """A form with values in cells, such as Partners__D4=…; names use "__" for the sheet and "_" for its blank."""
    book = load_workbook(io.BytesIO(write_workbook(release, content)))
    for name, value in cells.items():
        sheet, _sign, cell = name.partition("__")
        book[sheet][cell] = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def cell_of(release, sheet: str, key: str, column: str = "D") -> str:
    book = load_workbook(io.BytesIO(write_workbook(release)))
    (row,) = [row[0].row for row in book[sheet].iter_rows(max_col=1) if row[0].value == key]
    return f"{column}{row}"


def test_form_tells_every_cell_that_does_not_fit(catalogue_release, university):
    answer = cell_of(catalogue_release, "Questions", "T5")
    owners = cell_of(catalogue_release, "Partners", "O2", "E")
    tick = cell_of(catalogue_release, "Questions", "T3:physics")
    file = form_with(
        catalogue_release,
        Collaboration__D5="A summary, no title",
        Collaboration__D6="next spring",
        **{
            f"Questions__{answer}": "perhaps",
            f"Questions__{tick}": "maybe",
            "Partners__D4": "Nordic Lab",
            "Partners__E4": "=1+1",
            f"Partners__{owners}": "very well",
            "Funders__D4": "A fund",
        },
    )

    problems = dict(problems_of(file))

    assert set(problems) == {
        "Sheet Collaboration, cell D4", "Sheet Collaboration, cell D6", "Sheet Partners, cell D5",
        "Sheet Partners, cell E4", "Sheet Partners, cell E5", f"Sheet Partners, cell {owners}",
        f"Sheet Questions, cell {answer}", f"Sheet Questions, cell {tick}",
        f"Sheet Funders, cell {cell_of(catalogue_release, 'Funders', 'F1')}",
    }  # fmt: skip
    assert (
        problems[f"Sheet Questions, cell {answer}"]
        == ("“perhaps” is not one of the answers. Choose one of: Yes; No; Unsure.")
        or "Choose one of: Yes; No" in problems[f"Sheet Questions, cell {answer}"]
    )
    assert "formula" in problems["Sheet Partners, cell E4"]


def test_form_is_safe_to_open(filed):
    source = filed(title="=HYPERLINK(1)", summary='@SUM(1)\n"x"', technology=[{"label": "-2+3", "answers": {}}])
    book = load_workbook(
        io.BytesIO(write_workbook(source.questionnaire.release, exported(source, is_author=True))), data_only=False
    )

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    led = [cell for cell in cells if str(cell.value).startswith(("=", "@", "-"))]
    assert {cell.value for cell in led} == {"=HYPERLINK(1)", '@SUM(1)\n"x"', "-2+3"}
    assert all(cell.quotePrefix for cell in led)


def test_form_is_laid_out_to_be_filled_in(catalogue_release):
    book = load_workbook(io.BytesIO(write_workbook(catalogue_release)))

    assert book.sheetnames == [
        "Read me", "Collaboration", "Partners", "Funders", "Technology", "Visits", "Questions", "Form", "Lists",
    ]  # fmt: skip
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == ["Form", "Lists"]
    for sheet in book.worksheets[1:7]:
        assert sheet.freeze_panes == "D4"
        assert sheet.protection.sheet
        assert not sheet.protection.password
        keyed = [row for row in sheet.iter_rows(min_row=4) if row[0].value]
        assert all(cell.protection.locked is False and cell.alignment.wrap_text for row in keyed for cell in row[3:])
        assert all(row[1].protection.locked for row in keyed)
        assert sheet.column_dimensions["A"].hidden
    questions = book["Questions"]
    listed = {str(cells) for check in questions.data_validations.dataValidation for cells in check.sqref.ranges}
    assert cell_of(catalogue_release, "Questions", "T5") in listed


@pytest.mark.parametrize(
    ("member", "content", "words"),
    [
        ("xl/vbaProject.bin", b"x", "macros"),
        ("xl/externalLinks/externalLink1.xml", b"<a/>", "links"),
        ("xl/embeddings/a.bin", b"x", "links"),
        ("xl/media/x.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "damaged"),
        ("xl/more.xml", b"<a>", "damaged"),
        ("xl/bomb.xml", b"<a>" + b"b" * 9_000_000 + b"</a>", "far more"),
        ("../up.xml", b"<a/>", "leads out"),
        (
            "xl/worksheets/_rels/sheet9.xml.rels",
            b'<R><L Type="x/oleObject" Target="http://x" TargetMode="External"/></R>',
            "links",
        ),
    ],
    ids=["macros", "links", "embedded", "entity", "damaged", "bomb", "slip", "outside"],
)
def test_hostile_form_is_refused(catalogue_release, member, content, words):
    target = io.BytesIO(write_workbook(catalogue_release))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)

    assert words in problems_of(target.getvalue())[0][1]


def test_form_of_other_questions_or_without_its_key_is_refused(catalogue_release):
    other = form_with(catalogue_release, Form__B2="0" * 64)
    book = load_workbook(io.BytesIO(write_workbook(catalogue_release)))
    del book["Form"]
    target = io.BytesIO()
    book.save(target)

    assert "not known here" in problems_of(other)[0][1]
    assert "not a form of ours" in problems_of(target.getvalue())[0][1]


def test_form_takes_what_spreadsheets_make_of_values(catalogue_release, university):
    answer = cell_of(catalogue_release, "Questions", "T5")
    tick = cell_of(catalogue_release, "Questions", "T3:physics")
    file = form_with(
        catalogue_release,
        Collaboration__D4=2027,
        Collaboration__D6=datetime(2027, 3, 1),
        **{f"Questions__{answer}": " yes ", f"Questions__{tick}": "X", "Partners__D4": "Lab", "Partners__D5": "norway"},
    )

    given = read_file(file)[2]

    assert (given.title, str(given.starts), given.answers) == ("2027", "2027-03-01", {"T3": ["physics"], "T5": "yes"})
    assert (given.partners[0]["name"], given.partners[0]["country"]) == ("Lab", "NO")
