"""What would lower the level: picked, with who and by when, and the level it would reach at once."""

from django.contrib import messages
from django.forms import CheckboxInput
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.assessments.lowering import Lowering, lowering_of
from riskassess.assessments.models import SafeguardState
from riskassess.assessments.services import change_safeguard, drop_safeguard
from riskassess.audit.log import story
from riskassess.core.errors import Conflict, DomainError
from riskassess.core.words import ends_of
from riskassess.engine.results import Assessment, Finding
from riskassess.web.access import get_proposal_for, note_read
from riskassess.web.forms.proposals import SafeguardChangeForm, SafeguardForm
from riskassess.web.standing import day
from riskassess.web.views.assessment import RESPONSIBLE, Shown, shown_to
from riskassess.web.views.questionnaire import crumbs


def safeguards(request, reference):
    """Reading it ticks what `pick` names, which is how the level of what is ticked is asked for; posting adds it."""
    permission = "proposals.propose_safeguard" if request.method == "POST" else "proposals.view"
    proposal = get_proposal_for(request.user, reference, permission)
    note_read(request.user, proposal)
    shown = shown_to(request.user, proposal)
    if shown is None:
        return later(request, proposal)
    if request.method != "POST":
        return page(request, shown)
    form = SafeguardForm(request.POST, offered=offered_names(shown))
    if not form.is_valid():
        return page(request, shown, form=form, status=422)
    try:
        with story():
            for finding, mitigation in form.picked():
                workflow.propose_safeguard(
                    proposal=proposal,
                    actor=request.user,
                    finding=finding,
                    mitigation=mitigation,
                    responsible=form.cleaned_data["responsible"],
                    due_on=form.cleaned_data["due_on"],
                )
    except DomainError as fault:
        form.add_error(None, str(fault))
        return page(request, shown, form=form, status=409 if isinstance(fault, Conflict) else 422)
    count = len(form.picked())
    words = ngettext("%(n)d safeguard proposed.", "%(n)d safeguards proposed.", count) % {"n": count}
    messages.success(request, f"{words} {_('The level they would reach is shown here.')}")
    return redirect("safeguards", reference)


def later(request, proposal):
    context = {"proposal": proposal, "crumbs": crumbs(proposal, _("Safeguards"), reader=request.user)}
    return render(request, "proposals/assessment_later.html", context)


def page(request, shown: Shown, *, form=None, changing=None, status=200):
    """`changing` is (row, form) of a safeguard taken up whose new words were refused."""
    proposal, draft = shown.proposal, shown.draft
    may_propose = request.user.has_perm("proposals.propose_safeguard", proposal)
    lowering = lowering_of(shown.catalogue, shown.facts, on=shown.on)
    offered = offers(shown, lowering) if may_propose else []
    values = {offer["value"] for offer in offered}
    picked = [
        value for value in (form["pick"].value() if form else request.GET.getlist("pick")) or [] if value in values
    ]
    for offer in offered:
        given = {"id": offer["input_id"], "value": offer["value"]}
        offer["field_html"] = CheckboxInput().render("pick", offer["value"] in picked, given)
    reached = shown.with_safeguards([tuple(value.split("|", 1)) for value in picked]) if picked else shown.result
    taken = taken_rows(shown, may_propose, changing)
    return render(
        request,
        "proposals/safeguards.html",
        {
            "layout": "proposals/workspace.html" if draft else "proposals/reading.html",
            "proposal": proposal,
            "result": shown.result,
            "reached": reached.if_agreed,
            "picked_count": len(picked),
            "count": len(picked) + len([row for row in shown.facts["safeguards"] if row["state"] != "refused"]),
            "taken": taken,
            "offers": offered,
            "lowering": set_rows(lowering, values) if lowering else None,
            "form": form or SafeguardForm(offered=offered_names(shown)),
            "may_propose": may_propose,
            "empty": empty_words(shown, may_propose),
            "rail": draft.rail("safeguards") if draft else None,
            "panel": draft.panel() if draft else None,
            "next": draft.next_step("safeguards") if draft else None,
            "before": draft.step_before("safeguards") if draft else None,
            "crumbs": crumbs(proposal, _("Safeguards"), reader=request.user),
        },
        status=status,
    )


def empty_words(shown: Shown, may_propose: bool) -> dict:
    """What stands in place of suggestions where there are none."""
    if shown.findings and may_propose:
        return {
            "title": _("Nothing more to suggest"),
            "text": _("The rules name no other safeguard for these findings."),
        }
    if shown.findings:
        return {"title": _("Nothing to choose now"), "text": _("Those who write the proposal choose safeguards.")}
    if shown.draft and shown.draft.missing:
        text = _("What would lower the level shows here as soon as something is found.")
        return {"title": _("Nothing needs lowering so far"), "text": text}
    return {
        "title": _("Nothing needs lowering"),
        "text": _("No rule of the catalogue found anything in these answers."),
    }


def set_rows(lowering: Lowering, offered: set[str]) -> dict:
    """The smallest sets in words, each with what to tick for it while all of it is offered."""
    rows = []
    for words, parts in zip(lowering.sets, lowering.parts, strict=True):
        values = sorted(f"{finding}|{mitigation}" for finding, mitigation in parts)
        rows.append({"words": words, "values": values if offered.issuperset(values) else []})
    return {"target": lowering.target, "rows": rows, "more": lowering.more, "obstacles": lowering.obstacles}


