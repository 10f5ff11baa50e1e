from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners.countries import country_name
from riskassess import workflow
from riskassess.accounts.calendar import calendar_of
from riskassess.accounts.texts import text_for
from riskassess.assessments.queries import assessment_of, catalogue_of, last_edits, latest_record
from riskassess.assessments.wording import answer_groups, changes_between, visits_of
from riskassess.audit.queries import EventFilters, events
from riskassess.core.errors import Conflict, DomainError
from riskassess.core.words import ROUTE_MEANINGS, ROUTE_WORDS
from riskassess.proposals.models import PartnerRole, Proposal
from riskassess.proposals.rules import is_coinvestigator
from riskassess.proposals.states import AFTER_DECISION, EDITABLE, IN_WORK, STANDING, UNDER_REVIEW, State
from riskassess.reports.asking import kinds_for
from riskassess.reports.queries import reports_of
from riskassess.reviews.eligibility import parts_of
from riskassess.reviews.followups import midterm_day, why_not_follow_up
from riskassess.reviews.hearing import why_no_appeal
from riskassess.reviews.models import Appeal, FollowUp
from riskassess.reviews.queries import last_decision, recommendations_now, stuck_submissions
from riskassess.reviews.routing import filed_route
from riskassess.web.access import get_proposal_for, note_read
from riskassess.web.conditions import condition_rows, conditions_with_files
from riskassess.web.draft import Draft, may_write
from riskassess.web.evidence import evidence_changes, filed_evidence
from riskassess.web.forms.following import EvidenceForm
from riskassess.web.forms.proposals import WithdrawForm
from riskassess.web.forms.reports import AskReportForm
from riskassess.web.history import TOLD, timeline
from riskassess.web.people import people_by_row, people_changes
from riskassess.web.renewals import renewal_parts, reuse_of
from riskassess.web.standing import standing_of
from riskassess.web.talk import Talk, may_correct
from riskassess.web.views.assessment import RESPONSIBLE
from riskassess.web.views.questionnaire import crumbs
from riskassess.web.views.reports import report_card


