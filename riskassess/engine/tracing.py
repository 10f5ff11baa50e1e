"""Which paragraph leads to which questions and rules, and back: the catalogue's debt to its sources, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from riskassess.engine.catalogue import Catalogue, Citation, Policy, Question, Rule
from riskassess.engine.checks.coverage import covered_parts


def traceability(catalogue: Catalogue) -> str:
    """The whole page; the same text for the same catalogue."""
    return "\n".join(_lines(catalogue)) + "\n"


def _lines(catalogue: Catalogue) -> Iterator[str]:
    yield f"# What the {catalogue.title} rests on"
    yield ""
    yield (
        f"Release {catalogue.version} of {catalogue.date.isoformat()}. This page is made from the catalogue by "
        "`manage.py traceability`; a test keeps the two equal."
    )
    yield ""
    yield "## From a paragraph to what answers to it"
    covered = covered_parts(catalogue)
    for source in catalogue.sources:
        if not source.parts:
            continue
        yield from ("", f"### {source.title}", "", f"<{source.url}>, read on {source.last_checked.isoformat()}.", "")
        yield "| Key | Where | What it says | Questions | Rules | Policies |"
        yield "|---|---|---|---|---|---|"
        for each in covered:
            if each.source.id == source.id:
                answers = (each.questions, each.rules, each.policies)
                cells = [each.part.key, each.part.where, each.part.gist, *(", ".join(found) for found in answers)]
                yield _row(cells)
    on_purpose = [each for each in covered if each.part.not_covered]
    yield from ("", "## What no question and no rule answers to, and why", "")
    if not on_purpose:
        yield "Nothing: every part of a source named above is answered to."
    for each in on_purpose:
        yield f"- {each.part.key} ({each.part.where}): {each.part.not_covered}"
    for part, title, head in (
        ("rules", "From a rule to its sources", "| Rule | What it finds | Effect | Sources |"),
        ("questions", "From a question to its sources", "| Question | Text | Asked for | Sources |"),
        ("policies", "From a policy to its sources", "| Policy | What it promises | Kept by | Sources |"),
    ):
        yield from ("", f"## {title}", "", head, "|---|---|---|---|")
        for item in getattr(catalogue, part):
            words = item.title if part == "rules" else item.text
            third = _third(item)
            yield _row([item.id, words, third, "; ".join(_said(catalogue, citation) for citation in item.sources)])
    yield from ("", "## The sources", "", "| Key | Title | Publisher | Dated | Binding |", "|---|---|---|---|---|")
    for source in catalogue.sources:
        binding = "yes" if source.binding else "no"
        yield _row([source.id, f"[{source.title}]({source.url})", source.publisher, source.dated.isoformat(), binding])


def _third(item: Rule | Question | Policy) -> str:
    """What a rule does, for what a question is asked, and what keeps a policy."""
    if isinstance(item, Rule):
        return ", ".join(dict.fromkeys([item.effect, *(row.effect for row in item.rows if row.effect)]))
    if isinstance(item, Question):
        return "the proposal" if item.scope == "proposal" else f"each {item.scope}"
    return f"`{item.service}`"


def _said(catalogue: Catalogue, citation: Citation) -> str:
    parts = f" ({', '.join(citation.parts)})" if citation.parts else ""
    return f"{catalogue.source(citation.source).id}, {citation.section}{parts}"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
