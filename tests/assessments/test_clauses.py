import pytest
from django.conf import settings
from pydantic import ValidationError

from riskassess.assessments.clauses import Clauses, added_clauses, clause_of
from riskassess.engine.loading import load_catalogue


def newest():
    folders = (settings.CATALOGUES_DIR / settings.CATALOGUE).iterdir()
    return load_catalogue(max(folders, key=lambda each: [int(part) for part in each.name.split(".")]))


def test_every_added_clause_belongs_to_a_safeguard_that_has_none_of_its_own():
    own = {item.id: item.clause for item in newest().mitigations}

    assert added_clauses()
    assert {name: own.get(name) for name in added_clauses()} == dict.fromkeys(added_clauses(), "")


def test_clauses_are_short_and_blame_nobody():
    texts = [clause_of(item) for item in newest().mitigations if clause_of(item)]

    assert len(texts) >= 30
    assert max(len(text.split()) for text in texts) <= 60
    assert not [text for text in texts if "shall" in text or "hereby" in text]


def test_the_file_is_refused_with_anything_else_in_it():
    with pytest.raises(ValidationError):
        Clauses.model_validate({"language": "en", "clauses": [{"mitigation": "M_x", "text": "T", "more": 1}]})
