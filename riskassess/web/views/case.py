from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from partners import queries as registry
from partners.countries import country_name
from partners.models import Hit, Partner
from riskassess import workflow
from riskassess.accounts.calendar import calendar_of
from riskassess.accounts.roles import Role
from riskassess.assessments.countries import countries_of
from riskassess.assessments.lowering import lowering_of
from riskassess.assessments.owners import owners_used
from riskassess.assessments.queries import assessment_of, catalogue_of, latest_record
from riskassess.assessments.services import DAYS_FOR_A_SAFEGUARD
from riskassess.assessments.trail import answer_trails, labels_in
from riskassess.assessments.wording import answer_groups, changes_between, visits_of
from riskassess.audit.services import record_read
from riskassess.core.errors import DomainError
from riskassess.core.words import ROUTE_WORDS
from riskassess.engine.reading import fingerprint
from riskassess.proposals.models import PartnerRole
from riskassess.proposals.states import IN_WORK
from riskassess.reports.asking import kinds_for
from riskassess.reports.queries import reports_on
from riskassess.reviews import services as reviews
from riskassess.reviews.eligibility import parts_of
from riskassess.reviews.models import Appeal, Deciders
from riskassess.reviews.queries import advice_of, last_decision, votes_of
from riskassess.web.access import get_case_for
from riskassess.web.actions import staff_actions
from riskassess.web.case_parts import carried, earlier_cases
from riskassess.web.conditions import condition_rows, conditions_with_files
from riskassess.web.context import home_of
from riskassess.web.determined import determination_rows
from riskassess.web.drawing import drawn
from riskassess.web.evidence import evidence_changes, filed_evidence
from riskassess.web.forms.reports import AskReportForm
from riskassess.web.forms.reviews import AgreeForm, NoteForm, ReasonForm
from riskassess.web.history import timeline
from riskassess.web.owners import owners_to_look_at
from riskassess.web.people import people_by_row, people_changes, with_screening
from riskassess.web.renewals import renewal_parts
from riskassess.web.standing import paused_words
from riskassess.web.talk import Talk

RESPONSIBLE = {
    "researcher": gettext_lazy("the research team"),
    "institution": gettext_lazy("the institution"),
    "authority": gettext_lazy("the authority"),
}


def case(request, reference):
    case = get_case_for(request.user, reference, "reviews.view_case")
    if request.user.has_role(Role.AUDITOR):
        record_read(
            "case.read",
            actor_id=request.user.pk,
            role=Role.AUDITOR,
            subject=f"reviews.Case:{case.uid}",
            reference=reference,
        )
    answer = render(request, "cases/case.html", case_context(request.user, case))
    if not request.user.has_role(Role.AUDITOR):
        reviews.mark_seen(case=case, user=request.user)
    return answer


