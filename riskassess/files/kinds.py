"""What kind a file is by what it holds, not by what it is called."""

from typing import BinaryIO

from django.utils.translation import gettext as _

from riskassess.core.errors import DomainError

LARGEST = 20 * 1024 * 1024
KINDS = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "text/plain": (".txt",),
}
SIGNS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def kind_of(stream: BinaryIO, name: str, size: int) -> str:
    """The content type of a PDF, PNG, JPEG or plain text whose name says the same; DomainError says what is wrong."""
    if size > LARGEST:
        raise DomainError(_("The file is larger than 20 MB. Give a smaller one, or the address where it can be read."))
    stream.seek(0)
    content = stream.read()
    stream.seek(0)
    if not content:
        raise DomainError(_("The file is empty. Choose it again."))
    kind = next((kind for sign, kind in SIGNS.items() if content.startswith(sign)), "")
    if not kind and _is_text(content):
        kind = "text/plain"
    if not kind:
        raise DomainError(_("This is no PDF, PNG, JPEG or text file. Save it as a PDF and choose that."))
    if not name.casefold().endswith(KINDS[kind]):
        raise DomainError(
            _("The name ends otherwise than the content is: this is a file of the kind %(ending)s. Rename it.")
            % {"ending": KINDS[kind][0]}
        )
    return kind


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
