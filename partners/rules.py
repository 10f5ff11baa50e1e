"""Who may do what in the registry. Predicates only; what the law of the domain forbids to everybody is in services."""

import rules

from riskassess.accounts.rules import is_administrator, is_approver, is_auditor, is_officer, is_researcher, is_reviewer

can_register = is_researcher | is_officer
can_view_registry = is_researcher | is_officer | is_reviewer | is_approver | is_auditor
can_see_screening = is_officer | is_reviewer | is_approver | is_auditor
can_judge = is_officer
can_confirm = is_officer | is_approver
can_edit_partner = is_officer
can_see_lists = is_officer | is_auditor
can_manage_lists = is_officer
can_see_datasets = is_officer | is_administrator | is_auditor

for name, predicate in {
    "partners.register": can_register,
    "partners.view": can_view_registry,
    "partners.see_screening": can_see_screening,
    "partners.judge": can_judge,
    "partners.confirm": can_confirm,
    "partners.edit": can_edit_partner,
    "partners.see_lists": can_see_lists,
    "partners.manage_lists": can_manage_lists,
    "partners.see_datasets": can_see_datasets,
}.items():
    if not rules.perm_exists(name):
        rules.add_perm(name, predicate)
