"""The matrix, generated: every route of the resolver, each kind of person, each relation and state, against a table
typed by hand."""

from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from riskassess.web.policy import OBJECT, POLICY, PUBLIC, SIGNED_IN
from tests.permissions.table import ALL, NAMES, PLAIN, readers
from tests.permissions.test_routes import FILLED, address, routes
from tests.permissions.world import World

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
