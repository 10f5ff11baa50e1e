"""The matrix of who may do what, typed by hand a second time, as data: the code's own policy is never read for it.

Letters: R leads the proposal, C takes part in it, V reviews it (assigned), O officer, H approver of its unit,
W approver of another unit, T reviewer of another unit, A administrator, D auditor,
E researcher elsewhere, X expert from outside, G deactivated officer, N nobody signed in.
"""

ALL = "RCVOHWTADEXGN"
REVIEW = {"in_review", "flagged"}
WRITING = {"draft", "changes_requested"}
EVER = {"draft", "in_review", "changes_requested", "approved_with_conditions", "registered"}
AFTER = {"approved_with_conditions", "registered"}
ENDED = {"terminated", "expired", "closed"}
DECIDED_ON = {"approved_with_conditions", "declined", *ENDED}


def readers(state: str, is_deciding: bool) -> set[str]:
    """Who reads case content: officers and auditors no draft, the approver at the stage of deciding."""
    found = set("RC")
    if state != "draft":
        found |= set("OD")
    if state not in {"draft", "registered"}:
        found |= set("V")
    if (state in REVIEW and is_deciding) or state in DECIDED_ON:
        found |= set("H")
    return found


# Routes about one proposal that change something: who may ever take the step, and in which states it is open.
STEPS = {
    "collaboration": ("RC", WRITING),
    "contacts": ("RC", WRITING),
    "section": ("RC", WRITING),
    "submit": ("R", WRITING),
    "discard": ("R", {"draft"}),
    "withdraw": ("R", REVIEW | {"changes_requested"}),
    "appeal": ("R", {"approved_with_conditions", "declined"}),
    "terminate": ("RO", AFTER),
    "assign": ("O", REVIEW),
    "recommend": ("VO", REVIEW),
    "decide": ("OH", REVIEW),
    "request_changes": ("VOH", REVIEW),
    "ask": ("VOH", REVIEW),
    "flag": ("VO", {"in_review"}),
    "unflag": ("O", {"flagged"}),
    "package": ("VO", {"flagged"}),
    "note_add": ("VO", EVER - {"draft", "registered"}),
    "reopen": ("O", AFTER - {"registered"} | {"declined"}),
    "close": ("O", AFTER - {"registered"} | {"expired"}),
    "experts": ("O", REVIEW),
    "proposal_copy": ("RC", EVER | REVIEW | DECIDED_ON | {"withdrawn"}),
    "proposal_renew": ("RC", AFTER | {"expired"}),
}
# Pages about one proposal that whoever reads it opens, and those that only some of them do.
PAGES = {
    "proposal": "RCVOHD", "assessment": "RCVOHD", "safeguards": "RCVOHD", "answer_history": "RCVOHD",
    "people": "RCVOHD", "evidence": "RCVOHD", "messages": "RCVOHD", "proposal_file": "RCVOHD",
    "proposal_crate": "RCVOHD", "proposal_form": "RCVOHD", "case": "VOHD", "experts": "VOHD",
    "package": "VO",
}  # fmt: skip
# Pages of no proposal: who opens them; everybody else who is signed in gets 403.
PLAIN = {
    "desk": "VOHWT", "settings": "A", "audit": "AD", "proposal_new": "RCE", "changes": "O", "list_search": "O",
    "replays": "OAD", "list_sources": "OD", "ror_files": "OD", "partners": "RCVOHWTDE",
}  # fmt: skip
# What the policy may ask for by name, and whose it is. A new name has to be typed here first.
NAMES = {
    "proposals.create": "RCE",
    "reviews.desk": "VOHWT",
    "reviews.read_changes": "O",
    "partners.judge": "O",
    "partners.edit": "O",
    "partners.view": "RCVOHWTDE",
    "partners.see_datasets": None,  # asked in the tests of the registry
    "partners.see_lists": "OD",
    "partners.manage_lists": "O",
    "partners.see_screening": None,
    "assessments.view_replays": "OAD",
    "assessments.start_replay": None,
    "accounts.change_settings": "A",
    "accounts.settle_settings": "OA",
    "insights.view": None,
    "privacy.view": None,  # asked in the tests of keeping, as the next two
    "privacy.order": None,
    "privacy.confirm": None,
    "audit.view": "AD",
    "accounts.see_mandates": "OA",
    "accounts.ask_mandate": "A",
    "accounts.confirm_mandate": "O",
    "auditing.enter": "D",
    "reports.ask_many": "VOHWTD",
    "reports.ask_period": "OHWAD",
    "reports.change_letterhead": "A",
    "reports.view_page": "VOHWTAD",
    "reviews.decisions": "HW",
    "jobs.operate": "A",
}
