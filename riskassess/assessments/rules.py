import rules

from riskassess.accounts.rules import is_administrator, is_auditor, is_officer, is_signed_in

# Counts are for all three; cases are listed for whoever sees case content, and administrators never do.
rules.add_perm("assessments.view_replays", is_signed_in & (is_officer | is_administrator | is_auditor))
rules.add_perm("assessments.start_replay", is_signed_in & (is_officer | is_administrator))
rules.add_perm("assessments.view_replayed_cases", is_signed_in & (is_officer | is_auditor))
