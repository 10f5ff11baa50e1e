from contextlib import suppress
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
import yaml
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetchingError

from riskassess.reports.fetching import ClosedFetcher, bundle
from riskassess.reports.render import page_text, render
from tests.reports.guarding import watched
from tests.reports.samples import assessment_content, decision_content, poison
from tests.reports.test_conformance import KINDS, LONG

PAYLOADS = yaml.safe_load((Path(__file__).parent / "payloads.yaml").read_text())


@pytest.fixture
def payloads(tmp_path):
    secret = tmp_path / "secret.css"
    secret.write_text("p { color: red } /* canary-8214 */")
    return [payload.replace("SECRET", str(secret)) for payload in PAYLOADS]


def test_there_are_sixty_payloads():
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("kind", ["assessment", "decision"])
def test_report_opens_nothing_whatever_people_wrote(payloads, kind):
    content = {"assessment": assessment_content, "decision": decision_content}[kind]()
    proposal = content.proposal
    partner, funder = proposal.partners[0], proposal.funders[0]
    group = content.answers[0]
    content = replace(
        content,
        institution=payloads[5],
        proposal=replace(
            proposal,
            title=" ".join(payloads),
            summary=tuple(payloads),
            owner=payloads[0],
            unit=payloads[1],
            coinvestigators=tuple(payloads),
            technology=tuple(payloads),
            partners=tuple(replace(partner, name=payload, ror=payload) for payload in payloads),
            funders=tuple(replace(funder, name=payload) for payload in payloads),
        ),
        findings=tuple(replace(content.findings[0], row_label=payload) for payload in payloads[:20]),
        holds=tuple(replace(content.holds[0], row_label=payload) for payload in payloads[:20]),
        answers=(replace(group, lines=tuple(replace(group.lines[0], words=payload) for payload in payloads)),),
    )
    if content.decision:
        condition = content.decision.conditions[0]
        decision = replace(
            content.decision,
            reasons=tuple(payloads),
            sources=tuple(payloads),
            conditions=tuple(replace(condition, text=payload, responsible=payload) for payload in payloads),
        )
        content = replace(content, decision=decision)
    bundle()

    with watched() as seen:
        pdf = render(content)

    assert seen == []
    assert pdf.startswith(b"%PDF")
    assert b"canary-8214" not in pdf
    assert b"/EmbeddedFile" not in pdf


ODD = [
    "W" * 3000, "\u202egnp.exe \u05e9\u05dc\u05d5\u05dd \u0639\u0627\u0644\u0645", "\U0001f469\u200d\U0001f680" * 40,
    "\x00\x07\x1b[31m\ud800\uffff", "=cmd|' /C calc'!A1", "{{ 7*7 }}{% load x %}", "\u6f22\u5b57" * 300,
    "a\u0301" * 500, "\n" * 50, "%s %(x)s {0}",
]  # fmt: skip


@pytest.mark.parametrize("kind", list(KINDS) if LONG else ["case_audit", "period"])
def test_every_kind_is_made_whatever_stands_in_every_text_of_it(payloads, kind):
    texts = cycle([*payloads, *ODD])
    content = KINDS[kind]()
    poisoned = poison(content, lambda _text: next(texts))
    if LONG and kind in ("assessment", "case_audit", "decision"):
        group = poisoned.answers[0]
        line = replace(group.lines[0], words="lorem ipsum " * 17_000)
        poisoned = replace(poisoned, answers=(replace(group, lines=(line,)),))
    bundle()

    with watched() as seen:
        pdf = render(poisoned)

    assert seen == []
    assert pdf.startswith(b"%PDF")
    assert b"/JavaScript" not in pdf
    assert b"canary-8214" not in pdf


def test_closed_fetcher_opens_nothing_even_without_escaping(payloads):
    """What if a template forgot to escape? The second wall holds alone."""
    with watched() as seen:
        for payload in payloads:
            html = HTML(string=f"<html lang=en><body>{payload}", base_url="file:///", url_fetcher=ClosedFetcher())
            with suppress(URLFetchingError):  # most are left out of the page, some stop it
                html.write_pdf()

    assert seen == []


def test_watcher_sees_what_an_open_fetcher_does(payloads):
    with watched() as seen:
        HTML(string=f"<html><body>{payloads[5]}{payloads[10]}", url_fetcher=URLFetcher()).write_pdf()

    assert any("secret.css" in line for line in seen)
    assert any("127.0.0.1" in line for line in seen)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/",
        "ftp://127.0.0.1/",
        "data:text/css,p{}",
        "bundled:../report.css",
        "bundled:/etc/passwd",
        "bundled:RASans-Regular.ttf?x",
        "BUNDLED:mark.svg",
        "",
    ],
)
def test_fetcher_hands_out_nothing_else(url):
    for ask in (ClosedFetcher(), ClosedFetcher().fetch, ClosedFetcher().open):
        with watched() as seen, pytest.raises(ValueError, match="its own fonts"):
            ask(url)
        assert seen == []


def test_fetcher_hands_out_the_bundled_files():
    assert ClosedFetcher()("bundled:RASans-Regular.ttf").read() == bundle()["bundled:RASans-Regular.ttf"]


def test_page_links_only_to_sources_of_the_catalogue(payloads):
    content = assessment_content()
    text = page_text(replace(content, proposal=replace(content.proposal, summary=("https://evil.example/",))))

    assert {link.split('"')[0] for link in text.split('href="')[1:]} == {
        "https://eur-lex.europa.eu/eli/C/2024/3510/oj",
        "https://eur-lex.europa.eu/eli/reg/2021/821/oj",
        content.proof.link,
    }
