"""The small parts that pages write again and again. docs/interface.md shows each with its context."""

import re
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile

from django import template
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from riskassess.core import pictures
from riskassess.core.words import (
    BENEFIT_WORDS,
    FACTOR_WORDS,
    LEVEL_WORDS,
    LEVELS,
    ROUTE_MEANINGS,
    ROUTE_WORDS,
    css_level,
    ends_of,
    pair_sentence,
)

register = template.Library()

SHAPES = {
    "low": '<circle cx="6" cy="6" r="4.6"/>',
    "moderate": '<path d="M6 .6 11.4 6 6 11.4 .6 6Z"/>',
    "high": '<path d="M6 .8 11.7 11H.3Z"/>',
    "very_high": '<path d="M1 1h10v10H1Z"/>',
    "hold": '<path d="M1.5 1h3v10h-3z M7.5 1h3v10h-3z"/>',
    "open": '<circle cx="6" cy="6" r="4.8"/>',
}


# --- icons -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def icon_archive() -> ZipFile:
    return ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))


@lru_cache(maxsize=256)
def icon_shapes(name: str) -> str:
    try:
        drawing = icon_archive().read(f"{name}.svg").decode()
    except KeyError:
        raise template.TemplateSyntaxError(f"Lucide has no icon named {name!r}.") from None
    inner = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
    return re.sub(r"\s+", " ", inner).strip()


@register.simple_tag
def icon(name, css=""):
    """An icon is decoration: the word beside it carries the meaning, so screen readers skip it."""
    return format_html(
        '<svg class="ra-icon{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        f" {css}" if css else "",
        mark_safe(icon_shapes(name)),  # noqa: S308  the drawing comes from the icon package
    )


@register.simple_tag
def icon_words(name, words, css=""):
    """An icon with its words, kept together on the first line."""
    return format_html(
        '<span class="ra-icon-text{}">{}<span>{}</span></span>', f" {css}" if css else "", icon(name), words
    )


STATE_ICONS = {
    "good": "circle-check",
    "turn": "arrow-right",
    "plain": "clock",
    "wrong": "octagon-alert",
    "declined": "circle-x",
    "draft": "pencil",
    "question": "message-circle",
    "match": "git-compare",
    "ended": "history",
}


@register.simple_tag
def state_words(tone, words, icon_name=""):
    """Where something stands. Tones: good, turn, wrong, plain; declined, draft, question, match, ended pick an icon."""
    css = {"question": "turn", "match": "turn"}.get(tone, tone)
    css = css if css in {"good", "turn", "wrong"} else "plain"
    return format_html(
        '<span class="ra-state ra-state-{}">{}<span>{}</span></span>', css, icon(icon_name or STATE_ICONS[tone]), words
    )


# --- levels ----------------------------------------------------------------------------------------------------------


def shape(level, css):
    return format_html(
        '<svg class="{}" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">{}</svg>',
        css,
        mark_safe(SHAPES[level]),  # noqa: S308  a constant of this file
    )


@register.simple_tag
def level_badge(level, size="", possible=False):
    """A level or an interval as a badge; size is "", "small" or "big". An open interval and a possible level have
    no fill, so that nobody reads a doubt as a result; possible="short" leaves the doubt to the words beside it."""
    ends = ends_of(level)
    if ends is None:
        return ""
    css = f" ra-level-{size}" if size else ""
    if ends.is_open or possible:
        bare = ends.is_open or possible == "short"
        word = ends.word if bare else _("Possibly %(level)s") % {"level": ends.word_inside}
        mark = shape("open", "ra-level-shape ra-level-shape-open")
        return format_html('<span class="ra-level ra-level-open{}">{}{}</span>', css, mark, word)
    mark = shape(ends.lower, "ra-level-shape")
    return format_html('<span class="ra-level ra-level-{}{}">{}{}</span>', css_level(ends.lower), css, mark, ends.word)


@register.simple_tag
def hold_badge(size="", possible=False):
    """A legal hold stands beside a level, never in its place."""
    if possible:
        mark = shape("open", "ra-level-shape ra-level-shape-open")
        css = f" ra-level-{size}" if size else ""
        return format_html('<span class="ra-level ra-level-open{}">{}{}</span>', css, mark, _("Possible legal hold"))
    return level_badge("hold", size)


