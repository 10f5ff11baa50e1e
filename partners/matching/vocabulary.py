"""Words that say what an organisation is, not which one: the same in many languages, so that they are compared as one.

The files hold them as `romanise` leaves them, ASCII and lower case, but for the signs, which are read before that.
"""

from pathlib import Path

WORDS = Path(__file__).parent / "words"


def _read(name: str) -> list[list[str]]:
    """The words of each line; a line that begins with a space goes on with the line before."""
    lines = (WORDS / name).read_text(encoding="utf-8").replace("\n ", " ").splitlines()
    return [line.split() for line in lines if line.strip()]


def _read_all(name: str) -> frozenset[str]:
    return frozenset(word for line in _read(name) for word in line)


# All words of a line are compared as its first.
KIND_OF = {word: line[0] for line in _read("kinds.txt") for word in line}
KIND_WORDS = frozenset(KIND_OF.values())
LEGAL_WORDS = _read_all("legal_forms.txt")
LITTLE_WORDS = _read_all("little.txt")
TITLES = _read_all("titles.txt")
PARTICLES = _read_all("particles.txt")  # of personal names, written or left out at will
SIGNS = {line[0]: " ".join(line[1:]) for line in _read("signs.txt")}  # of Chinese, Japanese and Korean names
KIND_SIGNS = {signs: meaning for signs, meaning in SIGNS.items() if meaning in KIND_WORDS}
NUMBERS = {word: line[0] for line in _read("numbers.txt") for word in line[1:]}
