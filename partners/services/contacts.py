"""People named as contacts: kept with as little as tells them apart, and gone without a trace of them when erased."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import queries
from partners.changes import note_owner_hits
from partners.matching.identifiers import read_orcid
from partners.matching.normalise import normalise
from partners.models import Contact, Hit
from partners.services.recording import record_event
from riskassess.accounts.models import User
from riskassess.core.errors import DomainError
from riskassess.files.services import remove_file

FIRST_YEAR = 1900
LONGEST_NAME = Contact._meta.get_field("name").max_length


def keep_contact(
    *, name: str, orcid: str = "", birth_year: int | None = None, known: QuerySet[Contact] | None = None
) -> Contact:
    """The person who is named just so among those that are known, else a new one. Nothing of a row is ever changed:
    whoever is named otherwise is compared and judged anew."""
    given = {"name": clean_person(name), "orcid": clean_orcid(orcid), "birth_year": clean_birth_year(birth_year)}
    same = known.filter(**given).first() if known is not None else None
    return same or Contact.objects.create(**given)


def file_contacts(*, contacts: QuerySet[Contact]) -> None:
    """A submitted version names them from now on: they stay until somebody erases them."""
    contacts.filter(filed_at__isnull=True).update(filed_at=timezone.now())


@transaction.atomic
def forget_contact(*, contact: Contact) -> None:
    """Delete a person with all that was found and judged of them."""
    files = [judgement.evidence_file for judgement in contact.judgements.select_related("evidence_file")]
    Hit.objects.filter(screening__contact=contact).delete()
    for judgement in contact.judgements.order_by("-pk"):  # the newer one points to the older
        judgement.delete()
    contact.screenings.all().delete()
    contact.delete()
    for file in filter(None, files):
        remove_file(file)


@transaction.atomic
def erase_contact(*, contact: Contact, reason: str, actor: User) -> None:
    """As `forget_contact`, on request; that it was done and why stays on record, the person does not. Their shares stay
    as those of a person who was erased, which reads as not compared until somebody says anew who holds them."""
    reason = (reason or "").strip()
    if not reason:
        raise DomainError(_("Say who asked for it, or why it is done. Leave the person's name out."), field="reason")
    record_event("contact.erased", contact, actor, after={"reason": reason})
    today = timezone.localdate()
    owned = queries.owned_below(contact, today)
    before = queries.owner_hits(owned, today)
    contact.holdings.update(person=None)
    note_owner_hits(before, queries.owner_hits(owned, today), f"contact {contact.uid} erased")
    forget_contact(contact=contact)


def clean_person(name: str) -> str:
    name = " ".join("".join(char if char.isprintable() else " " for char in name or "").split())
    if not normalise(name):
        raise DomainError(_("Give the person's name."), field="name")
    if len(name) > LONGEST_NAME:
        raise DomainError(
            _("The name is longer than %(most)s characters. Give it without titles and additions.")
            % {"most": LONGEST_NAME},
            field="name",
        )
    return name


def clean_orcid(orcid: str) -> str:
    if not (orcid or "").strip():
        return ""
    try:
        return read_orcid(orcid)
    except ValueError as fault:
        raise DomainError(
            _("%(id)s is not an ORCID iD: %(fault)s. Correct it, or leave it empty.")
            % {"id": orcid.strip()[:60], "fault": fault},
            field="orcid",
        ) from None


def clean_birth_year(year: int | None) -> int | None:
    if year is None or FIRST_YEAR <= year <= timezone.localdate().year:
        return year
    raise DomainError(
        _("The year of birth is a year such as 1974, from %(first)s to this year. Correct it, or leave it empty.")
        % {"first": FIRST_YEAR},
        field="birth_year",
    )
