from dataclasses import dataclass
from datetime import date

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskassess.accounts.calendar import calendar_of
from riskassess.assessments.countries import CountryUsed, countries_of, countries_used
from riskassess.assessments.handbook import LICENSED_ZONE
from riskassess.assessments.lowering import lowering_of
from riskassess.assessments.owners import OwnersUsed, owners_used, read_owners
from riskassess.assessments.queries import assessment_of, catalogue_of, latest_record
from riskassess.core.templatetags.ui import as_marks
from riskassess.core.words import ends_of
from riskassess.engine.catalogue import Catalogue
from riskassess.engine.results import Assessment, Finding, Hold
from riskassess.engine.scoring import assess
from riskassess.proposals.states import EDITABLE, State
from riskassess.reports.queries import reports_of
from riskassess.reviews.routing import due_date, filed_route
from riskassess.web.access import get_proposal_for, note_read
from riskassess.web.draft import Draft, may_write
from riskassess.web.standing import day
from riskassess.web.talk import may_correct
from riskassess.web.views.questionnaire import crumbs
from riskassess.web.views.reports import report_card

RESPONSIBLE = {
    "researcher": gettext_lazy("The research team"),
    "institution": gettext_lazy("The institution, with you"),
    "authority": gettext_lazy("The authority"),
}
NUMBERS = ("", gettext_lazy("One"), gettext_lazy("Two"), gettext_lazy("Three"), gettext_lazy("Four"))


@dataclass(frozen=True)
class Shown:
    """The assessment a page shows: the draft's own, computed now, or the newest stored one."""

    proposal: object
    catalogue: Catalogue
    result: Assessment
    facts: dict
    draft: Draft | None
    record: object | None

    @property
    def findings(self) -> list[Finding]:
        """Of a draft, those that say something by now; of what was submitted, all."""
        return self.draft.findings if self.draft else list(self.result.findings)

    @property
    def holds(self) -> list[Hold]:
        return self.draft.holds if self.draft else list(self.result.holds)

    def with_safeguards(self, picked: list[tuple[str, str]]) -> Assessment:
        """As it would be with these (finding, mitigation) proposed, too."""
        added = [{"finding": finding, "mitigation": mitigation, "state": "proposed"} for finding, mitigation in picked]
        facts = {**self.facts, "safeguards": [*self.facts["safeguards"], *added]}
        return assess(self.catalogue, facts, on=self.on)

    @property
    def on(self) -> date:
        return self.draft.today if self.draft else self.record.as_of


def shown_to(user, proposal) -> Shown | None:
    """What this person may see: authors see a draft's level as they write, unless the institution shows it later."""
    if proposal.state in EDITABLE and may_write(user, proposal) and proposal.institution.shows_level_while_writing:
        draft = Draft(proposal)
        return Shown(proposal, draft.catalogue, draft.result, draft.facts, draft, None)
    record = latest_record(proposal)
    if record is None:
        return None
    return Shown(proposal, catalogue_of(record.release), assessment_of(record), record.facts, None, record)


def assessment(request, reference):
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    note_read(request.user, proposal)
    shown = shown_to(request.user, proposal)
    if shown is None:
        return render(
            request,
            "proposals/assessment_later.html",
            {"proposal": proposal, "crumbs": crumbs(proposal, _("Assessment"), reader=request.user)},
        )
    return assessment_page(request, shown)


def assessment_page(request, shown: Shown):
    proposal, result, catalogue = shown.proposal, shown.result, shown.catalogue
    draft = shown.draft
    reports = [
        report_card(row, may_retry=may_write(request.user, proposal))
        for row in reports_of(proposal, request.user).filter(kind="assessment")[:1]
    ]
    return render(
        request,
        "proposals/assessment.html",
        {
            "proposal": proposal,
            "result": result,
            "record": shown.record,
            "draft": draft,
            "titles": {dimension.id: dimension.title for dimension in catalogue.dimensions},
            "dimensions": [
                {"title": d.title, "filed": d.inherent, "reached": d.if_agreed}
                for d in result.dimensions
                if catalogue.dimension(d.id).is_risk
            ],
            "heading": heading(shown),
            "findings": numbered(shown.findings),
            "hidden_count": len(result.findings) - len(shown.findings),
            "meaning": meaning(shown),
            "count": len([row for row in shown.facts["safeguards"] if row["state"] != "refused"]),
            "agreed": result.if_agreed == result.residual,
            "quiet": quiet_rules(shown),
            "open_answers": open_links(shown),
            "taken_count": len([row for row in shown.facts["safeguards"] if row["state"] != "refused"]),
            "may_propose": request.user.has_perm("proposals.propose_safeguard", proposal),
            "lowering": lowering_of(catalogue, shown.facts, on=shown.on),
            "remarks": remarks(shown),
            "owners": owners(shown, request.user),
            "countries": countries(shown),
            "missing_count": len(draft.missing_links) if draft else 0,
            "reader": "you" if may_write(request.user, proposal) else "they",
            "zone_acts": any(reason.id == LICENSED_ZONE for f in shown.findings for reason in f.because),
            "holds": shown.holds,
            "holds_possible": all(hold.state == "possible" for hold in shown.holds),
            "marks": as_marks([finding for finding in shown.findings if finding.firm]),
            "may_correct": shown.record is not None and may_correct(request.user, proposal),
            "report": reports[0] if reports else None,
            "crumbs": crumbs(proposal, _("Assessment"), reader=request.user),
        },
    )


