"""Who may use which route by which method. A route without an entry is denied, and a test walks the resolver for gaps.

Values: PUBLIC, SIGNED_IN, or the name of a permission. Permissions of a proposal are asked again by access.py, with the
object at hand and its scope; this table is the first gate, not the only one.
"""

PUBLIC = "public"
SIGNED_IN = "signed in"
# Asked with the proposal, in access.py; here it is enough to be signed in.
OBJECT = "signed in, then by the object"

POLICY: dict[tuple[str, str], str] = {
    ("start", "GET"): PUBLIC,
    ("handbook", "GET"): PUBLIC,
    ("handbook_release", "GET"): PUBLIC,
    ("healthz", "GET"): PUBLIC,
    ("readyz", "GET"): PUBLIC,
    ("set_language", "POST"): PUBLIC,
    ("login", "GET"): PUBLIC,
    ("login", "POST"): PUBLIC,
    ("logout", "POST"): SIGNED_IN,
    ("password_change", "GET"): SIGNED_IN,
    ("password_change", "POST"): SIGNED_IN,
    ("account", "GET"): SIGNED_IN,
    ("account", "POST"): SIGNED_IN,
    ("notices", "GET"): SIGNED_IN,
    ("notices", "POST"): SIGNED_IN,
    ("home", "GET"): SIGNED_IN,
    # the researcher's pages
    ("proposal_new", "GET"): "proposals.create",
    ("proposal_new", "POST"): "proposals.create",
    ("ror_search", "GET"): SIGNED_IN,
    ("ror_record", "GET"): SIGNED_IN,
    ("proposal", "GET"): OBJECT,
    ("collaboration", "GET"): OBJECT,
    ("collaboration", "POST"): OBJECT,
    ("section", "GET"): OBJECT,
    ("section", "POST"): OBJECT,
    ("assessment", "GET"): OBJECT,
    ("safeguard_propose", "POST"): OBJECT,
    ("safeguard_drop", "POST"): OBJECT,
    ("check", "GET"): OBJECT,
    ("submit", "POST"): OBJECT,
    ("discard", "GET"): OBJECT,
    ("discard", "POST"): OBJECT,
    ("withdraw", "GET"): OBJECT,
    ("withdraw", "POST"): OBJECT,
    ("version", "GET"): OBJECT,
    ("decision", "GET"): OBJECT,
    ("assess_again", "POST"): OBJECT,
    ("report", "GET"): OBJECT,
    ("report_state", "GET"): OBJECT,
    ("report_retry", "POST"): OBJECT,
    # the staff's pages
    ("desk", "GET"): "reviews.desk",
    ("changes", "GET"): "reviews.read_changes",
    ("change_handle", "POST"): "reviews.read_changes",
    ("list_search", "GET"): "partners.judge",
    ("list_sources", "GET"): "partners.see_lists",
    ("list_source", "GET"): "partners.see_lists",
    ("list_source", "POST"): "partners.manage_lists",
    ("list_edition", "GET"): "partners.see_lists",
    ("list_edition", "POST"): "partners.manage_lists",
    ("list_edition_state", "GET"): "partners.see_lists",
    ("list_edition_retry", "POST"): "partners.manage_lists",
    ("partners", "GET"): "partners.view",
    ("partner", "GET"): "partners.view",
    ("partner", "POST"): "partners.edit",
    ("partner_match", "GET"): "partners.see_screening",
    ("partner_match", "POST"): "partners.see_screening",
    ("case", "GET"): OBJECT,
    ("assign", "GET"): OBJECT,
    ("assign", "POST"): OBJECT,
    ("recommend", "GET"): OBJECT,
    ("recommend", "POST"): OBJECT,
    ("decide", "GET"): OBJECT,
    ("decide", "POST"): OBJECT,
    ("request_changes", "GET"): OBJECT,
    ("request_changes", "POST"): OBJECT,
    ("flag", "GET"): OBJECT,
    ("flag", "POST"): OBJECT,
    ("unflag", "GET"): OBJECT,
    ("unflag", "POST"): OBJECT,
    ("hold", "GET"): OBJECT,
    ("hold_lift", "POST"): OBJECT,
    ("hold_confirm", "POST"): OBJECT,
    ("match", "GET"): OBJECT,
    ("match", "POST"): OBJECT,
    ("match_evidence", "GET"): OBJECT,
    ("safeguard_settle", "POST"): OBJECT,
    ("note_add", "POST"): OBJECT,
    ("replays", "GET"): "assessments.view_replays",
    ("replays", "POST"): "assessments.start_replay",
    ("replay", "GET"): "assessments.view_replays",
    ("replay_state", "GET"): "assessments.view_replays",
    ("replay_stop", "POST"): "assessments.start_replay",
    ("audit", "GET"): "audit.view",
    ("audit_export", "POST"): "audit.view",
}


def entry_for(route: str, method: str) -> str | None:
    """The entry of a route and method; HEAD is read as GET. None means: denied."""
    return POLICY.get((route, "GET" if method == "HEAD" else method))
