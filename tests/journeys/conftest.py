import pytest

from tests.conftest import made_stacks
from tests.journeys.visitor import Visitor

# One xdist process keeps the embedded stack, so that it is started once for all journeys.
SETUPS = [pytest.param("embedded", marks=pytest.mark.xdist_group("journeys")), "services"]


@pytest.fixture(scope="session")
def embedded(request, tmp_path_factory, templates):
    """The embedded default, started once for all journeys. Where only pages matter, mark the test as of their group."""
    with made_stacks(request, tmp_path_factory.mktemp("journeys"), templates) as make:
        yield make("embedded")


@pytest.fixture(scope="session")
def services(request, postgres, tmp_path_factory, templates):
    """PostgreSQL and Redis with real worker and scheduler processes, started once for all journeys."""
    with made_stacks(request, tmp_path_factory.mktemp("journeys"), templates) as make:
        yield make("services")


@pytest.fixture(params=SETUPS)
def setup(request):
    """The embedded default, and PostgreSQL with Redis."""
    return request.param


@pytest.fixture
def stack(request, setup):
    return request.getfixturevalue(setup)


@pytest.fixture
def visit(browser):
    """`visit(stack, "ana")` signs a person of the demo in, in a browser profile of their own.

    Everything that a browser complains about on the way fails the test at its end.
    """
    visitors = []

    def arrive(stack, person="", **options) -> Visitor:
        visitors.append(Visitor(browser, stack, **options))
        return visitors[-1].sign_in(person) if person else visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.leave()
    assert [fault for visitor in visitors for fault in visitor.faults] == []
