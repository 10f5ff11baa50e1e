import rules

from riskassess.accounts.rules import is_administrator, is_signed_in

rules.add_perm("jobs.operate", is_signed_in & is_administrator)