def case_context(user, case, *, typed=None, agreeing=None) -> dict:
    """`typed`: the form of a condition that came back, by the condition's uid; `agreeing`: that of a safeguard."""
    proposal, record = case.proposal, latest_record(case.proposal)
    result, catalogue = assessment_of(record), catalogue_of(record.release)
    actions = staff_actions(user, proposal)
    partners = partner_rows(record)
    people = with_screening(people_by_row(record.version), proposal.reference)
    owners = owners_to_look_at([row["partner"] for row in partners], proposal.reference, timezone.localdate())
    before = earlier_cases(user, case, [row["partner"] for row in partners])
    for row in partners:
        row["people"] = people.get(row["id"], [])
        row["owners"] = owners.get(row["partner"].pk, [])
        row["before"] = before.get(row["partner"].pk, "")
    others = [one for row in partners for one in (*row["people"], *row["owners"])]
    notes = list(case.notes.select_related("author")) if user.has_perm("reviews.read_notes", proposal) else []
    own_vote_in = any(vote.by_id == user.pk for vote in votes_of(case))
    shows_votes = case.closed_at is not None or own_vote_in
    safeguards = safeguard_rows(proposal, catalogue, result, agreeing or {})
    decision = last_decision(case)
    labels = {row["id"]: row["label"] for row in parts_of(record.version)}
    number = record.version.number
    earlier = proposal.versions.filter(number=number - 1).first() if number > 1 else None
    trails = answer_trails(
        questionnaire=proposal.questionnaire,
        catalogue=catalogue,
        labels=labels_in(record.version.content),
        until=record.version.created_at,
    )
    return {
        "case": case,
        "carried": carried(case),
        "proposal": proposal,
        "record": record,
        "filed": filed_parts(record, catalogue, result),
        "facts": facts_strip(case, record, result),
        "tabs": tabs(result, safeguards, partners),
        "move": move_box(user, case, actions, [*partners, *others]),
        "holds": [(hold, labels.get(hold.row, "")) for hold in case.holds.exclude(state="gone")],
        "may_lift": user.has_perm("reviews.lift_hold", proposal),
        "may_confirm": user.has_perm("reviews.confirm_hold", proposal),
        "safeguards": safeguards,
        "may_settle": user.has_perm("reviews.settle_safeguard", proposal),
        "partners": partners,
        "earlier_people": people.get("", []),
        "may_erase": proposal.state not in IN_WORK and user.has_perm("reviews.erase_contact", proposal),
        "owners": owners_used(record.owners, sees_screening=user.has_perm("partners.see_screening")),
        "countries": countries_of(record),
        "trails": [trail for trail in trails if trail.changes],
        "changes": [
            *changes_between(earlier, record.version, catalogue),
            *people_changes(earlier, record.version),
            *evidence_changes(earlier, record.version),
        ]
        if earlier
        else [],
        "determinations": determination_rows(case, user),
        "evidence": filed_evidence(record.version, proposal, catalogue),
        "earlier": earlier,
        **renewal_parts(proposal, record.version, catalogue, user),
        "recommendations": advice_of(case),
        "votes": votes_of(case) if shows_votes else [],
        "decision": decision,
        "talk": [card for card in Talk(proposal, user).cards() if card.thread.is_open],
        "conditions": condition_rows(conditions_with_files(decision), ReasonForm, typed or {}, RESPONSIBLE)
        if decision
        else [],
        "may_propose": user.has_perm("reviews.propose_condition", proposal),
        "accounts": accounts_of(decision, typed or {}) if decision else [],
        "may_read_account": user.has_perm("reviews.read_follow_up", proposal),
        "corrections_open": proposal.partner_corrections.filter(state="open").count(),
        "may_check": user.has_perm("reviews.check_condition", proposal),
        "appeals": Appeal.objects.filter(decision__case=case).select_related("by", "hearer", "decision")
        if decision
        else [],
        "notes": notes,
        "may_write_note": user.has_perm("reviews.write_note", proposal),
        "note_form": NoteForm(),
        "reports": reports_on(proposal, user),
        "report_form": AskReportForm(kinds=kinds_for(proposal, user)),
        "events": timeline(reference=proposal.reference, reader=user, limit=12),
        "crumbs": crumbs(case, reader=user),
    }


def filed_parts(record, catalogue, result) -> dict[str, str]:
    """What was filed and what the engine said of it, which stays as it is: written once for what stands in it."""
    content, release = record.version.content, record.release_id
    said, written = (release, fingerprint(record.result)), (release, fingerprint(content))
    return {
        "findings": drawn(
            "cases/_findings.html",
            said,
            lambda: {"result": result, "titles": {dimension.id: dimension.title for dimension in catalogue.dimensions}},
        ),
        "lowering": drawn(
            "_partials/lowering_box.html",
            (release, fingerprint(record.facts), record.as_of),
            lambda: {"lowering": lowering_of(catalogue, record.facts, on=record.as_of)},
        ),
        "answers": drawn(
            "cases/_answers.html",
            written,
            lambda: {
                "summary": content["proposal"].get("summary", ""),
                "visits": visits_of(content),
                "groups": answer_groups(content, catalogue),
            },
        ),
        "glance": drawn(
            "cases/_glance.html",
            said,
            lambda: {"result": result, "dimensions": dimension_rows(result, catalogue)},
        ),
    }


def dimension_rows(result, catalogue) -> list[dict]:
    return [
        {"title": d.title, "filed": d.inherent, "reached": d.if_agreed}
        for d in result.dimensions
        if catalogue.dimension(d.id).is_risk
    ]


