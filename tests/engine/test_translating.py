"""A catalogue in another language: the same rules, other words."""

import json

import pytest

from riskassess.engine.loading import load_texts
from riskassess.engine.scoring import assess
from riskassess.engine.translating import texts_of, translated
from tests.engine.making import facts, question, rule, texts

TERMS = [{"id": "top", "text": "Top", "risk": 0}, {"id": "low", "text": "Low", "help": "Far down.", "group": "top"}]


@pytest.fixture(scope="module")
def bilingual():
    rows = [{"likelihood": 1, "impact": 1, "explain": "One."}, {"likelihood": 2, "impact": 2, "explain": "Two."}]
    given = texts(
        rules=[rule("R", {"answer": "A", "is": "yes"}, rows=rows)],
        questions=[question("V", type="single", vocabulary="all", options=[])],
        languages=["en", "fr"],
    )
    french = {
        ("questions", "A"): {"text": "Question A ?", "options.yes.text": "Oui"},
        ("rules", "R"): {"title": "Règle R", "rows.2.explain": "Deux."},
        ("vocabularies", "all"): {"terms.low.text": "Bas", "terms.top.text": "Haut"},
    }
    entries = [{"language": "fr", "part": p, "item": i, "texts": words} for (p, i), words in french.items()]
    given["vocabularies.yaml"] = json.dumps({"vocabularies": [{"id": "all", "title": "All", "terms": TERMS}]})
    return load_texts({**given, "translations.yaml": json.dumps({"translations": entries})})


def test_translated_catalogue_has_the_other_words(bilingual):
    french = translated(bilingual, "fr")

    assert french.question("A").text == "Question A ?"
    assert [option.text for option in french.question("A").options] == ["No", "Oui"]
    assert (french.rule("R").title, french.rule("R").explain) == ("Règle R", "R is the case.")
    assert [row.explain for row in french.rule("R").rows] == ["One.", "Deux."]
    (option,) = french.question("V").options
    assert (option.text, option.help, option.group_text) == ("Bas", "Far down.", "Haut")


def test_original_stays_and_findings_keep_its_words(bilingual):
    french = translated(bilingual, "fr")
    world = facts({"A": "yes"})

    assert translated(bilingual, "en") is bilingual
    assert assess(bilingual, world, on=bilingual.date).findings[0].title == "Rule R"
    assert assess(french, world, on=bilingual.date).findings[0].title == "Règle R"
    assert bilingual.question("A").text == "Question A?"


def test_unknown_language_is_refused(bilingual):
    with pytest.raises(ValueError, match="no texts in 'de'; it has en, fr"):
        translated(bilingual, "de")


def test_texts_of_names_each_text_once(bilingual):
    named = {(words.part, words.id, words.field): words.text for words in texts_of(bilingual)}

    assert named["rules", "R", "rows.2.explain"] == "Two."
    assert named["vocabularies", "all", "terms.low.help"] == "Far down."
    assert named["questions", "A", "options.no.text"] == "No"
    assert ("questions", "V", "options.low.text") not in named
    assert len(named) == len(list(texts_of(bilingual)))
