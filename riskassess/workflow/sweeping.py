"""Find a text in all that people wrote, and put another in its place."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast

# Of the registry, what people wrote; names of organisations and of listed persons are nobody's here.
OF_REGISTRY = {"Judgement", "PartnerMerge"}
# Published texts, and what the audit log's own erasing reaches.
LEFT_OUT = {"CatalogueRelease", "RoleMembership"}


def swept_fields() -> Iterator[tuple[type[models.Model], list[models.Field]]]:
    """Every model of the chapters with those of its fields that hold text of people."""
    for model in apps.get_models():
        if _is_of_people(model):
            fields = [field for field in model._meta.local_concrete_fields if _holds_text(field)]
            if fields:
                yield model, fields


def sweep(needles: Iterable[str], put_in: str) -> dict[str, list[int]]:
    """Replace each of the texts, whatever its case, as a whole word; gives the keys of the changed rows by model."""
    needles = sorted(spellings(needle for needle in needles if len(needle) >= 3), key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){_as_pattern(needle)}(?!\w)" for needle in needles), re.IGNORECASE)
    changed: dict[str, list[int]] = {}
    for model, fields in swept_fields():
        for row in model._base_manager.filter(pk__in=_candidates(model, fields, _cases(needles))):
            touched = []
            for field in fields:
                before = getattr(row, field.attname)
                after = _replaced(before, pattern, put_in)
                if after != before:
                    setattr(row, field.attname, after[: field.max_length] if isinstance(after, str) else after)
                    touched.append(field.name)
            if touched:
                model._base_manager.filter(pk=row.pk).update(**{name: getattr(row, name) for name in touched})
                changed.setdefault(model._meta.label, []).append(row.pk)
    return changed


def spellings(needles: Iterable[str]) -> set[str]:
    """A letter with its accent is one character or two, by where it was typed."""
    return {unicodedata.normalize(form, needle) for needle in needles for form in ("NFC", "NFD")}


def _as_pattern(needle: str) -> str:
    """Between two words of a name may stand a line's end."""
    return r"\s+".join(re.escape(word) for word in needle.split())


def _cases(needles: list[str]) -> set[str]:
    """What to look for in the database: the longest word of each, since it knows nothing of the space between two, and
    SQLite knows upper and lower case of ASCII alone."""
    words = {max(needle.split(), key=len) for needle in needles}
    return {text for word in words for text in (word, word.lower(), word.upper(), word.title())}


def _is_of_people(model: type[models.Model]) -> bool:
    """What the audit log holds is erased by its own service, which keeps the chain whole."""
    if model._meta.app_label == "partners":
        return model.__name__ in OF_REGISTRY
    is_ours = model.__module__.startswith("riskassess.") and model._meta.app_label != "audit"
    return is_ours and model.__name__ not in LEFT_OUT


def _holds_text(field: models.Field) -> bool:
    if isinstance(field, models.JSONField | models.TextField):
        return True
    is_text = isinstance(field, models.CharField) and not isinstance(field, models.SlugField)
    return is_text and not field.choices and not field.unique and field.max_length > 36


def _candidates(model: type[models.Model], fields: list[models.Field], needles: set[str]) -> list[int]:
    rows, wanted = model._base_manager.all(), Q()
    for field in fields:
        name = field.name
        if isinstance(field, models.JSONField):
            name = f"{field.name}_as_text"
            rows = rows.annotate(**{name: Cast(field.name, TextField())})
        for needle in needles:
            wanted |= Q(**{f"{name}__icontains": needle})
            escaped = json.dumps(needle)[1:-1]  # how SQLite keeps letters outside ASCII in JSON
            if escaped != needle and name != field.name:
                wanted |= Q(**{f"{name}__icontains": escaped})
    return list(rows.filter(wanted).values_list("pk", flat=True))


def _replaced(value: object, pattern: re.Pattern, put_in: str) -> object:
    if isinstance(value, str):
        return pattern.sub(put_in, value)
    if isinstance(value, list):
        return [_replaced(item, pattern, put_in) for item in value]
    if isinstance(value, dict):
        return {key: _replaced(item, pattern, put_in) for key, item in value.items()}
    return value
