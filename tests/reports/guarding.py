"""Says which files Python opened and which hosts it turned to while a report was made."""

import os
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

CALLS = ("socket.connect", "socket.getaddrinfo", "socket.bind", "urllib.Request", "ftplib.connect", "subprocess.Popen")
# Where the renderer's own parts lie. Fonts are unpacked into a folder of its own below the temporary one.
OWN = [Path(sys.prefix), Path(sys.base_prefix) / "lib", settings.BASE_DIR / "riskassess", settings.BASE_DIR / "tests"]
OWN += [settings.BASE_DIR / "templates", settings.BASE_DIR / "static" / "generated" / "fonts" / "report"]
OWN += [settings.BASE_DIR / "partners"]

_watching = threading.local()


def _hook(event, arguments):
    seen = getattr(_watching, "seen", None)
    if seen is None:
        return
    if event in CALLS:
        seen.append(f"{event} {arguments[1:] if event.startswith('socket.connect') else arguments}")
    elif event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        path = Path.cwd() / os.fsdecode(arguments[0])
        if not any(path.is_relative_to(own) for own in OWN) and not _is_renderers_own(path):
            seen.append(f"open {path}")


def _is_renderers_own(path: Path) -> bool:
    return path.is_relative_to(tempfile.gettempdir()) and any(part.startswith("weasyprint-") for part in path.parts)


sys.addaudithook(_hook)  # an audit hook stays for good; it only looks while somebody watches


@contextmanager
def watched():
    """Gives the list of what was opened or called besides the renderer's own files; it should stay empty."""
    _watching.seen = []
    try:
        yield _watching.seen
    finally:
        _watching.seen = None
