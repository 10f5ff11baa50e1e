"""The checker as one file that runs without this project: its text and the engine's, in a zip that Python starts."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
START = "import sys\n\nfrom riskassess.proof.__main__ import main\n\nsys.exit(main())\n"
FIXED = (1980, 1, 1, 0, 0, 0)  # so that the same text gives the same file


def packed() -> bytes:
    paths = [PACKAGE / "__init__.py", *sorted(PACKAGE.glob("engine/**/*.py")), *sorted(PACKAGE.glob("proof/*.py"))]
    texts = {str(path.relative_to(PACKAGE.parent)): path.read_bytes() for path in paths}
    target = io.BytesIO()
    target.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"__main__.py": START.encode(), **texts}.items():
            entry = zipfile.ZipInfo(name, FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return target.getvalue()
