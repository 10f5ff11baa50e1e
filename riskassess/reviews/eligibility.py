"""Who may recommend or vote now, and which outcomes are open. Each answer is a sentence, empty where all is well."""

from collections import Counter

from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.assessments.models import AssessmentRecord, ProposalVersion, SafeguardState
from riskassess.core.reading import kept
from riskassess.reviews.models import Case, Deciders, Interest, Outcome, Route, Vote
from riskassess.reviews.queries import advice_of, standing_holds, votes_of
from riskassess.reviews.rules import conflict_reason, covers_unit, without_conflict
from riskassess.reviews.talk import why_decline_waits

FEWEST_PANEL_MEMBERS = 3
MODERATE_OR_LESS = {"low", "moderate"}


def panel_members(case: Case) -> list[User]:
    """The named people of the panel who may act on this case."""
    rows = kept(("assignments", case.pk), lambda: list(case.assignments.select_related("user")))
    named = [row.user for row in rows if row.kind == "panel" and row.ended_at is None and row.user.is_active]
    return without_conflict(named, case.proposal) if named else []


def next_stage(case: Case) -> str:
    """The vote that is due now: single, first, second or panel; empty when all are in."""
    votes = votes_of(case)
    stages = {vote.stage for vote in votes}
    if case.panel_called:
        panel = [vote for vote in votes if vote.stage == Vote.Stage.PANEL]
        if len(panel) < len(panel_voters(case, votes)):
            return Vote.Stage.PANEL
        # A majority decides with its last vote. Where somebody stepped back after that, the top role decides.
        return Vote.Stage.SINGLE
    if case.deciders == Deciders.HIGH:
        for stage in (Vote.Stage.FIRST, Vote.Stage.SECOND):
            if stage not in stages:
                return stage
        return ""
    return "" if Vote.Stage.SINGLE in stages else Vote.Stage.SINGLE


def panel_voters(case: Case, votes) -> list[User]:
    """Panel members, none of the two who voted before among them."""
    earlier = {vote.by_id for vote in votes if vote.stage in {Vote.Stage.FIRST, Vote.Stage.SECOND}}
    return [user for user in panel_members(case) if user.pk not in earlier]


def panel_majority(case: Case, panel_votes) -> str:
    """The outcome more than half of at least three panel members want; empty on a tie."""
    if len(panel_votes) < FEWEST_PANEL_MEMBERS:
        return ""
    outcome, count = Counter(vote.outcome for vote in panel_votes).most_common(1)[0]
    return outcome if count * 2 > len(panel_votes) else ""


def why_not_recommend(case: Case, user: User) -> str:
    if reason := conflict_reason(user, case.proposal):
        return _("%(reason)s Somebody else recommends.") % {"reason": reason}
    if any(advice.by_id == user.pk for advice in advice_of(case)):
        return _("You recommended on this round already.")
    if any(vote.by_id == user.pk for vote in votes_of(case)):
        return _("You voted on this case; who decides does not recommend.")
    return ""


def why_not_declared(case: Case, user: User) -> str:
    """Nobody advises or votes who has not said, in this round, that nothing stands against it."""
    said = case.interests.filter(user=user, round=case.round, answer=Interest.Answer.NONE)
    return "" if said.exists() else _("Say first whether something stands against your part in this case.")


def why_not_vote(case: Case, user: User) -> str:
    """Why this person cannot cast the vote that is due, with what would open it."""
    if reason := conflict_reason(user, case.proposal):
        return _("%(reason)s Somebody else decides.") % {"reason": reason}
    stage = next_stage(case)
    if not stage:
        return _("All votes are in.")
    votes = votes_of(case)
    is_tied = case.panel_called and stage == Vote.Stage.SINGLE
    if any(vote.by_id == user.pk for vote in votes) and not is_tied:
        return _("Your vote is in. Another person casts the next one.")
    recommendations = advice_of(case)
    is_panel = any(member.pk == user.pk for member in panel_members(case))
    is_adviser = any(r.by_id == user.pk for r in recommendations)
    if is_adviser and stage != Vote.Stage.PANEL and not one_person_may(case):
        return _("You recommended on this case, so somebody else decides.")
    is_officer, is_approver = (
        user.has_role(Role.OFFICER),
        user.has_role(Role.APPROVER) and covers_unit(user, case.proposal),
    )
    if stage == Vote.Stage.PANEL:
        return "" if is_panel else _("The panel votes now.")
    if case.panel_called:
        top = case.proposal.institution.top_approver
        if top is None or not top.is_active or conflict_reason(top, case.proposal):
            return "" if is_approver else _("The panel came to no decision; an approver of this unit decides.")
        return "" if user.pk == top.pk else _("The panel came to no decision; the institution's top role decides.")
    if case.deciders == Deciders.HIGH:
        if case.route == Route.PANEL and (reason := _panel_still_to_recommend(case, recommendations)):
            return reason
        if stage == Vote.Stage.FIRST:
            return "" if is_officer else _("A research-security officer votes first.")
        if not is_approver:
            return _("The second vote is an approver's of this unit.")
        first = next(vote for vote in votes if vote.stage == Vote.Stage.FIRST)
        if first.by.supervisor_id == user.pk or user.supervisor_id == first.by_id:
            return _("You and the first decider report to one another. Another approver can decide.")
        return ""
    if case.deciders == Deciders.MODERATE:
        carriers = {case.reviewer_id, case.officer_id}
        if not any(r.by_id in carriers for r in recommendations):
            return _("Decide opens after a recommendation by the case's reviewer or officer.")
        return "" if is_approver else _("An approver of this unit decides here.")
    return "" if is_officer or is_approver else _("An officer or an approver of this unit decides here.")


