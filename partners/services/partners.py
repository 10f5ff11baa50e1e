from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from partners import queries
from partners.countries import country_name
from partners.models import Alias, Partner, PartnerType, RorRecord
from partners.services.cleaning import WEB_ADDRESS, clean_country, clean_name, clean_ror_id
from partners.services.names import keep_alias
from partners.services.recording import record_event
from partners.services.screenings import screen_anew
from riskassess.accounts.models import User
from riskassess.core.errors import Conflict, DomainError


@transaction.atomic
def register_partner(*, name: str, country: str, ror_id: str = "", actor: User) -> Partner:
    """The partner with this ROR id, else with this name in this country, else a new one.

    A name that the registry did not know of a known partner is kept as an alias, because it was filed under it and so
    has to be screened as well.
    """
    name, key = clean_name(name)
    country = clean_country(country)
    ror_id = clean_ror_id(ror_id)
    record_of_ror = RorRecord.objects.filter(pk=ror_id).first() if ror_id else None
    known = queries.partner_by_ror(ror_id)
    for other in filter(None, (known, record_of_ror)):
        if other.country != country:
            raise DomainError(
                _("The ROR id %(id)s belongs to %(name)s in %(country)s. Correct the country or the ROR id.")
                % {"id": ror_id, "name": other.name, "country": country_name(other.country)},
                field="country",
            )
    known = known or _known_by_name(key, country, ror_id)
    if known:
        return _complete(known, name, key, ror_id, actor)
    try:
        with transaction.atomic():
            partner = Partner.objects.create(
                name=name,
                normalised=key,
                country=country,
                ror_id=ror_id,
                city=record_of_ror.city if record_of_ror else "",
                type=record_of_ror.type if record_of_ror else "",
            )
    except IntegrityError:
        raise Conflict(_("Somebody registered this organisation at the same moment. Try again.")) from None
    record_event("partner.registered", partner, actor, after=_content(partner))
    return partner


@transaction.atomic
def edit_partner(
    *, partner: Partner, actor: User, name: str, country: str, city: str = "", website: str = "", type: str = ""
) -> Partner:
    """Correct the record. The old name stays as a former name; a new name or country makes the screening stale."""
    name, key = clean_name(name)
    country = clean_country(country)
    if type and type not in PartnerType.values:
        raise DomainError(_("%(type)s is no type of organisation.") % {"type": type}, field="type")
    city, website = city.strip(), website.strip()
    if len(city) > Partner._meta.get_field("city").max_length:
        raise DomainError(_("The name of the city is too long."), field="city")
    if website and not WEB_ADDRESS.match(website):
        raise DomainError(_("The website is not a web address such as https://example.org."), field="website")
    before = _content(partner)
    if key != partner.normalised:
        keep_alias(partner, partner.name, Alias.Kind.FORMER)
    partner.name, partner.normalised, partner.country = name, key, country
    partner.city, partner.website, partner.type = city, website, type
    partner.save()
    after = _content(partner)
    if after != before:
        record_event("partner.edited", partner, actor, before=before, after=after)
        if (before["name"], before["country"]) != (after["name"], after["country"]):
            screen_anew(partner, actor)
    return partner


def _known_by_name(key: str, country: str, ror_id: str) -> Partner | None:
    """Two organisations may bear one name; with different ROR ids they are two."""
    for found in Partner.objects.filter(normalised=key, country=country).select_related("merged_into").order_by("pk"):
        partner = found.merged_into or found
        if not ror_id or not partner.ror_id:
            return partner
    return None


def _complete(partner: Partner, name: str, key: str, ror_id: str, actor: User) -> Partner:
    if ror_id and not partner.ror_id:
        partner.ror_id = ror_id
        partner.save(update_fields=["ror_id", "updated_at"])
        record_event("partner.resolved", partner, actor, before={"ror_id": ""}, after={"ror_id": ror_id})
    if key != partner.normalised and not partner.aliases.filter(normalised=key).exists():
        keep_alias(partner, name, Alias.Kind.FILED)
        record_event("partner.alias_added", partner, actor, after={"name": name, "kind": Alias.Kind.FILED.value})
    return partner


def _content(partner: Partner) -> dict:
    fields = ("name", "country", "ror_id", "type", "city", "website")
    return {field: str(getattr(partner, field)) for field in fields}
