"""How likely two parties are the same: a weighted list of features, each with what was compared and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from partners.matching import compare as features
from partners.matching.compare import Alignment
from partners.matching.prepare import Prepared, prepare
from partners.matching.statistics import ORGANISATIONS, PEOPLE, Statistics

SCORER = "names-and-facts-1"  # goes up whenever any score changes: what was scored before is scored anew

# What the features weigh. The larger of the first two makes the likeness of two names; the others add to it.
WEIGHTS = {
    "words": 1.0,
    "letters": 0.98,
    "weak_name": -0.20,
    "former_name": -0.03,
    "usual_words_only": -0.45,
    "number": -0.30,
    "country": -0.10,
    "birth_year": -0.25,
    "kind": -0.30,
}
ACRONYM_ALONE = 0.55  # an acronym that nothing supports: twelve in a hundred mean several organisations
ACRONYM_SUPPORTED = 0.75

LIKELY, POSSIBLE = 0.80, 0.60  # from here up
WORTH_LOOKING = 0.30  # names less alike are not looked at further


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    kind: str = "primary"  # primary, alias, former, weak, acronym, filed


@dataclass(frozen=True, slots=True)
class Named:
    """A party with all its names, as far as it is known."""

    names: tuple[Name, ...]
    countries: frozenset[str] = frozenset()
    kind: str = "organisation"  # or person
    ids: frozenset[tuple[str, str]] = frozenset()  # (scheme, value)
    birth_years: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    value: float
    weight: float
    query_text: str
    listed_text: str
    why: str


@dataclass(frozen=True, slots=True)
class Scored:
    score: float
    band: str  # exact, likely, possible, clear
    features: tuple[Feature, ...]
    scorer: str = SCORER


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two names compared."""

    query: Name
    listed: Name
    value: float
    parts: tuple[Feature, ...] = field(default=())


def compare(query: Named, listed: Named, *, statistics: Statistics | None = None) -> Scored:
    """How alike the two are, by the best pair of their names, corrected by what else is known of them.

    An identifier that both have makes the match exact, whatever the names. `statistics` says how much a word tells; by
    default the counts that come with the matcher.
    """
    is_person = query.kind == "person" and listed.kind == "person"
    statistics = statistics or (PEOPLE if is_person else ORGANISATIONS)
    qualifiers = _qualifiers(query, listed)
    differs = any(feature.name == "country" for feature in qualifiers)
    same_country = bool(query.countries & listed.countries)
    shared = features.identifiers(query.ids, listed.ids)
    best = _best_pair(query, listed, statistics, is_person, same_country and not differs)
    found = [*best.parts, *qualifiers] if best else []
    if shared:
        scheme, value = min(shared)
        exact = Feature("identifier", 1.0, 1.0, value, value, f"both have this identifier: {scheme}")
        return Scored(1.0, "exact", (exact, *found))
    if best is None:
        return Scored(0.0, "clear", ())
    score = best.value + sum(feature.value * feature.weight for feature in qualifiers)
    score = round(min(1.0, max(0.0, score)), 4)
    return Scored(score, band_of(score), tuple(found))


def band_of(score: float) -> str:
    return "likely" if score >= LIKELY else "possible" if score >= POSSIBLE else "clear"


def rank(scored: Scored) -> tuple[float, int, float]:
    """To sort the best first (`reverse=True`): by score, then by how many features speak for it and how strongly."""
    speaking = [feature.value * feature.weight for feature in scored.features if feature.weight > 0]
    return (1.0 if scored.band == "exact" else 0.0) + scored.score, len(speaking), sum(speaking)


def _best_pair(
    query: Named, listed: Named, statistics: Statistics, is_person: bool, is_supported: bool
) -> _Pair | None:
    kind = "person" if is_person else "organisation"
    best: _Pair | None = None
    for one in query.names:
        prepared = prepare(one.text, kind)
        for other in listed.names:
            pair = _compare_names(one, other, prepared, prepare(other.text, kind), statistics, is_person, is_supported)
            if pair and (best is None or pair.value > best.value):
                best = pair
    return best


def _compare_names(
    query: Name,
    listed: Name,
    one: Prepared,
    other: Prepared,
    statistics: Statistics,
    is_person: bool,
    is_supported: bool,
) -> _Pair | None:
    if "acronym" in (query.kind, listed.kind):
        return _compare_acronyms(query, listed, one, other, is_supported)
    best, best_value = None, WORTH_LOOKING
    for reading in one.readings:
        for against in other.readings:
            aligned = features.words(reading, against, statistics.weight, is_person)
            spelt = features.letters(reading, against)
            value = max(aligned.value * WEIGHTS["words"], spelt * WEIGHTS["letters"])
            if value > best_value:
                best, best_value = (aligned, spelt, reading, against), value
    if best is None:
        return None
    aligned, spelt, reading, against = best
    parts = [
        Feature("words", round(aligned.value, 4), WEIGHTS["words"], query.text, listed.text, _say(aligned)),
        Feature("letters", round(spelt, 4), WEIGHTS["letters"], reading.joined, against.joined,
                "how alike the telling words are, written in a row"),
    ]  # fmt: skip
    for name, applies, why in (
        ("weak_name", "weak" in (query.kind, listed.kind), "the list calls this alias weak"),
        ("former_name", "former" in (query.kind, listed.kind), "a former name"),
        ("usual_words_only", not is_person and reading.joined != against.joined and spelt < 0.8
         and not aligned.has_distinctive, "no word that tells organisations apart agrees"),
        ("number", features.numbers_differ(aligned), "the numbers in the names differ"),
    ):  # fmt: skip
        if applies:
            parts.append(Feature(name, 1.0, WEIGHTS[name], query.text, listed.text, why))
            best_value += WEIGHTS[name]
    return _Pair(query, listed, best_value, tuple(parts))


def _compare_acronyms(query: Name, listed: Name, one: Prepared, other: Prepared, is_supported: bool) -> _Pair | None:
    if not any(a.joined == b.joined for a in one.readings for b in other.readings):
        return None
    value = ACRONYM_SUPPORTED if is_supported else ACRONYM_ALONE
    why = "the acronym is equal and so is the country" if is_supported else "only the acronym is equal"
    return _Pair(query, listed, value, (Feature("acronym", 1.0, value, query.text, listed.text, why),))


def _qualifiers(query: Named, listed: Named) -> list[Feature]:
    found = []
    for name, value, one, other, why in (
        ("country", features.country(query.countries, listed.countries), query.countries, listed.countries,
         "the countries differ"),
        ("birth_year", features.birth_year(query.birth_years, listed.birth_years), query.birth_years,
         listed.birth_years, "the years of birth differ"),
        ("kind", float(query.kind != listed.kind), {query.kind}, {listed.kind}, "one is a person, the other is not"),
    ):  # fmt: skip
        if value:
            found.append(Feature(name, value, WEIGHTS[name], _listing(one), _listing(other), why))
    return found


def _listing(values: Iterable) -> str:
    return ", ".join(sorted(map(str, values)))


def _say(aligned: Alignment) -> str:
    said = [one if one == other else f"{one} ~ {other}" for one, other, _alike in aligned.pairs]
    text = "agree: " + (", ".join(said) or "none")
    if aligned.extra_query:
        text += "; only in the name asked for: " + ", ".join(aligned.extra_query)
    if aligned.extra_listed:
        text += "; only in the listed name: " + ", ".join(aligned.extra_listed)
    return text
