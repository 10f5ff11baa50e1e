"""The sources of a rule, with the day on which each was last checked."""

from __future__ import annotations

from riskassess.engine.catalogue import Catalogue, Rule
from riskassess.engine.keeping import once_a_catalogue
from riskassess.engine.results import SourceRef


def sources_of(catalogue: Catalogue, rule: Rule) -> tuple[SourceRef, ...]:
    return _sources_of(catalogue)[rule.id]


@once_a_catalogue
def _sources_of(catalogue: Catalogue) -> dict[str, tuple[SourceRef, ...]]:
    return {rule.id: tuple(_refs(catalogue, rule)) for rule in catalogue.rules}


def _refs(catalogue: Catalogue, rule: Rule) -> list[SourceRef]:
    refs = []
    for citation in rule.sources:
        source = catalogue.source(citation.source)
        dated, checked = source.dated.isoformat(), source.last_checked.isoformat()
        refs.append(SourceRef(source.id, source.title, citation.section, source.url, dated, checked))
    return refs
