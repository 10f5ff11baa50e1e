"""The words of levels, routes and roles of a factor, one place for pages, mails and PDF."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

LEVELS = ("low", "moderate", "high", "very_high")

LEVEL_WORDS = {
    "low": gettext_lazy("Low"),
    "moderate": gettext_lazy("Moderate"),
    "high": gettext_lazy("High"),
    "very_high": gettext_lazy("Very high"),
    "hold": gettext_lazy("Legal hold"),
}
# The same inside a sentence: "very high as filed, moderate with safeguards".
LEVEL_WORDS_INSIDE = {
    "low": pgettext_lazy("risk level inside a sentence", "low"),
    "moderate": pgettext_lazy("risk level inside a sentence", "moderate"),
    "high": pgettext_lazy("risk level inside a sentence", "high"),
    "very_high": pgettext_lazy("risk level inside a sentence", "very high"),
    "hold": pgettext_lazy("risk level inside a sentence", "legal hold"),
}
LEVEL_MEANINGS = {
    "low": gettext_lazy("Nothing here needs more than usual care."),
    "moderate": gettext_lazy("Something deserves attention; ordinary safeguards cover it."),
    "high": gettext_lazy(
        "A real way exists in which knowledge, people or data could be harmed. It can often be closed."
    ),
    "very_high": gettext_lazy(
        "Several things come together whose harm would be serious. "
        "It describes what could go wrong, not you or your partner."
    ),
    "hold": gettext_lazy(
        "A law asks for a permit before this activity. The rest of the project may go on. "
        "We ask the authority with you; a person lifts the hold, nobody is refused by it."
    ),
}
OPEN_MEANING = gettext_lazy(
    "It depends on answers that are still open. Open is not bad. The answers that would settle it are listed."
)
ROUTE_WORDS = {
    "fast_track": gettext_lazy("Fast track"),
    "light": gettext_lazy("Light"),
    "full": gettext_lazy("Full"),
    "panel": gettext_lazy("Panel"),
}
ROUTE_MEANINGS = {
    "fast_track": gettext_lazy("You get a receipt at once. Some registrations are drawn and read afterwards."),
    "light": gettext_lazy("A reviewer of your unit reads it."),
    "full": gettext_lazy("An officer works with you on safeguards."),
    "panel": gettext_lazy("Several people look at it, one from your field."),
}
FACTOR_WORDS = {
    "own": gettext_lazy("own organisation"),
    "domain": gettext_lazy("research domain"),
    "partner": gettext_lazy("partner organisation"),
    "country": gettext_lazy("country of the partner"),
}
BENEFIT_WORDS = {
    "none": gettext_lazy("not described yet"),
    "some": gettext_lazy("some"),
    "strong": gettext_lazy("strong"),
}


@dataclass(frozen=True)
class Ends:
    """The lower and the upper end of a level; equal when nothing is open."""

    lower: str
    upper: str

    @property
    def is_open(self) -> bool:
        return self.lower != self.upper

    @property
    def word(self) -> str:
        """As a badge or heading says it: "Moderate", "Low to high"."""
        if not self.is_open:
            return str(LEVEL_WORDS[self.lower])
        return _("%(lower)s to %(upper)s") % {
            "lower": LEVEL_WORDS[self.lower],
            "upper": LEVEL_WORDS_INSIDE[self.upper],
        }

    @property
    def word_inside(self) -> str:
        if not self.is_open:
            return str(LEVEL_WORDS_INSIDE[self.lower])
        return _("%(lower)s to %(upper)s") % {
            "lower": LEVEL_WORDS_INSIDE[self.lower],
            "upper": LEVEL_WORDS_INSIDE[self.upper],
        }

    @property
    def meaning(self) -> str:
        return str(OPEN_MEANING if self.is_open else LEVEL_MEANINGS[self.lower])

    def holds(self, level: str) -> bool:
        return LEVELS.index(self.lower) <= LEVELS.index(level) <= LEVELS.index(self.upper)


def ends_of(level: Any) -> Ends | None:
    """Read a level however it comes: an id, a pair, a stored {"lower", "upper"} or the engine's Interval."""
    if not level:
        return None
    if isinstance(level, Ends):
        return level
    if isinstance(level, str):
        lower = upper = level
    elif isinstance(level, dict):
        lower, upper = level["lower"], level["upper"]
    elif isinstance(level, (list, tuple)):
        lower, upper = level
    else:
        lower, upper = level.lower, level.upper
    return Ends(lower.replace("-", "_"), upper.replace("-", "_"))


def pair_sentence(filed: Any, reached: Any) -> str:
    """What a screen reader hears for a pair of badges."""
    filed, reached = ends_of(filed), ends_of(reached)
    if reached is None or filed == reached:
        return filed.word
    return _("%(filed)s as filed, %(reached)s with safeguards") % {
        "filed": filed.word,
        "reached": reached.word_inside,
    }


def css_level(level: str) -> str:
    return level.replace("_", "-")
