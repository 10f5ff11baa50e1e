import gc
import os
import uuid
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import riskassess.celery  # noqa: F401  the Celery app must exist before any task module is read
from tests.live.browser import launched_chromium
from tests.live.servers import Missing, running_clamd, running_postgres, running_redis
from tests.live.stack import Stack, Templates

NEEDS_SERVERS = {"postgres", "redis", "postgres_url", "redis_url", "services"}
SETUPS = ("embedded", "services")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    """Tests that share one PostgreSQL stay in one xdist process, so that it is started and filled once."""
    for item in items:
        setup = getattr(item, "callspec", None) and item.callspec.params.get("setup")
        if setup == "services" or NEEDS_SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.services)
            item.add_marker(pytest.mark.xdist_group("services"))
        if {"page", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


def pytest_collection_finish():
    """What was imported stays; looking through it for garbage again and again took a fifth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def give_up(reason: Missing):
    """A missing program skips a test on somebody's laptop and fails it where the whole is judged."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(str(reason), pytrace=False)
    pytest.skip(str(reason))


@pytest.fixture
def run_jobs():
    """Runs whatever is queued, as a worker would; says how many it ran."""
    from riskassess.jobs.running import run_pending

    return run_pending


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """One folder for all xdist processes of this run."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def postgres():
    try:
        # Not in pytest's own folder: each new run of pytest shuts that one to the user postgres again.
        with (
            TemporaryDirectory(prefix="riskassess-postgres-") as folder,
            running_postgres(Path(folder) / "server") as server,
        ):
            yield server
    except Missing as reason:
        give_up(reason)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    try:
        with running_redis(tmp_path_factory.mktemp("redis")) as server:
            yield server
    except Missing as reason:
        give_up(reason)


@pytest.fixture(scope="session")
def clamd():
    try:
        # Not in pytest's own folder: the path of a socket has to be short.
        with (
            TemporaryDirectory(prefix="riskassess-clamd-") as folder,
            running_clamd(Path(folder) / "server") as scanner,
        ):
            yield scanner
    except Missing as reason:
        give_up(reason)


@pytest.fixture
def postgres_url(postgres):
    """An empty PostgreSQL database of this test's own."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.run(f'CREATE DATABASE "{name}"')
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def redis_url(redis_server):
    return redis_server.url


@pytest.fixture(scope="session")
def templates(shared_folder):
    return Templates(shared_folder)


@contextmanager
def made_stacks(request, folder, templates):
    """Gives a function that makes stacks; everything it made ends with the block."""
    endings = ExitStack()
    numbers = count()

    def make(setup: str, *, is_started: bool = True, **environment: str) -> Stack:
        number = next(numbers)
        given = {}
        if setup == "services":
            postgres = request.getfixturevalue("postgres")
            name = f"stack_{uuid.uuid4().hex[:12]}"
            given["database_url"] = templates.copy_services(folder / f"stack{number}", postgres, name)
            endings.callback(postgres.drop, name)
            try:
                given["broker"] = endings.enter_context(running_redis(folder / f"redis{number}"))
            except Missing as reason:
                give_up(reason)
        else:
            templates.copy_embedded(folder / f"stack{number}")
        stack = Stack(folder / f"stack{number}", **given, **environment)
        endings.callback(stack.stop)
        return stack.start() if is_started else stack

    with endings:
        yield make


@pytest.fixture
def live_stack(request, tmp_path, templates):
    """Makes stacks: `live_stack("embedded")` or `live_stack("services")`, with the demo university in it.

    A Redis of its own, so that a test may end it. Started unless told otherwise; everything ends with the test.
    """
    with made_stacks(request, tmp_path, templates) as make:
        yield make


@pytest.fixture(params=SETUPS)
def setup(request):
    """The embedded default, and PostgreSQL with Redis."""
    return request.param


@pytest.fixture
def stack(live_stack, setup):
    """The running application, in both set-ups one after the other."""
    return live_stack(setup)


@pytest.fixture(scope="session")
def browser():
    # Playwright keeps an event loop in this thread, which Django takes for a reason to refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with launched_chromium() as chromium:
            yield chromium
    except Missing as reason:
        give_up(reason)


@pytest.fixture
def page(browser):
    """A page in a fresh profile. It fails the test when a script breaks, or when anything is asked of another host."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(15_000)
    faults = []
    page.on("pageerror", lambda fault: faults.append(f"script: {fault}"))
    page.on("request", lambda request: faults.append(request.url) if is_foreign(request.url) else None)
    yield page
    context.close()
    assert faults == []


def is_foreign(address: str) -> bool:
    return not address.startswith(("http://127.0.0.1:", "data:", "blob:", "about:"))
