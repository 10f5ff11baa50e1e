"""The application's own settings plus the probe tasks, for processes whose work must be slow, fail or die on demand."""

from riskassess.settings import *  # noqa: F403

CATALOGUE = "allea-eu@0.1.0"
INSTALLED_APPS += ["tests.probe"]  # noqa: F405
