import rules

from riskassess.accounts.rules import is_researcher, is_signed_in
from riskassess.proposals.states import MOVES


@rules.predicate
def is_owner(user, proposal):
    return proposal is not None and proposal.owner_id == user.pk


@rules.predicate
def is_coinvestigator(user, proposal):
    return proposal is not None and any(co.user_id == user.pk for co in proposal.coinvestigators.all())


@rules.predicate
def is_editing_coinvestigator(user, proposal):
    return proposal is not None and any(co.user_id == user.pk and co.can_edit for co in proposal.coinvestigators.all())


@rules.predicate
def is_editable(user, proposal):
    return proposal is not None and proposal.is_editable


def state_allows(move):
    """A predicate: the proposal stands where this move may start."""

    @rules.predicate(name=f"state_allows_{move}")
    def predicate(user, proposal):
        return proposal is not None and proposal.state in MOVES[move].sources

    return predicate


@rules.predicate
def is_draft(user, proposal):
    return proposal is not None and proposal.state == "draft"


rules.add_perm("proposals.create", is_signed_in & is_researcher)
rules.add_perm("proposals.edit", is_signed_in & is_editable & (is_owner | is_editing_coinvestigator))
rules.add_perm("proposals.submit", is_signed_in & is_owner & state_allows("submit"))
rules.add_perm("proposals.discard", is_signed_in & is_owner & is_draft)
rules.add_perm("proposals.withdraw", is_signed_in & is_owner & state_allows("withdraw"))
rules.add_perm(
    "proposals.propose_safeguard",
    is_signed_in & (is_owner | is_editing_coinvestigator) & (is_editable | state_allows("withdraw")),
)
