"""Planned visits, like the other rows of a proposal: roles and numbers, never names or where people come from."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.accounts.models import User
from riskassess.core.errors import DomainError
from riskassess.proposals.models import Proposal, Visit, VisitDirection, VisitorRole
from riskassess.proposals.services import set_rows

MOST_PEOPLE, MOST_MONTHS = 999, 120
LONGEST_ACCESS = Visit._meta.get_field("access").max_length
FIELDS = ("participation_id", "role", "people", "direction", "months", "access")


@transaction.atomic
def set_visits(*, proposal: Proposal, actor: User, rows: list[dict]) -> list[Visit]:
    """Make these the planned visits, as `set_funders` does for funders; `participation` is where they lead, or None."""
    given = [_checked(proposal, row) for row in rows]
    return set_rows(proposal, actor, Visit, given, FIELDS, "visits")


def _checked(proposal: Proposal, row: dict) -> dict:
    participation = row.get("participation")
    if participation is not None and participation.proposal_id != proposal.pk:
        raise DomainError(_("Choose one of the partners of this proposal."), field="partner")
    if row["role"] not in VisitorRole.values or row["direction"] not in VisitDirection.values:
        raise DomainError(_("Say which role the visitors have, and whether they come or go."), field="role")
    if not 1 <= row["people"] <= MOST_PEOPLE:
        raise DomainError(_("Give how many people, from 1 to %(most)d.") % {"most": MOST_PEOPLE}, field="people")
    if not 1 <= row["months"] <= MOST_MONTHS:
        raise DomainError(_("Give the months, from 1 to %(most)d.") % {"most": MOST_MONTHS}, field="months")
    if len(row.get("access") or "") > LONGEST_ACCESS:
        words = _("Keep what they have access to under %(most)d characters.")
        raise DomainError(words % {"most": LONGEST_ACCESS}, field="access")
    return {**row, "participation_id": participation.pk if participation else None}


def visit_words(visit: dict, partners: dict[str, str]) -> str:
    """One line of a version's visits in words, without what they have access to; `partners` are names by row id."""
    people = _("%(n)d × %(role)s") % {"n": visit["people"], "role": VisitorRole(visit["role"]).label}
    where = partners.get(visit["partner"], "")
    if visit["direction"] == VisitDirection.INCOMING:
        way = _("comes from %(name)s") % {"name": where} if where else _("comes to us")
    else:
        way = _("goes to %(name)s") % {"name": where} if where else _("goes to a partner")
    months = ngettext("%(n)d month", "%(n)d months", visit["months"]) % {"n": visit["months"]}
    return ", ".join((people, way, months))
