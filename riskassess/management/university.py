"""The invented university of the demo and of the tests: its units, its people and what they may do."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from riskassess.accounts.mandates import LONGEST_DAYS, ask_mandate, confirm_mandate
from riskassess.accounts.models import Institution, Unit, User
from riskassess.accounts.roles import Role
from riskassess.accounts.services import grant_role

NAME = "Norderhaven University"
MAIL = "norderhaven.example"
# unit -> the unit above it
UNITS = {
    "Faculty of Science": None,
    "Faculty of Humanities": None,
    "University Administration": None,
    "Marine Sciences": "Faculty of Science",
    "Physics": "Faculty of Science",
    "History and Archives": "Faculty of Humanities",
    "Legal Office": "University Administration",
    "Ethics Office": "University Administration",
}
ANYWHERE = ""


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    unit: str
    roles: tuple[tuple[Role, str], ...]  # role, unit; ANYWHERE is the whole institution
    part: str  # what they do, for the list of demo logins

    @property
    def email(self) -> str:
        return f"{self.key}@{MAIL}"


PEOPLE = (
    Person("ada", "Ada Lind", "University Administration", ((Role.ADMINISTRATOR, ANYWHERE),), "administrator"),
    Person("ana", "Ana Ferreira", "Marine Sciences", ((Role.RESEARCHER, "Marine Sciences"),), "researcher"),
    Person("mateo", "Mateo Ruiz", "Marine Sciences", ((Role.RESEARCHER, "Marine Sciences"),), "researcher"),
    Person(
        "eve", "Eve Novak", "History and Archives", ((Role.RESEARCHER, "History and Archives"),), "researcher elsewhere"
    ),
    Person(
        "tomasz",
        "Tomasz Wilk",
        "Marine Sciences",
        ((Role.REVIEWER, "Marine Sciences"), (Role.REVIEWER, "History and Archives")),
        "reviewer",
    ),
    Person(
        "omar", "Omar Haddad", "University Administration", ((Role.OFFICER, ANYWHERE),), "research-security officer"
    ),
    Person("jonas", "Jonas Brandt", "Marine Sciences", ((Role.APPROVER, "Marine Sciences"),), "approver, head of unit"),
    Person("kirsten", "Kirsten Solheim", "Faculty of Humanities", ((Role.APPROVER, ANYWHERE),), "approver, dean"),
    Person("david", "David Osei", "University Administration", ((Role.AUDITOR, ANYWHERE),), "auditor"),
    Person("lena", "Lena Vogt", "Legal Office", ((Role.REVIEWER, "Legal Office"),), "panel member, law"),
    Person("samuel", "Samuel Okafor", "Ethics Office", ((Role.REVIEWER, "Ethics Office"),), "panel member, ethics"),
    Person("priya", "Priya Raman", "Physics", ((Role.REVIEWER, "Physics"),), "panel member, peer"),
)
TOP = "kirsten"
PANEL = ("lena", "samuel", "priya")


@dataclass(frozen=True)
class University:
    institution: Institution
    units: dict[str, Unit]
    people: dict[str, User]

    def __getattr__(self, key: str) -> User:
        try:
            return self.people[key]
        except KeyError:
            raise AttributeError(key) from None

    @property
    def marine(self) -> Unit:
        return self.units["Marine Sciences"]

    @property
    def history(self) -> Unit:
        return self.units["History and Archives"]


@transaction.atomic
def found_university(*, password: str) -> University:
    """Make what is missing of the university; whatever is there already stays as it is, passwords too."""
    institution, is_new = Institution.objects.get_or_create(name=NAME, defaults={"short_name": "Norderhaven"})
    units: dict[str, Unit] = {}
    for name, above in UNITS.items():
        units[name], _new = Unit.objects.get_or_create(
            institution=institution, name=name, defaults={"parent": units.get(above)}
        )
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith=f"@{MAIL}")}
    for person in PEOPLE:
        if person.key in people:
            continue
        user = User.objects.create_user(person.email, person.name, password, unit=units[person.unit])
        people[person.key] = user
        for role, unit in person.roles:
            grant_role(
                user=user, role=role, unit=units.get(unit), actor=None if user is people["ada"] else people["ada"]
            )
    if not people["david"].mandates.exists():
        today = timezone.localdate()
        mandate = ask_mandate(
            auditor=people["david"],
            actor=people["ada"],
            starts=today,
            ends=today + timedelta(days=LONGEST_DAYS),
            reason="Yearly audit of research security",
        )
        confirm_mandate(mandate=mandate, actor=people["omar"])
        people["david"] = User.objects.get(pk=people["david"].pk)  # without what was read of it before
    if is_new:
        institution.top_approver = people[TOP]
        institution.office_name, institution.office_email = "Research Security Office", f"research-security@{MAIL}"
        institution.save(update_fields=["top_approver", "office_name", "office_email"])
        institution.panel.set([people[key] for key in PANEL])
    return University(institution, units, people)
