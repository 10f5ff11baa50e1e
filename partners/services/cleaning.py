"""What a person typed, as it is kept; what can't be kept is refused by the name of its field."""

import re

from django.utils.translation import gettext as _

from partners.countries import NAMES
from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import normalise
from partners.models import Partner, PartnerType
from riskassess.core.errors import DomainError

WEB_ADDRESS = re.compile(r"^https?://[^\s<>\"]{1,190}$")
LONGEST_NAME = Partner._meta.get_field("name").max_length


def clean_name(name: str) -> tuple[str, str]:
    name = " ".join("".join(char if char.isprintable() else " " for char in name or "").split())
    key = normalise(name)
    if not key:
        raise DomainError(_("Give the name of the organisation."), field="name")
    if len(name) > LONGEST_NAME:
        raise DomainError(
            _("The name is longer than %(most)s characters. Give the name without additions.") % {"most": LONGEST_NAME},
            field="name",
        )
    return name, key


def clean_country(country: str) -> str:
    code = (country or "").strip().upper()
    if code not in NAMES:
        raise DomainError(_("Choose the country of the organisation from the list."), field="country")
    return code


def clean_ror_id(ror_id: str, field: str = "ror_id") -> str:
    if not (ror_id or "").strip():
        return ""
    try:
        return read_ror_id(ror_id)
    except ValueError as fault:
        raise DomainError(
            _("%(id)s is not a ROR id: %(fault)s. Correct it, or leave it empty.")
            % {"id": ror_id[:60], "fault": fault},
            field=field,
        ) from None


def clean_type(type: str) -> str:
    if type and type not in PartnerType.values:
        raise DomainError(_("%(type)s is no type of organisation.") % {"type": type}, field="type")
    return type


def clean_website(website: str) -> str:
    website = (website or "").strip()
    if website and not WEB_ADDRESS.match(website):
        raise DomainError(_("The website is not a web address such as https://example.org."), field="website")
    return website
