from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from partners.matching.identifiers import READERS, read_identifier
from partners.models import Identifier, Partner
from partners.services.cleaning import clean_ror_id
from partners.services.recording import record_event
from partners.services.screenings import screen_anew
from riskassess.accounts.models import User
from riskassess.core.errors import Conflict, DomainError


@transaction.atomic
def add_identifier(*, partner: Partner, scheme: str, value: str, actor: User) -> Identifier:
    """Keep an identifier, checked where its scheme has check digits; an id that somebody else bears is refused."""
    if scheme not in Identifier.Scheme.values:
        raise DomainError(_("Choose what kind of identifier it is."), field="scheme")
    value = _clean(scheme, value)
    known = Identifier.objects.filter(scheme=scheme, value=value).select_related("partner").first()
    if known and known.partner_id == partner.pk:
        return known
    if known:
        raise DomainError(
            _("%(value)s belongs to %(name)s already. Correct it, or merge the two records if they are one.")
            % {"value": value, "name": known.partner.name},
            field="value",
        )
    try:
        with transaction.atomic():
            identifier = Identifier.objects.create(partner=partner, scheme=scheme, value=value)
    except IntegrityError:
        raise Conflict(_("Somebody entered this identifier at the same moment. Look at the page again.")) from None
    record_event("partner.identifier_added", partner, actor, after={"scheme": str(scheme), "value": value})
    screen_anew(partner, actor)
    return identifier


@transaction.atomic
def set_ror_id(*, partner: Partner, ror_id: str, actor: User) -> Partner:
    """Say which record of ROR the partner is; empty takes it back."""
    ror_id = clean_ror_id(ror_id, "value")
    known = Partner.objects.filter(ror_id=ror_id).exclude(pk=partner.pk).first() if ror_id else None
    if known:
        raise DomainError(
            _("%(value)s belongs to %(name)s already. Correct it, or merge the two records if they are one.")
            % {"value": ror_id, "name": known.name},
            field="value",
        )
    before, partner.ror_id = partner.ror_id, ror_id
    if before != ror_id:
        partner.save(update_fields=["ror_id", "updated_at"])
        record_event("partner.resolved", partner, actor, before={"ror_id": before}, after={"ror_id": ror_id})
        screen_anew(partner, actor)
    return partner


@transaction.atomic
def remove_identifier(*, identifier: Identifier, actor: User) -> None:
    partner, content = identifier.partner, {"scheme": identifier.scheme, "value": identifier.value}
    identifier.delete()
    record_event("partner.identifier_removed", partner, actor, before=content)
    screen_anew(partner, actor)


def _clean(scheme: str, value: str) -> str:
    value = " ".join((value or "").split())
    if not value:
        raise DomainError(_("Give the identifier itself."), field="value")
    if scheme in READERS:
        try:
            return read_identifier(scheme, value)
        except ValueError as fault:
            words = _("%(value)s is %(fault)s. Look it up again and correct it.")
            raise DomainError(words % {"value": value[:60], "fault": fault}, field="value") from None
    if len(value) > Identifier._meta.get_field("value").max_length:
        raise DomainError(_("The identifier is longer than 80 characters. Give the number alone."), field="value")
    return value