def proposal(request, reference):
    """Where it stands, whose turn it is, what comes next and by when."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    note_read(request.user, proposal)
    case = getattr(proposal, "case", None)
    decision = last_decision(case) if case else None
    conditions = list(decision.conditions.all()) if decision else []
    due = [condition.due_on for condition in conditions if condition.fulfilled_on is None]
    writes = may_write(request.user, proposal)
    draft = Draft(proposal) if writes and proposal.state in EDITABLE else None
    record = latest_record(proposal)
    result = assessment_of(record) if record else None
    is_stuck = proposal.state == State.SUBMITTED and bool(stuck_submissions(Proposal.objects.filter(pk=proposal.pk)))
    return render(
        request,
        "proposals/proposal.html",
        {
            "proposal": proposal,
            "case": case,
            "standing": standing_of(
                proposal,
                calendar=calendar_of(proposal.institution),
                decision=decision,
                open_conditions=len(due),
                next_condition=min(due, default=None),
                is_stuck=is_stuck,
                reader=request.user,
            ),
            "is_stuck": is_stuck,
            "may_assess_again": is_stuck and request.user.has_perm("reviews.assess_again", proposal),
            "writes": writes,
            "is_author": writes or is_coinvestigator(request.user, proposal),
            "reads_draft": proposal.is_editable and not writes and is_coinvestigator(request.user, proposal),
            "draft": draft,
            "next_step": first_open_step(draft) if draft else None,
            "progress": draft.progress() if draft else [],
            "missing_count": len(draft.missing_links) if draft else 0,
            "promised": promised(draft) if draft and writes else None,
            "people": people_of(proposal),
            "talk": Talk(proposal, request.user).cards(),
            "asked": changes_asked(proposal),
            "record": record,
            "result": result,
            "agreed_count": proposal.questionnaire.safeguards.exclude(state="refused").count() if record else 0,
            "decision": decision if decision and proposal.state in AFTER_DECISION else None,
            "earlier_decision": decision if decision and proposal.state not in AFTER_DECISION else None,
            "conditions": condition_lines(conditions),
            "match_waits": match_waits(result) and proposal.state in UNDER_REVIEW,
            "holds": standing_holds_shown(case, result),
            "partners": partner_lines(proposal),
            "versions": proposal.versions.order_by("-number"),
            "reports": [
                report_card(report, may_retry=writes)
                for report in reports_of(proposal, request.user, with_redacted=True)
            ],
            "report_form": AskReportForm(kinds=kinds_for(proposal, request.user)),
            "events": told_events(proposal, request.user),
            "may_withdraw": request.user.has_perm("proposals.withdraw", proposal),
            "may_correct": may_correct(request.user, proposal),
            "may_discard": request.user.has_perm("proposals.discard", proposal),
            "reuse": reuse_of(proposal, request.user),
            "crumbs": crumbs(proposal, reader=request.user),
        },
    )


def promised(draft: Draft) -> dict | None:
    """Which way the draft would go by the answers so far, and how long that is promised to take; None where the
    institution shows no level before submission."""
    if not draft.shows_level:
        return None
    route = draft.catalogue.route(filed_route(draft.result, draft.proposal.institution))
    return {"route": ROUTE_WORDS[route.id], "meaning": ROUTE_MEANINGS[route.id], "days": route.days}


def people_of(proposal) -> list[dict]:
    """Who is at work on the proposal: each author with what they last wrote, then who carries the case."""
    edits = last_edits(proposal.questionnaire) if hasattr(proposal, "questionnaire") else {}
    rows = [{"name": proposal.owner.name, "part": _("leads it"), "edit": edits.get(proposal.owner_id)}]
    for co in proposal.coinvestigators.all():
        part = _("may edit") if co.can_edit else _("may read")
        rows.append({"name": co.user.name, "part": part, "edit": edits.get(co.user_id)})
    case = getattr(proposal, "case", None)
    if case is not None and case.officer:
        rows.append({"name": case.officer.name, "part": _("carries the case"), "edit": None})
    return rows


def match_waits(result) -> bool:
    """Whether the name of a partner is close to one on a list and nobody has compared them yet."""
    return result is not None and any(_rests_on_match(hold) for hold in result.holds)


def _rests_on_match(hold) -> bool:
    return hold.state == "possible" and any(r.kind == "fact" and r.value == "possible" for r in hold.because)


def standing_holds_shown(case, result) -> list:
    """The holds that stand; one that rests on a match alone is told as a match, since it may well be nothing."""
    if case is None or result is None:
        return []
    matches = {(hold.rule, hold.row) for hold in result.holds if _rests_on_match(hold)}
    return [hold for hold in case.holds.all() if hold.stands and (hold.rule, hold.row) not in matches]


def condition_lines(conditions) -> list[dict]:
    """Conditions as the researcher reads them; who sees to them may be a part named by the catalogue."""
    return [
        {
            "text": condition.text,
            "responsible": RESPONSIBLE.get(condition.responsible, condition.responsible),
            "due_on": condition.due_on,
            "fulfilled_on": condition.fulfilled_on,
        }
        for condition in conditions
    ]


def first_open_step(draft: Draft) -> dict:
    """The page to go on with: the first with a missing answer, then the check."""
    if not draft.missing and draft.proposal.state == State.CHANGES_REQUESTED:
        return {"url": draft.page("check"), "label": _("Look through your answers")}
    open_pages = {item.url.partition("#")[0] for item in draft.missing_links}
    steps = draft.steps()
    return next((step for step in steps if step["url"] in open_pages), steps[-1])


def changes_asked(proposal) -> dict | None:
    """What the reviewers ask for, while the proposal waits for it."""
    if proposal.state != State.CHANGES_REQUESTED:
        return None
    event = events(EventFilters(reference=proposal.reference, verb="proposal.request_changes")).first()
    if event is None:
        return None
    return {"by": event.detail.actor_name, "at": event.at, "text": (event.detail.after or {}).get("reason", "")}


def told_events(proposal, reader) -> list[dict]:
    return timeline(reference=proposal.reference, reader=reader, limit=12, verbs=TOLD)


def partner_lines(proposal) -> list[dict]:
    return [
        {
            "name": row.partner.name,
            "country": country_name(row.partner.country),
            "role": row.get_role_display(),
        }
        for row in proposal.participations.select_related("partner")
    ]


@require_POST
def assess_again(request, reference):
    """Starts an assessment anew that has failed."""
    proposal = get_proposal_for(request.user, reference, "reviews.assess_again")
    workflow.assess_again(proposal=proposal, actor=request.user)
    messages.success(request, _("The assessment was started again. It usually takes a minute."))
    return redirect(proposal)


def discard(request, reference):
    """Deletes a draft after a page that names what goes."""
    proposal = get_proposal_for(request.user, reference, "proposals.discard")
    if request.method == "POST":
        workflow.discard(proposal=proposal, actor=request.user)
        messages.success(request, _("The draft %(reference)s is gone.") % {"reference": reference})
        return redirect("home")
    return render(
        request,
        "proposals/discard.html",
        {"proposal": proposal, "crumbs": crumbs(proposal, _("Discard"))},
    )


def withdraw(request, reference):
    """Takes a submitted proposal back: at one press on My page, or after a page that says what that means."""
    proposal = get_proposal_for(request.user, reference, "proposals.withdraw")
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            workflow.withdraw(proposal=proposal, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as fault:
            form.add_error(None, str(fault))
            status = 409 if isinstance(fault, Conflict) else 422
        else:
            words = _("%(reference)s is withdrawn. Nobody goes on with it. “Copy” makes a new draft of what you wrote.")
            messages.success(request, words % {"reference": reference})
            return redirect(proposal)
    case = getattr(proposal, "case", None)
    return render(
        request,
        "proposals/withdraw.html",
        {
            "proposal": proposal,
            "form": form,
            "officer": case.officer if case else None,
            "crumbs": crumbs(proposal, _("Withdraw")),
        },
        status=status,
    )


def version(request, reference, number):
    """What was submitted, frozen, with what the version before said differently."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    note_read(request.user, proposal)
    row = get_object_or_404(proposal.versions.select_related("release", "submitted_by"), number=number)
    catalogue = catalogue_of(row.release)
    earlier = proposal.versions.filter(number=number - 1).first()
    record = row.records.order_by("-pk").first()
    people = people_by_row(row)
    return render(
        request,
        "proposals/version.html",
        {
            "proposal": proposal,
            "version": row,
            "content": row.content,
            "partners": [
                {
                    "name": partner["label"],
                    "country": country_name(partner["country"]),
                    "role": PartnerRole(partner["role"]).label,
                    "people": people.get(partner["id"], []),
                }
                for partner in row.content["partners"]
            ],
            "may_erase": proposal.state not in IN_WORK and request.user.has_perm("reviews.erase_contact", proposal),
            "visits": visits_of(row.content),
            "groups": answer_groups(row.content, catalogue),
            "evidence": filed_evidence(row, proposal, catalogue),
            "changes": [
                *changes_between(earlier, row, catalogue),
                *people_changes(earlier, row),
                *evidence_changes(earlier, row),
            ]
            if earlier
            else [],
            "earlier": earlier,
            **renewal_parts(proposal, row, catalogue, request.user),
            "result": assessment_of(record) if record else None,
            "versions": proposal.versions.order_by("-number"),
            "crumbs": crumbs(proposal, _("Version %(number)d") % {"number": number}, reader=request.user),
        },
    )


