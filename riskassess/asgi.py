import os

from django.core.asgi import get_asgi_application

import riskassess.celery  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskassess.settings")
application = get_asgi_application()
