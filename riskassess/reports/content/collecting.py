from dataclasses import replace
from textwrap import wrap
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.countries import country_name
from partners.models import ListEdition
from riskassess.assessments.countries import countries_of
from riskassess.assessments.facts import evidence_in
from riskassess.assessments.lowering import lowering_of
from riskassess.assessments.owners import owners_used
from riskassess.assessments.wording import visits_of, words_of
from riskassess.engine.catalogue import Catalogue
from riskassess.engine.results import Assessment, Interval, Narrowing
from riskassess.proof.dossier import fingerprint
from riskassess.proposals.models import FunderKind, PartnerRole
from riskassess.reports.content.answering import answer_groups, day_of
from riskassess.reports.content.auditing import auditing_part
from riskassess.reports.content.deciding import decision_part
from riskassess.reports.content.dossier import dossier_of
from riskassess.reports.content.findings import COUNTED, counted_kind, finding_lines, safeguard_lines
from riskassess.reports.content.material import Material, material_of
from riskassess.reports.models import Kind, PeriodReport, Report
from riskassess.reports.shapes import (
    DecisionPart,
    DimensionLine,
    EditionLine,
    EvidenceLine,
    FindingLine,
    FunderLine,
    HoldLine,
    OpenLine,
    Outcome,
    PartnerLine,
    ProofPart,
    ProposalPart,
    Provenance,
    RemarkLine,
    ReportContent,
)
from riskassess.reviews.models import Hold


def collect(report: Report) -> ReportContent:
    """Read the report's own record, version and decision, and what was copied when it was asked for; nothing later."""
    return collected(report)[0]


def collected(report: Report) -> tuple[ReportContent, dict]:
    """The content, and the dossier of the same: what the report says as data, with the receipt that it prints."""
    material, zone = material_of(report), ZoneInfo(report.as_asked["time_zone"])
    decision = decision_part(report, zone) if report.decision_id else None
    dossier = dossier_of(report, material, decision)
    content = _content(report, material, zone, decision)
    auditing = auditing_part(report, zone) if report.kind == Kind.CASE_AUDIT else None
    return replace(content, proof=proof_part(report, dossier["receipt"]), auditing=auditing), dossier


def _content(report: Report, material: Material, zone: ZoneInfo, decision: DecisionPart | None) -> ReportContent:
    record, version, asked = report.record, report.version, report.as_asked
    result, catalogue, facts = material.result, material.catalogue, material.facts
    taken = safeguard_lines(facts, asked, catalogue)
    if report.is_redacted:  # whose names stand there is free text
        taken = tuple(replace(line, responsible="") for line in taken)
    counts_proposed = report.kind != Kind.DECISION and any(line.state == "proposed" for line in taken)
    counted = [line for line in taken if counts_proposed or line.state in COUNTED]
    findings, possible = finding_lines(result, catalogue, taken, counts_proposed)
    route = asked["route"] or result.route
    return ReportContent(
        kind=str(report.kind),
        language=report.language,
        institution=asked["institution"],
        reference=report.proposal.reference,
        version=version.number,
        made_on=report.as_of.astimezone(zone).date(),
        made_at=report.as_of.isoformat(timespec="seconds"),
        filed_on=version.created_at.astimezone(zone).date(),
        route=catalogue.route(route).title,
        route_meaning=catalogue.route(route).meaning,
        route_reason=result.route_reason,
        due_on=day_of(asked["due_on"]),
        proposal=_proposal(material.content, catalogue),
        decision=decision,
        filed=result.inherent,
        reached=result.if_agreed if counts_proposed else result.residual,
        meaning="" if result.inherent.is_open else catalogue.level(result.inherent.upper).meaning,
        counted=counted_kind(counted),
        counted_number=len(counted),
        summary=_summary(result, findings),
        benefit=result.benefit,
        bands=tuple((level.id, level.lowest) for level in catalogue.levels),
        dimensions=tuple(
            DimensionLine(
                each.title,
                each.inherent,
                each.if_agreed if counts_proposed else each.residual,
                _beside_picture(each.title),
            )
            for each in result.dimensions
            if catalogue.dimension(each.id).is_risk
        ),
        findings=findings,
        possible_findings=possible,
        quiet_rules=len(result.quiet_rules),
        holds=_holds(result, asked),
        open_answers=_open_answers(result),
        remarks=_remarks(result),
        safeguards=taken,
        answers=answer_groups(catalogue, facts),
        # Researchers read it, too. Redacted, an owner or a country would tell who the partner is.
        owners=() if report.is_redacted else owners_used(record.owners, sees_screening=False),
        countries=() if report.is_redacted else countries_of(record),
        provenance=_provenance(report, material),
        lowering=None if report.decision_id else lowering_of(catalogue, facts, on=record.as_of),
        is_redacted=report.is_redacted,
        colour=asked.get("colour", ""),
        has_logo=bool(asked.get("logo")),
    )


