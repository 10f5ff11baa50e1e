"""The matrix, generated: every route of the resolver, each kind of person, each relation and state, against a table
typed by hand; ids of another case swapped in; and a hidden case whose words are looked for everywhere."""

import re
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from riskassess.audit.models import Event
from riskassess.jobs.running import run_job
from riskassess.proposals.models import Proposal
from riskassess.reports.models import Report
from riskassess.web.policy import OBJECT, POLICY, PUBLIC, SIGNED_IN
from tests.permissions.table import ALL, NAMES, PAGES, PLAIN, STEPS, readers
from tests.permissions.test_routes import FILLED, address, routes
from tests.permissions.traces import filled_forms, is_download, watched
from tests.permissions.world import CANARY, World

# States in which the approver is in: their vote is due, or a decision is there. The high case waits for the officer.
DECIDING = {"approved_with_conditions"}
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once, and never written: each request is rolled back."""
    with django_db_blocker.unblock(), of_a_test():
        yield World()
        transaction.set_rollback(True)


@contextmanager
def undone():
    with of_a_test():
        yield
        transaction.set_rollback(True)


def of_a_test():
    """A block as Django's own test cases open it, in which what must be outermost may run."""
    block = transaction.atomic()
    block._from_testcase = True
    return block


def asked(browser: Client, method: str, url: str, **given) -> int:
    """The status; 401 stands for being led to the sign-in."""
    with undone():
        answer = browser.generic(method, url, **given) if method == "POST" else browser.get(url)
    return 401 if answer.status_code == 302 and answer["Location"].startswith("/login") else answer.status_code


def of_proposals():
    """The routes about one proposal whose other arguments anybody can guess."""
    return [(name, arguments) for name, arguments in routes() if "reference" in arguments]


def url_of(name: str, arguments, reference: str, **given) -> str:
    values = {**FILLED, "number": 1, "reference": reference, **given}
    return reverse(name, kwargs={argument: values[argument] for argument in arguments})


def outside(state: str) -> str:
    inside = readers(state, state in DECIDING)
    return "".join(letter for letter in ALL if letter not in inside)


def test_whoever_is_outside_gets_nothing_of_any_route_in_any_state(world):
    """Holds for each route that is ever added: hidden for whoever has no scope, the login for whoever is nobody."""
    wrong = []
    for state, proposal in world.cases.items():
        for name, arguments in of_proposals():
            if name in {"invitation", "transfer"}:  # open to those who are asked by name
                continue
            url = url_of(name, arguments, proposal.reference)
            for method in ("GET", "POST"):
                if POLICY.get((name, method)) != OBJECT:
                    continue
                for letter in outside(state) if state == "in_review" else "TAE":
                    status = asked(world.browsers[letter], method, url)
                    due = {403, 401} if letter in "GN" else {404}
                    if status not in due or (method == "GET" and letter in "GN" and status != 401):
                        wrong.append((state, method, name, letter, status))
    assert wrong == []


def test_whoever_reads_takes_the_steps_of_the_table_and_no_others(world):
    wrong, cells = [], 0
    for name, (letters, states) in STEPS.items():
        arguments = dict(routes())[name]
        for state, proposal in world.cases.items():
            url = url_of(name, arguments, proposal.reference)
            for letter in sorted(readers(state, state in DECIDING)):
                status, cells = asked(world.browsers[letter], "POST", url), cells + 1
                if letter not in letters:
                    fits = status in {403, 404, 409, 422}  # a draft says in its form that only its lead submits
                elif state in states:
                    fits = status not in {401, 403, 404}
                else:
                    fits = status != 200 or name == "assign"  # an empty form is shown again
                if not fits:
                    wrong.append((name, state, letter, status))
    assert not wrong, str(wrong)
    assert cells > 200


def test_pages_of_a_proposal_open_to_whom_the_table_says(world):
    wrong = []
    for state in ("in_review", "approved_with_conditions"):
        for name, letters in PAGES.items():
            url = url_of(name, ("reference",), world.cases[state].reference)
            for letter in sorted(readers(state, state in DECIDING)):
                status = asked(world.browsers[letter], "GET", url)
                if status != (200 if letter in letters else 403):
                    wrong.append((name, state, letter, status))
    assert wrong == []


# States in which the small world has no case: the one that is put there for the length of a look, and who may not in.
FOR_A_LOOK = {
    "flagged": "in_review",
    "withdrawn": "changes_requested",
    "declined": "approved_with_conditions",
    "terminated": "approved_with_conditions",
    "expired": "approved_with_conditions",
    "closed": "approved_with_conditions",
}


