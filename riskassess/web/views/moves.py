from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.queries import editions_in_force
from riskassess import workflow
from riskassess.accounts.calendar import calendar_of
from riskassess.assessments.queries import assessment_of, catalogue_of, latest_record
from riskassess.assessments.trying import try_out
from riskassess.core.errors import Conflict, DomainError
from riskassess.engine.comparing import compare
from riskassess.proposals.models import Thread
from riskassess.reviews.eligibility import next_stage, parts_of, unfulfilled_safeguards
from riskassess.reviews.models import Deciders, Outcome, Vote
from riskassess.reviews.queries import recommendations_now, visible_proposals
from riskassess.reviews.similar import similar_cases
from riskassess.web.access import get_case_for
from riskassess.web.actions import staff_actions
from riskassess.web.confirming import is_confirmed, note_confirmed
from riskassess.web.forms.reviews import (
    AssignForm,
    ConditionFormSet,
    DecideForm,
    FlagForm,
    ReasonForm,
    RecommendForm,
)
from riskassess.web.forms.talk import AskForm
from riskassess.web.forms.words import CHANGED_ON_ITS_WAY
from riskassess.web.places import Places
from riskassess.web.talk import Talk
from riskassess.web.views.case import RESPONSIBLE, crumbs, decider_words
from riskassess.workflow.common import lists_mark

DAYS_FOR_A_CONDITION = 20


def keep_refusal(form, fault: DomainError) -> None:
    """Put a refusal on the form it belongs to; what was typed stays, and a lost race answers 409."""
    form.add_error(fault.field if fault.field in form.fields else None, str(fault))
    form.status = 409 if isinstance(fault, Conflict) else 422


def status_of(*forms) -> int:
    """The answer's status: a form with an error is no success."""
    if not any(form.is_bound and not form.is_valid() for form in forms):
        return 200
    return max((getattr(form, "status", 422) for form in forms if hasattr(form, "status")), default=422)


def assign(request, reference):
    case = get_case_for(request.user, reference, "reviews.assign")
    form = AssignForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.assign(case=case, actor=request.user, **form.cleaned_data)
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("The case is with %(name)s.") % {"name": form.cleaned_data["officer"]})
            return redirect(case)
    return _form_page(request, case, form, _("Who carries this case"), _("Save"))


def recommend(request, reference):
    case = get_case_for(request.user, reference, "reviews.recommend")
    record = latest_record(case.proposal)
    form = RecommendForm(request.POST or None, initial={"record": record.uid})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            workflow.recommend(
                case=case,
                actor=request.user,
                outcome=given["outcome"],
                reasons=given["reasons"],
                record_uid=given["record"],
            )
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("Your recommendation is in. Somebody else decides."))
            return redirect(case)
    return _form_page(
        request, case, form, _("Recommend on %(ref)s") % {"ref": reference}, _("Recommend"), record=record
    )


