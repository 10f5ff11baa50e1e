import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskassess.settings")

app = Celery("riskassess")
app.set_default()  # "current" is kept per thread: a request in another thread would meet an app without settings
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["riskassess"], related_name="schedule")
