from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners import queries
from partners.countries import country_name
from partners.models import Alias, Partner, RorRecord
from partners.services.cleaning import clean_country, clean_name, clean_ror_id, clean_type, clean_website
from partners.services.names import keep_alias
from partners.services.recording import record_event
from partners.services.screenings import screen_anew
from riskassess.accounts.models import User
from riskassess.accounts.roles import Role
from riskassess.core.errors import Conflict, DomainError


class NearDuplicates(DomainError):
    """What is about to be registered may be known already; `found` are the organisations to look at first."""

    def __init__(self, name: str, found: list[queries.Organisation]):
        words = ngettext(
            "%(name)s may be an organisation that is known already. Choose it below, or register yours as new.",
            "%(name)s may be one of %(n)d organisations that are known. Choose it below, or register yours as new.",
            len(found),
        )
        super().__init__(words % {"name": name, "n": len(found)}, field="name")
        self.found = found


@transaction.atomic
def register_partner(
    *,
    name: str,
    country: str,
    ror_id: str = "",
    type: str = "",
    website: str = "",
    actor: User,
    told_apart: Collection[str] | None = None,
    among: QuerySet[Partner] | None = None,
) -> Partner:
    """The partner with this ROR id, else with this name in this country, else a new one.

    A name that the registry did not know of a known partner is kept as an alias, because it was filed under it and so
    has to be screened as well. `told_apart` are the keys of the organisations that a person looked at and found to be
    others; what is like any other known one, though not named so to the letter, is refused with NearDuplicates. None
    takes a name but for its legal form for the same, and registers without a look. Of partners, only those `among`
    these are shown as like it.
    """
    name, key = clean_name(name)
    country = clean_country(country)
    ror_id = clean_ror_id(ror_id)
    type, website = clean_type(type), clean_website(website)
    record_of_ror = RorRecord.objects.filter(pk=ror_id).first() if ror_id else None
    known = queries.partner_by_ror(ror_id)
    for other in filter(None, (known, record_of_ror)):
        if other.country != country:
            raise DomainError(
                _("The ROR id %(id)s belongs to %(name)s in %(country)s. Correct the country or the ROR id.")
                % {"id": ror_id, "name": other.name, "country": country_name(other.country)},
                field="country",
            )
    if not known and (bearer := _known_by_name(key, country, ror_id)):
        known = bearer if told_apart is None or _is_written_so(name, bearer) else None
    if known:
        return _complete(known, name, key, ror_id, actor)
    near = queries.near_duplicates(name, country, ror_id, among) if told_apart is not None else []
    if any(each.key not in told_apart for each in near):
        raise NearDuplicates(name, near)
    try:
        with transaction.atomic():
            partner = Partner.objects.create(
                name=name,
                normalised=key,
                country=country,
                ror_id=ror_id,
                city=record_of_ror.city if record_of_ror else "",
                type=type or (record_of_ror.type if record_of_ror else ""),
                website=website,
                registered_by=actor,
                registered_by_staff=actor.has_role(Role.OFFICER),
            )
    except IntegrityError:
        raise Conflict(_("Somebody registered this organisation at the same moment. Try again.")) from None
    apart = {"told_apart": "; ".join(each.name for each in near)} if near else {}
    record_event("partner.registered", partner, actor, after=_content(partner) | apart)
    return partner


@transaction.atomic
def edit_partner(
    *, partner: Partner, actor: User, name: str, country: str, city: str = "", website: str = "", type: str = ""
) -> Partner:
    """Correct the record. The old name stays as a former name; a new name or country makes the screening stale."""
    name, key = clean_name(name)
    country = clean_country(country)
    city, type, website = city.strip(), clean_type(type), clean_website(website)
    if len(city) > Partner._meta.get_field("city").max_length:
        raise DomainError(_("The name of the city is too long."), field="city")
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


def _is_written_so(name: str, partner: Partner) -> bool:
    """Whether a record has the name to the letter: an AG and a GmbH of one name are left to a person to tell apart."""
    names = (partner.name, *partner.aliases.values_list("name", flat=True))
    return name.casefold() in {each.casefold() for each in names}


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
