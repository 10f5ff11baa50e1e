"""Reasons and sources in words."""

from __future__ import annotations

from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Rule
from riskassess.engine.facts import Facts, Reason, View
from riskassess.engine.results import Because, SourceRef
from riskassess.engine.words import fact_text, fact_words


def describe(catalogue: Catalogue, views: Facts, reasons: tuple[Reason, ...]) -> tuple[Because, ...]:
    """Each reason once, in the order in which the condition read them."""
    known = views.described
    for reason in reasons:
        if reason not in known:
            known[reason] = _because(catalogue, views, reason)
    return tuple(known[reason] for reason in dict.fromkeys(reasons))


def _because(catalogue: Catalogue, views: Facts, reason: Reason) -> Because:
    if reason.kind == "fact":
        view = _view(views, reason.row)
        value = view.fact(reason.id)
        plain = tuple(sorted(value)) if isinstance(value, list) else value
        return Because("fact", reason.id, reason.row, fact_text(reason.id), plain, fact_words(plain))
    question = catalogue.question(reason.id)
    value = _view(views, reason.row).value(reason.id)
    return Because("answer", reason.id, reason.row, question.text, value, answer_words(question, value))


def _view(views: Facts, row: str) -> View:
    return next(view for view in views.views() if view.id == row)


def answer_words(question: Question, value: object) -> str:
    """An answer in words; empty where it stands open."""
    if value is None:
        return ""
    if value == UNSURE:
        return "unsure"
    values = value if isinstance(value, tuple | list) else (value,)
    options = {option.id: option.text for option in question.options}
    return ", ".join(options.get(str(item), str(item)) for item in values)


def sources_of(catalogue: Catalogue, rule: Rule) -> tuple[SourceRef, ...]:
    refs = []
    for citation in rule.sources:
        source = catalogue.source(citation.source)
        refs.append(
            SourceRef(
                source.id,
                source.title,
                citation.section,
                source.url,
                source.dated.isoformat(),
                source.last_checked.isoformat(),
            )
        )
    return tuple(refs)
