"""What every start of the web server shares; addresses and numbers of workers stand in the command that starts it."""

from riskassess.settings import LOGGING

worker_class = "gthread"
control_socket_disable = True
timeout = 60
forwarded_allow_ips = "127.0.0.1"
logconfig_dict = {
    **LOGGING,
    "loggers": {**LOGGING["loggers"], "gunicorn.error": {"level": "INFO", "propagate": True, "handlers": []}},
}


def post_worker_init(worker):
    """Load what background work needs, so that the first request that asks for some does not wait for it."""
    from celery import current_app  # the application, and with it Django, is there only now

    from riskassess.jobs.services import registered_tasks

    registered_tasks()
    current_app.connection_for_write().get_transport_cls()