def proof_part(report: Report | PeriodReport, receipt: str) -> ProofPart:
    return ProofPart(receipt, f"{report.as_asked.get('site', '')}/verify", report.audit_sequence, report.audit_head)


def _beside_picture(title: str) -> tuple[str, ...]:
    """At most two short lines."""
    return tuple(wrap(title, 27, max_lines=2, placeholder=" …"))


def _summary(result: Assessment, findings: tuple[FindingLine, ...]) -> tuple[str, ...]:
    """The level in a sentence or two: what weighs most, what is open, what waits for a permit."""
    if findings:
        said = ngettext(
            "One finding stands: %(title)s.", "%(count)d findings stand; the largest: %(title)s.", len(findings)
        )
        sentences = [said % {"count": len(findings), "title": findings[0].title.rstrip(".")}]
    else:
        sentences = [_("No finding stands.")]
    if count := len(result.open_answers):
        said = ngettext("One answer is still open.", "%(count)d answers are still open.", count)
        sentences.append(said % {"count": count})
    if count := sum(hold.state == "possible" for hold in result.holds):
        said = ngettext(
            "Whether one activity needs a permit is still open.",
            "Whether %(count)d activities need a permit is still open.",
            count,
        )
        sentences.append(said % {"count": count})
    if count := sum(hold.state == "firm" for hold in result.holds):
        said = ngettext("One activity waits for a permit.", "%(count)d activities wait for a permit.", count)
        sentences.append(said % {"count": count})
    return tuple(sentences)


def _proposal(content: dict, catalogue: Catalogue) -> ProposalPart:
    said = content["proposal"]
    kinds = next((question for question in catalogue.questions if question.field == "kinds"), None)
    return ProposalPart(
        title=said["title"],
        summary=tuple(said["summary"].split("\n")) if said["summary"] else (),
        owner=said["owner"],
        unit=said["unit"],
        coinvestigators=tuple(said["coinvestigators"]),
        kinds=tuple(words_of(kinds, kind) if kinds else kind for kind in content["answers"].get("T1") or ()),
        starts=day_of(said["starts"]),
        ends=day_of(said["ends"]),
        partners=tuple(
            PartnerLine(
                row["label"],
                str(country_name(row["country"])),
                str(PartnerRole(row["role"]).label),
                row["ror"].rpartition("/")[2],
            )
            for row in content["partners"]
        ),
        funders=tuple(
            FunderLine(
                row["label"],
                str(country_name(row["country"])) if row["country"] else "",
                str(FunderKind(row["answers"]["F1"]).label),
            )
            for row in content["funders"]
        ),
        technology=tuple(row["label"] for row in content["technology"]),
        visits=tuple(visits_of(content)),
    )


