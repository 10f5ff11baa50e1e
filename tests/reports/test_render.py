import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import pytest
from django.utils.translation import override
from pypdf import PdfReader

from riskassess.reports.render import _style, page_text, render, to_pdf, visible
from tests.reports import samples
from tests.reports.samples import assessment_content, decision_content, poison, receipt_content


def words_of(pdf: bytes) -> list[str]:
    """The text of each page with every kind of space as one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


@pytest.fixture(scope="module")
def assessment():
    return render(assessment_content())


def test_assessment_says_what_was_found_and_from_where(assessment):
    text = " ".join(words_of(assessment))

    for expected in (
        "Norderhaven University",
        "Photonic sensors for coastal water quality",
        "RA-2026-0042",
        "20 November 2026",
        "by 16 December 2026",
        "allea-eu 1.1.1",
        "As filed Very high",
        "Moderate",
        "A partner unit close to the project also does defence research",
        "4 × 4 = 16",
        "3 × 4 = 12 counted as 9",
        "yes to “Does the organisation do research for armed forces",
        "Council Recommendation on enhancing research security, Risk appraisal",
        "Rule K04",
        "Rule G03",
        "Rule C02",
        "End-use clause",
        "Legal holds",
        "A listed item leaves the European Union",
        "Possibly high",
        "With “Yes” the level is very high.",
        "Ana Ferreira",
        "Institut des Mers Claires (France)",
        "Every question that was asked",
        "The sensor head and its drawings",
        "Consolidated list of the United Nations, 7 November 2026",
        "c" * 64,
        "stood at event 812",
    ):
        assert expected in text


def test_every_page_is_numbered_and_says_whose_it_is(assessment):
    pages = words_of(assessment)

    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "RA-2026-0042 · version 3 · 23 November 2026" in text
        assert "Norderhaven University" in text


def test_decision_letter_opens_with_the_outcome_and_names_no_voter():
    pages = words_of(render(decision_content()))

    for expected in (
        "Approved with conditions",
        "Reasons",
        "Sources",
        "End-use clause",
        "appeal until 30 December 2026",
    ):
        assert expected in pages[0]
    assert "The assessment that this decision rests on" in pages[1]
    assert "research-security officer and approver" in pages[0]


@pytest.mark.parametrize("title", ["Shore birds", "A long title of a collaboration on water quality " * 4])
def test_receipt_is_one_page(title):
    content = receipt_content()
    content = replace(content, proposal=replace(content.proposal, title=title[:200]))

    assert len(words_of(render(content))) == 1


def test_no_letter_of_a_report_reaches_the_log(caplog):
    content = receipt_content()

    render(replace(content, proposal=replace(content.proposal, title="Sensor \ue123\ue123")))

    assert "2 letters" in caplog.text
    assert "e123" not in caplog.text
    assert "\ue123" not in caplog.text


def test_same_content_gives_the_same_bytes(assessment):
    code = (
        "import django, hashlib; django.setup()\n"
        "from riskassess.reports.render import render\nfrom tests.reports.samples import assessment_content\n"
        "print(hashlib.sha256(render(assessment_content())).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "DJANGO_SETTINGS_MODULE": "tests.settings"}

    other = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert other.stdout.strip() == hashlib.sha256(assessment).hexdigest()
    assert render(assessment_content()) == assessment


def test_no_text_asks_for_features_of_its_own(assessment):
    """Each that does leaves a list behind in WeasyPrint, so that a worker grows with every report."""
    to_pdf("<html lang=en><title>A list</title><ol><li>One</li></ol><ul><li>Another</li></ul>")
    _css, fonts = _style()

    assert fonts.font_features == {}


def test_pdf_is_tagged_and_closed(assessment):
    reader = PdfReader(BytesIO(assessment))
    root = reader.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "RA-2026-0042: Photonic sensors for coastal water quality"
    assert [entry.title for entry in reader.outline[-1] if not isinstance(entry, list)][:3] == [
        "The level by dimension",
        "Legal holds",
        "Findings",
    ]
    assert reader.attachments == {}
    assert "/JavaScript" not in root.get("/Names", {})
    assert "/OpenAction" not in root


def test_pictures_say_what_they_show():
    text = page_text(assessment_content())

    assert text.count("<svg") == text.count("<title>") + text.count("<title id=") - 1  # one is the page's own
    assert "Transfer of knowledge and technology: Very high as filed, moderate with safeguards" in text
    assert "1, 4 × 4 → 2 × 4" in text


@pytest.mark.parametrize("sample", ["assessment", "decision", "receipt"])
def test_every_text_is_escaped(sample):
    counter, content = iter(range(1, 10_000)), getattr(samples, f"{sample}_content")()

    text = page_text(poison(content, lambda _text: f"<i n={next(counter)}>&\"'"))

    assert next(counter) > 30
    assert "<i n=" not in text
    assert "&lt;i n=" in text
    assert "&amp;&quot;&#x27;" in text


def test_hidden_signs_are_left_out():
    content = assessment_content()
    title = "Sen\u202esors\u0000 \u2066for\u200b water\ud800"

    text = page_text(replace(content, proposal=replace(content.proposal, title=title)))

    assert "<h1>Sensors for water</h1>" in text
    assert visible("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize(
    "title",
    ["W" * 200, "Donaudampfschifffahrtsgesellschaft" * 5, "é" * 200, "word " * 40],
    ids=["capitals", "compound", "accents", "words"],
)
def test_long_and_foreign_titles_stay_on_the_page(title):
    content = receipt_content()
    content = replace(content, proposal=replace(content.proposal, title=title[:200]))

    lines = PdfReader(BytesIO(render(content))).pages[0].extract_text().splitlines()

    assert max(len(line) for line in lines if title[:3] in line) < 90


def test_report_speaks_the_readers_language():
    with override("de"):
        assert "20.\u00a0November 2026" not in page_text(assessment_content())  # no untranslated mixture of formats
        assert '<html lang="de">' in page_text(assessment_content(language="de"))


def test_open_level_is_a_level_in_words():
    text = page_text(assessment_content(filed=samples.level("low", "high"), meaning=""))

    assert "Low to high" in text
    assert "Open is not bad" in text
