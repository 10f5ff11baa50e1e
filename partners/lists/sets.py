"""Lists that are published as several files of one day are read as one zip."""

import shutil
import zipfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

DATELESS = (1980, 1, 1, 0, 0, 0)


def as_one_file(paths: list[Path], folder: Path) -> Path:
    """The only file as it is; several as one zip in this folder, the same bytes for the same files and times."""
    if len(paths) == 1:
        return paths[0]
    paths = sorted(paths, key=lambda each: each.name)
    target = folder / f"{paths[0].stem}.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for path in paths:
            changed = datetime.fromtimestamp(path.stat().st_mtime).timetuple()[:6]
            with path.open("rb") as stream:
                _add(archive, path.name, max(changed, DATELESS), stream)
    return target


def zip_streams(streams: dict[str, BinaryIO], target: BinaryIO) -> None:
    """As above, of files that came without the day they were made: an upload does not tell it."""
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(streams):
            _add(archive, name, DATELESS, streams[name])


def _add(archive: zipfile.ZipFile, name: str, changed: tuple[int, ...], stream: BinaryIO) -> None:
    member = zipfile.ZipInfo(name, changed)
    member.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(member, "w", force_zip64=True) as place:
        shutil.copyfileobj(stream, place)
