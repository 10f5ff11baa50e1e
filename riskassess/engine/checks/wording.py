"""Texts: short enough to be read on a screen, and there in every language that the catalogue promises."""

from __future__ import annotations

from collections.abc import Iterator

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.checks.problems import Problem
from riskassess.engine.nearness import did_you_mean
from riskassess.engine.translating import texts_of

# Letters that a text may have, by part and field; what a row, option or term says goes by the field alone.
MOST_LETTERS: dict[tuple[str, str], int] = {
    ("questions", "text"): 160,
    ("questions", "options.text"): 120,
    ("questions", "help"): 400,
    ("rules", "title"): 120,
    ("mitigations", "name"): 80,
    ("mitigations", "clause"): 1000,
    ("vocabularies", "terms.text"): 120,
}
ELSEWHERE = 300
LONGER_ABROAD = 1.4  # other languages need more letters for the same


def most_letters(part: str, field: str) -> int:
    """How many letters a text may have; `field` as in translating.FIELDS."""
    return MOST_LETTERS.get((part, field), ELSEWHERE)


def wording_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for words in texts_of(catalogue):
        yield from _too_long(words.part, words.id, words.field, words.text, 1)
    yield from _translation_problems(catalogue)


def _too_long(part: str, item: str, field: str, text: str, stretch: float) -> Iterator[Problem]:
    pieces = field.split(".")
    most = int(most_letters(part, f"{pieces[0]}.{pieces[-1]}" if len(pieces) > 1 else field) * stretch)
    if len(text) > most:
        reason = f"{field} has {len(text)} letters, at most {most} are read; say it shorter."
        yield Problem(part, item, reason, pieces[1] if len(pieces) > 2 else "")


def _translation_problems(catalogue: Catalogue) -> Iterator[Problem]:
    original = {(words.part, words.id, words.field): words.text for words in texts_of(catalogue)}
    entries = {(part, item) for part, item, _field in original}
    there: dict[str, set[tuple[str, str, str]]] = {language: set() for language in catalogue.languages[1:]}
    for entry in catalogue.translations:
        about = f"the translation into {entry.language}"
        if entry.language not in there:
            reason = f"{about} is in no language of 'languages'; add {entry.language} there or leave it out."
            yield Problem("translations", entry.item, reason)
            continue
        if (entry.part, entry.item) not in entries:
            known = [item for part, item in entries if part == entry.part]
            reason = f"{about} is of no entry of {entry.part}{did_you_mean(entry.item, known)}"
            yield Problem("translations", entry.item, reason)
            continue
        for field, text in entry.texts.items():
            place = (entry.part, entry.item, field)
            if place not in original:
                known = [at[2] for at in original if at[:2] == (entry.part, entry.item)]
                yield Problem(
                    "translations",
                    entry.item,
                    f"{about} has {field}, which is no text of it{did_you_mean(field, known)}",
                )
            elif place in there[entry.language]:
                yield Problem("translations", entry.item, f"{about} has {field} twice.")
            else:
                there[entry.language].add(place)
                yield from _too_long(entry.part, entry.item, field, text, LONGER_ABROAD)
    for language, found in there.items():
        missing: dict[tuple[str, str], list[str]] = {}
        for part, item, field in original:
            if (part, item, field) not in found:
                missing.setdefault((part, item), []).append(field)
        for (part, item), fields in missing.items():
            reason = f"its translation into {language} lacks {', '.join(fields)}; add it to 'translations'."
            yield Problem(part, item, reason)
