"""Answers, registry facts and rows in words, for the reasons of findings."""

from riskassess.engine.catalogue import UNSURE, Question

FACTS = {
    "sanction_hit": "Comparison with the lists",
    "owner_hit": "Comparison of the owners with the lists",
    "legal_list": "Named on a legal list",
    "defence_link": "Named on a public tracker of defence links",
    "measures": "Restrictive measures in force where the partner is",
    "afi_band": "Band of the Academic Freedom Index",
    "rule_of_law": "Rule-of-law indicator",
    "eu_eea": "Established in the EU or EEA",
    "eu_or_eu001": "EU or destination of the EU's general export authorisation",
    "gdpr_adequate": "EU data protection law or an adequacy decision applies",
}
VALUES = {
    "none": "none",
    "cleared": "judged to be another organisation",
    "not_screened": "not compared yet",
    "possible": "a possible match",
    "confirmed": "confirmed match",
    "no_value": "no value",
}

ROWS_NAMED = {"partner": "Partner organisations", "technology": "Technologies and items", "funder": "Funders"}


def answer_words(question: Question, value: object) -> str:
    """An answer in words; empty where it stands open."""
    if value is None:
        return ""
    if value == UNSURE:
        return "unsure"
    values = value if isinstance(value, tuple | list) else (value,)
    options = {option.id: option.text for option in question.options}
    return ", ".join(options.get(str(item), str(item)) for item in values)


def fact_text(name: str) -> str:
    return FACTS.get(name, name.replace("_", " "))


def fact_words(value: object) -> str:
    """The value in words; nothing known is empty."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(item).replace("_", " ") for item in value) or "none"
    return VALUES.get(str(value), str(value).replace("_", " "))
