from types import SimpleNamespace

import pytest

from riskassess.core.words import LEVEL_WORDS, LEVEL_WORDS_INSIDE, LEVELS, Ends, ends_of, pair_sentence


@pytest.mark.parametrize(
    "level",
    ["high", ("high", "high"), {"lower": "high", "upper": "high"}, SimpleNamespace(lower="high", upper="high")],
)
def test_ends_of_reads_a_level_however_it_comes(level):
    assert ends_of(level) == Ends("high", "high")


def test_ends_of_reads_the_name_that_style_sheets_use():
    assert ends_of("very-high") == Ends("very_high", "very_high")


@pytest.mark.parametrize("nothing", [None, "", ()])
def test_ends_of_nothing_is_nothing(nothing):
    assert ends_of(nothing) is None


def test_an_open_level_is_said_as_a_range():
    assert Ends("low", "very_high").word == "Low to very high"
    assert Ends("low", "very_high").word_inside == "low to very high"
    assert "open" in Ends("low", "very_high").meaning


def test_a_pair_is_said_in_order():
    assert pair_sentence("very_high", "moderate") == "Very high as filed, moderate with safeguards"
    assert pair_sentence("low", "low") == "Low"


def test_every_level_has_both_words():
    assert set(LEVELS) <= set(LEVEL_WORDS)
    assert set(LEVEL_WORDS) == set(LEVEL_WORDS_INSIDE)
