"""One spelling for names that are written in many ways. Equal results mean: compare these two, not: they are the same.

What it evens out: width and compatibility forms, case, accents of alphabetic scripts, punctuation, spacing, dotted
initials, "&", a leading article, and a legal form at the end where enough of the name remains. Word order, scripts and
translations stay as they are.
"""

import re
import unicodedata

NORMALISER = "names-1"  # goes up whenever any result changes: stored names are then read anew
LONGEST = 600  # of a name and of its key; some signs unfold into dozens of letters

# Letters that Unicode does not take apart although a reader without them on the keyboard writes the plain ones.
PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
)
# Marks are accents in these scripts; in others (Devanagari, Thai) they are vowels.
ACCENTED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")

# Longest first; each is the end of a name. Written as the rest of this module leaves them.
LEGAL_FORMS = sorted(
    (
        tuple(form.split())
        for form in """
        ltd|limited|pvt ltd|private limited|pte ltd|pty ltd|proprietary limited|co ltd|company limited|co|company|llc
        limited liability company|limited liability partnership|llp|lp|plc|public limited company|inc|incorporated
        corp|corporation|jsc|joint stock company|ojsc|cjsc|pjsc|ao|oao|zao|pao|ooo|fgup|gmbh|ggmbh|gmbh and co kg
        gesellschaft mit beschrankter haftung|ag|aktiengesellschaft|kg|ohg|ev|eg|se|sa|societe anonyme|sociedad anonima
        sas|sasu|sarl|societe a responsabilite limitee|sprl|bvba|bv|besloten vennootschap|nv|naamloze vennootschap|vof
        stichting|spa|societa per azioni|srl|societa a responsabilita limitata|sl|sociedad limitada|slu|lda|limitada
        ltda|as|asa|aksjeselskap|aps|ab|aktiebolag|oy|oyj|osakeyhtio|ky|ek|doo|dd|ad|ead|eood|ood
        sp zoo|sp z oo|spolka z oo|sro|kft|zrt|nyrt|bt|sia|uab|ou|tov|tzov|sal|wll|fze|fzco|fzc|fz llc|fzllc
        kk|kabushiki kaisha|gk|bhd|sdn bhd|tbk|pt tbk|and co|and company|et cie
        """.replace("\n", "|").split("|")
        if form.strip()
    ),
    key=len,
    reverse=True,
)

_FORMS_BY_END = {
    end: tuple(form for form in LEGAL_FORMS if form[-1] == end) for end in {form[-1] for form in LEGAL_FORMS}
}
_ASCII_SPACES = {code: " " for code in range(128) if not chr(code).isalnum()}
_BETWEEN_INITIALS = re.compile(r"(?<!\w)(\w)\.\s?(?=\w(?:\W|$))")
_APOSTROPHES = re.compile(r"['’‘ʼ`´ʹ′]")


def normalise(name: str) -> str:
    """The key under which a name is looked up; empty where nothing in it is a letter or a digit."""
    tokens = _tokens(name)
    while (shorter := _without_legal_form(tokens)) != tokens:  # one form off can bring the next one to the end
        tokens = shorter
    return " ".join(tokens)


def legal_form(name: str) -> str:
    """What `normalise` took off the end, for the explanation of a match."""
    tokens, kept = _tokens(name), normalise(name).split()
    return " ".join(tokens[len(kept) :])


def _tokens(name: str) -> list[str]:
    text = name[:LONGEST]
    for _round in range(4):  # folding case can leave new compatibility forms behind; settles after two rounds
        settled = _fold(text)
        if settled == text:
            break
        text = settled
    tokens = _cut(_join_initials(text.split()))
    while len(tokens) > 2 and tokens[0] == "the":
        tokens = tokens[1:]
    return tokens


def _cut(tokens: list[str]) -> list[str]:
    kept, room = [], LONGEST
    for token in tokens:
        if room <= 0:
            break
        kept.append(token[:room])
        room -= len(token) + 1
    return kept


def _fold(text: str) -> str:
    if text.isascii():  # as below, at a tenth of the cost; nearly all names of the larger lists
        text = _APOSTROPHES.sub("", text.lower().replace("&", " and "))
        return " ".join(_BETWEEN_INITIALS.sub(r"\1", text).translate(_ASCII_SPACES).split())
    text = unicodedata.normalize("NFKC", text).casefold().translate(PLAIN_LETTERS)
    text = _without_accents(text).replace("&", " and ")
    text = _BETWEEN_INITIALS.sub(r"\1", _APOSTROPHES.sub("", text))
    return " ".join("".join(map(_letter_or_space, text)).split())


def _without_accents(text: str) -> str:
    kept, base = [], ""
    for char in unicodedata.normalize("NFKD", text):
        if unicodedata.combining(char):
            if not base.startswith(ACCENTED_SCRIPTS):
                kept.append(char)
        else:
            base = unicodedata.name(char, "")
            kept.append(char)
    return unicodedata.normalize("NFKC", "".join(kept))


def _letter_or_space(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":  # zero-width and direction marks are invisible: a name with them looks equal, so it is
        return ""
    return char if category[0] in "LNM" else " "


def _join_initials(tokens: list[str]) -> list[str]:
    """Single letters side by side become one word, so that S. A., S.A. and SA are equal."""
    joined: list[str] = []
    run = ""
    for token in [*tokens, ""]:
        if len(token) == 1 and token.isalpha():
            run += token
            continue
        if run:
            joined.append(run)
            run = ""
        if token:
            joined.append(token)
    return joined


def _without_legal_form(tokens: list[str]) -> list[str]:
    """Two words have to remain: of "Machanga Ltd" or "The Corp" too little would be left to tell anybody apart."""
    for form in _FORMS_BY_END.get(tokens[-1], ()) if tokens else ():
        rest = tokens[: -len(form)]
        if len(rest) >= 2 and rest[-1] != "and" and tuple(tokens[len(rest) :]) == form:
            return rest
    return tokens
