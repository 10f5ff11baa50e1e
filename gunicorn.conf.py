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
