"""Parts of a page that are written once as long as they show the same."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from django.template.loader import get_template
from django.utils.translation import get_language

MOST_KEPT = 2000


@dataclass(frozen=True)
class Part:
    template: str
    language: str | None
    key: Hashable
    context: list[Callable[[], dict]] = field(compare=False)


def drawn(template: str, key: Hashable, context: Callable[[], dict]) -> str:
    """The HTML of a template. `key` names every value that the template shows; two parts with the same key are the
    same for every reader of a language, so that nothing belongs in it that only one session may see."""
    return _html(Part(template, get_language(), key, [context]))


@lru_cache(maxsize=MOST_KEPT)
def _html(part: Part) -> str:
    context = part.context.pop()  # what is kept holds none of the rows that were drawn
    return _template(part.template).render(context())


@cache
def _template(name: str):
    return get_template(name)