def test_flagged_declined_and_ended_cases_open_to_whom_the_table_says(world):
    """Pages, steps and PDFs, for everybody; the letter is rendered once."""
    wrong, cells = [], 0
    with undone():
        decided = world.cases["approved_with_conditions"]
        letter_of = Report.objects.get(proposal=decided, kind="decision")
        run_job(letter_of.job_id)
        for state, stood in FOR_A_LOOK.items():
            proposal = world.cases[stood]
            Proposal.objects.filter(pk=proposal.pk).update(state=state)
            inside = readers(state, state in DECIDING)
            asked_for = [
                (name, url_of(name, ("reference",), proposal.reference), PAGES[name])
                for name in ("proposal", "case", "proposal_file")
            ]
            if proposal == decided:
                asked_for.append(("report", reverse("report", args=[letter_of.uid]), ALL))
            for name, url, letters in asked_for:
                for letter in ALL:
                    due = 200 if letter in letters else 403
                    due = due if letter in inside else 401 if letter in "GN" else 404
                    if (status := asked(world.browsers[letter], "GET", url)) != due:
                        wrong.append((name, state, letter, status, due))
            for name, (letters, states) in STEPS.items():
                url = url_of(name, dict(routes())[name], proposal.reference)
                for letter in sorted(inside & set("ROH")):  # C, V and D take no step here that they do not take there
                    status, cells = asked(world.browsers[letter], "POST", url), cells + 1
                    is_open = letter in letters and state in states
                    fits = status not in {401, 403, 404} if is_open else status != 302 and status < 500
                    if not fits:
                        wrong.append((name, state, letter, status))
            Proposal.objects.filter(pk=proposal.pk).update(state=stood)
    assert not wrong, str(wrong)
    assert cells > 250


def test_pages_of_no_proposal_open_to_whom_the_table_says(world):
    wrong = []
    for name, letters in PLAIN.items():
        for letter in ALL:
            status = asked(world.browsers[letter], "GET", reverse(name))
            due = 401 if letter in "GN" else 404 if letter == "X" else 200 if letter in letters else 403
            if status != due:
                wrong.append((name, letter, status, due))
    assert wrong == []


def test_each_name_of_the_policy_belongs_to_whom_the_table_says(world):
    """A route that asks for a name which nobody typed into the table fails here."""
    assert set(POLICY.values()) - {PUBLIC, SIGNED_IN, OBJECT} <= set(NAMES)
    told = {
        name: "".join(x for x in ALL if x in world.people and fresh(world, x).has_perm(name))
        for name, letters in NAMES.items()
        if letters is not None
    }
    assert told == {name: "".join(sorted(letters, key=ALL.index)) for name, letters in NAMES.items() if letters}


def fresh(world, letter):
    return type(world.people[letter]).objects.get(pk=world.people[letter].pk)


def test_guest_and_closed_account_open_no_route_but_their_own(world):
    wrong = []
    for name, arguments in routes():
        entry = POLICY.get((name, "GET"))
        if entry in {None, PUBLIC}:
            continue
        url = address(name, arguments)
        for letter, due in (("X", 404), ("G", 401), ("N", 401)):
            if (letter, name) != ("X", "logout") and asked(world.browsers[letter], "GET", url) != due:
                wrong.append((name, letter))
    assert wrong == []
    assert asked(world.browsers["X"], "GET", reverse("expert", args=[world.seat.uid])) == 200


def snapshot() -> dict[str, int]:
    return {
        model.__name__: model.objects.count()
        for model in apps.get_models()
        if model._meta.app_label in {"proposals", "assessments", "reviews", "reports"}
    }


def test_ids_of_another_case_open_and_change_nothing(world):
    """In the path with a reference that is one's own, in the path alone, in the query and in the body."""
    with undone():
        uids = world.hide_one()
        own, foreign = world.cases["in_review"].reference, [uid for found in uids.values() for uid in found]
        before, wrong = snapshot(), []
        body = {name: str(foreign[0]) for name in ("record", "uid", "mention", "officer", "reviewer", "safeguard")}
        for name, arguments in routes():
            if "uid" not in arguments or POLICY.get((name, "GET"), POLICY.get((name, "POST"))) != OBJECT:
                continue
            letters = "RCAX" if "reference" not in arguments else "ROV"
            for uid in foreign if "reference" not in arguments else foreign[::2]:
                for letter in letters:
                    method = "GET" if POLICY.get((name, "GET")) else "POST"
                    status = asked(world.browsers[letter], method, url_of(name, arguments, own, uid=uid))
                    if status not in {403, 404, 405, 409}:
                        wrong.append((name, letter, status))
        for name, (letters, _states) in STEPS.items():
            url = url_of(name, dict(routes())[name], own) + f"?uid={foreign[0]}&next={foreign[0]}"
            for letter in letters:
                with undone():
                    page = world.browsers[letter].post(url, body)
                    if CANARY in page.content.decode(errors="replace"):
                        wrong.append((name, letter, "canary"))
                    if Proposal.objects.get(pk=world.hidden.pk).revision != world.hidden.revision:
                        wrong.append((name, letter, "changed"))
        assert not wrong, str(wrong)
        assert snapshot() == before


