from collections.abc import Iterable
from datetime import datetime

import rules
from dateutil.relativedelta import relativedelta
from django.db.models import CharField, F, Value
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import Contact
from riskassess.accounts.models import Institution
from riskassess.accounts.roles import Role
from riskassess.accounts.rules import (
    holds,
    holds_auditor,
    is_administrator,
    is_approver,
    is_auditor,
    is_officer,
    is_signed_in,
)
from riskassess.core.reading import kept
from riskassess.proposals.queries import shared_since, who_left
from riskassess.proposals.rules import add_step, is_author, is_coinvestigator, is_lead, is_owner, state_allows
from riskassess.proposals.states import AFTER_DECISION, State
from riskassess.reviews.models import Interest


def together_since(institution: Institution) -> datetime:
    """Since when a joint proposal keeps two people apart: from the beginning of that day on."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - relativedelta(months=institution.co_author_months)


class Ties:
    """Who stands too near to one proposal to review it; each kind is read once, whoever is asked about."""

    def __init__(self, proposal):
        self.proposal = proposal

    @cached_property
    def _since(self) -> datetime:
        return together_since(self.proposal.institution)

    @cached_property
    def people(self) -> dict[str, set]:
        """By kind of tie, the people it holds; all in one query."""
        said = Interest.objects.filter(case__proposal=self.proposal, answer=Interest.Answer.YES)
        found: dict[str, set] = {"said_so": set(), "filed": set(), "left": set()}
        filed, takes_part = shared_since(self.proposal.owner_id, self._since)
        rows = [
            tagged(said.order_by(), "said_so", "user_id"),
            tagged(filed, "filed", "owner_id"),
            tagged(takes_part, "filed", "user_id"),
            tagged(who_left(self.proposal, self._since), "left", "settled_by_id"),
        ]
        for kind, person in rows[0].union(*rows[1:]):
            found[kind].add(person)
        found["filed"].discard(self.proposal.owner_id)
        return found

    @cached_property
    def orcids(self) -> set[str]:
        named = Contact.objects.filter(participations__participation__proposal=self.proposal).exclude(orcid="")
        return set(named.values_list("orcid", flat=True))


def tagged(rows, kind: str, person: str):
    return rows.annotate(tie=Value(kind, CharField()), who=F(person)).values_list("tie", "who")


def conflict_reason(user, proposal) -> str:
    """Why this person may not take part in the review, in a sentence; empty when nothing stands against it.

    Read anew each time, but once for a page that only reads.
    """
    return _reason(user, proposal, ties_of(proposal))


def without_conflict(users: Iterable, proposal) -> list:
    """Those of the people who may take part; a constant number of queries."""
    ties = ties_of(proposal)
    return [user for user in users if not _reason(user, proposal, ties)]


def ties_of(proposal) -> Ties:
    """What writes asks in its own transaction, each time; a page that only reads asks once."""
    return kept(("ties", proposal.pk), lambda: Ties(proposal))


def _reason(user, proposal, ties: Ties) -> str:
    if proposal.owner_id == user.pk:
        return _("You lead this proposal.")
    if any(co.user_id == user.pk for co in proposal.coinvestigators.all()):
        return _("You take part in this proposal.")
    if user.supervisor_id == proposal.owner_id or proposal.owner.supervisor_id == user.pk:
        return _("You and the lead researcher report to one another.")
    if user.pk in ties.people["said_so"]:
        return _("You said that you have an interest in this proposal.")
    if user.orcid and user.orcid in ties.orcids:
        return _("You are named at a partner of this proposal.")
    if user.pk in ties.people["filed"]:
        return ngettext(
            "You and the lead researcher filed a proposal together within the last month.",
            "You and the lead researcher filed a proposal together within the last %(n)d months.",
            proposal.institution.co_author_months,
        ) % {"n": proposal.institution.co_author_months}
    if user.pk in ties.people["left"]:
        return _("You took part in this proposal, or in another one of its lead researcher, before.")
    return ""


@rules.predicate
def has_conflict(user, proposal):
    return bool(conflict_reason(user, proposal))


def _case(proposal):
    return getattr(proposal, "case", None)


@rules.predicate
def is_case_reviewer(user, proposal):
    case = _case(proposal)
    return case is not None and case.reviewer_id == user.pk


@rules.predicate
def is_panel_member(user, proposal):
    case = _case(proposal)
    return case is not None and any(
        a.kind == "panel" and a.user_id == user.pk and a.ended_at is None for a in case.assignments.all()
    )


@rules.predicate
def covers_unit(user, proposal):
    """Holds the approver's role for the proposal's unit, one above it, or the institution."""
    units = user.units_with(Role.APPROVER)
    if None in units:
        return True
    step = proposal.unit
    while step is not None:
        if step.pk in units:
            return True
        step = step.parent
    return False


@rules.predicate
def has_case(user, proposal):
    return _case(proposal) is not None


@rules.predicate
def is_decided(user, proposal):
    return proposal.state in AFTER_DECISION


@rules.predicate
def is_submitted(user, proposal):
    return proposal.state != State.DRAFT


holds_staff_role = holds(Role.REVIEWER, Role.OFFICER, Role.APPROVER)
is_unit_approver = is_approver & covers_unit


@rules.predicate
def hears_appeal(user, proposal):
    case = _case(proposal)
    return case is not None and any(
        a.kind == "appeal" and a.user_id == user.pk and a.ended_at is None for a in case.assignments.all()
    )


@rules.predicate
def is_top_of_escalated(user, proposal):
    """The institution's top role, once nobody else is free to carry or decide the case."""
    case = _case(proposal)
    return case is not None and bool(case.escalated) and proposal.institution.top_approver_id == user.pk