@register.simple_tag
def level_mark(level, possible=False):
    """The bare shape before words that name the level themselves."""
    ends = ends_of(level)
    key = "open" if possible or ends is None or ends.is_open else ends.lower
    return shape(key, f"ra-level-mark ra-level-mark-{css_level(key)}")


@register.simple_tag
def level_pair(filed, reached=None, size=""):
    """As filed, then with safeguards; one badge when both are the same."""
    first, second = ends_of(filed), ends_of(reached)
    if first is None:
        return ""
    if second is None or first == second:
        return level_badge(first, size)
    return format_html(
        '<span class="ra-pair"><span class="ra-hidden">{}</span>'
        '<span class="ra-pair" aria-hidden="true">{}{}{}</span></span>',
        pair_sentence(first, second),
        level_badge(first, size),
        icon("arrow-right"),
        level_badge(second, size),
    )


@register.inclusion_tag("_partials/level_bar.html")
def level_bar(level):
    """Four cells: firm, possible, out of range. The words of the interval are the picture's name."""
    ends = ends_of(level)
    cells = [
        {
            "css": css_level(each),
            "word": LEVEL_WORDS[each],
            "kind": "firm" if each == ends.lower else "possible" if ends.holds(each) else "out",
        }
        for each in LEVELS
    ]
    return {"cells": cells, "ends": ends}


@register.filter
def level_word(level):
    ends = ends_of(level)
    return ends.word if ends else ""


@register.filter
def level_word_inside(level):
    """The word as it stands inside a sentence."""
    ends = ends_of(level)
    return ends.word_inside if ends else ""


@register.filter
def level_meaning(level):
    ends = ends_of(level)
    return ends.meaning if ends else ""


@register.filter
def is_open_level(level):
    ends = ends_of(level)
    return bool(ends and ends.is_open)


@register.filter
def route_word(route):
    return ROUTE_WORDS.get(route, route)


@register.filter
def route_meaning(route):
    return ROUTE_MEANINGS.get(route, "")


@register.filter
def benefit_word(benefit):
    return BENEFIT_WORDS.get(benefit, benefit)


@register.filter
def factor_words(factors):
    """The factors of a finding in words: "research domain and partner organisation together"."""
    words = [str(FACTOR_WORDS.get(each, each)) for each in factors or ()]
    if len(words) < 2:
        return "".join(words)
    return _("%(factors)s together") % {"factors": and_list(words)}


@register.filter
def named(ids, names):
    """Turn ids into their names, kept in order: `finding.dimensions|named:titles`."""
    return ", ".join(str(names.get(each, each)) for each in ids or ())


@register.filter
def and_list(words):
    words = [str(each) for each in words]
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


# --- findings --------------------------------------------------------------------------------------------------------


def read(thing, name, default=None):
    return thing.get(name, default) if isinstance(thing, dict) else getattr(thing, name, default)


@register.simple_tag
def because(reasons, reader="you"):
    """The facts that made a finding true, in bold words. For staff the answer is not the reader's: reader="they"."""
    parts = []
    for reason in reasons or ():
        text, words = str(read(reason, "text") or ""), read(reason, "words") or read(reason, "value") or ""
        if isinstance(words, (list, tuple)):
            words = and_list(words)
        if not words:
            parts.append(format_html(_("“{}” is still open"), text))
        elif read(reason, "kind") == "answer":
            form = _("you answered {} to “{}”") if reader == "you" else _("the answer is {} to “{}”")
            parts.append(format_html(form, bold(words), text.rstrip("?")))
        else:
            parts.append(format_html("{}: {}", text, bold(words)) if text else bold(words))
    if not parts:
        return ""
    joined = parts[0]
    if len(parts) > 1:
        joined = format_html(_("{} and {}"), format_html_join(", ", "{}", ((part,) for part in parts[:-1])), parts[-1])
    return format_html("<b>{}</b> {}.", _("Because"), joined)


def bold(words):
    return format_html("<b>{}</b>", words)


