"""Every route and method has an entry in the policy table; what has none is denied."""

import uuid

import pytest
from django.urls import URLPattern, get_resolver, path, reverse

from riskassess.web.policy import OBJECT, POLICY, PUBLIC, SIGNED_IN

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FILLED = {
    "reference": "RA-2026-0001",
    "section": "work",
    "uid": uuid.UUID(int=7),
    "number": 1,
    "question": "T4",
    "catalogue": "allea-eu",
    "version": "1.0.0",
    "code": "un",
    "hit": uuid.UUID(int=8),
    "merge": uuid.UUID(int=9),
    "dimension": "knowledge",
    "mitigation": "M_end_use",
    "table": "audit",
    "person": uuid.UUID(int=10),
    "key": "0" * 40,
    "file": uuid.UUID(int=11),
    "kind": "midterm",
}


def routes():
    """Every named route with the names of its arguments."""

    def walk(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield pattern.name, tuple(pattern.pattern.converters)
            else:
                yield from walk(pattern.url_patterns)

    return sorted(set(walk(get_resolver().url_patterns)))


def address(name, arguments):
    return reverse(name, kwargs={argument: FILLED[argument] for argument in arguments})


def test_every_route_has_an_entry_and_every_entry_a_route():
    named = {name for name, _arguments in routes()}

    assert None not in named
    assert {route for route, _method in POLICY} == named


def test_every_entry_is_public_signed_in_or_a_known_permission():
    from rules.permissions import permissions

    assert set(POLICY.values()) - {PUBLIC, SIGNED_IN, OBJECT} <= set(permissions)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "arguments"), routes())
def test_route_without_login_leads_to_the_login_unless_public(client, name, arguments):
    for method in METHODS:
        response = client.generic(method, address(name, arguments))
        entry = POLICY.get((name, method))
        if entry is None:
            assert response.status_code == 405, (name, method)
        elif entry != PUBLIC and method == "POST":  # what was typed is shown again, to be sent after signing in
            assert response.status_code == 403, (name, method)
        elif entry != PUBLIC:
            assert response.status_code == 302, (name, method)
            assert response["Location"].startswith(reverse("login")), (name, method)


@pytest.mark.django_db
def test_route_that_nobody_listed_is_denied(client, settings):
    from django.http import HttpResponse

    class Urls:
        urlpatterns = [
            *get_resolver().url_patterns,
            path("unlisted", lambda request: HttpResponse("secret"), name="unlisted"),
        ]

    settings.ROOT_URLCONF = Urls

    response = client.get("/unlisted")

    assert response.status_code == 403
    assert b"secret" not in response.content
