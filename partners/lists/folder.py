"""The watched folder: `un.xml` is a file of the source `un`, `ofac_sdn/` holds the files of a set. Nothing is moved."""

from pathlib import Path

UNFINISHED = (".part", ".tmp", ".crdownload", ".download", ".swp", "~")


def files_named(folder: Path, name: str) -> list[Path]:
    """The file of this name, or what lies in the folder of this name."""
    entry = folder / name
    if entry.is_dir():
        return sorted(path for path in entry.iterdir() if path.is_file() and is_finished(path.name))
    return [entry] if entry.is_file() else []


def is_finished(name: str) -> bool:
    """Not one of the names under which programs write what they have not ended yet."""
    return not name.startswith(".") and not name.casefold().endswith(UNFINISHED)
