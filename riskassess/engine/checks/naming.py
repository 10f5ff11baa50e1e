"""Texts that name a country or its people. A release speaks of what is done, so each such name is worth a second look.

Only a look: a law may be called after a state, and a national release names its own offices. So these are warnings.
English names alone are looked for, in the language that the catalogue is written in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.checks.peoples import LIKE_OTHER_WORDS, OTHER_THINGS, PEOPLES
from riskassess.engine.checks.problems import Problem
from riskassess.engine.translating import texts_of

COUNTRY_OF = {name.lower(): country for country, names in PEOPLES.items() for name in (country, *names)}
COUNTRY_OF |= dict.fromkeys(map(str.lower, OTHER_THINGS), "")
NAMES = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, COUNTRY_OF), key=len, reverse=True))})(?!\w)", re.I)
ZONES = ({"Iceland", "Liechtenstein", "Norway"},)  # named together they say where a law holds


def naming_warnings(catalogue: Catalogue) -> Iterator[Problem]:
    """Texts in which a country or its people are named, other than the home that the release's title names."""
    home = set(countries_in(catalogue.title).values())
    for words in texts_of(catalogue):
        found = countries_in(words.text)
        meant = home.union(*(zone for zone in ZONES if zone <= set(found.values())))
        named = [name for name, country in found.items() if country not in meant]
        if named:
            reason = (
                f"{words.field} names {', '.join(named)}. A country or a nationality is no risk; say what is done, by "
                "which kind of organisation. A law is named in 'sources', and a national release names its country in "
                "its title."
            )
            yield Problem(words.part, words.id, reason)


def countries_in(text: str) -> dict[str, str]:
    """The names as they stand there, each with its country. Words that mean something else in small letters, such as
    china or polish, count with a capital alone."""
    found = (match[0] for match in NAMES.finditer(text) if COUNTRY_OF[match[0].lower()])
    return {name: COUNTRY_OF[name.lower()] for name in found if name != name.lower() or name not in LIKE_OTHER_WORDS}
