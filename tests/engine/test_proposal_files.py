"""A proposal file with anything in any place is either assessed or refused in words; it never breaks the engine."""

import copy
import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from riskassess.engine.facts import FactsError
from riskassess.engine.loading import load_catalogue
from riskassess.engine.proposals import read_proposal
from riskassess.engine.scoring import assess

ON = date(2026, 11, 23)
RELEASE = load_catalogue(sorted((Path(settings.CATALOGUES_DIR) / "allea-eu").iterdir())[-1])
EXAMPLES = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(settings.BASE_DIR) / "fixtures" / "proposals").glob("*.json"))
]
JUNK = [
    None, True, 3, -1, 1.5, float("nan"), "", "yes", "unsure", "\x00", "x" * 20_000, "2026-13-01",
    [], {}, ["x"], [["y"]], ["unsure"], [None], [{}], {"a": [1]},
]  # fmt: skip


# A file in which people are named, too.
NAMED = copy.deepcopy(EXAMPLES[0])
NAMED["partners"][0]["contacts"] = [
    {"name": "Ida Holm", "role": "leads the archive", "orcid": "0000-0002-1825-0097", "birth_year": 1974}
]
EXAMPLES.append(NAMED)


def places(data, path=()):
    found = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in found:
        yield (*path, key)
        yield from places(value, (*path, key))


@given(data=st.data())
def test_anything_anywhere_is_assessed_or_refused_in_words(data):
    proposal = copy.deepcopy(data.draw(st.sampled_from(EXAMPLES)))
    place = data.draw(st.sampled_from(list(places(proposal))))
    at = proposal
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = data.draw(st.sampled_from(JUNK))

    try:
        facts, problems = read_proposal(RELEASE, proposal, on=ON), []
    except FactsError as refused:
        facts, problems = None, refused.problems

    assert facts is None or assess(RELEASE, facts, on=ON).route
    assert [problem for problem in problems if ": " not in problem] == []


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"answers": True}, "answers: expected an object of question ids and answers."),
        ({"starts": 1.5}, "starts: 1.5 is not a date. Write it as 2027-03-01."),
        ({"safeguards": [{"mitigation": ["M_open"]}]}, "safeguards[0].mitigation: expected an object with the id of a"),
        (
            {"safeguards": [{"mitigation": "M_open", "finding": 3}]},
            "safeguards[0].finding: expected a rule such as K04",
        ),
    ],
)
def test_what_is_of_another_kind_is_refused_with_its_place(wrong, problem):
    with pytest.raises(FactsError) as refused:
        read_proposal(RELEASE, EXAMPLES[4] | wrong, on=ON)

    assert [words for words in refused.value.problems if words.startswith(problem)]


def test_people_are_named_and_never_scored():
    assert read_proposal(RELEASE, NAMED, on=ON) == read_proposal(RELEASE, EXAMPLES[0], on=ON)


@pytest.mark.parametrize(
    ("person", "problem"),
    [
        ("Ida Holm", "partners[0].contacts[0]: expected an object."),
        ({"name": " "}, "partners[0].contacts[0].name: missing."),
        ({"name": "a" * 201}, "partners[0].contacts[0].name: 201 characters"),
        ({"name": "Ida", "nationality": "NO"}, "partners[0].contacts[0].nationality: there is no such key."),
        ({"name": "Ida", "role": ["lead"]}, "partners[0].contacts[0].role: expected a text"),
        ({"name": "Ida", "orcid": "0000"}, 'partners[0].contacts[0].orcid: "0000" is not an ORCID iD.'),
        ({"name": "Ida", "birth_year": True}, "partners[0].contacts[0].birth_year: true is not a year"),
    ],
)
def test_person_of_a_file_is_refused_with_the_place(person, problem):
    proposal = copy.deepcopy(NAMED)
    proposal["partners"][0]["contacts"] = [person]

    with pytest.raises(FactsError) as refused:
        read_proposal(RELEASE, proposal, on=ON)

    assert [words for words in refused.value.problems if words.startswith(problem)]
