"""The sources of a rule, with the day on which each was last checked."""

from __future__ import annotations

from riskassess.engine.catalogue import Catalogue, Rule
from riskassess.engine.results import SourceRef


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