def heading(shown: Shown) -> str:
    count = len(shown.findings)
    if not count:
        return _("Nothing found so far") if shown.draft and shown.draft.missing else _("Nothing was found")
    if count == 1:
        return _("One finding")
    number = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return _("%(number)s findings, the first decides") % {"number": number}


def remarks(shown: Shown) -> list[dict]:
    """What rules say beside the findings: why a second reader looks, advice, relief."""
    told, found = {finding.rule for finding in shown.result.findings}, []
    for icon, rows in (
        ("users", shown.result.escalations),
        ("message-circle", shown.result.advice),
        ("door-open", shown.result.relief),
    ):
        for row in rows:
            if row.rule not in told and (row.rule, row.row) not in {(each["rule"], each["row"]) for each in found}:
                found.append({"icon": icon, "sentence": row.sentence, "rule": row.rule, "row": row.row})
    return found


def owners(shown: Shown, reader) -> tuple[OwnersUsed, ...]:
    if shown.record:
        read = shown.record.owners
    else:
        rows = shown.proposal.participations.select_related("partner")
        read = read_owners(shown.facts, {str(row.uid): str(row.partner.uid) for row in rows}, on=shown.on)
    return owners_used(read, sees_screening=reader.has_perm("partners.see_screening"))


def countries(shown: Shown) -> tuple[CountryUsed, ...]:
    if shown.record:
        return countries_of(shown.record)
    rows = shown.proposal.participations.select_related("partner")
    return countries_used(shown.facts, {str(row.uid): row.partner.country for row in rows}, on=shown.on)


def numbered(findings: list[Finding]) -> list[dict]:
    """Each finding with its number on the matrix; possible ones have no place there yet."""
    firm = [finding.key for finding in findings if finding.firm]
    return [
        {"finding": finding, "number": firm.index(finding.key) + 1 if finding.firm else None} for finding in findings
    ]


def meaning(shown: Shown) -> dict:
    """What the level means for the reader: in a sentence or two, with the route and its day."""
    result, proposal = shown.result, shown.proposal
    route = shown.catalogue.route(filed_route(result, shown.proposal.institution))
    reached = ends_of(result.if_agreed)
    case = getattr(proposal, "case", None)
    sentences = []
    if result.if_agreed != result.inherent:
        sentences.append(
            _("With the safeguards proposed, it would come to %(level)s.") % {"level": reached.word_inside}
        )
    if shown.draft and shown.draft.missing:
        sentences.append(_("Which route it takes is settled when the missing answers are in."))
    elif proposal.state in EDITABLE:
        if route.days:
            by = due_date(shown.catalogue, route.id, calendar_of(proposal.institution))
            words = _("If you submit today: %(route)s. %(meaning)s You have an answer by %(day)s.")
            sentences.append(words % {"route": route.title.lower(), "meaning": route.meaning, "day": day(by)})
        else:
            sentences.append(_("If you submit now, the fast track: %(meaning)s") % {"meaning": route.meaning})
    elif case and not case.closed_at and proposal.state != State.WITHDRAWN:
        words = _("%(meaning)s You have an answer by %(day)s.")
        sentences.append(words % {"meaning": shown.catalogue.route(case.route).meaning, "day": day(case.due_on)})
    return {"level": ends_of(result.inherent).meaning, "text": " ".join(str(part) for part in sentences)}


def quiet_rules(shown: Shown) -> list:
    return [shown.catalogue.rule(rule) for rule in shown.result.quiet_rules]


def open_links(shown: Shown) -> list[dict]:
    """Answers that are still open, with where to give them while that is possible."""
    asked = {(item.question.id, item.row) for item in shown.draft.asked} if shown.draft else None
    return [
        {
            "text": item.text,
            "row_label": item.row_label,
            "state": item.state,
            "url": shown.draft.url_of_id(item.question, item.row) if shown.draft else "",
        }
        for item in shown.result.open_answers
        if asked is None or (item.question, item.row) in asked
    ]
