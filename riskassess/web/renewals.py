"""A renewal beside what it renews: what is as it was, and what is different."""

from riskassess.accounts.models import User
from riskassess.assessments.models import ProposalVersion
from riskassess.assessments.queries import latest_version
from riskassess.assessments.wording import Change, changes_between
from riskassess.engine.catalogue import Catalogue
from riskassess.proposals.copying import team_of
from riskassess.proposals.evidence import evidence_to_take
from riskassess.proposals.models import ParticipationContact, Proposal
from riskassess.proposals.states import State
from riskassess.reviews.queries import last_decision, visible_proposals
from riskassess.web.forms.proposals import CopyForm

ROWS = {"partners": "partner", "funders": "label", "technology": "label"}


def renewed_version(proposal: Proposal, reader: User) -> ProposalVersion | None:
    """The version that stood when this one renews it, where the reader may see it: the decided one, else the last."""
    source = visible_proposals(reader).filter(pk=proposal.renews_id).first() if proposal.renews_id else None
    if source is None:
        return None
    case = getattr(source, "case", None)
    decision = last_decision(case) if case else None
    return decision.record.version if decision else latest_version(source)


def changes_since(renewed: ProposalVersion, version: ProposalVersion, catalogue: Catalogue) -> list[Change]:
    """What the renewal says differently. Its rows are new: the same organisation, funder or item is the same row."""
    content, new_ids = dict(renewed.content), {}
    for name, same in ROWS.items():
        ids = {row[same]: row["id"] for row in version.content[name]}
        new_ids |= {row["id"]: ids[row[same]] for row in content[name] if row[same] in ids}
        content[name] = [{**row, "id": new_ids.get(row["id"], row["id"])} for row in content[name]]
    if "visits" in content:
        content["visits"] = [{**row, "partner": new_ids.get(row["partner"], "")} for row in content["visits"]]
    return changes_between(ProposalVersion(content=content), version, catalogue)


def renewal_parts(proposal: Proposal, version: ProposalVersion, catalogue: Catalogue, reader: User) -> dict:
    """For a page that shows a version: the version renewed, and the difference; empty where it renews none."""
    renewed = renewed_version(proposal, reader)
    if renewed is None:
        return {"renewed": None, "renewal_changes": []}
    return {"renewed": renewed, "renewal_changes": changes_since(renewed, version, catalogue)}


def reuse_of(proposal: Proposal, reader: User) -> dict:
    """What a proposal came from, as far as the reader may see it, and what may be made of it."""
    keys = {key for key in (proposal.renews_id, proposal.copied_from_id) if key}
    seen = dict(visible_proposals(reader).filter(pk__in=keys).values_list("pk", "reference")) if keys else {}
    row = None
    if reader.has_perm("proposals.copy", proposal):
        row = {
            "proposal": proposal,
            "named": ParticipationContact.objects.filter(participation__proposal=proposal).count(),
            "team": len(team_of(proposal, reader)),
            "files": evidence_to_take().filter(proposal=proposal).count(),
            "form": CopyForm(),
            "may_renew": reader.has_perm("proposals.renew", proposal),
        }
    return {
        "renews": seen.get(proposal.renews_id, ""),
        "copied_from": seen.get(proposal.copied_from_id, ""),
        "row": row,
        "may_take": row is not None or proposal.state != State.DRAFT,
    }
