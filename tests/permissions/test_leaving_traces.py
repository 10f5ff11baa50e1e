"""Every route that changes something, and every one that gives a file away, comes to where a trace is written. Derived
from the policy and the addresses: a new route fails here until it does, or until the table says why it need not."""

import ast

from riskassess.web.policy import POLICY
from tests.permissions.reaching import reached_from, source_of, views_by_route

EVENT, READ = ("riskassess.audit.log", "record"), ("riskassess.audit.services", "record_read")
# What is written when somebody is refused says nothing of what was done.
DENIAL = ("riskassess.audit.services", "record_denial")
FILES = {("riskassess.web.downloads", name) for name in ("to_keep", "stream_to_keep", "file_to_keep", "HEADERS")}

STORES_NOTHING = {
    "triage": "six questions answered on the page itself; nothing is kept of them",
    "verify": "compares a file or code with what was issued; anybody may, and nothing is kept",
    "set_language": "a cookie of one's own browser",
    "notices": "which of one's own notices were read",
}
OF_NOBODY = {
    "letterhead_logo": "the institution's own logo, as it stands on each report",
    "proposal_schema": "published format of a proposal file",
    "questionnaire_form": "the published questions, empty",
    "questionnaire_pdf": "the published questions, empty",
    "verify_checker": "the published program that checks a report",
}


def comes_to(view: list[tuple[str, str]], *, trace: set[tuple[str, str]]) -> bool:
    return bool(reached_from(view, not_through=[DENIAL]) & trace)


def gives_a_file(view: list[tuple[str, str]]) -> bool:
    names = {part.value for of in view for part in ast.walk(source_of(*of)) if isinstance(part, ast.Constant)}
    is_attached = any(isinstance(text, str) and text.startswith("attachment") for text in names)
    return is_attached or bool(reached_from(view, not_through=[DENIAL]) & FILES)


def test_each_route_that_changes_something_comes_to_an_event_or_is_excepted_by_name():
    views = views_by_route()
    writing = {name for name, method in POLICY if method != "GET"}

    without = {name for name in writing if not comes_to(views[name], trace={EVENT})}

    assert len(writing) > 100
    assert without == set(STORES_NOTHING)


def test_each_route_that_gives_a_file_away_comes_to_a_trace_or_is_excepted_by_name():
    giving = {name: view for name, view in views_by_route().items() if gives_a_file(view)}

    without = {name for name, view in giving.items() if not comes_to(view, trace={EVENT, READ})}

    assert len(giving) > 20
    assert without == set(OF_NOBODY)


def test_a_view_that_writes_without_telling_is_found():
    """What three routes did until this was looked for: they sent a job out again and said nothing."""
    assert not comes_to([("riskassess.jobs.services", "retry")], trace={EVENT})
    assert comes_to([("riskassess.jobs.services", "start_again")], trace={EVENT})
