"""What an outcome may rest on, and the reminder that none rests on where somebody comes from (P08)."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskassess.engine.results import Assessment, Finding

# Beside the findings of the assessment. None of them is about a person.
GENERAL = {
    "law": gettext_lazy("A law or a permit that it would break"),
    "safeguards": gettext_lazy("Safeguards that could not be checked or kept"),
    "facts": gettext_lazy("Facts that stayed open though they were asked for"),
    "proportion": gettext_lazy("Little benefit beside the risk that remains"),
}
COUNTRY_ALONE = ("country",)
# Words may stand in the name of an institution or of a law, so they bring a reminder and stop nothing.
ORIGIN = re.compile(
    r"\b(nationalit\w*|citizen\w*|ethnic\w*|birthplace\w*|passports?|foreigners?|immigrants?|migrants?|"
    r"(?:place|country) of (?:birth|origin)|born in|native of|descent)\b",
    re.IGNORECASE,
)


def grounds_of(result: Assessment) -> list[tuple[str, str]]:
    """(key, words) of what can be ticked: the findings, apart from those that say no more than a country, then what
    holds for any case."""
    found = [
        (finding.key, finding_words(finding))
        for finding in result.findings
        if finding.firm and tuple(finding.factors) != COUNTRY_ALONE
    ]
    return [*found, *((key, str(words)) for key, words in GENERAL.items())]


def finding_words(finding: Finding) -> str:
    words = _("Finding %(rule)s: %(title)s") % {"rule": finding.rule, "title": finding.title}
    if finding.row_label:
        words = f"{words} ({finding.row_label})"
    if finding.sources:
        source = finding.sources[0]
        words = f"{words} · {source.title}, {source.section}" if source.section else f"{words} · {source.title}"
    return words


def source_with(grounds: list[str], source: str, result: Assessment) -> str:
    """The grounds that were ticked, a line each, then what was written."""
    words = dict(grounds_of(result))
    return "\n".join([*(words[key] for key in grounds if key in words), *filter(None, [source.strip()])])


def reminding_words(*texts: str) -> list[str]:
    """The words that bring the reminder, as they were written, each once."""
    found: dict[str, str] = {}
    for text in texts:
        for match in ORIGIN.finditer(text):
            found.setdefault(match.group(0).casefold(), match.group(0))
    return list(found.values())