LISTS = ("/home", "/desk", "/desk?show=all", "/desk?show=open", "/notices", "/partners", "/partners?q=canary", "/audit",
         "/audit?q=canary", "/desk/changes", "/replays", "/organisations?q=canary", "/home?q=canary", "/settings",
         "/account", "/", "/desk/lists?name=canary", "/desk?q=canary&show=all")  # fmt: skip


def plain(page) -> str:
    """A page without what differs at each request."""
    text = page.content.decode(errors="replace")
    return re.sub(r'name="(csrfmiddlewaretoken|opened|page)" value="[^"]+"|X-CSRFToken[^}]+|nonce="[^"]+"', "", text)


def pages_of(world, letter) -> dict[str, str]:
    browser, found = world.browsers[letter], {}
    own = world.cases["in_review"].reference
    for url in (*LISTS, f"/proposals/{own}", f"/cases/{own}"):
        with undone():
            page = browser.get(url)
        found[url] = plain(page) if page.status_code == 200 else ""  # what refuses is the same for everybody
    return found


def test_hidden_case_changes_no_byte_for_whom_it_is_hidden_from(world):
    """No title, text, name, count or sum of it in any page, list or search; not even the officer's before declaring."""
    letters = "RCTHAXN"  # the reviewer is of both units, and has it assigned
    before = {letter: pages_of(world, letter) for letter in letters}
    with undone():
        world.hide_one()
        after = {letter: pages_of(world, letter) for letter in letters}
        sung = re.compile(rf"{CANARY}-\w+-7q")
        found = [(x, url) for x in letters for url, page in after[x].items() if sung.search(page)]
        told = {url for url, page in pages_of(world, "E").items() if sung.search(page)}

    assert not found, str(found)
    assert "/home" in told  # the owner sees it: the canaries sing
    changed = [
        (x, url)
        for x in letters
        for url in before[x]
        if before[x][url] != after[x][url] and url not in {"/audit", "/audit?q=canary", "/replays"}
    ]
    assert not changed, str(changed)


def test_officer_reads_none_of_its_words_before_declaring(world):
    with undone():
        world.hide_one()
        type(world.hidden.case).objects.filter(proposal=world.hidden).update(round=7)
        urls = [*LISTS, f"/cases/{world.hidden.reference}/interest"]
        for name, arguments in of_proposals():
            if POLICY.get((name, "GET")) == OBJECT:
                urls.append(url_of(name, arguments, world.hidden.reference))
        wrong = []
        for url in urls:
            with undone():
                page = plain(world.browsers["O"].get(url))
            for word in re.findall(rf"{CANARY}-\w+-7q", page):
                wrong.append((url, word))
        assert wrong == []


# Pages with what can be done on them, by the state of the proposal and who is there.
WORKED_ON = {
    "draft": {"R": ("collaboration", "contacts", "people", "evidence", "messages", "safeguards", "submit", "discard")},
    "changes_requested": {"R": ("withdraw", "proposal", "submit"), "C": ("collaboration",)},
    "in_review": {
        "R": ("withdraw", "proposal", "messages"),
        "O": ("assign", "ask", "flag", "request_changes", "case", "experts", "determinations", "messages", "interest"),
        "V": ("recommend", "case", "ask"),
        "D": ("audit_case",),
    },
    "approved_with_conditions": {"R": ("appeal", "terminate", "proposal", "renewal"), "O": ("reopen", "close", "case")},
    "registered": {"R": ("terminate",)},
}
WORKED_ON_ELSEWHERE = {
    "A": ("settings", "working_days", "mandates", "letterhead", "account"),
    "D": ("audit_samples", "audit_notes", "privacy", "exports"),
    "O": ("reports", "replays", "desk", "ror_files"),
    "R": ("proposal_new", "account", "notices"),
}

