"""Fields of forms as Django's own templates draw them, without the templates: a list to choose from takes one for each
of its options, and pages are made of fields."""

from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join

INPUTS = ("text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "checkbox")


class WidgetRenderer(TemplatesSetting):
    """Everything else, and what a page or a package draws itself, comes from templates."""

    def render(self, template_name, context, request=None):
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def draw_input(widget: dict):
    value = "" if widget["value"] is None else format_html(' value="{}"', widget["value"])
    return format_html('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, attributes(widget))


def draw_textarea(widget: dict):
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>', widget["name"], attributes(widget), widget["value"] or ""
    )


def draw_select(widget: dict):
    groups = format_html_join("", "{}", ((draw_group(name, options),) for name, options, _place in widget["optgroups"]))
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], attributes(widget), groups)


def draw_group(name: str | None, options: list[dict]):
    drawn = format_html_join(
        "", '\n  <option value="{}"{}>{}</option>', ((o["value"], attributes(o), o["label"]) for o in options)
    )
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, drawn) if name else drawn


def attributes(widget: dict):
    return flatatt(widget["attrs"])


DRAWN = {
    "django/forms/widgets/select.html": draw_select,
    "django/forms/widgets/textarea.html": draw_textarea,
    "django/forms/widgets/input.html": draw_input,
    **{f"django/forms/widgets/{kind}.html": draw_input for kind in INPUTS},
}