def taken_rows(shown: Shown, may_propose: bool, changing=None) -> list[dict]:
    """The safeguards taken up so far, each with its state in words."""
    rows = []
    for row in shown.proposal.questionnaire.safeguards.all():
        mitigation = shown.catalogue.mitigation(row.mitigation)
        finding = shown.result.finding(row.finding)
        rows.append(
            {
                "uid": row.uid,
                "name": mitigation.name,
                "does": mitigation.text,
                "url": reverse("guidance_safeguard", args=[mitigation.id]),
                "who": row.responsible or RESPONSIBLE[mitigation.responsible],
                "due": day(row.due_on),
                "state": STATE_WORDS[row.state],
                "finding": finding.title if finding else "",
                "may_drop": may_propose and row.state == SafeguardState.PROPOSED,
                "form": changing[1]
                if changing and changing[0] == row
                else SafeguardChangeForm(
                    initial={"responsible": row.responsible, "due_on": row.due_on}, prefix=f"change-{row.uid}"
                ),
            }
        )
    return rows


STATE_WORDS = {
    SafeguardState.PROPOSED: gettext_lazy("proposed; counts once the officer agrees"),
    SafeguardState.AGREED: gettext_lazy("agreed, counts"),
    SafeguardState.REFUSED: gettext_lazy("not taken up"),
    SafeguardState.FULFILLED: gettext_lazy("fulfilled"),
}


def offers(shown: Shown, lowering: Lowering | None) -> list[dict]:
    """What rules name and nobody has taken up, with the level each would reach; by finding, the most helpful first."""
    taken = {(row.finding, row.mitigation) for row in shown.proposal.questionnaire.safeguards.all()}
    first = lowering.parts[0] if lowering and lowering.parts else frozenset()
    found = []
    for place, finding in enumerate(shown.findings):
        for mitigation_id in finding.mitigations:
            mitigation = shown.catalogue.mitigation(mitigation_id)
            if (finding.key, mitigation_id) in taken or mitigation.lowers == "nothing":
                continue
            after = shown.with_safeguards([(finding.key, mitigation_id)])
            found.append(offer(shown, place, finding, mitigation, after))
            if len(first) > 1 and (finding.key, mitigation_id) in first and not found[-1]["enough"]:
                found[-1]["enough"] = _("With the others marked so, enough for %(level)s") % {"level": lowering.target}
    return sorted(found, key=lambda item: item["order"])


def offer(shown: Shown, place: int, finding: Finding, mitigation, after: Assessment) -> dict:
    lowered = after.finding(finding.key)
    before_level, after_level = finding.if_agreed.level, lowered.if_agreed.level if lowered else "low"
    if before_level != after_level:
        words = {"before": ends_of(before_level).word, "after": ends_of(after_level).word_inside}
        effect = _("%(before)s → %(after)s") % words
    elif lowered and lowered.if_agreed.score < finding.if_agreed.score:
        effect = _("Lower, still %(level)s") % {"level": ends_of(after_level).word_inside}
    else:
        effect = _("No further step")
    overall = after.if_agreed.upper
    is_enough = overall != shown.result.if_agreed.upper and overall in {"low", "moderate"}
    gained = finding.if_agreed.score - (lowered.if_agreed.score if lowered else 0)
    return {
        "value": f"{finding.key}|{mitigation.id}",
        "input_id": f"pick-{finding.key}-{mitigation.id}".replace(":", "-"),
        "name": mitigation.name,
        "does": mitigation.text,
        "url": reverse("guidance_safeguard", args=[mitigation.id]),
        "who": RESPONSIBLE[mitigation.responsible],
        "group": f"{finding.title} · {finding.row_label}" if finding.row_label else finding.title,
        "evidence": mitigation.evidence,
        "effect": effect,
        "enough": _("Enough for %(level)s") % {"level": ends_of(overall).word_inside} if is_enough else "",
        "order": (place, not is_enough, -gained, mitigation.effort, mitigation.id),
    }


def offered_names(shown: Shown) -> dict[str, str]:
    return {offer["value"]: offer["name"] for offer in offers(shown, None)}


@require_POST
def safeguard_change(request, reference, uid):
    """Who sees to it and by when, of what was only proposed."""
    proposal = get_proposal_for(request.user, reference, "proposals.propose_safeguard")
    row = get_object_or_404(proposal.questionnaire.safeguards, uid=uid)
    form = SafeguardChangeForm(request.POST, prefix=f"change-{row.uid}")
    if not form.is_valid():
        shown = shown_to(request.user, proposal)
        return page(request, shown, changing=(row, form), status=422) if shown else later(request, proposal)
    with story():
        change_safeguard(safeguard=row, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("safeguards", reference)


@require_POST
def safeguard_drop(request, reference, uid):
    """Take back what was only proposed."""
    proposal = get_proposal_for(request.user, reference, "proposals.propose_safeguard")
    row = get_object_or_404(proposal.questionnaire.safeguards, uid=uid)
    with story():
        drop_safeguard(safeguard=row, actor=request.user)
        workflow.reassess(proposal=proposal, trigger="safeguard")
    messages.success(request, _("Taken back."))
    return redirect("safeguards", reference)
