"""The slips of somebody who writes YAML for the first time: each is answered with its line and what to do there."""

import re
import shutil

import pytest
from django.conf import settings

from riskassess.engine.checking import check_catalogue
from riskassess.engine.loading import CatalogueError, load_texts, read_texts
from riskassess.engine.placing import placed
from tests.engine.making import texts
from tests.engine.test_loading import RULES, problems, with_rules

SECOND = RULES.partition("\n")[2].replace("R1", "R2")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    title: ", "\ttitle: ", "rules.yaml, line 3: this line begins with a tab. Use spaces"),
        ("title: Something", "title: Note: something", "rules.yaml, line 3: the text of 'title' holds a colon"),
        ("explain: It is", 'explain: "It is', "rules.yaml, line 4: the text of 'explain' begins with a quote that"),
        ("explain: It is", "explain: 'It is", "rules.yaml, line 4: the text of 'explain' begins with a quote that"),
        ("    title:", "     title:", "rules.yaml, line 3: 'title' stands 5 spaces in, 'id' above it 4."),
        ("    title:", "   title:", "rules.yaml, line 3: 'title' stands 3 spaces in, 'id' above it 4."),
    ],
)
def test_a_file_that_is_no_yaml_is_answered_with_line_and_way_out(old, new, said):
    (told,) = problems(with_rules(RULES.replace(old, new, 1)))

    assert told.startswith(said)


def test_a_forgotten_dash_is_named_where_it_is_missing():
    told = problems(with_rules(RULES + SECOND.replace("  - id", "    id", 1)))
    assert told[0] == (
        "rules.yaml, line 11: 'id' stands here a second time (first on line 2). A new entry begins with a dash: - id: …"
    )

    told = problems(with_rules(RULES.replace("  - id", "    id", 1) + SECOND))
    assert told == ["rules.yaml, line 2: a new entry begins with a dash: - id: …"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("R1\n", "R1\n    valid_from: 23.11.2026\n", "line 3, R1: valid_from: '23.11.2026' is no day of the calendar"),
        ("R1\n", "R1\n    valid_from: 2026-11-31\n", "line 3, R1: valid_from: '2026-11-31' is no day of the calendar"),
        ("R1\n", "1 rule\n", "line 2, 1 rule: id: '1 rule' is not written as it has to be: a letter, then letters"),
        ("impact: 3", "impact: 7", "line 6, R1: rows 1, impact: '7' is more than 5."),
        (
            "title: Something is the case",
            "title: 12",
            "line 3, R1: title: expected a text, found '12'. Put it in quotes",
        ),
    ],
)
def test_a_value_of_another_form_is_answered_with_its_name_and_an_example(old, new, said):
    (told,) = problems(with_rules(RULES.replace(old, new, 1)))

    assert told.startswith(f"rules.yaml, {said}")


def test_an_id_that_stands_twice_is_told_with_both_places():
    (told,) = problems(with_rules(RULES + RULES.partition("\n")[2]))

    assert told == "rules.yaml, line 11, R1: this id stands twice (first on line 2)."


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-16", "rules.yaml: this file is saved as UTF-16. Save it again as UTF-8"),
        ("latin-1", "rules.yaml, line 4: a letter near “explain: C'est avéré.”"),
    ],
)
def test_a_file_in_another_encoding_is_named_with_the_letter(tmp_path, encoding, said):
    for name, text in texts().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    wrong = RULES.replace("explain: It is the case.", "explain: C'est avéré.")
    (tmp_path / "rules.yaml").write_text(wrong, encoding=encoding)

    with pytest.raises(CatalogueError) as refused:
        read_texts(tmp_path)

    (told,) = refused.value.problems
    assert told.startswith(said)
    assert "UTF-8" in told


def test_a_fault_of_an_option_is_told_at_its_own_line(tmp_path):
    shutil.copytree(settings.CATALOGUES_DIR / "allea-eu" / "1.1.1", tmp_path / "1.1.1")
    path = tmp_path / "1.1.1" / "questions.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if "text: None of these" in line)
    long = lines[at].replace("None of these", "a" * 130)
    texts = read_texts(tmp_path / "1.1.1")
    texts["questions.yaml"] = "\n".join([*lines[:at], long, *lines[at + 1 :]])

    told = placed(check_catalogue(load_texts(texts)), texts)

    assert any(f"questions.yaml, line {at + 1}, " in each and "has 130 letters" in each for each in told), told


def test_every_pattern_of_the_shapes_is_told_in_words():
    """A new pattern needs its words beside the others."""
    from pathlib import Path

    from riskassess.engine import catalogue, tightening
    from riskassess.engine.sentences import FORMS

    patterns = set()
    for module in (catalogue, tightening):
        patterns |= set(re.findall(r'pattern=r"([^"]+)"', Path(module.__file__).read_text(encoding="utf-8")))

    assert patterns == set(FORMS)


def test_what_is_well_written_stays_read():
    quoted = RULES.replace("title: Something is the case", "title: \"A note: 'it' is\"")
    assert load_texts(with_rules(quoted)).rules[0].title == "A note: 'it' is"