# What the pages above lead to at least; a form that no longer arrives there fails the test.
TOLD = {
    "appeal", "ask", "assign", "audit_case", "audit_dossier", "audit_notes", "condition_check", "desk_bulk",
    "determinations", "discard", "evidence", "expert_end", "flag", "interest", "mandate_end", "mandates",
    "messages", "note_add", "people", "period_ask", "privacy_erase", "privacy_months", "proposal_copy",
    "proposal_new", "recommend", "reopen", "replays", "reports", "request_changes", "ror_files", "safeguards",
    "settings", "terminate", "withdraw", "working_days",
}  # fmt: skip


def test_whoever_changes_something_leaves_an_event(world):
    """Every form of these pages is filled in and sent by every button; each statement that writes is looked at."""
    pages = [
        (letter, url_of(name, dict(routes())[name], world.cases[state].reference))
        for state, people in WORKED_ON.items()
        for letter, names in people.items()
        for name in names
    ]
    pages += [(letter, reverse(name)) for letter, names in WORKED_ON_ELSEWHERE.items() for name in names]
    pages += [("D", reverse("export_new", args=["cases"]))]
    wrong, told, sent = [], set(), set()
    for letter, url in pages:
        with undone():
            page = world.browsers[letter].get(url)
        for action, values in filled_forms(page.content.decode(), url) if page.status_code == 200 else ():
            name = resolve(urlsplit(action).path).view_name
            if (letter, name, frozenset(values)) in sent or name in {"logout", "set_language"}:
                continue
            sent.add((letter, name, frozenset(values)))
            with undone(), watched() as trace:
                answer = world.browsers[letter].post(action, values)
            if trace.untold:
                wrong.append((letter, name, sorted(trace.untold), answer.status_code))
            if trace.is_told:
                told.add(name)
    assert not wrong, str(wrong)
    assert told >= TOLD, sorted(TOLD - told)


def test_whoever_is_refused_and_whoever_takes_a_file_leaves_a_line(world):
    wrong, files = [], set()
    for name, arguments in routes():
        for method in ("GET", "POST"):
            entry = POLICY.get((name, method))
            if entry in {None, PUBLIC}:
                continue
            url = url_of(name, arguments, world.cases["in_review"].reference)
            for letter in "EO" if method == "GET" else "E":
                if name == "logout":
                    continue
                with undone(), watched() as trace:
                    answer = world.browsers[letter].generic(method, url)
                if answer.status_code in {403, 404} and not trace.denied:
                    wrong.append((letter, method, name, answer.status_code))
                if is_download(answer):
                    files.add(name)
                    if not {"audit_event", "audit_accessread"} & trace.tables:
                        wrong.append((letter, method, name, "file"))
                elif method == "GET" and trace.untold:
                    wrong.append((letter, method, name, sorted(trace.untold)))
    assert wrong == []
    assert files >= {"proposal_file", "proposal_crate", "proposal_form", "account_data"}


def test_whoever_is_kept_out_at_a_door_leaves_a_line_that_holds_nothing_they_typed(world):
    """A wrong password, an account that is closed or not there; a wrong code for a seat, one too many, no seat."""
    typed, doors = (
        f"{CANARY}-typed",
        {"login": reverse("login"), "seat": reverse("expert_enter", args=[world.seat.uid])},
    )
    omar, closed, stranger = world.people["O"], world.people["G"], f"{CANARY}@nowhere.example"
    tries = [(doors["login"], {"username": who, "password": typed}) for who in (omar.email, closed.email, stranger)]
    tries += [(doors["seat"], {"code": typed})] * 11
    tries += [(reverse("expert_enter", args=[omar.uid]), {"code": typed})]
    with undone():
        for url, values in tries:
            with watched() as trace:
                answer = Client().post(url, values)
            assert (url, trace.denied) == (url, True), answer.status_code
        told = list(Event.objects.filter(verb="access.denied").order_by("-sequence")[: len(tries)])[::-1]
        seen = [(event.subject, event.detail.after["reason"]) for event in told]
        kept = "".join(str(event.detail.after) + event.subject + event.detail.actor_name for event in told)
    seat = f"reviews.GuestSeat:{world.seat.uid}"
    assert seen == [
        (f"accounts.User:{omar.uid}", "password"),
        (f"accounts.User:{closed.uid}", "closed account"),
        ("route:login", "no such account"),
        *[(seat, "wrong code")] * 9,
        *[(seat, "too many wrong codes")] * 2,
        ("route:expert_enter", "no such seat"),
    ]
    assert CANARY not in kept


def test_whoever_signs_out_leaves_an_event(world):
    with undone(), watched() as trace:
        browser = Client()
        browser.force_login(world.people["O"])
        browser.post(reverse("logout"))

    assert "audit_event" in trace.tables
