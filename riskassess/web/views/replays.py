from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.accounts.roles import Role
from riskassess.assessments.models import Replay, ReplayDifference
from riskassess.assessments.queries import catalogue_of, recent_replays, replayed_cases
from riskassess.assessments.replaying import BANDS
from riskassess.assessments.replays import start_replay, stop_replay
from riskassess.audit.services import record_read
from riskassess.core.words import LEVEL_WORDS, LEVELS, ROUTE_WORDS, ends_of
from riskassess.reviews.queries import visible_proposals
from riskassess.web.forms.replays import StartReplayForm
from riskassess.web.progress import pace_words

PAGE_SIZE = 50
SHOWN = 20
FEWEST = 5  # a smaller count could point at somebody, for whoever may not see cases
Kind = ReplayDifference.Kind


def replays(request):
    """What was replayed lately, and the form that starts another one."""
    form = StartReplayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(start_replay(actor=request.user, **form.cleaned_data))
    rows = list(recent_replays()[:SHOWN])
    counted = Counted(request.user)
    return render(
        request,
        "replays/replays.html",
        {
            "form": form,
            "rows": [{"replay": row, "result": result_words(row, counted)} for row in rows],
            "under_way": next((row for row in rows if row.state in {"queued", "working"}), None),
            "may_start": request.user.has_perm("assessments.start_replay"),
        },
    )


def replay(request, uid):
    """One replay: how far it is, levels before and after, and the cases for whoever may see cases."""
    row = get_object_or_404(recent_replays(), uid=uid)
    counted = Counted(request.user)
    counts = {Kind.FAULT: row.faults, Kind.UNREADABLE: row.unreadable, Kind.MOVED: row.moved}
    kinds = [kind for kind, count in counts.items() if count]
    kind = next((each for each in kinds if each == request.GET.get("show")), kinds[0] if kinds else "")
    page = cases_of(request, row, kind) if counted.is_exact and kind else None
    return render(
        request,
        "replays/replay.html",
        {
            "replay": row,
            "crumbs": [(_("Replay"), reverse("replays")), (started_words(row), "")],
            "result": result_words(row, counted),
            "progress": progress_of(row),
            "facts": facts_of(row, counted),
            "matrices": matrices_of(row, counted),
            "levels": [LEVEL_WORDS[level] for level in LEVELS],
            "rules": rules_of(row, counted),
            "page": page,
            "cases": [case_row(difference) for difference in page or []],
            "kind": kind,
            "query": f"show={kind}&",
            "chips": [
                {"label": Kind(each).label.capitalize(), "url": f"?show={each}", "count": None, "current": each == kind}
                for each in kinds
            ],
            "is_exact": counted.is_exact,
            "may_stop": request.user.has_perm("assessments.start_replay") and row.state in {"queued", "working"},
        },
    )


def replay_state(request, uid):
    """The progress, for the page that waits; at the end that page loads again."""
    row = get_object_or_404(recent_replays(), uid=uid)
    if not request.htmx:
        return redirect(row)
    if row.state not in {"queued", "working"}:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "_partials/job_progress.html", progress_of(row))


def replay_stop(request, uid):
    row = get_object_or_404(recent_replays(), uid=uid)
    stop_replay(replay=row, actor=request.user)
    messages.info(request, _("The replay was stopped. What it found so far is kept."))
    return redirect(row)


class Counted:
    """Counts as this reader may see them: small ones stay vague for whoever sees no cases."""

    def __init__(self, user):
        self.is_exact = user.has_perm("assessments.view_replayed_cases")

    def __call__(self, count: int) -> str:
        if count and count < FEWEST and not self.is_exact:
            return _("fewer than %(number)d") % {"number": FEWEST}
        return formats.localize(count)


def cases_of(request, row: Replay, kind: str):
    scope = visible_proposals(request.user).exclude(owner=request.user).exclude(coinvestigators__user=request.user)
    found = replayed_cases(row, scope, kind).select_related("record__proposal__case")
    if request.user.has_role(Role.AUDITOR):
        record_read("replay.read", actor_id=request.user.pk, role=Role.AUDITOR, subject=f"assessments.Replay:{row.uid}")
    return Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))


def started_words(row: Replay) -> str:
    return formats.date_format(timezone.localtime(row.created_at), "j M Y, H:i")


def result_words(row: Replay, counted: Counted) -> str:
    """One sentence that says what came out."""
    if row.state == "queued":
        return _("It waits for its turn.")
    if row.state == "working":
        return _("It is under way.")
    if row.state == "cancelled":
        return _("It was stopped before its end.")
    if row.state != "done":
        return row.job.reason if row.job else _("It did not end.")
    if row.release_id is None:
        if not row.faults:
            return _("Every stored result came out the same, byte for byte.")
        return _("Not the same as stored: %(faults)s of %(done)s.") % {
            "faults": counted(row.faults),
            "done": formats.localize(row.done),
        }
    if not row.moved and not row.unreadable:
        return _("No level, route or hold would change.")
    return _("Level, route or holds would change in %(moved)s of %(done)s.") % {
        "moved": counted(row.moved + row.unreadable),
        "done": formats.localize(row.done),
    }


