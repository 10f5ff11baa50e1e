"""Mistyped usual words are put right; what is known, or near to none, is left as it stands."""

import pytest

from partners.matching.spelling import _MEANT, _shortened, usual_word
from partners.matching.vocabulary import KIND_OF, LEGAL_WORDS

USUAL = sorted(word for word in {*KIND_OF, *LEGAL_WORDS} if len(word) >= 6)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("univeristy", "university"),
        ("univrsty", "university"),
        ("hospittal", "hospital"),
        ("limitde", "limited"),
        ("hopsitla", ""),  # two slips in eight letters are too many
        ("kestrel", ""),
    ],
)
def test_a_slip_in_a_usual_word_is_put_right(typed, meant):
    assert usual_word(typed) == KIND_OF.get(meant, meant)


def test_every_usual_word_is_looked_for_wherever_it_shares_what_is_left_after_the_slips():
    for word in USUAL[::7]:
        slips = 2 if len(word) >= 9 else 1
        for typed in sorted(_shortened(word, slips))[::5]:
            assert word in _MEANT[len(typed)]


def test_a_long_run_of_letters_is_like_no_usual_word():
    assert usual_word("difangdulixingzhengfarenbeijiuzhoushili") == ""
