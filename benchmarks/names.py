"""Real names, more names recombined from them, and the ways in which names are changed: what the matching is judged on.

All of it is seeded: the same files and numbers give the same names, changes and queries.
"""

import csv
import gzip
import json
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import django
from anyascii import anyascii

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskassess.settings")
django.setup()

from partners.matching.prepare import is_distinctive, prepare  # noqa: E402

CLASSES = 300  # queries of each class of change, at least


def ror_records(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def ror_names(folder: Path) -> list[str]:
    """All names of all records but acronyms, each once."""
    names = (
        name["value"]
        for record in ror_records(folder / "ror" / "ror-v2-sample.jsonl.gz")
        for name in record["names"]
        if "acronym" not in name["types"]
    )
    return list(dict.fromkeys(names))


def ofac_names(folder: Path, edition: str = "2021-07-07") -> list[tuple[str, str]]:
    """(name, person or organisation) of the list and its aliases."""
    kinds, found = {}, []
    for file, column in (("sdn.csv", 1), ("alt.csv", 3)):
        with (folder / "ofac" / edition / file).open(encoding="latin-1", newline="") as lines:
            for row in csv.reader(lines):
                if len(row) <= column:
                    continue
                if file == "sdn.csv":
                    kinds[row[0]] = "person" if row[2].strip() == "individual" else "organisation"
                found.append((row[column].strip(), kinds.get(row[0], "organisation")))
    return list(dict.fromkeys(found))


def extra_names(path: Path | None) -> list[str]:
    """One name a line: larger data that a reader of the figures may have."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] if path else []


def fill(names: list[str], size: int, seed: int = 7) -> list[str]:
    """So many names, the missing ones recombined: the first half of one, the second half of another.

    Each half brings a word that tells organisations apart; "Universidad de Co., Ltd." would be nobody's name.
    """
    chosen, seen, chance = list(names[:size]), set(map(plain_key, names)), random.Random(seed)
    halves = [(name.split(), (len(name.split()) + 1) // 2) for name in names if name.isascii() and " " in name]
    firsts = [" ".join(words[:at]) for words, at in halves if _tells(words[:at])]
    lasts = [" ".join(words[at:]) for words, at in halves if _tells(words[at:])]
    while len(chosen) < size:
        name = f"{chance.choice(firsts)} {chance.choice(lasts)}"
        if (key := plain_key(name)) not in seen:
            seen.add(key)
            chosen.append(name)
    return chosen


def plain_key(name: str) -> str:
    """Equal for names that nobody could tell apart: case, accents, little words, order and signs evened out."""
    return " ".join(sorted(set(re.findall("[a-z0-9]+", anyascii(name).lower())) - LITTLE))


def _tells(words: list[str]) -> bool:
    return any(is_distinctive(word) for reading in prepare(" ".join(words)).readings[:1] for word in reading.words)


# The changes. Each gives the changed name, or nothing where it doesn't apply.
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LEGAL_FORMS = (
    ("Ltd", "Limited"), ("Inc", "Incorporated"), ("Co", "Company"), ("GmbH", "LLC"), ("LLC", "Ltd"), ("S.A.", "Ltd"),
    ("Corporation", "Corp"), ("Corp", "Inc"), ("Limited", "Ltd."),
)  # fmt: skip
LITTLE = {"of", "the", "and", "for", "in", "de", "la", "du", "des", "di", "der", "und", "fur", "et", "y", "e", "a"}
_UNIVERSITY_OF = re.compile(r"^(?:The )?University of ([\w'’\- ]+)$", re.IGNORECASE)
_X_UNIVERSITY = re.compile(r"^([\w'’\- ]+) University$", re.IGNORECASE)

SCHOLARLY = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "ë", "ж": "ž", "з": "z", "и": "i", "й": "j",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "h", "ц": "c", "ч": "č", "ш": "š", "щ": "šč", "ъ": "", "ы": "y", "ь": "", "э": "è", "ю": "ju", "я": "ja",
}  # fmt: skip
PASSPORT = {
    **SCHOLARLY, "ё": "yo", "ж": "zh", "й": "y", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "э": "e",
    "ю": "yu", "я": "ya",
}  # fmt: skip


def typos(count: int) -> Callable[[str, random.Random], str | None]:
    def change(name: str, chance: random.Random) -> str | None:
        if sum(map(str.isalpha, name)) < 8 * count:
            return None
        for _time in range(count):
            places = [at for at, char in enumerate(name) if char.isalpha()]
            at = chance.choice(places)
            what = chance.randrange(4)
            if what == 0:
                name = name[:at] + name[at + 1 :]
            elif what == 1:
                name = name[:at] + chance.choice(LETTERS) + name[at:]
            elif what == 2:
                name = name[:at] + chance.choice(LETTERS) + name[at + 1 :]
            elif at + 1 < len(name) and name[at + 1].isalpha():
                name = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        return name

    return change


def word_order(name: str, chance: random.Random) -> str | None:
    words = name.replace(",", " ").split()
    if len(words) < 3:
        return None
    changed = list(words)
    while changed == words:
        chance.shuffle(changed)
        if len(set(words)) == 1:
            return None
    return " ".join(changed)


def word_dropped(name: str, chance: random.Random) -> str | None:
    """Not the only telling word: of "University Hospital of Nancy" without Nancy nobody knows which one it was."""
    words = [word for word in name.split() if prepare(word).readings]
    telling = [at for at, word in enumerate(words) if any(map(is_distinctive, prepare(word).readings[0].words))]
    droppable = [at for at, word in enumerate(words) if len(word) > 3 and telling not in ([], [at])]
    if len(words) < 4 or len(droppable) < 3:
        return None
    at = chance.choice(droppable)
    return " ".join(words[:at] + words[at + 1 :])


def university(name: str, _chance: random.Random) -> str | None:
    if found := _UNIVERSITY_OF.match(name):
        return f"{found[1]} University"
    if found := _X_UNIVERSITY.match(name):
        return f"University of {found[1]}"
    return None


def legal_form(name: str, _chance: random.Random) -> str | None:
    words = name.replace(",", " ").split()
    for one, other in LEGAL_FORMS:
        for at, word in enumerate(words[1:], start=1):
            if word.rstrip(".").casefold() == one.rstrip(".").casefold():
                return " ".join([*words[:at], other, *words[at + 1 :]])
    return None


def letters_and_accents(name: str, chance: random.Random) -> str | None:
    if name.isascii():
        return chance.choice((str.upper, str.lower))(name) if name not in (name.upper(), name.lower()) else None
    return anyascii(name).upper() if _is_latin(name) else None


def _by_table(table: dict[str, str]) -> Callable[[str, random.Random], str | None]:
    def change(name: str, _chance: random.Random) -> str | None:
        if not re.search("[а-я]{3}", name.lower()):
            return None
        return "".join(table.get(char, char) for char in name.lower()).title()

    return change


def pinyin(name: str, chance: random.Random) -> str | None:
    """The syllables apart, or two by two as place names and words are written."""
    if not re.fullmatch("[\u4e00-\u9fff]{4,}", name):
        return None
    syllables = [anyascii(char).lower() for char in name]
    if chance.random() < 0.5:
        return " ".join(syllables).title()
    return " ".join("".join(syllables[at : at + 2]) for at in range(0, len(syllables), 2)).title()


def _is_latin(name: str) -> bool:
    return all(ord(char) < 0x250 for char in name if char.isalpha())


CHANGES: dict[str, Callable[[str, random.Random], str | None]] = {
    "one typo": typos(1),
    "two typos": typos(2),
    "three typos": typos(3),
    "word order": word_order,
    "word dropped": word_dropped,
    "University of X": university,
    "legal form": legal_form,
    "capitals and accents": letters_and_accents,
    "romanised, scholarly": _by_table(SCHOLARLY),
    "romanised, passport": _by_table(PASSPORT),
    "pinyin": pinyin,
}


def queries(names: list[str], per_class: int = CLASSES, seed: int = 11) -> dict[str, list[tuple[str, str]]]:
    """By class of change: (changed name, name it was made from)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for at, (label, change) in enumerate(CHANGES.items()):
        chance = random.Random(seed * 100 + at)
        order = list(names)
        chance.shuffle(order)
        of_class: list[tuple[str, str]] = []
        for _again in range(8):
            for name in order:
                if len(of_class) >= per_class:
                    break
                changed = change(name, chance)
                if changed and changed != name and (changed, name) not in of_class:
                    of_class.append((changed, name))
            if len(of_class) >= per_class:
                break
        found[label] = of_class
    return found


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * ((share * (1 - share) + z * z / (4 * of)) / of) ** 0.5 / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def say_share(hits: int, of: int) -> str:
    low, high = interval(hits, of)
    return f"{hits / of if of else 0:.4f} [{low:.3f}, {high:.3f}] of {of}"
