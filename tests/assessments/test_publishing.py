"""A release is published for good, so that a faulty one is not published at all."""

from pathlib import Path

import pytest
from django.conf import settings

from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.services import publish_release
from riskassess.engine.loading import CatalogueError, read_texts

FOLDER = Path(settings.CATALOGUES_DIR) / "allea-eu" / "0.1.0"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "rules.yaml",
            "at_least: over_12",
            "at_most: over_12",
            r"rules.yaml, line \d+, I02: rules: when: V2 goes from none to",
        ),
        (
            "golden.yaml",
            "route: fast_track",
            "route: panel",
            r"golden.yaml, line \d+, G01_history: golden: expects route panel",
        ),
    ],
)
def test_faulty_release_is_not_published(name, old, new, said):
    texts = read_texts(FOLDER)
    faulty = {**texts, name: texts[name].replace(old, new, 1)}
    faulty["catalogue.yaml"] = texts["catalogue.yaml"].replace("0.1.0", "0.1.1")

    with pytest.raises(CatalogueError, match=said):
        publish_release(texts=faulty)

    assert not CatalogueRelease.objects.filter(version="0.1.1").exists()
