import logging

from riskassess.core.context import request_id


class RequestIdFilter(logging.Filter):
    """Puts the request id on every record, through web and worker alike."""

    def filter(self, record):
        record.request_id = request_id.get()
        return True
