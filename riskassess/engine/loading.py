"""YAML text to Catalogue. Every error names file, line, id and reason, so that an author can mend it without us."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from riskassess.engine.catalogue import Catalogue, Option
from riskassess.engine.checks.country import country_problems
from riskassess.engine.checks.shapes import cap_problems
from riskassess.engine.overlaying import BASE, OVERLAY_FILE, base_named, laid_over
from riskassess.engine.reading import CatalogueError, PlainLoader, Reading, UnreadableError, fingerprint, read
from riskassess.engine.references import reference_faults

__all__ = [
    "MAIN_FILE",
    "CatalogueError",
    "PlainLoader",
    "UnreadableError",
    "is_release",
    "load_catalogue",
    "load_texts",
    "read_own",
    "read_texts",
]
MAIN_FILE = "catalogue.yaml"


def is_release(folder: Path) -> bool:
    """Whether a catalogue or an overlay lies in this folder."""
    return (folder / MAIN_FILE).is_file() or (folder / OVERLAY_FILE).is_file()


def load_catalogue(path: Path, *, bases: Iterable[Path] = ()) -> Catalogue:
    """Read a release's folder; raises CatalogueError. For `bases` see `read_texts`.

    An overlay under which a country alone would weigh more than in its base is refused here. One that is stored already
    stays readable: proposals were filed under it.
    """
    texts = read_texts(path, bases=bases)
    catalogue = load_texts(texts)
    if catalogue.base and (found := [*cap_problems(catalogue), *country_problems(catalogue)]):
        reading = read_own(texts)
        raise CatalogueError([reading.with_line(each.part, each.id, each.reason) for each in found])
    return catalogue


def read_own(texts: Mapping[str, str]) -> Reading:
    """The release's own files as plain data with their places, without those of an overlay's base."""
    own = {name: text for name, text in texts.items() if not name.startswith(BASE)}
    return read(own, OVERLAY_FILE if OVERLAY_FILE in own else MAIN_FILE)


def read_texts(path: Path, *, bases: Iterable[Path] = ()) -> dict[str, str]:
    """All files that make up a release, name -> text; those of an overlay's base under `base/`.

    The base is looked for beside the overlay (`<base id>/<version>/`, two folders up) and then in `bases`.
    """
    texts = _texts_in(path)
    if not texts:
        raise UnreadableError([f"{path.name}: there is no catalogue in this folder; {MAIN_FILE} is missing."])
    if OVERLAY_FILE not in texts:
        return texts
    base_id, _at, version = base_named(texts).partition("@")
    folders = [root / base_id / version for root in (path.resolve().parent.parent, *bases)]
    found = next((folder for folder in folders if is_release(folder)), None)
    if found is None:
        return texts  # the sentence on the missing base is load_texts'
    return {**texts, **{f"{BASE}{name}": text for name, text in _texts_in(found).items()}}


def _texts_in(path: Path) -> dict[str, str]:
    texts, problems = {}, []
    for file in sorted(path.glob("*.yaml")):
        try:
            texts[file.name] = file.read_text(encoding="utf-8")
        except OSError as fault:
            problems.append(f"{file.name}: cannot be read: {fault.strerror or fault}.")
        except UnicodeDecodeError as fault:
            problems.append(_not_utf8(file.name, fault))
    if problems:
        raise UnreadableError(problems)
    return texts


def _not_utf8(name: str, fault: UnicodeDecodeError) -> str:
    way_out = "Save it again as UTF-8: editors offer that as the encoding when saving."
    if fault.object[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return f"{name}: this file is saved as UTF-16. {way_out}"
    line = fault.object[: fault.start].count(b"\n") + 1
    before = fault.object[: fault.start].rpartition(b"\n")[2][-30:]
    near = (before + fault.object[fault.start :].partition(b"\n")[0][:10]).decode("latin-1").strip()
    return f"{name}, line {line}: a letter near “{near}” is not saved as UTF-8. {way_out}"


def load_texts(texts: Mapping[str, str]) -> Catalogue:
    """The catalogue that these files (name -> text) make up; raises CatalogueError with all that is wrong."""
    if OVERLAY_FILE in texts:
        return _load_overlay(texts)
    if MAIN_FILE not in texts:
        raise UnreadableError([f"{MAIN_FILE} is missing."])
    reading = read(texts, MAIN_FILE)
    reading.data["sha256"] = fingerprint(reading.data)
    try:
        catalogue = _with_options(Catalogue.model_validate(reading.data))
    except ValidationError as fault:
        raise CatalogueError([reading.sentence(error) for error in fault.errors()]) from None
    return _checked(catalogue, reading)


def _load_overlay(texts: Mapping[str, str]) -> Catalogue:
    if MAIN_FILE in texts:
        raise CatalogueError([f"{MAIN_FILE} and {OVERLAY_FILE} lie in one folder. Keep one of them."])
    reading = read_own(texts)
    under = {name.removeprefix(BASE): text for name, text in texts.items() if name.startswith(BASE)}
    if OVERLAY_FILE in under:
        raise CatalogueError(
            [
                f"{reading.place('extends')}: {base_named(texts)} is an overlay itself. Extend its base and take over "
                "what you need of it."
            ]
        )
    try:
        base = load_texts(under) if under else None
    except CatalogueError as fault:
        raise CatalogueError([f"in {base_named(texts)}: {problem}" for problem in fault.problems]) from None
    return _checked(_with_options(laid_over(reading, base)), reading)


def _checked(catalogue: Catalogue, reading: Reading) -> Catalogue:
    if faults := reference_faults(catalogue):
        raise CatalogueError([reading.with_line(*fault) for fault in faults])
    return catalogue


def _with_options(catalogue: Catalogue) -> Catalogue:
    """Questions that take their options from a vocabulary, with them: the terms that no other term stands under."""
    options = {}
    for vocabulary in catalogue.vocabularies:
        words = {term.id: term.text for term in vocabulary.terms}
        above = {term.group for term in vocabulary.terms}
        options[vocabulary.id] = tuple(
            Option(
                id=term.id,
                text=term.text,
                help=term.help,
                risk=term.risk,
                group=term.group,
                group_text=words.get(term.group or "", ""),
            )
            for term in vocabulary.terms
            if term.id not in above
        )
    questions = tuple(
        question.model_copy(update={"options": options[question.vocabulary]})
        if question.vocabulary in options
        else question
        for question in catalogue.questions
    )
    return catalogue.model_copy(update={"questions": questions})
