"""Conditions as rows of a page: where each stands in words, with the form that belongs to it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.reviews.models import Condition
from riskassess.web.standing import day


def conditions_with_files(decision):
    return decision.conditions.select_related("owner", "proposed_by", "reported_by").prefetch_related("files__file")


def condition_rows(conditions, form_class, typed: dict, parts: dict) -> list[dict]:
    """`typed` holds forms that came back, by the uid of their condition; the others are new. `parts` are the reader's
    words for whom the catalogue names as responsible."""
    rows = []
    for condition in conditions:
        key = str(condition.uid)
        tone, words = standing_of(condition)
        rows.append(
            {
                "condition": condition,
                "who": parts.get(condition.responsible, condition.responsible),
                "tone": tone,
                "words": words,
                "form": typed.get(key) or form_class(prefix=key),
                "opened": key in typed,
            }
        )
    return rows


def standing_of(condition: Condition) -> tuple[str, str]:
    """Tone and words of where a condition stands today."""
    if condition.fulfilled_on:
        return "good", _("Done %(day)s") % {"day": day(condition.fulfilled_on)}
    if condition.broken_on:
        return "ended", _("Not kept, %(day)s") % {"day": day(condition.broken_on)}
    if condition.reported_at:
        return "plain", _("Said to be done, is looked at")
    if condition.due_on < timezone.localdate():
        return "turn", _("Was due %(day)s") % {"day": day(condition.due_on)}
    return "plain", _("Open")
