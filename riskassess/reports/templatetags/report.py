from itertools import groupby

import segno
from django import template
from django.utils.translation import gettext as _

from riskassess.core.pictures import Mark, dimension_chart, matrix
from riskassess.core.words import ends_of, pair_sentence
from riskassess.reports.content.answering import day_words

register = template.Library()


@register.filter
def day(value):
    """A date as reports write it; nothing for none."""
    return day_words(value) if value else ""


@register.inclusion_tag("reports/_partials/dimension_chart.html")
def level_chart(dimensions):
    """The picture with the titles in up to two lines, and the sentence that stands for it."""
    chart = dimension_chart((each.title, each.filed, each.reached) for each in dimensions)
    said = ". ".join(f"{each.title}: {pair_sentence(each.filed, each.reached)}" for each in dimensions)
    return {"chart": chart, "said": said, "rows": list(zip(dimensions, chart.rows, strict=True))}


@register.filter
def without_question_mark(text):
    """A question as it is quoted inside a sentence."""
    return text.rstrip("? ")


@register.filter
def words_inside(reason):
    """The answer as it stands inside a sentence."""
    return {"yes": _("yes"), "no": _("no"), "unsure": _("unsure")}.get(reason.value, reason.words)


@register.filter
def or_list(answers):
    """Answers in quotation marks: “A”, “B” or “C”."""
    quoted = [_("“%(words)s”") % {"words": words} for words in answers]
    if len(quoted) == 1:
        return quoted[0]
    return _("%(first)s or %(last)s") % {"first": ", ".join(quoted[:-1]), "last": quoted[-1]}


@register.filter
def level_id(level):
    """The one level of what is not open."""
    return ends_of(level).lower


@register.inclusion_tag("_partials/matrix_picture.html")
def finding_matrix(findings, bands):
    """Findings as discs, and the place that the counted safeguards would bring each to."""
    marks = [
        Mark(
            each.number,
            each.filed.likelihood,
            each.filed.impact,
            (each.reached.likelihood, each.reached.impact),
            each.title,
        )
        for each in findings
    ]
    return {"matrix": matrix(marks, bands), "key": "matrix"}


@register.inclusion_tag("reports/_partials/qr_code.html")
def qr_code(address):
    """The address as a QR code: one path that strokes each run of dark modules in a row."""
    code = segno.make(address, error="m", micro=False)
    size = code.symbol_size(scale=1, border=2)[0]
    steps = []
    for y, row in enumerate(code.matrix):
        x = 0
        for is_dark, run in groupby(row):
            length = len(list(run))
            if is_dark:
                steps.append(f"M{x + 2} {y + 2.5}h{length}")
            x += length
    return {"size": size, "path": "".join(steps), "address": address}
