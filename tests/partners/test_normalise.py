from itertools import combinations
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import legal_form, normalise

NAMES = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text())


@pytest.mark.parametrize("group", NAMES["equal"], ids=lambda group: group[0])
def test_normalise_makes_spellings_equal(group):
    assert {normalise(name) for name in group} == {normalise(group[0])}


@pytest.mark.parametrize("group", NAMES["apart"], ids=lambda group: group[0])
def test_normalise_keeps_names_apart(group):
    assert all(normalise(one) != normalise(other) for one, other in combinations(group, 2))


@pytest.mark.parametrize("name", NAMES["empty"])
def test_normalise_finds_no_key_without_letters(name):
    assert normalise(name) == ""


def test_normalise_gives_keys_that_the_tables_hold():
    assert len(normalise("\ufdfa" * 400 + " Ltd")) <= 600
    assert normalise(normalise("\ufdfa x " * 400)) == normalise("\ufdfa x " * 400)


@given(st.text(max_size=120))
def test_normalise_is_idempotent_and_never_raises(name):
    key = normalise(name)

    assert normalise(key) == key


@given(
    st.lists(
        st.sampled_from(
            [
                "Ltd",
                "GmbH",
                "S.A.",
                "and",
                "&",
                "Co.",
                "the",
                "The",
                "Kestrel",
                "ß",
                "İ",
                "ﬁ",
                "①",
                "x.",
                "Y.",
                "é",
                "é",
                "ᾳ",
            ]
        ),
        max_size=8,
    )
)
def test_normalise_is_idempotent_on_awkward_words(words):
    key = normalise(" ".join(words))

    assert normalise(key) == key


@pytest.mark.parametrize(
    ("name", "form"),
    [("Kestrel Arc Co., Ltd.", "co ltd"), ("Kestrel Arc", ""), ("Machanga Ltd", ""), ("Tre Ting S.r.l.", "srl")],
)
def test_legal_form_says_what_was_taken_off(name, form):
    assert legal_form(name) == form


@pytest.mark.parametrize(
    "text",
    [
        "https://ror.org/02kkvpp62",
        "ror.org/02kkvpp62",
        "02kkvpp62",
        " HTTPS://ROR.ORG/02KKVPP62/ ",
        "http://www.ror.org/02kkvpp62",
    ],
)
def test_read_ror_id_takes_every_usual_way_of_writing(text):
    assert read_ror_id(text) == "https://ror.org/02kkvpp62"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "02kkvpp63",
        "02kkvpp6",
        "https://ror.org/",
        "12kkvpp62",
        "02kkvlp62",
        "https://example.org/02kkvpp62",
        "٠2kkvpp62",
    ],
)
def test_read_ror_id_refuses_what_is_none(text):
    with pytest.raises(ValueError):
        read_ror_id(text)
