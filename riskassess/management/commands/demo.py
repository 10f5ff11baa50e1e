"""The demo university with a few proposals in different states, each told through the services as its people."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from riskassess import workflow
from riskassess.accounts.models import Institution, User
from riskassess.assessments.models import SafeguardState
from riskassess.assessments.queries import latest_record
from riskassess.jobs.models import Job
from riskassess.jobs.models import State as JobState
from riskassess.jobs.running import run_job
from riskassess.management.filing import finding_keys, read_example, write_draft
from riskassess.management.university import MAIL, NAME, PEOPLE, University, found_university
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case, Outcome

# Known to everybody who reads this file: for trying things out on one's own machine, never for real cases.
PASSWORD = "open-door-2026"  # noqa: S105
AWAITED = (
    "partners.screen_partner",
    "partners.screen_contact",
    "schedule.assess_submitted",
    "schedule.reassess_screened",
)
DEMO = settings.BASE_DIR / "fixtures" / "demo"
NOTHING_AGAINST = "I hold this role for the unit."


class Command(BaseCommand):
    help = (
        "Fill this installation with an invented university to try things out. Safe to repeat; refused in production."
    )

    def add_arguments(self, parser):
        parser.add_argument("--logins", action="store_true", help="only print the demo logins, where there are any")

    def handle(self, *args, logins, **options):
        if settings.IS_PRODUCTION:
            raise CommandError("The demo people share a password that anybody can read. They stay out of production.")
        if not logins:
            university = found_university(password=PASSWORD)
            told = set(Proposal.objects.filter(institution=university.institution).values_list("title", flat=True))
            for example, folder, tell in STORIES:
                content = read_example(example, folder)
                if content["title"] not in told:
                    tell(university, content)
        if Institution.objects.filter(name=NAME).exists():
            self.stdout.write(demo_logins())


def demo_logins() -> str:
    """A table of the demo people who are there, with the password they share."""
    present = set(User.objects.filter(email__endswith=f"@{MAIL}", is_active=True).values_list("email", flat=True))
    rows = [(p.email, p.name, p.part) for p in PEOPLE if p.email in present]
    widths = [max(len(row[column]) for row in rows) for column in range(2)] if rows else [0, 0]
    lines = [f"  {email:<{widths[0]}}  {name:<{widths[1]}}  {part}" for email, name, part in rows]
    return "\n".join([f"Demo people of {NAME}; the password of each is {PASSWORD}", *lines])


# Steps that several stories take


def submit(proposal: Proposal) -> Proposal:
    """Submit as the owner; screening and assessment run here, reports and mails are left to the worker."""
    workflow.submit(proposal=proposal, actor=proposal.owner)
    logging.getLogger("riskassess.jobs").setLevel(logging.WARNING)  # the lines of a worker would drown the logins
    while job := Job.objects.filter(state=JobState.QUEUED, task__in=AWAITED).order_by("pk").first():
        run_job(job.pk)
    proposal = Proposal.objects.get(pk=proposal.pk)
    declare(proposal)
    return proposal


def declare(proposal: Proposal) -> None:
    """Whoever carries the case has opened it before; the panel and the approvers are still asked."""
    case = Case.objects.filter(proposal=proposal).first()
    for user in (case.officer, case.reviewer) if case else ():
        if user is not None:
            workflow.declare_none(case=case, actor=user, because=NOTHING_AGAINST)


def case_of(proposal: Proposal) -> Case:
    return Case.objects.select_related("proposal").get(proposal=proposal)


def record_uid(proposal: Proposal) -> str:
    return str(latest_record(proposal).uid)


def propose(proposal: Proposal, content: dict) -> list:
    """Take up the safeguards the content names, each due in a while."""
    rows = finding_keys(content, proposal)
    found = []
    for number, given in enumerate(content.get("safeguards", []), start=1):
        rule, _colon, row = given["finding"].partition(":")
        found.append(
            workflow.propose_safeguard(
                proposal=proposal,
                actor=proposal.owner,
                finding=f"{rule}:{rows[row]}" if row else rule,
                mitigation=given["mitigation"],
                due_on=timezone.localdate() + timedelta(days=30 * number),
            )
        )
    return found


# The stories


def leave_half_written(people: University, content: dict) -> None:
    given = {name: value for name, value in content["answers"].items() if name in {"T4", "T5", "D1"}}
    partners = [
        {**row, "answers": {name: row["answers"][name] for name in ("O1", "O2") if name in row["answers"]}}
        for row in content["partners"]
    ]
    write_draft(
        content={**content, "answers": given, "partners": partners, "technology": []},
        owner=people.ana,
        unit=people.marine,
    )


def register_at_once(people: University, content: dict) -> None:
    submit(write_draft(content=content, owner=people.ana, unit=people.marine))


def register_elsewhere(people: University, content: dict) -> None:
    submit(write_draft(content=content, owner=people.eve, unit=people.history))


def recommend_moderate(people: University, content: dict) -> None:
    proposal = write_draft(content=content, owner=people.mateo, unit=people.marine)
    propose(proposal, content)
    proposal = submit(proposal)
    workflow.recommend(
        case=case_of(proposal),
        actor=people.tomasz,
        outcome=Outcome.CONDITIONS,
        reasons="The interviews are well prepared. A second source of money from the second year on would be good.",
        record_uid=record_uid(proposal),
    )


def wait_for_panel(people: University, content: dict) -> None:
    proposal = write_draft(content=content, owner=people.ana, unit=people.marine)
    propose(proposal, content)
    submit(proposal)


# Two invented people at the two partners of the robots. The second has the name of an entry of the sample list.
PEOPLE_AT_PARTNERS = (
    {"name": "Ignacia Fuentealba", "role": "leads the robotics laboratory"},
    {"name": "Orsolya Quillfeather", "role": "signs the offer", "birth_year": 1979},
)


def wait_for_judgement(people: University, content: dict) -> None:
    named = zip(content["partners"], PEOPLE_AT_PARTNERS, strict=True)
    content = {**content, "partners": [{**row, "contacts": [person]} for row, person in named]}
    submit(write_draft(content=content, owner=people.ana, unit=people.marine))


def approve_with_conditions(people: University, content: dict) -> None:
    proposal = write_draft(content=content, owner=people.ana, unit=people.marine)
    safeguards = propose(proposal, content)
    proposal = submit(proposal)
    for safeguard in safeguards:
        workflow.settle_safeguard(safeguard=safeguard, actor=people.omar, state=SafeguardState.AGREED)
    workflow.declare_none(case=case_of(proposal), actor=people.jonas, because=NOTHING_AGAINST)
    for actor in (people.omar, people.jonas):
        workflow.decide(
            case=case_of(proposal),
            actor=actor,
            record_uid=record_uid(proposal),
            outcome=Outcome.CONDITIONS,
            reasons="The work can start. The agreed safeguards keep design and tests apart from the other unit.",
            source="Finding K04 of the assessment",
        )


def ask_for_changes(people: University, content: dict) -> None:
    proposal = write_draft(content=content, owner=people.ana, unit=people.marine)
    invitation = workflow.invite(proposal=proposal, actor=people.ana, email=people.mateo.email, can_edit=True)
    workflow.accept_invitation(invitation=invitation, actor=people.mateo)
    proposal = submit(proposal)
    workflow.request_changes(
        case=case_of(proposal),
        actor=people.omar,
        reasons="Is a written agreement with the partner planned after all? Please look at Partners again.",
    )


Story = Callable[[University, dict], None]
STORIES: tuple[tuple[str, object, Story], ...] = (
    ("01-digital", None, register_elsewhere),
    ("03-plankton", None, register_at_once),
    ("05-ocean", None, approve_with_conditions),
    ("04-coastal", None, recommend_moderate),
    ("night-crews", DEMO, wait_for_panel),
    ("06-harbour", None, wait_for_judgement),
    ("river-health", DEMO, ask_for_changes),
    ("02-quantum", None, leave_half_written),
)
