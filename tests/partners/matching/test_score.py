import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from partners.matching.prepare import prepare
from partners.matching.score import SCORER, Name, Named, Scored, compare, rank
from partners.matching.statistics import Statistics

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))

CLEAR = Scored(0.0, "clear", ())
WORDS = st.lists(
    st.sampled_from(
        [
            "kestrel",
            "kestral",
            "arc",
            "sable",
            "reach",
            "of",
            "university",
            "univeristy",
            "7",
            "13",
            "tokyo",
            "to",
            "kyo",
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


def named(text, kind="organisation", name_kind="primary", **known):
    return Named((Name(text, name_kind),), kind=kind, **known)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['query']} | {case['listed']}"[:80])
def test_compare_says_how_likely(case):
    kind = case.get("kind", "organisation")
    countries = [frozenset(some) for some in case.get("countries", [[], []])]
    born = [frozenset(some) for some in case.get("born", [[], []])]
    query = named(case["query"], kind, case.get("query_kind", "primary"), countries=countries[0], birth_years=born[0])
    listed = named(case["listed"], case.get("listed_party", kind), case.get("listed_kind", "primary"),
                   countries=countries[1], birth_years=born[1])  # fmt: skip

    scored = compare(query, listed)

    assert (scored.band, scored.scorer) == (case["band"], SCORER)
    assert compare(query, listed, only_matches=True) == (scored if scored.band != "clear" else CLEAR)


def test_compare_takes_an_equal_identifier_for_exact_whatever_the_names():
    ids = frozenset({("ror", "https://ror.org/02kkvpp62")})

    scored = compare(named("Kestrel Arc", ids=ids), named("Sable Reach", ids=ids))

    assert (scored.band, scored.score, scored.features[0].name) == ("exact", 1.0, "identifier")


def test_compare_takes_the_best_of_all_names_and_says_which():
    query = Named((Name("Sable Reach"), Name("Kestrel Arc Instruments", "alias")))
    listed = Named((Name("Norderhaven"), Name("Kestrel Arc Instrument")))

    scored = compare(query, listed)

    words = next(feature for feature in scored.features if feature.name == "words")
    assert (words.query_text, words.listed_text) == ("Kestrel Arc Instruments", "Kestrel Arc Instrument")
    assert words.why == "agree: kestrel, arc, instruments ~ instrument"


def test_compare_explains_the_whole_score():
    query, listed = (
        named("University of Iwoa", countries=frozenset({"NO"})),
        named("Iowa University", countries=frozenset({"US"})),
    )

    scored = compare(query, listed)

    odds = sum(feature.value * feature.weight for feature in scored.features)
    assert scored.score == pytest.approx(1 / (1 + 2.718281828**-odds), abs=0.001)
    assert all(feature.why for feature in scored.features)


@pytest.mark.parametrize("listed_kind", ["primary", "weak", "former"])
def test_compare_explains_that_names_cannot_be_more_alike_than_alike(listed_kind):
    query, listed = named("Kestrel Arc Instruments"), named("Kestrel Arc Instruments", name_kind=listed_kind)

    scored = compare(query, listed)

    odds = sum(feature.value * feature.weight for feature in scored.features)
    assert scored.score == pytest.approx(1 / (1 + 2.718281828**-odds), abs=0.001)
    assert "enough" in {feature.name for feature in scored.features}


def test_compare_takes_a_known_word_for_another_one_and_an_unknown_one_for_a_slip():
    query, listed = named("Kestral Arc Instruments"), named("Kestrel Arc Instruments")

    as_slip = compare(query, listed, statistics=Statistics(1000, {"kestrel": 2})).score
    as_word = compare(query, listed, statistics=Statistics(1000, {"kestrel": 2, "kestral": 2})).score

    assert as_slip > as_word


def test_compare_weighs_words_by_the_statistics_it_is_given():
    query, listed = named("Kestrel Arc Instruments"), named("Kestrel Arc Optics")

    usual = compare(query, listed, statistics=Statistics(1000, {"instruments": 900, "optics": 900})).score
    rare = compare(query, listed, statistics=Statistics(1000, {"kestrel": 900, "arc": 900})).score

    assert usual > rare


def test_rank_puts_identifiers_first_and_orders_equal_scores():
    ids = frozenset({("lei", "5493001KJTIIGC8Y1R12")})
    exact = compare(named("A", ids=ids), named("B", ids=ids))
    rare = compare(named("Kestrel Arc Norderhaven"), named("Kestrel Arc Norderhaven"))
    usual = compare(named("National Institute"), named("National Institute"))

    assert sorted([usual, rare, exact], key=rank, reverse=True) == [exact, rare, usual]


def test_compare_takes_names_of_any_length_in_no_time():
    began = time.perf_counter()

    compare(named("Kestrel " * 500), named("Arc Kestrel Norderhaven " * 200))

    assert time.perf_counter() - began < 2


@given(st.text(max_size=60), st.sampled_from(["organisation", "person"]))
def test_prepare_never_raises_and_is_idempotent(text, kind):
    for reading in prepare(text, kind).readings[:1]:
        assert prepare(" ".join(reading.words), kind).readings[0].words == reading.words


@given(st.permutations(["kestrel", "arc", "instruments", "of", "norderhaven", "university", "ltd"]))
def test_keys_do_not_depend_on_order(words):
    assert prepare(" ".join(words)).keys == prepare("Kestrel Arc Instruments of Norderhaven University Ltd").keys


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["organisation", "person"]))
def test_compare_never_raises_and_stays_between_none_and_all(one, other, kind):
    assert 0 <= compare(named(one, kind), named(other, kind)).score <= 1


@given(st.text(alphabet="abcdeКёжщ北京大학ÅØ ", min_size=1, max_size=30))
def test_compare_finds_a_name_equal_to_itself(text):
    if any(len(reading.joined) > 2 for reading in prepare(text).readings):
        assert compare(named(text), named(text)).band == "likely"


@given(
    st.lists(WORDS, min_size=1, max_size=3),
    st.lists(WORDS, min_size=1, max_size=3),
    st.sampled_from(["organisation", "person"]),
    st.booleans(),
)
def test_matches_alone_are_the_same_matches(ours, theirs, kind, is_known):
    ids = frozenset({("lei", "X")}) if is_known else frozenset()
    query = Named(tuple(map(Name, ours)), frozenset({"NO"}), kind, ids)
    listed = Named(tuple(Name(text, "former") for text in theirs), frozenset({"US"}), kind, ids)

    scored = compare(query, listed)

    assert compare(query, listed, only_matches=True) == (scored if scored.band != "clear" else CLEAR)
