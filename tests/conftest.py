import pytest

import riskassess.celery  # noqa: F401  the Celery app must exist before any task module is read


@pytest.fixture
def run_jobs():
    """Runs whatever is queued, as a worker would; says how many it ran."""
    from riskassess.jobs.running import run_pending

    return run_pending
