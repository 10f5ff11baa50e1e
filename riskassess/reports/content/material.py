"""What a report is made of, read once and already as its reader may see it."""

from dataclasses import dataclass

from riskassess.assessments.queries import assessment_of, catalogue_of
from riskassess.engine.catalogue import Catalogue
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess
from riskassess.reports.content.redacting import redacted_content, redacted_facts
from riskassess.reports.models import Report


@dataclass(frozen=True)
class Material:
    catalogue: Catalogue
    facts: dict
    result: Assessment
    content: dict


def material_of(report: Report) -> Material:
    """The record as it is stored. Redacted, names and free text are gone before anything is made of it, and the result
    is that of the facts without them."""
    record, content = report.record, report.version.content
    catalogue = catalogue_of(record.release)
    if not report.is_redacted:
        return Material(catalogue, record.facts, assessment_of(record), content)
    facts = redacted_facts(catalogue, record.facts)
    return Material(catalogue, facts, assess(catalogue, facts, on=record.as_of), redacted_content(catalogue, content))
