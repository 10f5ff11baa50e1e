"""Makes a file from outside harmless: what it holds is looked into, what could act by itself is left out or refused.

Plain Python that knows nothing of Django; `__main__` runs it in a process of its own with bounds on memory and time.
"""

from dataclasses import dataclass
from importlib import import_module

LARGEST = 20 * 1024 * 1024
# The kinds that are taken, each with its content type, the endings of its name and the module that cleans it.
KINDS = {
    "pdf": ("application/pdf", (".pdf",), "pdfs"),
    "png": ("image/png", (".png",), "pictures"),
    "jpeg": ("image/jpeg", (".jpg", ".jpeg"), "pictures"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",), "office"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",), "office"),
    "odt": ("application/vnd.oasis.opendocument.text", (".odt",), "opendocument"),
    "txt": ("text/plain", (".txt",), "texts"),
}


class Refused(Exception):
    """The file can't be kept; `code` names the sentence that says why, `given` fills its places."""

    def __init__(self, code: str, **given: str | int):
        super().__init__(code)
        self.code = code
        self.given = given


@dataclass(frozen=True)
class Cleaned:
    """What is kept of a file, and the codes of what was left out."""

    content: bytes
    left_out: tuple[str, ...] = ()


def clean(kind: str, content: bytes) -> Cleaned:
    """The harmless form of a file of this kind. Only the module of the kind is loaded, since a process is started for
    each file."""
    module = import_module(f"riskassess.files.cleaning.{KINDS[kind][2]}")
    return module.clean(kind, content)