def decision(request, reference):
    """Outcome, reasons, sources, conditions, and until when one may appeal."""
    return decision_page(request, get_proposal_for(request.user, reference, "proposals.view"))


def follow_ups_of(user, proposal, decision) -> list[dict]:
    """The mid-term check and the closing report: told already, open to this reader now, or with the day it opens."""
    told = {row.kind: row for row in decision.followups.all()}
    writes = user.has_perm("proposals.follow_up", proposal)
    day = midterm_day(decision)
    rows = []
    for kind in FollowUp.Kind:
        is_open = writes and not why_not_follow_up(proposal, decision, kind)
        if kind in told or is_open or (kind == FollowUp.Kind.MIDTERM and day and proposal.state in STANDING):
            shown_day = day if kind == FollowUp.Kind.MIDTERM else None
            rows.append(
                {"kind": kind, "label": kind.label, "told": told.get(kind), "is_open": is_open, "day": shown_day}
            )
    return rows


def decision_page(request, proposal, *, typed=None, status=200):
    """`typed`: the form of a condition that came back, by the condition's uid."""
    note_read(request.user, proposal)
    case = getattr(proposal, "case", None)
    decision = last_decision(case) if case else None
    if decision is None:
        raise Http404
    record = decision.record
    labels = {row["id"]: row["label"] for row in parts_of(record.version)}
    letter = reports_of(proposal, request.user).filter(decision=decision).first()
    reports = request.user.has_perm("proposals.report_condition", proposal)
    return render(
        request,
        "proposals/decision.html",
        {
            "own_text": text_for(proposal.institution, "beside_decision"),
            "proposal": proposal,
            "decision": decision,
            "result": assessment_of(record),
            "record": record,
            "conditions": condition_rows(conditions_with_files(decision), EvidenceForm, typed or {}, RESPONSIBLE),
            "may_report": reports,
            "is_open_again": proposal.state not in AFTER_DECISION,
            "scope": [labels[row] for row in decision.scope if row in labels],
            "left_out": [label for row, label in labels.items() if decision.scope and row not in decision.scope],
            "recommendations": recommendations_now(case),
            "letter": report_card(letter, may_retry=may_write(request.user, proposal)) if letter else None,
            "appeal": Appeal.objects.filter(decision=decision).first(),
            "may_appeal": request.user.has_perm("proposals.appeal", proposal) and not why_no_appeal(case, decision),
            "reader_is_owner": proposal.owner_id == request.user.pk,
            "follow_ups": follow_ups_of(request.user, proposal, decision),
            "may_correct_partner": request.user.has_perm("proposals.correct_partner", proposal),
            "may_terminate": request.user.has_perm("reviews.terminate", proposal),
            "crumbs": crumbs(proposal, _("Decision"), reader=request.user),
        },
        status=status,
    )