def _panel_still_to_recommend(case: Case, recommendations) -> str:
    members = panel_members(case)
    if len(members) < FEWEST_PANEL_MEMBERS:
        return _("The panel has fewer than three members who may act here. An administrator can name more.")
    heard = {r.by_id for r in recommendations}
    waiting = [member.name for member in members if member.pk not in heard]
    if waiting:
        return _("Voting opens when the panel has recommended. Still to come: %(names)s.") % {
            "names": ", ".join(waiting)
        }
    return ""


def one_person_may(case: Case) -> bool:
    """Whether whoever recommended may decide, too: on low risk alone, where the institution says so openly."""
    return case.deciders == Deciders.LOW and case.proposal.institution.allows_one_person_low


def why_stuck(case: Case) -> str:
    """Why nobody can carry or decide this case, whoever holds the roles now; empty where somebody is free."""
    proposal = case.proposal

    def free(role: str) -> set[int]:
        return {user.pk for user in without_conflict(holders(role, unit=proposal.unit), proposal)}

    officers, approvers = free(Role.OFFICER), free(Role.APPROVER)
    if not officers:
        return _("No research-security officer without a conflict of interest is free for this case.")
    if case.deciders != Deciders.LOW and not approvers:
        return _("No approver of this unit without a conflict of interest is free for this case.")
    if case.deciders != Deciders.HIGH or case.panel_called:
        return ""
    if case.route == Route.PANEL and len(panel_members(case)) < FEWEST_PANEL_MEMBERS:
        return _("The panel has fewer than three members who may act here. An administrator can name more.")
    advised = {advice.by_id for advice in advice_of(case)}
    if next_stage(case) == Vote.Stage.FIRST and officers <= advised:
        return _("Every research-security officer who is free recommended here, so nobody is left to vote first.")
    return ""


def why_outcome_closed(case: Case, record: AssessmentRecord, outcome: str) -> str:
    """Why this outcome cannot be chosen on this assessment."""
    if outcome == Outcome.DECLINE:
        return why_decline_waits(case.proposal)
    holds = list(standing_holds(case))
    if possible := [hold for hold in holds if hold.state == "possible"]:
        return _("A possible legal hold is open: %(title)s. It has to be answered or judged first.") % {
            "title": possible[0].title
        }
    if outcome == Outcome.PART:
        parts = {row["id"] for row in parts_of(record.version)}
        whole = next((hold for hold in holds if hold.row not in parts), None)
        if whole:
            return _("A legal hold stands on the whole: %(title)s. No part can be left out for it.") % {
                "title": whole.title
            }
        return "" if len(parts) > 1 else _("There is one part only; nothing could be left out.")
    if holds:
        return _("A legal hold stands: %(title)s. Approve in part can leave that activity out.") % {
            "title": holds[0].title
        }
    if outcome == Outcome.APPROVE and unfulfilled_safeguards(record).exists():
        return _("Safeguards were agreed. Approve with conditions takes them over.")
    return ""


def parts_of(version: ProposalVersion) -> list[dict]:
    """What can be approved or left out on its own: partners and technology items, each with id and label."""
    return [*version.content["partners"], *version.content["technology"]]


def unfulfilled_safeguards(record: AssessmentRecord):
    return record.proposal.questionnaire.safeguards.filter(state=SafeguardState.AGREED)


def needs_word_on_safeguards(record: AssessmentRecord) -> bool:
    """Whether safeguards would bring a high level down, so that declining must say why they are not enough."""
    return record.inherent_upper not in MODERATE_OR_LESS and record.if_agreed_upper in MODERATE_OR_LESS