@register.filter
def as_marks(findings, which="if_agreed"):
    """Findings in the order shown -> numbered marks for the matrix; `which` grade says where safeguards bring them:
    "if_agreed" (proposed ones too) or "agreed"."""
    marks = []
    for number, finding in enumerate(findings or (), start=1):
        filed, reached = read(finding, "filed"), read(finding, which)
        to = (read(reached, "likelihood"), read(reached, "impact")) if reached else None
        title = str(read(finding, "title") or "")
        marks.append(pictures.Mark(number, read(filed, "likelihood"), read(filed, "impact"), to, title))
    return marks


# --- pictures --------------------------------------------------------------------------------------------------------


@register.inclusion_tag("_partials/matrix_picture.html")
def matrix_picture(marks, bands=pictures.BANDS, key="matrix"):
    """The 5 x 5 matrix; for reports too (an inner title, literal colours). `key` makes its ids unique on the page."""
    return {"matrix": pictures.matrix(marks, bands), "key": key}


@register.inclusion_tag("_partials/dimension_picture.html")
def dimension_picture(rows, key="dimensions"):
    """Rows of (title, as filed, with safeguards) as a chart with a name and a sentence for each row."""
    rows = list(rows)
    said = [f"{title}: {pair_sentence(filed, reached)}" for title, filed, reached in rows]
    return {"chart": pictures.dimension_chart(rows), "said": ". ".join(said), "key": key}


@register.filter
def css_id(level):
    return css_level(level)


@register.filter
def level_of_score(score):
    return pictures.level_of_score(score)


# --- forms -----------------------------------------------------------------------------------------------------------


@register.filter
def widget_kind(field):
    """Which shape a field takes: radio, checks, check, file, hidden or plain."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    name = type(widget).__name__
    kinds = {"RadioSelect": "radio", "CheckboxSelectMultiple": "checks", "CheckboxInput": "check"}
    if getattr(widget, "input_type", "") == "file":
        return "file"
    return kinds.get(name) or {"radio": "radio", "checkbox": "checks" if hasattr(widget, "choices") else "check"}.get(
        getattr(widget, "input_type", ""), "plain"
    )


@register.simple_tag
def field_options(field, hints=None, closed=None):
    """The options of a radio or checkbox field with hints and, for those that rules close, the reason why; both may
    be attributes of the form field.

    A closed option keeps its words but loses its input: a disabled one would be skipped by the keyboard, unexplained.
    """
    hints = hints or getattr(field.field, "hints", None) or {}
    closed = closed or getattr(field.field, "closed", None) or {}
    options = []
    for option in field:
        value = str(option.data["value"])
        options.append(
            {
                "value": value,
                "tag": input_tag(option.data),
                "id": option.id_for_label,
                "words": option.choice_label,
                "hint": hints.get(value, ""),
                "closed": closed.get(value, ""),
                "is_unsure": value == "unsure",
            }
        )
    return options


def input_tag(data: dict):
    """As Django's widget writes it, without the two templates that take most of the time of a page of questions."""
    given = (data["type"], data["name"], data["value"], flatatt(data["attrs"]))
    return format_html('<input type="{}" name="{}" value="{}"{}>', *given)


@register.filter
def columns_of(field):
    return getattr(field.field, "columns", 0)


@register.filter
def has_hints(options):
    return any(option["hint"] or option["closed"] for option in options)


@register.filter
def row_of(options):
    """Yes, no and unsure stand in one row; every other list is stacked."""
    values = {option["value"] for option in options}
    if values <= {"yes", "no", "unsure"}:
        return "ra-options-row" if len(values) == 3 else "ra-options-two"
    return ""


@register.simple_tag
def error_rows(form):
    """(anchor, words of the field, sentence) for the summary on top; sentences without a field come first. The form
    remembers that it has its summary, so that a page which asks for one and crispy do not both write it."""
    form.has_summary = True
    found = [("", "", error) for error in form.non_field_errors()]
    for field in form:
        for error in field.errors:
            anchor = "" if field.is_hidden else field.auto_id
            if anchor and widget_kind(field) in {"radio", "checks"}:
                anchor = f"{anchor}_0"
            place = getattr(field.form, "place_words", "")
            found.append((anchor, f"{place}: {field.label}" if place else field.label, error))
    return found


@register.filter
def cap_first(words):
    return conditional_escape(capfirst(str(words)))
