"""Facts that a release cannot read: which answer is at fault, in a sentence, and what is left without it."""

import re
from typing import Any

from django.utils.translation import gettext as _

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.facts import FactsError, check_facts

PLACE = re.compile(r"^(?:(?P<rows>\w+)\[(?P<index>\d+)\]\.)?(?P<kind>answers|facts)\.(?P<name>\w+): ")


def first_problem(catalogue: Catalogue, facts: dict) -> tuple[str, str]:
    """A sentence on the first thing that does not fit, with the id of its question; both empty where all fits."""
    try:
        check_facts(catalogue, facts)
    except FactsError as fault:
        return _sentence(catalogue, facts, fault.problems[0])
    return "", ""


def readable(catalogue: Catalogue, facts: dict) -> dict:
    """The facts without what does not fit, so that a draft can be shown and its answer chosen anew."""
    try:
        check_facts(catalogue, facts)
    except FactsError as fault:
        for problem in fault.problems:
            if place := PLACE.match(problem):
                _holder(facts, place)[place["kind"]].pop(place["name"], None)
    return facts


def _holder(facts: dict, place: re.Match) -> dict[str, Any]:
    return facts[place["rows"]][int(place["index"])] if place["rows"] else facts


def _sentence(catalogue: Catalogue, facts: dict, problem: str) -> tuple[str, str]:
    place = PLACE.match(problem)
    row = _holder(facts, place).get("label", "") if place else ""
    if place and place["kind"] == "answers" and catalogue.has_question(place["name"]):
        question = catalogue.question(place["name"])
        words = {"question": f"{question.text} ({row})" if row else question.text}
        text = _("“%(question)s” holds an answer that cannot be read here. Choose it again, then submit.")
        return text % words, question.id
    text = _("What the registry holds on %(name)s does not fit the catalogue (%(problem)s). Ask research security.")
    return text % {"name": row or _("this proposal"), "problem": problem}, ""
