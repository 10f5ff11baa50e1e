"""One small world for the whole matrix: a case in each state, its people, and a hidden case full of canaries."""

from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.test import Client
from django.utils import timezone

from partners.reference.loading import load_sources
from riskassess import workflow
from riskassess.accounts.models import RoleMembership, User
from riskassess.accounts.roles import Role
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import latest_record
from riskassess.jobs.models import Job, State
from riskassess.jobs.running import run_job
from riskassess.management.commands.demo import AWAITED
from riskassess.management.filing import read_example
from riskassess.management.university import found_university
from riskassess.proposals.models import Proposal
from riskassess.reviews import services as reviews
from riskassess.reviews.models import Case
from tests.story import HIGH, LOW, MODERATE, PASSWORD, declare_none, file_proposal, join, published

CANARY = "canary"
KEYS = {"R": "ana", "C": "mateo", "V": "tomasz", "O": "omar", "H": "jonas", "T": "lena", "A": "ada", "D": "david", "E": "eve"}  # fmt: skip  # noqa: E501


def canary(field: str) -> str:
    return f"{CANARY}-{field}-7q"


def submit_proposal(proposal: Proposal) -> Proposal:
    """As the story does, without the reports: the matrix asks for pages."""
    workflow.submit(proposal=proposal, actor=proposal.owner)
    while job := Job.objects.filter(state=State.QUEUED, task__in=AWAITED).order_by("pk").first():
        run_job(job.pk)
    proposal = Proposal.objects.get(pk=proposal.pk)
    declare_none(proposal)
    return proposal


class World:
    def __init__(self):
        list(load_sources(settings.BASE_DIR / "fixtures" / "lists"))
        CatalogueRelease.objects.create(**published())
        self.university = found_university(password=PASSWORD)
        self.people = {letter: self.university.people[key] for letter, key in KEYS.items()}
        self.people["W"] = self._staff("wim", Role.APPROVER, self.university.history)
        self.people["G"] = self._staff("gus", Role.OFFICER, None)
        self.cases = {state: make() for state, make in self._makers().items()}
        self.people["X"], self.seat = self._expert(self.cases["in_review"])
        self.browsers = {letter: self._browser(user) for letter, user in self.people.items()} | {"N": Client()}
        User.objects.filter(pk=self.people["G"].pk).update(is_active=False)

    def _staff(self, key, role, unit):
        user = User.objects.create_user(f"{key}@norderhaven.example", key.title(), PASSWORD, unit=unit)
        RoleMembership.objects.create(user=user, role=role, unit=unit, starts="2026-01-01")
        return user

    def _browser(self, user):
        client = Client()
        client.force_login(user)
        if user.is_guest:
            session = client.session
            session["expert_seat"] = str(self.seat.uid)
            session.save()
        return client

    def _draft(self, example):
        proposal = file_proposal(owner=self.people["R"], unit=self.university.marine, example=example)
        join(proposal, self.people["C"])
        return proposal

    def _makers(self):
        def changes():
            proposal = submit_proposal(self._draft(MODERATE))
            workflow.request_changes(case=proposal.case, actor=self.people["O"], reasons="More.")
            return Proposal.objects.get(pk=proposal.pk)

        def approved():
            proposal = submit_proposal(self._draft(MODERATE))
            shown = {"record_uid": str(latest_record(proposal).uid)}
            workflow.recommend(case=proposal.case, actor=self.people["V"], outcome="approve", reasons="Fine.", **shown)
            workflow.decide(
                case=Case.objects.get(proposal=proposal),
                actor=self.people["H"],
                outcome="approve_with_conditions",
                reasons="One more source.",
                source="G05",
                conditions=[{"text": "Find one", "responsible": "Ana", "due_on": timezone.localdate()}],
                **shown,
            )
            return Proposal.objects.get(pk=proposal.pk)

        return {
            "draft": lambda: self._draft(HIGH),
            "in_review": lambda: submit_proposal(self._draft(HIGH)),
            "changes_requested": changes,
            "approved_with_conditions": approved,
            "registered": lambda: submit_proposal(self._draft(LOW)),
        }

    def _expert(self, proposal):
        seat, _code = workflow.invite_expert(
            case=proposal.case,
            actor=self.people["O"],
            name="Xenia Roth",
            email="xenia@elsewhere.example",
            until=timezone.localdate() + timedelta(days=9),
            sections=["work"],
            question="Is it dual use?",
        )
        reviews.declare_unconflicted(seat=seat)
        return seat.assignment.user, seat

    def hide_one(self) -> dict[str, list]:
        """File a case of another unit with a canary in each text. Gives the uids that came with it, by model."""
        before = {
            model: model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in with_uid()
        }
        content = read_example(HIGH)
        content |= {"title": canary("title"), "summary": canary("summary")}
        content["partners"][0] |= {"contacts": [{"name": canary("contact"), "role": canary("role")}]}
        content["technology"][0]["label"] = canary("technology")
        content["funders"][0]["name"] = canary("funder")
        for text in ("T2", "P1", "M1", "R5"):
            content["answers"][text] = canary(text)
        draft = file_proposal(owner=self.people["E"], **content | {"unit": self.university.history})
        hidden = submit_proposal(draft)
        case, officer = hidden.case, self.people["O"]
        reviews.add_note(case=case, actor=officer, text=canary("note"))
        ask = {"proposal": hidden, "actor": officer, "kind": "request", "text": canary("request")}
        workflow.open_thread(**ask)
        seat, _code = workflow.invite_expert(
            case=case, actor=officer, name="Yan", email="yan@elsewhere.example", question=canary("question"),
            until=timezone.localdate(), sections=["work"],
        )  # fmt: skip
        reviews.write_word(seat=seat, kind="opinion", text=canary("opinion"))
        workflow.flag(case=Case.objects.get(pk=case.pk), actor=officer, reasons=canary("flag"), told=canary("told"))
        self.hidden = Proposal.objects.get(pk=hidden.pk)
        return {
            model.__name__: list(model.objects.filter(pk__gt=pk).values_list("uid", flat=True)[:2])
            for model, pk in before.items()
        }


def with_uid():
    """The models whose rows have an address; not those of the registry, which belong to no case."""
    return [
        model
        for model in apps.get_models()
        if hasattr(model, "uid")
        and model._meta.app_label in {"proposals", "assessments", "reviews", "reports"}
        and not model._meta.abstract
    ]


__all__ = ["CANARY", "World", "canary", "declare_none", "with_uid"]
