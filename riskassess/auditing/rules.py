import rules

from riskassess.accounts.rules import holds_auditor, is_auditor, is_signed_in

rules.add_perm("auditing.enter", is_signed_in & holds_auditor)
rules.add_perm("auditing.look", is_signed_in & is_auditor)
