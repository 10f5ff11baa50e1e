import rules

from riskassess.accounts.queries import with_children
from riskassess.accounts.roles import Role
from riskassess.accounts.rules import (
    is_administrator,
    is_approver,
    is_auditor,
    is_officer,
    is_reviewer,
    is_signed_in,
)
from riskassess.reports.models import Kind, PeriodKind
from riskassess.reviews.rules import has_conflict

# Asked with the proposal, beside its scope; what is not named needs no more than reading the proposal.
PERMISSIONS = {Kind.CASE_AUDIT: "reports.audit_case"}

rules.add_perm("reports.audit_case", is_signed_in & is_auditor & ~has_conflict)
rules.add_perm("reports.ask_case_audits", is_signed_in & is_auditor)
rules.add_perm("reports.ask_many", is_signed_in & (is_reviewer | is_officer | is_approver | is_auditor))
rules.add_perm("reports.ask_period", is_signed_in & (is_officer | is_approver | is_auditor | is_administrator))
rules.add_perm("reports.ask_audit", is_signed_in & (is_auditor | is_administrator))
sees_page = is_reviewer | is_officer | is_approver | is_auditor | is_administrator
rules.add_perm("reports.view_page", is_signed_in & sees_page)
rules.add_perm("reports.change_letterhead", is_signed_in & is_administrator)


def counted_units(user) -> list[int] | None:
    """The units whose counts this person may have: empty is the whole institution; None is nothing at all."""
    if not user.has_perm("reports.ask_period"):
        return None
    if user.has_role(Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR):
        return []
    units = user.units_with(Role.APPROVER)
    return [] if None in units else sorted(with_children(units))


def may_ask_period(user, kind: str, units: list[int]) -> bool:
    """Is this selection of units still within what the person may have counted?"""
    if kind == PeriodKind.AUDIT and not user.has_perm("reports.ask_audit"):
        return False
    own = counted_units(user)
    return own is not None and (not own or (bool(units) and set(units) <= set(own)))
