from functools import cache

from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from riskassess.proof.packing import packed
from riskassess.reports.verifying import MATCHES, SUPERSEDED, UNKNOWN, Answer, look_into, look_up
from riskassess.web.downloads import to_keep
from riskassess.web.forms.verifying import VerifyForm


@never_cache
@csrf_exempt  # nothing is kept or changed, so no cookie is needed to guard it
def verify(request):
    """Is this report the one that was issued? Tells nothing else, and keeps nothing of what was given."""
    given = request.POST if request.method == "POST" else request.GET if request.GET.get("code") else None
    form = VerifyForm(given, request.FILES if request.method == "POST" else None)
    answer = look_up(form.fingerprint) if form.is_bound and form.is_valid() else None
    if answer and answer.outcome == UNKNOWN and form.cleaned_data["file"]:
        answer = look_into(form.content)
    context = {"form": form, "answer": answer, "said": answer_words(answer) if answer else None}
    return render(request, "public/verify.html", context, status=422 if form.errors else 200)


def checker(request):
    """The same check to run oneself, offline: one file of ours that needs no RiskAssess."""
    return to_keep(_packed(), "application/zip", "verify_report.pyz")


@cache
def _packed() -> bytes:
    return packed()


def answer_words(answer: Answer) -> dict:
    """What `_partials/notice_box.html` shows."""
    if answer.outcome == MATCHES:
        title = _("This report is the one that was issued on %(day)s.") % {"day": _day(answer.issued_at)}
        hint = (
            _("The receipt is right. To be sure of every page, choose the file, too.") if answer.is_by_receipt else ""
        )
        return {"kind": "good", "title": title, "text": hint}
    if answer.outcome == SUPERSEDED:
        issued = {"day": _day(answer.issued_at)}
        if answer.made_again_at:
            title = _("This report was issued on %(day)s and was made anew on %(later)s.")
            text = _("It came from here; personal data were erased from it since. Ask for the newer one.")
            return {"kind": "turn", "title": title % {**issued, "later": _day(answer.made_again_at)}, "text": text}
        if answer.replaced_at is None:
            title = _("This report was issued on %(day)s. Its case was opened again since, so it no longer stands.")
            return {"kind": "turn", "title": title % issued, "text": ""}
        title = _("This report was issued on %(day)s and was replaced by version %(number)d on %(later)s.") % {
            **issued, "number": answer.replaced_by, "later": _day(answer.replaced_at),
        }  # fmt: skip
        return {"kind": "turn", "title": title, "text": _("Ask for the newer one.")}
    if answer.changed:
        title = (
            _("This is not the report as it was issued: the facts or the decision in it were edited.")
            if answer.changed == "facts"
            else _("This is not the report as it was issued: the file was changed since.")
        )
        text = _(
            "It carries the receipt of a report that was issued on %(day)s. Ask whoever gave it to you for that one."
        )
        return {"kind": "wrong", "title": title, "text": text % {"day": _day(answer.issued_at)}}
    return {
        "kind": "wrong",
        "title": _("We don't know this report."),
        "text": _(
            "It was changed since it was issued, or did not come from here. Ask whoever gave it to you for the file."
        ),
    }


def _day(moment) -> str:
    return formats.date_format(timezone.localtime(moment), "j F Y")
