"""A place in a proposal file (`partners[0].answers.O1`) in words: where a person looks for what does not fit."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from riskassess.engine.catalogue import Catalogue

STEP = re.compile(r"([A-Za-z_$][\w$]*)|\[(\d+)\]")


def _rows() -> dict[str, str]:
    return {
        "partners": _("Partner %(n)d"),
        "funders": _("Funder %(n)d"),
        "technology": _("Technology %(n)d"),
        "visits": _("Visit %(n)d"),
        "safeguards": _("Safeguard %(n)d"),
        "evidence": _("Evidence %(n)d"),
        "contacts": _("person %(n)d"),
    }


def _names() -> dict[str, str]:
    return {
        "title": _("Title"),
        "summary": _("Summary"),
        "kinds": _("Kinds of collaboration"),
        "starts": _("Start"),
        "ends": _("End"),
        "unit": _("Unit"),
        "as_of": _("Day of the assessment"),
        "catalogue": _("Questionnaire"),
        "partners": _("Partners"),
        "funders": _("Funders"),
        "technology": _("Technologies"),
        "safeguards": _("Safeguards"),
        "visits": _("Visits"),
        "evidence": _("Evidence"),
        "file": _("file"),
        "question": _("question"),
        "row": _("row"),
        "people": _("how many people"),
        "months": _("months"),
        "direction": _("direction"),
        "partner": _("partner"),
        "access": _("access"),
        "contacts": _("people"),
        "name": _("name"),
        "label": _("name"),
        "country": _("country"),
        "ror": _("ROR id"),
        "role": _("part in the work"),
        "id": _("id of the row"),
        "facts": _("facts"),
        "$": _("The whole file"),
    }


def place_words(path: str, content: object, catalogue: Catalogue | None) -> str:
    """The path in words, with the name of the row where it has one and the question where it is one."""
    words, here = [], content
    steps = [(name, number) for name, number in STEP.findall(path)]
    rows, names = _rows(), _names()
    last = ""
    for place, (name, number) in enumerate(steps):
        if number:
            here = _at(here, lambda value, number=number: value[int(number)])
            words[-1] = rows.get(last, last + " %(n)d") % {"n": int(number) + 1} + _label(here)
            continue
        here = _at(here, lambda value, name=name: value[name])
        if name == "answers" and place + 1 < len(steps):
            continue
        if place and steps[place - 1][0] == "answers":
            text = catalogue.question(name).text if catalogue and catalogue.has_question(name) else ""
            words.append(_("question %(id)s “%(text)s”") % {"id": name, "text": text} if text else name)
        else:
            words.append(names.get(name, name))
        last = name
    said = ", ".join(words)
    return said[:1].upper() + said[1:]


def _at(value: object, read: Callable) -> object:
    try:
        return read(value)
    except (KeyError, IndexError, TypeError):
        return None


def _label(row: object) -> str:
    if not isinstance(row, dict):
        return ""
    name = row.get("name") or row.get("label") or row.get("mitigation") or row.get("title")
    return f" ({name[:60]})" if isinstance(name, str) and name.strip() else ""
