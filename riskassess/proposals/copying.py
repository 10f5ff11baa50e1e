"""What one proposal says taken over into a new draft: its own fields and its rows. Answers are the questionnaire's."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.proposals.contacts import Named, contacts_of
from riskassess.proposals.models import Funder, Participation, Proposal, TechnologyItem, Visit
from riskassess.proposals.services import create_proposal, describe, set_funders, set_technology
from riskassess.proposals.visits import set_visits

LONGEST_TITLE = Proposal._meta.get_field("title").max_length


@transaction.atomic
def open_copy(
    *, source: Proposal, owner: User, kinds: list[str], is_renewal: bool, opened: UUID | None
) -> tuple[Proposal, bool]:
    """A draft with the fields of another proposal; days that are over are left open. `kinds` are those that still
    exist. The same form sent again gives the draft that is there, and False."""
    title = source.title if is_renewal else (_("Copy of %(title)s") % {"title": source.title})[:LONGEST_TITLE]
    unit = source.unit if source.owner_id == owner.pk else owner.unit or source.unit
    proposal = create_proposal(owner=owner, title=title, unit=unit, summary=source.summary, opened=opened)
    if proposal.copied_from_id:
        return proposal, False
    proposal.copied_from = source
    proposal.renews = source if is_renewal else None
    proposal.save(update_fields=["copied_from", "renews", "updated_at"])
    ends = _ahead(source.ends)
    describe(
        proposal=proposal,
        actor=owner,
        title=title,
        summary=source.summary,
        kinds=kinds,
        unit=unit,
        starts=_ahead(source.starts) if ends else None,
        ends=ends,
    )
    return proposal, True


def _ahead(day: date | None) -> date | None:
    return day if day and day >= timezone.localdate() else None


@transaction.atomic
def copy_rows(*, source: Proposal, to: Proposal, actor: User) -> dict[str, str]:
    """Funders, technology items and visits, once the partners are there; the uid of each row that has answers, with
    that of its copy."""
    funders, items = list(source.funders.all()), list(source.technology_items.all())
    made: list[Funder | TechnologyItem] = [
        *set_funders(
            proposal=to,
            actor=actor,
            rows=[{"name": row.name, "country": row.country, "kind": row.kind} for row in funders],
        ),
        *set_technology(proposal=to, actor=actor, rows=[{"label": row.label} for row in items]),
    ]
    partners = {row.partner_id: row for row in to.participations.all()}
    visits = source.visits.select_related("participation__partner")
    set_visits(proposal=to, actor=actor, rows=[_visit(row, partners) for row in visits])
    return {str(old.uid): str(new.uid) for old, new in zip([*funders, *items], made, strict=True)}


def _visit(row: Visit, partners: dict[int, Participation]) -> dict:
    partner = row.participation.partner if row.participation else None
    return {
        "participation": partners.get(partner.merged_into_id or partner.pk) if partner else None,
        "role": row.role,
        "people": row.people,
        "direction": row.direction,
        "months": row.months,
        "access": row.access,
    }


def team_of(source: Proposal, actor: User) -> list[tuple[User, bool]]:
    """Who takes part beside this person and is still here, with whether they may edit."""
    rows = [(source.owner, True), *((row.user, row.can_edit) for row in source.coinvestigators.all())]
    return [(user, can_edit) for user, can_edit in rows if user.is_active and user.pk != actor.pk]


def people_for(source: Proposal, to: Proposal) -> list[Named]:
    """Whom the source names at its partners, as the copy would."""
    rows = {row.partner_id: row for row in to.participations.all()}
    return [
        Named(
            participation=rows[named.participation.partner_id],
            name=named.contact.name,
            role=named.role,
            orcid=named.contact.orcid,
            birth_year=named.contact.birth_year,
        )
        for named in contacts_of(source)
        if named.participation.partner_id in rows and named.contact.name
    ]
