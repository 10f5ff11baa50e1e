import pytest

from tests.story import *  # noqa: F403


@pytest.fixture
def builds_reports() -> bool:
    return False
