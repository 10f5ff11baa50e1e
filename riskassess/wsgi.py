import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

import riskassess.celery  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskassess.settings")
application = get_wsgi_application()
import_string("riskassess.audit.checkpoints.guard_start")()