def decide(request, reference):
    case = get_case_for(request.user, reference, "reviews.decide")
    record = latest_record(case.proposal)
    unconfirmed = None if is_confirmed(request) else request.user
    taken, changed = taken_over(request.GET, record), what_changed(case, record, request.POST)
    data = request.POST.copy() if request.method == "POST" else None
    if changed:  # what is sent next is of what is shown now
        data["record"], data["lists"] = str(record.uid), lists_mark()
    form = DecideForm(
        data,
        case=case,
        record_row=record,
        unconfirmed=unconfirmed,
        initial={"lists": lists_mark(), **taken["initial"]},
    )
    conditions = ConditionFormSet(request.POST or None, prefix="conditions", initial=taken["conditions"])
    if conditions.is_bound and not conditions.management_form.is_valid():
        form.add_error(None, CHANGED_ON_ITS_WAY)
        conditions = ConditionFormSet(prefix="conditions")
    is_valid = form.is_valid() & conditions.is_valid()
    if changed:
        form.add_error(None, _("Nothing was decided. Read below what changed since you opened this page, then go on."))
        form.status, is_valid = 409, False
    if form.is_bound and form.cleaned_data.pop("password", None):
        note_confirmed(request)  # also where something else is wrong: the next try does not ask again
        del form.fields["password"]
    if is_valid:
        given = dict(form.cleaned_data)
        try:
            vote = workflow.decide(
                case=case,
                actor=request.user,
                record_uid=given.pop("record"),
                lists_shown=given.pop("lists"),
                conditions=[row for row in conditions.cleaned_data if row.get("text")],
                **given,
            )
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("Your decision is recorded."))
            if vote.reminded:
                messages.warning(
                    request,
                    _(
                        "Your words hold “%(words)s”. No reason may rest on where somebody comes from; if one does, "
                        "say so to whoever decides with you. This reminder is kept with your vote."
                    )
                    % {"words": ", ".join(vote.reminded)},
                )
            return redirect(case)
    advised = {row.outcome for row in recommendations_now(case)}
    hints = form.fields["outcome"].hints
    form.fields["outcome"].hints = hints | {
        value: _("Recommended. %(hint)s") % {"hint": hints[value]} for value in hints if value in advised
    }
    result, catalogue = assessment_of(record), catalogue_of(record.release)
    actions = staff_actions(request.user, case.proposal)
    context = {
        "case": case,
        "proposal": case.proposal,
        "form": form,
        "conditions": conditions,
        "record": record,
        "result": result,
        "recommendations": recommendations_now(case),
        "flags": [card for card in Talk(case.proposal, request.user).cards() if card.thread.kind == Thread.Kind.FLAG],
        "crumbs": crumbs(case, _("Decision"), reader=request.user),
        "agreed": [
            {
                "name": catalogue.mitigation(row.mitigation).name,
                "who": RESPONSIBLE.get(row.responsible, row.responsible),
                "due_on": row.due_on,
                "evidence_wanted": row.evidence_wanted,
            }
            for row in unfulfilled_safeguards(record)
        ],
        "changed": changed,
        "editions": editions_in_force(),
        "similar": similar_cases(
            case=case, result=result, proposals=visible_proposals(request.user), user=request.user
        ),
        "send_on": [action for action in actions if action.name in {"request_changes", "flag"} and action.is_open],
        "next_steps": next_steps(case),
        "closed_because": next((action.closed_because for action in actions if action.name == "decide"), ""),
        "stage_words": decider_words(case)[1],
        "is_first": case.deciders == Deciders.HIGH,
    }
    return render(request, "cases/decide.html", context, status=status_of(form, conditions))


def taken_over(given, record) -> dict:
    """What somebody tried at "what if", as a draft of the decision: safeguards as conditions, rows left out.

    Safeguards that are agreed become conditions by themselves, so they are not written twice.
    """
    agreed = {(row.finding, row.mitigation) for row in unfulfilled_safeguards(record)}
    rows, lines = [row["id"] for row in parts_of(record.version)], {}
    for finding, mitigation in (
        try_out(record, safeguards=(pair(value) for value in given.getlist("take")), without=(), answers=()).safeguards
        - agreed
    ):
        lines.setdefault(mitigation, finding)
    left_out = set(given.getlist("leave")) & set(rows)
    initial = {}
    if left_out:
        initial = {"outcome": Outcome.PART, "scope": [row for row in rows if row not in left_out]}
    elif lines or (agreed and "take" in given):
        initial = {"outcome": Outcome.CONDITIONS}
    catalogue = catalogue_of(record.release)
    due_on = calendar_of(record.proposal.institution).add(timezone.localdate(), DAYS_FOR_A_CONDITION)
    return {
        "initial": initial,
        "conditions": [
            {
                "text": f"{mitigation.name}. {mitigation.text}",
                "responsible": str(RESPONSIBLE[mitigation.responsible]).capitalize(),
                "due_on": due_on,
            }
            for mitigation in (catalogue.mitigation(name) for name in sorted(lines))
        ],
    }


def pair(value: str) -> tuple[str, str]:
    finding, _bar, mitigation = value.partition("|")
    return finding, mitigation


def what_changed(case, record, posted) -> list[str]:
    """In words, what is other than when the form that came in was shown; empty where all is as it was."""
    sentences, shown = [], str(posted.get("record", ""))
    if shown and shown != str(record.uid):
        before = next((row for row in case.proposal.records.all() if str(row.uid) == shown), None)
        if before is None:  # of another proposal, or no mark at all: the form and the service say so
            return sentences
        difference = compare(catalogue_of(record.release), assessment_of(before), assessment_of(record))
        if before.version_id != record.version_id:
            sentences.append(_("The researcher submitted version %(n)d.") % {"n": record.version.number})
        sentences += [move.sentence for move in difference.moves] + [change.sentence for change in difference.changes]
        sentences = sentences or [_("The case was assessed anew; nothing else differs.")]
    if (lists := str(posted.get("lists", ""))) and lists != lists_mark():
        known = set(lists.split(","))
        new = [edition.source.name for edition in editions_in_force() if str(edition.uid) not in known]
        words = ", ".join(new) or _("a list was taken back")
        sentences.append(_("Lists changed: %(names)s. Read what they say of the partners.") % {"names": words})
    return sentences


