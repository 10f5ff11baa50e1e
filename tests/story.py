"""The people and proposals that tests tell their stories with: Ana files, Omar is her case officer, Eve is refused.

Import the fixtures you need into the conftest of your folder: `from tests.story import *  # noqa: F403`.
`university` brings the people and the catalogue, `listed` the sample lists; `filed` makes whole proposals.
"""

import re
import time
from collections.abc import Callable
from functools import cache
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from partners.reference.loading import load_sources
from riskassess import workflow
from riskassess.accounts.models import RoleMembership, Unit, User
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import latest_record
from riskassess.engine.loading import load_texts
from riskassess.jobs.models import Job
from riskassess.jobs.running import run_job, run_pending
from riskassess.management.filing import read_example, write_draft
from riskassess.management.university import University, found_university
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case, Interest
from riskassess.reviews.rules import conflict_reason
from riskassess.web.confirming import KEY

PASSWORD = "a-long-password-for-tests"
LOW, MODERATE, HIGH, OPEN = "01-digital", "04-coastal", "05-ocean", "06-harbour"
__all__ = [
    "ana", "approved", "as_user", "builds_reports", "catalogue_release", "david", "eve", "filed", "jonas", "kirsten",
    "listed", "mateo", "omar", "submitted", "tomasz", "university",
]  # fmt: skip


def catalogue_texts() -> dict[str, str]:
    folder = sorted((settings.CATALOGUES_DIR / settings.CATALOGUE).iterdir())[-1]
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}


def file_proposal(*, owner: User, unit: Unit, example: str = LOW, **changes) -> Proposal:
    """A complete draft with the content of an example; keyword arguments replace parts of it."""
    return write_draft(content={**read_example(example), **changes}, owner=owner, unit=unit)


def submit_proposal(proposal: Proposal, *, builds_report: bool = True) -> Proposal:
    """Submit as the owner and let the workers do what follows: screening, assessment, route, report. The PDF takes
    most of the time; where nobody looks at it, it may stay queued."""
    workflow.submit(proposal=proposal, actor=proposal.owner)
    if builds_report:
        run_pending()
    else:
        run_all_but_reports()
    proposal = Proposal.objects.get(pk=proposal.pk)
    declare_none(proposal)
    return proposal


def run_all_but_reports() -> None:
    waiting = Job.objects.filter(state="queued").exclude(task="reports.build_report").order_by("queued_at", "pk")
    while job := waiting.first():
        run_job(job.pk)


def join(proposal: Proposal, user: User, *, can_edit: bool = True) -> None:
    """The owner invites somebody, who accepts."""
    invitation = workflow.invite(proposal=proposal, actor=proposal.owner, email=user.email, can_edit=can_edit)
    workflow.accept_invitation(invitation=invitation, actor=user)


@cache
def published() -> dict:
    """The release as `publish_release` would store it; read once, since reading proves every golden case."""
    texts = catalogue_texts()
    catalogue = load_texts(texts)
    return {
        "catalogue_id": catalogue.id,
        "version": catalogue.version,
        "title": catalogue.title,
        "released_on": catalogue.date,
        "sha256": catalogue.sha256,
        "texts": texts,
    }


@pytest.fixture
def catalogue_release(db):
    return CatalogueRelease.objects.create(**published())


@pytest.fixture
def university(catalogue_release) -> University:
    return found_university(password=PASSWORD)


@pytest.fixture
def listed(university):
    """The sample lists are in force, so that a screening says something."""
    return list(load_sources(settings.BASE_DIR / "fixtures" / "lists"))


@pytest.fixture
def filed(university) -> Callable[..., Proposal]:
    """`filed()` is Ana's complete draft; `filed(example=HIGH, owner=eve)` another one."""

    def make(**given) -> Proposal:
        owner = given.pop("owner", university.ana)
        return file_proposal(owner=owner, unit=given.pop("unit", owner.unit), **given)

    return make


@pytest.fixture
def builds_reports() -> bool:
    """Whether what is submitted gets its PDF at once; a folder whose tests look at none says no."""
    return True


@pytest.fixture
def submitted(filed, listed, builds_reports) -> Callable[..., Proposal]:
    """As `filed`, then submitted and followed up by the workers."""
    return lambda **given: submit_proposal(filed(**given), builds_report=builds_reports)


@pytest.fixture
def approved(submitted, university) -> Callable[..., Proposal]:
    """A moderate proposal of Ana's that was approved with one condition, by Tomasz's advice and Jonas's vote."""

    def make(**given) -> Proposal:
        proposal = submitted(**{"example": "04-coastal", **given})
        case, record = Case.objects.get(proposal=proposal), latest_record(proposal)
        people, shown = university.people, {"record_uid": str(record.uid)}
        workflow.recommend(case=case, actor=people["tomasz"], outcome="approve", reasons="Well prepared.", **shown)
        workflow.decide(
            case=Case.objects.get(pk=case.pk),
            actor=people["jonas"],
            outcome="approve_with_conditions",
            reasons="One more source of money is needed.",
            source="Finding G05",
            conditions=[
                {"text": "Find a second funder", "responsible": "Ana", "due_on": record.as_of.replace(year=2099)}
            ],
            **shown,
        )
        return Proposal.objects.get(pk=proposal.pk)

    return make


class Colleague(Client):
    """A browser whose person says that nothing stands against it, whenever a case asks that first."""

    def generic(self, method, path, *args, **kwargs):
        answer = super().generic(method, path, *args, **kwargs)
        found = re.match(r"/(?:cases|proposals)/(RA-[^/?]+)", str(path))
        is_asked = "/interest?next=" in answer.headers.get("Location", "") or (answer.status_code, method) == (
            403,
            "POST",
        )
        if not found or not is_asked or "/interest" in str(path):
            return answer
        place = f"/cases/{found.group(1)}/interest"
        if 'name="answer" value="none"' not in super().generic("GET", place).content.decode():
            return answer
        said = {"answer": "none", "none-because": "I hold this role for the unit."}
        super().generic("POST", place, urlencode(said), "application/x-www-form-urlencoded")
        return super().generic(method, path, *args, **kwargs)


def declare_none(proposal: Proposal) -> None:
    """Everybody of the review says that nothing stands against it, where nothing does."""
    case = Case.objects.filter(proposal=proposal).first()
    roles = RoleMembership.objects.in_force(timezone.localdate()).filter(role__in=["reviewer", "officer", "approver"])
    for user in User.objects.filter(pk__in=roles.values("user")) if case else ():
        if not conflict_reason(user, proposal):
            Interest.objects.get_or_create(case=case, user=user, round=case.round, answer="none")


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A signed-in browser without JavaScript for this person."""

    def sign_in(user: User) -> Client:
        client = Colleague()
        client.force_login(user)
        session = client.session
        session[KEY] = time.time()  # as the sign-in page notes it
        session.save()
        return client

    return sign_in


def person(key: str):
    @pytest.fixture(name=key)
    def fixture(university):
        return university.people[key]

    return fixture


ana, mateo, eve = person("ana"), person("mateo"), person("eve")
tomasz, omar, jonas, kirsten, david = (person(key) for key in ("tomasz", "omar", "jonas", "kirsten", "david"))