def _holds(result: Assessment, asked: dict) -> tuple[HoldLine, ...]:
    states = {(row["rule"], row["row"]): row["state"] for row in asked["holds"]}
    lines = []
    for hold in result.holds:
        state = states.get((hold.rule, hold.row), hold.state)
        lines.append(
            HoldLine(
                hold.rule,
                hold.title,
                hold.row_label,
                hold.activity,
                hold.explain,
                hold.lifted_by,
                state == Hold.State.POSSIBLE,
                state in (Hold.State.POSSIBLE, Hold.State.FIRM, Hold.State.LIFTING),
                _hold_words(state),
                hold.because,
                hold.sources,
            )
        )
    return tuple(lines)


def _hold_words(state: str) -> str:
    return {
        Hold.State.POSSIBLE: _("It depends on what is still open."),
        Hold.State.FIRM: _("It stands."),
        Hold.State.LIFTING: _("One person has the authority's evidence; a second one has to confirm it."),
        Hold.State.LIFTED: _("It is lifted: the authority's evidence was checked by two people."),
        Hold.State.GONE: _("It no longer applies."),
    }[Hold.State(state)]


def _open_answers(result: Assessment) -> tuple[OpenLine, ...]:
    """What would settle most comes first, then the other open answers."""
    states = {(each.question, each.row): each.state for each in result.open_answers}
    lines = [
        OpenLine(
            each.text,
            each.row_label,
            states.pop((each.question, each.row), "") == "missing",
            _outcomes(each),
            bool(each.decides_holds),
        )
        for each in result.narrowing
    ]
    lines += [
        OpenLine(each.text, each.row_label, each.state == "missing", (), False)
        for each in result.open_answers
        if (each.question, each.row) in states
    ]
    return tuple(lines)


def _outcomes(narrowing: Narrowing) -> tuple[Outcome, ...]:
    by_level: dict[Interval, list[str]] = {}
    for _id, words, lower, upper in narrowing.outcomes:
        by_level.setdefault(Interval(lower, upper), []).append(words)
    return tuple(Outcome(tuple(answers), level) for level, answers in by_level.items())


def _remarks(result: Assessment) -> tuple[RemarkLine, ...]:
    groups = {
        "escalation": result.escalations,
        "possible_escalation": result.possible_escalations,
        "advice": result.advice,
        "relief": result.relief,
    }
    lines: dict[tuple[str, str], RemarkLine] = {}
    for kind, remarks in groups.items():
        for remark in remarks:  # said of several rows, or by grades that escalate and advise: once is enough
            lines.setdefault((remark.rule, remark.sentence), RemarkLine(kind, remark.rule, remark.sentence, ()))
    cited = {each.rule for each in (*result.findings, *result.holds)}
    sources = {remark.rule: remark.sources for remarks in groups.values() for remark in remarks}
    return tuple(replace(line, sources=() if line.rule in cited else sources[line.rule]) for line in lines.values())


def _provenance(report: Report, material: Material) -> Provenance:
    """Redacted, only what the reader can have: the fingerprint of facts with names would let names be guessed."""
    record, catalogue, is_whole = report.record, material.catalogue, not report.is_redacted
    editions = ListEdition.objects.filter(uid__in=record.editions).select_related("source").order_by("source__name")
    return Provenance(
        f"{catalogue.id} {catalogue.version}",
        catalogue.title,
        catalogue.date,
        catalogue.sha256,
        report.version.sha256 if is_whole else "",
        record.facts_sha256 if is_whole else fingerprint(material.facts),
        record.result_sha256 if is_whole else fingerprint(material.result.to_json()),
        record.as_of,
        tuple(
            EditionLine(
                str(edition.source),
                edition.published_on,
                edition.entities_count,
                edition.sha256,
                edition.source.is_sample,
            )
            for edition in editions
        ),
        report.audit_sequence,
        report.audit_head,
        tuple(
            EvidenceLine(row["title"], row["name"], row["version"], row["sha256"])
            for row in evidence_in(material.content)
        ),
    )
