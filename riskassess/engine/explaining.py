"""The sources of a rule, with the day on which each was last checked."""

from __future__ import annotations

from riskassess.engine.catalogue import Catalogue, Rule
from riskassess.engine.results import SourceRef

_KEPT = 16
_sources: dict[str, dict[str, tuple[SourceRef, ...]]] = {}


def sources_of(catalogue: Catalogue, rule: Rule) -> tuple[SourceRef, ...]:
    known = _sources.get(catalogue.sha256)
    if known is None:
        if len(_sources) >= _KEPT:
            _sources.clear()
        known = _sources[catalogue.sha256] = {each.id: tuple(_refs(catalogue, each)) for each in catalogue.rules}
    return known[rule.id]


def _refs(catalogue: Catalogue, rule: Rule) -> list[SourceRef]:
    refs = []
    for citation in rule.sources:
        source = catalogue.source(citation.source)
        dated, checked = source.dated.isoformat(), source.last_checked.isoformat()
        refs.append(SourceRef(source.id, source.title, citation.section, source.url, dated, checked))
    return refs