def accounts_of(decision, typed: dict) -> list[tuple]:
    """What the authors told halfway and at the end, each with the form of the officer's answer."""
    rows = decision.followups.select_related("by", "seen_by")
    words = _("What you say to it")
    forms = {row: typed.get(str(row.uid)) or ReasonForm(prefix=str(row.uid), label=words) for row in rows}
    for form in forms.values():
        form.fields["reasons"].required = False
    return list(forms.items())


def crumbs(case, *parts, reader):
    reference = case.proposal.reference
    first = [home_of(reader, case.proposal), (reference, case.get_absolute_url() if parts else "")]
    return first + [(part, "") for part in parts]


def facts_strip(case, record, result) -> list[dict]:
    left = (case.due_on - timezone.localdate()).days
    over = ngettext("%(n)d day over", "%(n)d days over", -left) % {"n": -left}
    ahead = ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}
    return [
        {
            "label": _("Level, filed and with safeguards"),
            "filed": result.inherent,
            "reached": result.if_agreed,
            "hold": any(hold.state == "firm" for hold in result.holds),
            "note": _("version %(number)d, %(day)s")
            % {"number": record.version.number, "day": date_format(record.as_of, "j M Y")},
        },
        {"label": _("Route"), "value": ROUTE_WORDS[case.route], "note": result.route_reason},
        {"label": _("Deciders"), "value": decider_words(case)[0], "note": decider_words(case)[1]},
        {
            "label": _("Due"),
            "value": date_format(case.due_on, "j M Y"),
            "note": "" if case.closed_at else paused_words(case) if case.paused_on else (over if left < 0 else ahead),
        },
    ]


def decider_words(case) -> tuple[str, str]:
    words = {
        Deciders.LOW: (_("One"), _("an officer or an approver")),
        Deciders.MODERATE: (_("One"), _("an approver, after a recommendation")),
        Deciders.HIGH: (_("Two, of two roles"), _("an officer, then an approver; votes unseen")),
    }
    return words[Deciders(case.deciders)]


def decider_words_of(deciders: str) -> str:
    """The same in one line, of a result that belongs to no case."""
    return {
        Deciders.LOW: _("one: an officer or an approver"),
        Deciders.MODERATE: _("one: an approver, after a recommendation"),
        Deciders.HIGH: _("two of two roles: an officer, then an approver"),
    }[Deciders(deciders)]


def tabs(result, safeguards, partners) -> list[dict]:
    return [
        {"label": _("Overview"), "url": "#main", "count": None, "current": True},
        {"label": _("Findings"), "url": "#findings", "count": len(result.findings)},
        {"label": _("Safeguards"), "url": "#safeguards", "count": len(safeguards)},
        {"label": _("Partners"), "url": "#partners", "count": len(partners)},
        {"label": _("Answers"), "url": "#answers", "count": None},
        {"label": _("Record"), "url": "#record", "count": None},
    ]


def move_box(user, case, actions, parties) -> dict:
    open_hits = [item for row in parties for item in row["open_hits"]]
    primary, blocked, others, closed = None, [], [], []
    for item in open_hits:
        judgement = item["hit"].judgement
        is_waiting = item["hit"].waits
        if is_waiting and judgement.by_id == user.pk:
            continue  # somebody else has to confirm it
        if is_waiting and user.has_perm("reviews.confirm_judgement", case.proposal):
            primary = {"label": _("Confirm the judgement of a match"), "url": item["url"]}
            break
        if user.has_perm("reviews.judge", case.proposal):
            primary = {"label": _("Judge the match"), "url": item["url"]}
            break
    for action in actions:
        if not action.is_open:
            closed.append({"name": action.label, "reason": action.closed_because})
        elif primary is None and action.name in {"decide", "recommend", "appeal_hear"}:
            primary = {"label": action.label, "url": action.url}
        else:
            others.append({"label": action.label, "url": action.url})
    sentence = case.escalated or (_("A possible list match is left to judge.") if open_hits else "")
    return {
        "sentence": sentence,
        "primary": primary,
        "blocked": blocked,
        "others": others,
        "closed": closed,
        "is_empty": not (primary or others or closed),
    }


