"""Model texts that stand beside the catalogue: a published release never changes, so what it lacks is added here."""

from functools import cache
from pathlib import Path

import yaml
from django.conf import settings

from riskassess.engine.catalogue import Id, Mitigation, Shape, Text

FILE = Path(settings.BASE_DIR) / "fixtures" / "guidance" / "clauses.yaml"


class Clause(Shape):
    mitigation: Id
    text: Text


class Clauses(Shape):
    language: str
    clauses: tuple[Clause, ...]


@cache
def added_clauses() -> dict[str, str]:
    """Mitigation id -> text."""
    read = Clauses.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    return {each.mitigation: each.text for each in read.clauses}


def clause_of(mitigation: Mitigation) -> str:
    """The catalogue's own model text, or the one added beside it; empty where there is neither."""
    return mitigation.clause or added_clauses().get(mitigation.id, "")
