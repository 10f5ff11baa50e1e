from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MEGABYTE = 1024 * 1024
# The most that one form may bring with its files, by the name of the route; lists and registers are large.
LARGEST_BY_ROUTE = {
    "letterhead": 25 * MEGABYTE,
    "proposal_import": 65 * MEGABYTE,
    "evidence": 220 * MEGABYTE,
    "evidence_change": 25 * MEGABYTE,
    "match": 25 * MEGABYTE,
    "verify": 25 * MEGABYTE,
    "condition": 25 * MEGABYTE,
    "condition_report": 25 * MEGABYTE,
    "hold_lift": 25 * MEGABYTE,
}
LARGEST = 600 * MEGABYTE


class BoundedUploadHandler(FileUploadHandler):
    """Stands before those of Django: a form that is too large is refused before any of its files is written."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # noqa: N803  called so by Django
        match = self.request.resolver_match if self.request is not None else None
        if content_length > LARGEST_BY_ROUTE.get(match.view_name if match else "", LARGEST):
            raise RequestDataTooBig("The files of this form are larger than it takes.")

    def receive_data_chunk(self, raw_data, start):
        return raw_data

    def file_complete(self, file_size):
        return None
