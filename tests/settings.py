"""The settings of the tests inside this process: the embedded default in a folder of its own that goes away again."""

import atexit
import os
import shutil
import tempfile

for name in ("DATABASE_URL", "REDIS_URL", "RISKASSESS_ENV", "RISKASSESS_STATIC", "RISKASSESS_FILES"):
    os.environ.pop(name, None)
_folder = tempfile.mkdtemp(prefix="riskassess-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["RISKASSESS_VAR"] = _folder

from riskassess.settings import *  # noqa: E402, F403

CHECKPOINTS_DIR = None  # the logs of these tests begin anew with each; a test of checkpoints names its own folder
INSTALLED_APPS += ["tests.probe"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
LOGGING["root"]["level"] = "WARNING"  # noqa: F405