def next_steps(case) -> list[str]:
    """What follows the button, in order."""
    name = {"name": case.proposal.owner.first_name}
    letter = _("%(name)s gets the letter with the reasons, and the last day to appeal.") % name
    stage = next_stage(case)
    if stage == Vote.Stage.FIRST:
        return [
            _("An approver of the unit is asked for the second vote; neither sees the other's before."),
            _("If both agree: %(letter)s") % {"letter": letter},
            _("If not, the panel votes, and its majority decides."),
        ]
    if stage == Vote.Stage.SECOND:
        return [_("If both votes agree: %(letter)s") % {"letter": letter}, _("If not, the panel votes.")]
    if stage == Vote.Stage.PANEL:
        return [
            _("The panel's other members vote; three at least, and more than half decide."),
            _("A tie goes to the institution's top role."),
        ]
    return [letter, _("Conditions are followed up on their days.")]


def ask(request, reference):
    """A question to the authors, on one answer or in general; they answer in its thread."""
    case = get_case_for(request.user, reference, "reviews.ask")
    places = Places(case.proposal, request.user).answered()
    form = AskForm(request.POST or None, people=[], places=places, initial={"about": request.GET.get("about", "")})
    if request.method == "POST" and form.is_valid():
        try:
            thread = workflow.open_thread(
                proposal=case.proposal, actor=request.user, kind=Thread.Kind.REQUEST, **form.given()
            )
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("Your question is with the authors. You are told when they answer."))
            return redirect(f"{reverse('messages', args=[reference])}#thread-{thread.uid}")
    name = {"name": case.proposal.owner.first_name}
    return _form_page(request, case, form, _("Ask %(name)s something") % name, _("Ask %(name)s") % name)


def place_after(user, case):
    """The case, or the desk for an approver to whom it is closed now that it waits for somebody else."""
    return case if visible_proposals(user).filter(pk=case.proposal_id).exists() else "desk"


def _reason_page(permission, title, button, done, step, *, help_text="", form_class=ReasonForm):
    """A view for a move that needs nothing but words."""

    def view(request, reference):
        case = get_case_for(request.user, reference, permission)
        form = form_class(request.POST or None, help_text=help_text() if help_text else "")
        if request.method == "POST" and form.is_valid():
            try:
                step(case=case, actor=request.user, **form.cleaned_data)
            except DomainError as fault:
                keep_refusal(form, fault)
            else:
                messages.success(request, done())
                return redirect(place_after(request.user, case))
        return _form_page(request, case, form, title(), button())

    return view


request_changes = _reason_page(
    "reviews.request_changes",
    lambda: _("Request changes"),
    lambda: _("Request changes"),
    lambda: _("Sent. The clock stops until the researcher submits again."),
    workflow.request_changes,
    help_text=lambda: _("The researcher reads these words. Name the questions you mean."),
)
flag = _reason_page(
    "reviews.flag",
    lambda: _("Flag for a closer look"),
    lambda: _("Flag"),
    lambda: _("The case is flagged. The authors read what you told them and may reply."),
    workflow.flag,
    help_text=lambda: _("Say what needs a closer look, and from whom. Name the rule or the fact. This stays internal."),
    form_class=FlagForm,
)
unflag = _reason_page(
    "reviews.unflag",
    lambda: _("Take the flag off"),
    lambda: _("Back to review"),
    lambda: _("The case is in ordinary review again."),
    workflow.unflag,
    help_text=lambda: _("Say what the closer look found."),
)


reopen = _reason_page(
    "reviews.reopen",
    lambda: _("Open the case again"),
    lambda: _("Open the case again"),
    lambda: _("A new round of review has begun."),
    lambda *, case, actor, reasons: workflow.reopen(proposal=case.proposal, actor=actor, reasons=reasons),
    help_text=lambda: _("The researcher is told, and reads these words. What was decided stays on record."),
)
close = _reason_page(
    "reviews.close",
    lambda: _("Close the proposal"),
    lambda: _("Close the proposal"),
    lambda: _("The proposal is closed."),
    workflow.close,
    help_text=lambda: _("Say how the collaboration ended. Every condition has to be settled before."),
)


def _form_page(request, case, form, title, button, *, record=None):
    return render(
        request,
        "cases/form.html",
        {
            "case": case,
            "proposal": case.proposal,
            "form": form,
            "button": button,
            "title": title,
            "record": record,
            "result": assessment_of(record) if record else None,
            "crumbs": crumbs(case, button, reader=request.user),
        },
        status=status_of(form),
    )