works_on_case = is_top_of_escalated | hears_appeal | is_case_reviewer | is_panel_member | is_officer | is_unit_approver
may_review = is_signed_in & has_case & ~has_conflict

rules.add_perm(
    "proposals.view",
    is_signed_in & (is_owner | is_coinvestigator | (~has_conflict & (is_officer | works_on_case | is_auditor))),
)
rules.add_perm("reports.retry", is_signed_in & (is_owner | is_coinvestigator | (is_officer & ~has_conflict)))
rules.add_perm("reviews.desk", is_signed_in & holds_staff_role)
rules.add_perm("reviews.decisions", is_signed_in & is_approver)
rules.add_perm("reviews.read_changes", is_signed_in & is_officer)
rules.add_perm("reviews.view_case", is_signed_in & has_case & ~has_conflict & (works_on_case | is_auditor))
rules.add_perm("reviews.read_notes", is_signed_in & has_case & ~has_conflict & (works_on_case | is_auditor))
add_step("reviews.assess_again", who=is_signed_in & is_officer & ~has_conflict, when=state_allows("register"))
rules.add_perm("reviews.declare", may_review & works_on_case)
rules.add_perm("reviews.assign", may_review & (is_officer | is_top_of_escalated))
rules.add_perm("reviews.remind", may_review & is_officer)
add_step(
    "reviews.recommend",
    who=may_review & (is_case_reviewer | is_panel_member | is_officer),
    when=state_allows("decide"),
)
add_step(
    "reviews.decide",
    who=may_review & (is_officer | is_unit_approver | is_panel_member),
    when=state_allows("decide"),
)
add_step(
    "reviews.request_changes",
    who=may_review & (is_case_reviewer | is_officer | is_unit_approver),
    when=state_allows("request_changes"),
)
add_step(
    "reviews.ask",
    who=may_review & (is_case_reviewer | is_officer | is_unit_approver),
    when=state_allows("request_changes"),
)
add_step("reviews.flag", who=may_review & (is_case_reviewer | is_officer), when=state_allows("flag"))
add_step("reviews.unflag", who=may_review & is_officer, when=state_allows("unflag"))
add_step("reviews.send_package", who=may_review & (is_case_reviewer | is_officer), when=state_allows("unflag"))
rules.add_perm("reviews.read_package", may_review & (is_case_reviewer | is_officer))
add_step("reviews.propose_determination", who=may_review & (is_case_reviewer | is_officer), when=state_allows("decide"))
add_step("reviews.determine", who=may_review & is_officer, when=state_allows("decide"))
add_step("reviews.confirm_determination", who=may_review & (is_officer | is_unit_approver), when=state_allows("decide"))
rules.add_perm("reviews.lift_hold", may_review & is_officer)
rules.add_perm("reviews.confirm_hold", may_review & (is_officer | is_unit_approver))
rules.add_perm("reviews.erase_contact", is_signed_in & is_officer & ~has_conflict)
rules.add_perm("reviews.write_note", may_review & (is_case_reviewer | is_officer))
add_step("reviews.settle_safeguard", who=may_review & (is_case_reviewer | is_officer), when=state_allows("decide"))
# A registration has no case, and a list may change after it.
rules.add_perm("reviews.view_match", is_signed_in & ~has_conflict & (works_on_case | is_auditor))
rules.add_perm("reviews.judge", is_signed_in & ~has_conflict & is_officer)
rules.add_perm("reviews.confirm_judgement", is_signed_in & ~has_conflict & (is_officer | is_unit_approver))
add_step("reviews.check_condition", who=may_review & is_officer, when=state_allows("expire"))
add_step("reviews.propose_condition", who=may_review & is_case_reviewer, when=state_allows("expire"))
add_step("reviews.name_condition_owner", who=is_lead | (may_review & is_officer), when=state_allows("expire"))
add_step("reviews.read_follow_up", who=may_review & is_officer, when=state_allows("close"))
add_step("proposals.follow_up", who=is_author, when=state_allows("close"))
add_step("proposals.correct_partner", who=is_signed_in & (is_owner | is_coinvestigator), when=is_submitted)
rules.add_perm("reviews.settle_partner_correction", is_signed_in & is_officer & ~has_conflict)
rules.add_perm("insights.view", is_signed_in & holds(Role.OFFICER, Role.AUDITOR))
rules.add_perm("reviews.hear_appeal", may_review & hears_appeal)
add_step("proposals.report_condition", who=is_author, when=state_allows("expire"))
rules.add_perm("proposals.appeal", is_signed_in & is_owner)
add_step("reviews.reopen", who=is_signed_in & is_officer & ~has_conflict, when=state_allows("reopen"))
add_step(
    "reviews.terminate",
    who=is_signed_in & (is_owner | (is_officer & ~has_conflict)),
    when=state_allows("terminate"),
)
add_step("reviews.close", who=is_signed_in & is_officer & ~has_conflict, when=state_allows("close"))
add_step("reviews.invite_expert", who=may_review & is_officer, when=state_allows("decide"))
rules.add_perm("audit.view", is_signed_in & (holds_auditor | is_administrator))
rules.add_perm("audit.export", is_signed_in & (is_auditor | is_administrator))
rules.add_perm("audit.view_content", is_signed_in & is_auditor)
