"""The application's own settings plus the probe tasks, for processes whose work must be slow, fail or die on demand."""

from riskassess.settings import *  # noqa: F403

INSTALLED_APPS += ["tests.probe"]  # noqa: F405
