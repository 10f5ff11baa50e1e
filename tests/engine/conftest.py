"""The released catalogue, read once for all tests of the engine."""

from pathlib import Path

import pytest
from django.conf import settings

from riskassess.engine.loading import load_catalogue

RELEASE = Path(settings.CATALOGUES_DIR) / "allea-eu" / "0.1.0"


@pytest.fixture(scope="session")
def release_texts():
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(RELEASE.glob("*.yaml"))}


@pytest.fixture(scope="session")
def released():
    return load_catalogue(RELEASE)
