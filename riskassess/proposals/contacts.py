"""Who at the partners one works with, like the other rows of a proposal; the people stand in the registry."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.matching.identifiers import read_orcid
from partners.models import Contact
from partners.services import forget_contact, keep_contact
from riskassess.accounts.models import User
from riskassess.audit.log import record
from riskassess.core.errors import DomainError
from riskassess.proposals.models import Participation, ParticipationContact, Proposal
from riskassess.proposals.services import guard_count, guard_editable, role_in, touch

TWICE = gettext_lazy(
    "The same person stands twice at this partner. Take one away, or tell them apart by ORCID iD or year of birth."
)
LONGEST_ROLE = ParticipationContact._meta.get_field("role").max_length


@dataclass(frozen=True)
class Named:
    """A person as a researcher names them."""

    participation: Participation
    name: str
    role: str = ""
    orcid: str = ""
    birth_year: int | None = None


class UnfitContact(DomainError):
    """What is wrong with one of the people; `place` counts them from 0."""

    def __init__(self, fault: DomainError, place: int):
        super().__init__(str(fault), fault.field)
        self.place = place


@transaction.atomic
def set_contacts(*, proposal: Proposal, actor: User, people: list[Named]) -> list[ParticipationContact]:
    """Make these the people one works with; whom nobody names any more is deleted, unless a submitted version does.

    Who stands in the record, how many: never their names.
    """
    guard_editable(proposal)
    guard_count(people, "contacts")
    present = {(row.participation_id, row.contact_id): row for row in contacts_of(proposal)}
    before = {key: (row.role, row.position) for key, row in present.items()}
    result: list[ParticipationContact] = []
    for position, person in enumerate(people):
        try:
            contact = _keep(proposal, person)
            key = (person.participation.pk, contact.pk)
            if any(key == (row.participation_id, row.contact_id) for row in result):
                raise DomainError(str(TWICE), field="name")
        except DomainError as fault:
            raise UnfitContact(fault, position) from None
        row = present.pop(key, None) or ParticipationContact(participation=person.participation, contact=contact)
        row.role, row.position = " ".join(person.role.split())[:LONGEST_ROLE], position
        row.save()
        result.append(row)
    for row in present.values():
        row.delete()
    forget_unnamed(contacts=[row.contact_id for row in present.values()])
    after = {(row.participation_id, row.contact_id): (row.role, row.position) for row in result}
    if before != after:
        touch(proposal)
        record(
            "proposal.contacts_set",
            subject=proposal,
            actor_id=actor.pk,
            role=role_in(actor, proposal),
            actor_name=actor.name,
            reference=proposal.reference,
            after={"count": len(result)},
        )
    return result


def _keep(proposal: Proposal, person: Named) -> Contact:
    if person.participation.proposal_id != proposal.pk:
        raise DomainError(_("Choose one of the partners of this proposal."), field="partner")
    known = Contact.objects.filter(participations__participation__partner=person.participation.partner_id)
    if not person.orcid:  # many bear one name: what was said of somebody else's contact may be of another person
        known = known.filter(participations__participation__proposal__owner=proposal.owner_id)
    return keep_contact(name=person.name, orcid=person.orcid, birth_year=person.birth_year, known=known)


def contacts_of(proposal: Proposal) -> list[ParticipationContact]:
    rows = ParticipationContact.objects.filter(participation__proposal=proposal)
    return list(rows.select_related("contact", "participation__partner"))


def forget_unnamed(*, contacts: list[int]) -> None:
    """Delete those of these people whom no proposal names any more and no submitted version ever did."""
    unnamed = {"participations__isnull": True, "holdings__isnull": True}
    for contact in Contact.objects.filter(pk__in=contacts, filed_at__isnull=True, **unnamed):
        forget_contact(contact=contact)


def people_called(person: str) -> list[Contact]:
    """Whoever has this ORCID iD or such a name."""
    person = " ".join(person.split())
    try:
        meant = Q(orcid=read_orcid(person))
    except ValueError:
        meant = Q(name__icontains=person)
    return list(Contact.objects.filter(meant).order_by("name", "pk")) if person else []
