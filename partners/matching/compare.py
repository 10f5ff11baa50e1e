"""What two names have in common and what not: the measures of a comparison, one function each.

They read the words as `align` laid them side by side and give a value from 0 to 1; `score` says what each weighs.
"""

from collections.abc import Callable

from rapidfuzz.fuzz import ratio

from partners.matching.align import Alignment
from partners.matching.prepare import is_distinctive

TELLS_ENOUGH = 1.6  # so much weight of agreeing words is as good as any more
OWN_ENOUGH = 3.0  # the same for organisations
MOST_EXTRA, MOST_RARE, MOST_DIFFERING = 3, 2, 2  # words; more of them say no more


def words(aligned: Alignment) -> float:
    """The share of both names, rare words counting more than usual ones, that has its like in the other; squared."""
    return (aligned.agreeing / aligned.total) ** 2


def covered(aligned: Alignment) -> float:
    """The share of the name asked for, rare words counting more, that has its like in the listed name; squared."""
    asked = aligned.agreed + aligned.only_query
    return (aligned.agreeing / asked) ** 2 if asked else 0.0


def own_words(aligned: Alignment) -> float:
    """How much the agreeing words tell that are no usual ones: the more and the rarer, the less it is an accident."""
    return min(1.0, aligned.own / OWN_ENOUGH)


def rare_words(aligned: Alignment) -> float:
    """Words agree to the letter that hardly any other name holds."""
    return min(MOST_RARE, aligned.rare) / MOST_RARE


def only_asked_for(aligned: Alignment) -> float:
    """The name asked for has words that the listed name lacks."""
    return min(MOST_EXTRA, len(aligned.extra_query)) / MOST_EXTRA


def only_listed(aligned: Alignment) -> float:
    """The listed name has words that the name asked for lacks."""
    return min(MOST_EXTRA, len(aligned.extra_listed)) / MOST_EXTRA


def last_word(aligned: Alignment) -> float:
    """What the other name lacks stands at the end."""
    longer, extra = aligned.query.words, aligned.extra_query
    if aligned.extra_listed:
        longer, extra = aligned.listed.words, aligned.extra_listed
    return float(bool(extra) and longer[-1] in extra)


def equal(aligned: Alignment) -> float:
    """Nothing differs but order, script, legal form and the language of usual words."""
    return float(aligned.query.sorted == aligned.listed.sorted or aligned.query.joined == aligned.listed.joined)


def telling(aligned: Alignment) -> float:
    """How much the agreeing words tell, whatever else the names hold: long rare names agree by no accident."""
    agreed = sum(
        alike * min(1.0, len(one) / 6)
        for one, other, alike in aligned.pairs
        if is_distinctive(one) and is_distinctive(other)
    )
    return min(1.0, agreed / (2 * TELLS_ENOUGH))


def contradiction(aligned: Alignment) -> float:
    """Each name has a word in place of the other's."""
    return min(1.0, min(aligned.only_query, aligned.only_listed) / aligned.total * 2)


def left_out_of_much(aligned: Alignment) -> float:
    """One name has words that the other lacks, beyond those that contradict, while much agrees."""
    return _left_out(aligned) * telling(aligned)


def left_out_of_little(aligned: Alignment) -> float:
    """One name has words that the other lacks, and little else agrees."""
    return _left_out(aligned) * (1 - telling(aligned))


def _left_out(aligned: Alignment) -> float:
    return abs(aligned.only_query - aligned.only_listed) / aligned.total


def slips(aligned: Alignment) -> float:
    """The words that were taken for each other are written differently."""
    return (aligned.agreed - aligned.agreeing) / aligned.agreed if aligned.agreed else 0.0


def known_words_differ(aligned: Alignment, is_known: Callable[[str], bool]) -> float:
    """Words that were taken for each other although each is a word of its own: Hunan is not Henan."""
    differing = [min(len(one), len(other)) for one, other, alike in aligned.pairs
                 if alike < 1 and is_known(one) and is_known(other)]  # fmt: skip
    return min(1.0, len(differing) / 2)


def known_word_differs(aligned: Alignment, is_known: Callable[[str], bool]) -> float:
    """A word that other names hold too was taken for another: Chizhou is no slip of the pen for Chuzhou."""
    differing = sum(alike < 1 and is_known(one) for one, _other, alike in aligned.pairs)
    return min(MOST_DIFFERING, differing) / MOST_DIFFERING


def order(aligned: Alignment) -> float:
    """The words that agree stand in another order."""
    listed = aligned.listed.words
    places = [listed.index(other) for _one, other, _alike in _in_order_of_query(aligned) if other in listed]
    return float(places != sorted(places))


def _in_order_of_query(aligned: Alignment) -> list[tuple[str, str, float]]:
    words = aligned.query.words
    return sorted(aligned.pairs, key=lambda pair: words.index(pair[0]) if pair[0] in words else -1)


def letters(aligned: Alignment) -> float:
    """How alike the letters of the two names are, in the order of the names or of the alphabet; squared."""
    one, other = aligned.query, aligned.listed
    alike = ratio(one.joined, other.joined)
    if alike < 100 and len(one.words) > 1 and len(other.words) > 1:
        alike = max(alike, ratio(one.sorted, other.sorted))
    return (alike / 100) ** 2


def numbers(aligned: Alignment) -> float:
    """Paris 7 and Paris 13 differ in nothing but what matters."""
    one, other = ({word for word in words if word.isdecimal()} for words in (aligned.query.words, aligned.listed.words))
    return float(bool(one and other) and one != other)


def initials(aligned: Alignment) -> float:
    """Given names that one of the names only hints at."""
    return float(any(min(len(one), len(other)) == 1 for one, other, _alike in aligned.pairs))


def countries(query: frozenset[str], listed: frozenset[str]) -> float:
    """Both are known and none agrees."""
    return float(bool(query and listed and not query & listed))


def birth_years(query: frozenset[int], listed: frozenset[int]) -> float:
    """Both are known and none is within a year of another."""
    return float(bool(query and listed) and all(abs(one - other) > 1 for one in query for other in listed))
