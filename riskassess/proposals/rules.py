import rules

from riskassess.accounts.rules import is_researcher, is_signed_in
from riskassess.proposals.states import MOVES, OVER, RENEWABLE


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
def is_renewable(user, proposal):
    return proposal is not None and proposal.state in RENEWABLE


@rules.predicate
def is_draft(user, proposal):
    return proposal is not None and proposal.state == "draft"


@rules.predicate
def is_not_over(user, proposal):
    return proposal is not None and proposal.state not in OVER


def add_step(name, *, who, when):
    """A step is open to `who` while the proposal stands right (`when`).

    `<name>.ever` asks for the person alone, so that a door can tell somebody who comes too late from a stranger.
    """
    rules.add_perm(name, who & when)
    rules.add_perm(f"{name}.ever", who)


is_author = is_signed_in & (is_owner | is_editing_coinvestigator)
is_lead = is_signed_in & is_owner

rules.add_perm("proposals.create", is_signed_in & is_researcher)
rules.add_perm("proposals.copy", is_signed_in & is_researcher & (is_owner | is_coinvestigator))
add_step("proposals.renew", who=is_researcher & is_author, when=is_renewable)
add_step("proposals.edit", who=is_author, when=is_editable)
add_step("proposals.submit", who=is_lead, when=state_allows("submit"))
add_step("proposals.discard", who=is_lead, when=is_draft)
add_step("proposals.withdraw", who=is_lead, when=state_allows("withdraw"))
add_step("proposals.propose_safeguard", who=is_author, when=is_editable | state_allows("withdraw"))
add_step("proposals.manage_people", who=is_lead, when=is_not_over)
add_step("proposals.leave", who=is_signed_in & is_coinvestigator, when=is_not_over)
add_step("proposals.talk", who=is_signed_in & (is_owner | is_coinvestigator), when=is_not_over)