def progress_of(row: Replay) -> dict | None:
    """What `_partials/job_progress.html` shows; nothing once it is done."""
    if row.state == "done":
        return None
    return {
        "job": {
            "state": row.state,
            "done": row.done,
            "total": row.total,
            "message": "",
            "pace": pace_words(row.done, row.total, row.created_at),
            "error": "" if row.state in {"queued", "working"} else result_words(row, lambda count: ""),
        },
        "title": _("Assessing again"),
        "poll_url": reverse("replay_state", args=[row.uid]),
    }


def facts_of(row: Replay, counted: Counted) -> list[dict]:
    rate = _("%(number)s a second") % {"number": formats.localize(round(row.rate))} if row.rate else ""
    return [
        {
            "label": _("Under"),
            "value": row.release or _("each its own release"),
            "note": _("all assessments") if row.every_record else _("newest of each proposal"),
        },
        {
            "label": _("Read"),
            "value": _("%(done)s of %(total)s")
            % {"done": formats.localize(row.done), "total": formats.localize(row.total)},
            "note": rate,
        },
        {
            "label": _("Came out otherwise"),
            "value": counted(row.faults + row.moved + row.unreadable),
            "note": _("%(count)s could not be read") % {"count": counted(row.unreadable)} if row.unreadable else "",
        },
        {
            "label": _("With answers left out"),
            "value": counted(row.fitted),
            "note": _("the release does not take them") if row.fitted else "",
        },
    ]


def matrices_of(row: Replay, counted: Counted) -> list[dict]:
    """For each end of the levels a row for each level as stored, a cell for each level now; no cases, no words."""
    titles = {
        "lower": (_("What is certain"), _("Findings that rest on answers and facts alone.")),
        "upper": (
            _("With what is open"),
            _("As if every open answer were the riskier one. The route follows this end."),
        ),
    }
    return [
        {
            "title": title,
            "hint": hint,
            "rows": [
                {"level": before, "cells": [cell_of(found.get(after, 0), before, after, counted) for after in LEVELS]}
                for before in LEVELS
                if (found := row.levels[end].get(before))
            ],
        }
        for end, (title, hint) in titles.items()
        if row.levels.get(end)
        and (end == "lower" or row.levels[end] != row.levels["lower"])  # else nothing that is open counts
    ]


def cell_of(count: int, before: str, after: str, counted: Counted) -> dict:
    steps = LEVELS.index(after) - LEVELS.index(before)
    if steps == 0:
        words = _("the same")
    elif steps > 0:
        words = ngettext("%(steps)d level up", "%(steps)d levels up", steps) % {"steps": steps}
    else:
        words = ngettext("%(steps)d level down", "%(steps)d levels down", -steps) % {"steps": -steps}
    return {
        "count": counted(count) if count else "",
        "words": words,
        "label": _("Now %(level)s:") % {"level": ends_of(after).word_inside},
    }


def rules_of(row: Replay, counted: Counted) -> list[dict]:
    """The rules that moved cases, those that moved most first, with their titles where the release holds them."""
    titles = {rule.id: rule.title for rule in catalogue_of(row.release).rules} if row.rules and row.release else {}
    words = {
        "new": _("new in %(count)s"),
        "changed": _("changed in %(count)s"),
        "gone": _("gone in %(count)s"),
        "possible": _("possible in %(count)s, while an answer is open"),
    }
    own = {
        BANDS: _("Bands, routes or caps alone"),
        "three_factors": _("Three factors come together"),
    }
    found = sorted(row.rules.items(), key=lambda item: (_certain(item[1]), -sum(item[1].values()), item[0]))
    return [
        {
            "id": "" if rule in own else rule,
            "title": own.get(rule) or titles.get(rule) or _("Not in this release"),
            "words": ", ".join(
                words[change] % {"count": counted(changes[change])} for change in words if change in changes
            ),
        }
        for rule, changes in found
    ]


def _certain(changes: dict) -> int:
    """Rules of which nothing is more than possible come last."""
    return int(set(changes) == {"possible"})


def case_row(difference: ReplayDifference) -> dict:
    proposal = difference.record.proposal
    before, after = difference.before, difference.after
    return {
        "proposal": proposal,
        "version": difference.record.version.number,
        "url": reverse("case", args=[proposal.reference]) if hasattr(proposal, "case") else proposal.get_absolute_url(),
        "before": {"lower": before["lower"], "upper": before["upper"]} if before else None,
        "after": {"lower": after["lower"], "upper": after["upper"]} if "lower" in after else None,
        "routes": route_words(before, after),
        "rules": ", ".join(rule for rule in difference.rules if rule != BANDS),
        "left_out": ", ".join(difference.left_out),
        "reason": reason_words(difference.reason),
    }


def reason_words(reason: str) -> str:
    first, _newline, rest = reason.partition("\n")
    return f"{_(first)} {rest}".strip() if reason else ""


def route_words(before: dict, after: dict) -> str:
    if not before.get("route") or not after.get("route"):
        return ""
    first, second = ROUTE_WORDS[before["route"]], ROUTE_WORDS[after["route"]]
    if first == second:
        return str(first)
    return _("%(before)s, now %(after)s") % {"before": first, "after": second}