def partner_rows(record) -> list[dict]:
    """Each partner of the version with its latest screening and matches, in a constant number of queries."""
    rows = record.version.content["partners"]
    named = Partner.objects.filter(uid__in=[row["partner"] for row in rows]).select_related("merged_into")
    partners = {str(partner.uid): partner.merged_into or partner for partner in named}
    standings = registry.screening_standings(partners.values())
    hits: dict[int, list] = {}
    screenings = [standing.screening for standing in standings.values() if standing.screening]
    found = Hit.objects.filter(screening__in=screenings).select_related("entity", "edition__source", "judgement")
    for hit in found.order_by("pk"):
        url = reverse("match", args=[record.proposal.reference, hit.uid])
        hits.setdefault(hit.screening_id, []).append({"hit": hit, "url": url})
    result = []
    for row in rows:
        partner = partners[row["partner"]]
        standing = standings[partner]
        of_partner = hits.get(standing.screening.pk, []) if standing.screening else []
        result.append(
            {
                "id": row["id"],
                "partner": partner,
                "country": country_name(partner.country),
                "role": PartnerRole(row["role"]).label,
                "standing": standing,
                "hits": of_partner,
                "open_hits": [item for item in of_partner if item["hit"].is_open],
            }
        )
    return result


def safeguard_rows(proposal, catalogue, result, agreeing) -> list[dict]:
    due_on = calendar_of(proposal.institution).add(timezone.localdate(), DAYS_FOR_A_SAFEGUARD)
    rows = []
    for safeguard in proposal.questionnaire.safeguards.select_related("proposed_by"):
        mitigation = catalogue.mitigation(safeguard.mitigation)
        finding = result.finding(safeguard.finding)
        rows.append(
            {
                "row": safeguard,
                "name": mitigation.name,
                "does": mitigation.text,
                "finding": finding.title if finding else "",
                "who": RESPONSIBLE.get(safeguard.responsible or mitigation.responsible, safeguard.responsible),
                "opened": str(safeguard.uid) in agreeing,
                "form": agreeing.get(str(safeguard.uid)) or agree_form(safeguard, mitigation, due_on),
            }
        )
    return rows


def agree_form(safeguard, mitigation, due_on) -> AgreeForm:
    return AgreeForm(
        auto_id=f"{safeguard.uid}-%s",
        initial={
            "responsible": safeguard.responsible or str(RESPONSIBLE[mitigation.responsible]).capitalize(),
            "due_on": safeguard.due_on or due_on,
            "evidence_wanted": safeguard.evidence_wanted or mitigation.evidence,
        },
    )


@require_POST
def safeguard_settle(request, reference, uid):
    case = get_case_for(request.user, reference, "reviews.settle_safeguard")
    safeguard = get_object_or_404(case.proposal.questionnaire.safeguards, uid=uid)
    state = request.POST.get("state")
    if state not in {"agreed", "refused", "fulfilled"}:
        raise Http404
    form = AgreeForm(request.POST)
    if not form.is_valid():
        return render(
            request,
            "cases/case.html",
            case_context(request.user, case, agreeing={str(uid): form}),
            status=422,
        )
    try:
        workflow.settle_safeguard(safeguard=safeguard, actor=request.user, state=state, **form.cleaned_data)
    except DomainError as fault:
        if fault.field != "due_on":
            raise
        form.add_error("due_on", str(fault))
        return render(
            request, "cases/case.html", case_context(request.user, case, agreeing={str(uid): form}), status=422
        )
    messages.success(request, _("Noted. The levels are computed anew."))
    return redirect(f"{case.get_absolute_url()}#safeguards")


@require_POST
def note_add(request, reference):
    case = get_case_for(request.user, reference, "reviews.write_note")
    form = NoteForm(request.POST)
    if not form.is_valid():
        return render(request, "cases/case.html", {**case_context(request.user, case), "note_form": form}, status=422)
    reviews.add_note(case=case, actor=request.user, **form.cleaned_data)
    messages.success(request, _("The note is kept. The researcher never sees it."))
    return redirect(f"{case.get_absolute_url()}#notes")
