import pytest

from tests.story import *  # noqa: F403


@pytest.fixture
def folder(settings, tmp_path):
    """Where files are kept, empty."""
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


@pytest.fixture
def proposal(filed, folder):
    return filed()


@pytest.fixture
def builds_reports() -> bool:
    return False
