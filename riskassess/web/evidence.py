"""Evidence in words: what it belongs to, and each of its files as pages show it."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from riskassess.assessments.facts import ROWS, evidence_in
from riskassess.assessments.models import ProposalVersion
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.wording import Change
from riskassess.engine.catalogue import Catalogue
from riskassess.files.models import FileState
from riskassess.files.sentences import LEFT_OUT, SHORT_KINDS
from riskassess.proposals.evidence import evidence_of
from riskassess.proposals.models import Evidence, EvidenceVersion, Proposal
from riskassess.proposals.rules import is_coinvestigator, is_owner
from riskassess.web.draft import Draft
from riskassess.web.forms.questionnaire import SectionForm


@dataclass(frozen=True)
class FileLine:
    """One version of evidence for a page."""

    version: EvidenceVersion
    url: str
    kind: str
    left_out: list[str]

    @property
    def state(self) -> str:
        return self.version.file.state

    @property
    def is_kept(self) -> bool:
        return self.version.file.is_kept

    @property
    def is_checked_now(self) -> bool:
        return self.state == FileState.QUARANTINED


@dataclass(frozen=True)
class EvidenceRow:
    evidence: Evidence
    place: str
    newest: FileLine
    earlier: list[FileLine]
    may_remove: bool
    forms: dict = field(default_factory=dict)


def sees_all(user, proposal: Proposal) -> bool:
    """Authors see what they have not submitted yet, too."""
    return is_owner(user, proposal) or is_coinvestigator(user, proposal)


def evidence_rows(user, proposal: Proposal) -> list[EvidenceRow]:
    """In a constant number of queries."""
    rows = evidence_of(proposal, filed_only=not sees_all(user, proposal))
    catalogue = catalogue_of(proposal.questionnaire.release)
    names = row_names(proposal) if any(row.row for row in rows) else {}
    return [
        EvidenceRow(
            row,
            place_of(catalogue, row.question, row.row, names),
            *_lines(proposal, row),
            may_remove=all(version.filed_at is None for version in row.shown),
        )
        for row in rows
    ]


def _lines(proposal: Proposal, row: Evidence) -> tuple[FileLine, list[FileLine]]:
    lines = [
        FileLine(
            version,
            reverse("evidence_file", args=[proposal.reference, version.uid]),
            str(SHORT_KINDS.get(version.file.content_type, version.file.content_type)),
            [str(LEFT_OUT[code]) for code in version.file.left_out if code in LEFT_OUT],
        )
        for version in row.shown
    ]
    return lines[0], lines[1:]


def filed_evidence(version: ProposalVersion, proposal: Proposal, catalogue: Catalogue) -> list[dict]:
    """What went along with a version, as it was frozen; each with its link. At most one query."""
    rows = evidence_in(version.content)
    if not rows:
        return []
    files = EvidenceVersion.objects.filter(uid__in=[row["file"] for row in rows])
    states = {str(uid): state for uid, state in files.values_list("uid", "file__state")}
    names = {row["id"]: row["label"] for part in ROWS for row in version.content[part]}
    return [
        {
            **row,
            "place": place_of(catalogue, row["question"], row["row"], names),
            "kind": str(SHORT_KINDS.get(row["type"], row["type"])),
            "state": states.get(row["file"], FileState.REFUSED),
            "url": reverse("evidence_file", args=[proposal.reference, row["file"]]),
        }
        for row in rows
    ]


def evidence_changes(before: ProposalVersion, after: ProposalVersion) -> list[Change]:
    """Which evidence came, went or has a newer file."""
    sides = [{row["id"]: row for row in evidence_in(version.content)} for version in (before, after)]
    found = []
    for uid in {**sides[0], **sides[1]}:
        old, new = (_file_words(side.get(uid)) for side in sides)
        if old != new:
            found.append(Change(_("Evidence"), (sides[1].get(uid) or sides[0][uid])["title"], old, new))
    return found


def _file_words(row: dict | None) -> str:
    return _("%(name)s, version %(number)d") % {"name": row["name"], "number": row["version"]} if row else ""


def row_names(proposal: Proposal) -> dict[str, str]:
    """What the rows of the proposal are called, by uid."""
    found = {str(row.uid): row.partner.name for row in proposal.participations.select_related("partner")}
    found |= {str(row.uid): row.name for row in proposal.funders.all()}
    return found | {str(row.uid): row.label for row in proposal.technology_items.all()}


def place_of(catalogue: Catalogue, question: str, row: str, names: dict[str, str]) -> str:
    """What evidence belongs to; a row or question that is there no more leaves it with the whole."""
    named = names.get(row, "")
    asked = next((each for each in catalogue.questions if each.id == question), None)
    if asked is None:
        return named or _("the whole proposal")
    return f"{asked.text} · {named}" if named else asked.text


def places_of(draft: Draft) -> list[tuple]:
    """What new evidence can belong to, in groups: (value, label), or (group, [(value, label), ...])."""
    partners = draft.proposal.participations.select_related("partner")
    places: list[tuple] = [("", _("The whole proposal"))]
    if rows := [(f"row:{row.uid}", row.partner.name) for row in partners]:
        places.append((_("A partner"), rows))
    titles = {section.id: section.title for section in draft.sections}
    for section in draft.sections:
        asked = [item for item in draft.in_section(section.id) if not item.question.field]
        rows = [
            (f"question:{item.question.id}:{item.row}", _labelled(item.question.text, item.row_label)) for item in asked
        ]
        if rows:
            places.append((titles[section.id], rows))
    return places


def link_questions(form: SectionForm, proposal: Proposal) -> None:
    """Lead from each question of a section to the page where evidence for it is added."""
    page = reverse("evidence", args=[proposal.reference])
    for name, (question, row) in form.slots.items():
        query = urlencode({"about": f"question:{question.id}:{row}"})
        form.by_name[name]["evidence_url"] = f"{page}?{query}#add"


def _labelled(text: str, row_label: str) -> str:
    return f"{text} · {row_label}" if row_label else text


def place_given(value: str) -> dict[str, str]:
    """The question and row that a choice of `places_of` names."""
    what, _sign, rest = value.partition(":")
    if what == "row":
        return {"row": rest}
    if what == "question":
        question, _sign, row = rest.partition(":")
        return {"question": question, "row": row}
    return {}
