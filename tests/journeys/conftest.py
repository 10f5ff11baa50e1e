import os

import pytest

from tests.conftest import made_stacks
from tests.journeys.visitor import Visitor

# One xdist process keeps the stack of a set-up, so that each is started once for all journeys of a file.
SETUPS = [pytest.param("embedded", marks=pytest.mark.xdist_group("journeys")), "services"]


@pytest.fixture(scope="module", params=SETUPS)
def setup(request):
    """The embedded default, and PostgreSQL with Redis."""
    return request.param


@pytest.fixture(scope="module")
def stack(request, setup, tmp_path_factory, templates):
    """The running application, for all journeys of a file."""
    with made_stacks(request, tmp_path_factory.mktemp("journeys"), templates) as make:
        yield make(setup)


@pytest.fixture(scope="module")
def embedded(request, tmp_path_factory, templates):
    """The embedded default alone, where the pages matter and not what runs them."""
    with made_stacks(request, tmp_path_factory.mktemp("journeys"), templates) as make:
        yield make("embedded")


@pytest.fixture
def visit(browser, request):
    """`visit(stack, "ana")` signs a person of the demo in, in a browser profile of their own.

    Everything that a browser complains about on the way fails the test at its end.
    """
    visitors = []

    def arrive(stack, person, **options) -> Visitor:
        visitors.append(Visitor(browser, stack, **options))
        return visitors[-1].sign_in(person)

    yield arrive
    for visitor in visitors:
        visitor.leave()
    assert [fault for visitor in visitors for fault in visitor.faults] == []
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
