"""Names of other scripts in Latin letters, in the two ways that lists and passports write them.

One way is anyascii's, close to passports and newspapers ("Shchukin", "Yuzhnyy"); the other is the one of libraries with
its accents dropped, which lists and registers also use ("Scukin", "Juznyj"). Chinese comes as pinyin, once a syllable a
word and once run together, because both are usual.
"""

import re
import unicodedata

from anyascii import anyascii

# Scholarly transliteration without its accents; what is missing here is written as anyascii does.
SCHOLARLY = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "з": "z", "и": "i", "й": "j", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c",
    "ч": "c", "ш": "s", "щ": "s", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "ju", "я": "ja",
    "ж": "z", "ё": "e", "є": "je", "і": "i", "ї": "ji", "ґ": "g", "ў": "u", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c",
    "ђ": "d", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "dz", "қ": "q", "ғ": "g", "ң": "n", "ө": "o", "ү": "u", "ұ": "u",
    "ә": "a", "һ": "h",
}  # fmt: skip

# What German, Danish and Norwegian write where the keyboard lacks the letter.
SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)

# Letters that look Latin: a word that mixes them with Latin letters was made to be overlooked.
LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁӏкмтвнгαοερνυικτ" "АВЕКМНОРСТХІЈЅУΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdlkmtbhraoepvuikt" "ABEKMHOPCTXIJSYABEZHIKMNOPTYX",
)  # fmt: skip

_SYLLABLE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3]")  # Chinese and Korean
_LATIN = re.compile(r"[A-Za-z]")
_LOOKS_LATIN = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u0500-\u052f]")


def romanise(text: str) -> tuple[str, ...]:
    """The readings of the text in ASCII, lower case, without repetition; one for a name that was Latin already."""
    if text.isascii():
        return (text.lower(),)
    text = unmask(unicodedata.normalize("NFKC", text))
    readings = [anyascii(text)]
    if _SYLLABLE.search(text):
        readings.append(_by_syllable(text))
    if (spelt_out := text.translate(SPELT_OUT)) != text:
        readings.append(anyascii(spelt_out))
    lowered = text.casefold()
    if any(char in SCHOLARLY for char in lowered):
        readings.append(anyascii("".join(SCHOLARLY.get(char, char) for char in lowered)))
    return tuple(dict.fromkeys(reading.lower() for reading in readings))


def unmask(text: str) -> str:
    """Words that mix Latin letters with Greek or Cyrillic ones that look the same, in Latin letters only."""
    if not (_LATIN.search(text) and _LOOKS_LATIN.search(text)):
        return text
    return "".join(map(_unmask_word, re.split(r"(\W+)", text)))


def _unmask_word(word: str) -> str:
    translated = word.translate(LOOKALIKES) if _LATIN.search(word) else word
    return word if _LOOKS_LATIN.search(translated) else translated  # else a slip of the hand, or a foreign word


def _by_syllable(text: str) -> str:
    return "".join(f" {anyascii(char)} " if _SYLLABLE.match(char) else anyascii(char) for char in text)
