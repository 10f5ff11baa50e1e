import os

from django.core.wsgi import get_wsgi_application

import riskassess.celery  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskassess.settings")
application = get_wsgi_application()
