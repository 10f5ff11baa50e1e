"""Comparing whoever a list has changed under, before a case is assessed with what the lists say of them."""

from django.utils import timezone

from partners import queries as registry
from partners import services as registry_services
from partners.models import Contact, Partner, Party
from riskassess.accounts.models import User
from riskassess.assessments.models import AssessmentRecord
from riskassess.jobs.queries import unfinished_jobs
from riskassess.proposals import contacts
from riskassess.proposals.models import Proposal


def partners_of(proposal: Proposal) -> list[Partner]:
    return [row.partner for row in proposal.participations.select_related("partner")]


def people_of(proposal: Proposal) -> list[Contact]:
    """Whom the proposal names at its partners."""
    return [row.contact for row in contacts.contacts_of(proposal)]


def stale_parties_of(proposal: Proposal) -> list[Party]:
    """Of all whom an assessment asks the lists about, those that have to be compared with them first."""
    partners = partners_of(proposal)
    owners = registry.owners_of(partners, timezone.localdate())
    return registry.stale_parties(dict.fromkeys([*partners, *owners, *people_of(proposal)]))


def screen_first(parties: list[Party], *, waiting: str, follow_up: str, ids: tuple, asked_by: User | None = None):
    """One job for each of them; what waits for all goes on by the follow-up of the last. `waiting` begins their keys,
    so that the same thing asks once."""
    for party in parties:
        given = {"key": f"{waiting}{party.uid}", "follow_up": follow_up, "ids": ids, "asked_by": asked_by}
        if isinstance(party, Contact):
            registry_services.request_contact_screening(contact=party, **given)
        else:
            registry_services.request_screening(partner=party, **given)


def is_being_screened(waiting: str) -> bool:
    """A comparison of these is still to come. One that failed is over: what waited goes on without it."""
    tasks = ["partners.screen_partner", "partners.screen_contact"]
    return unfinished_jobs(key_prefix=waiting).filter(task__in=tasks).exists()


def waits_to_be_assessed(record: AssessmentRecord) -> bool:
    """Partners are compared with changed lists before this record is followed by another."""
    return unfinished_jobs(key_prefix=waiting_on(record)).exists()


def waiting_on(record: AssessmentRecord) -> str:
    return f"screen:again:{record.uid}:"
