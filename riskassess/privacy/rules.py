import rules

from riskassess.accounts.rules import is_administrator, is_auditor, is_officer, is_signed_in

rules.add_perm("privacy.view", is_signed_in & (is_auditor | is_officer | is_administrator))
rules.add_perm("privacy.order", is_signed_in & is_auditor)
rules.add_perm("privacy.confirm", is_signed_in & is_officer)
