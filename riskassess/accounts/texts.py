"""Own texts of the institution, with a closed list of placeholders that are replaced as they stand and nothing else."""

import re

from django.utils.translation import gettext_lazy as _

from riskassess.accounts.models import Institution

PLACES = {
    "{institution}": "name",
    "{office}": "office_name",
    "{email}": "office_email",
    "{telephone}": "office_phone",
}
TEXTS = {
    "before_submitting": _("Above the button that submits a proposal"),
    "beside_decision": _("Beside a decision, for the researcher"),
}
PLACE = re.compile("|".join(re.escape(place) for place in PLACES))


def text_for(institution: Institution, name: str) -> str:
    """The institution's own words at this place; empty where it has none."""
    text = institution.texts.get(name, "")
    return PLACE.sub(lambda found: getattr(institution, PLACES[found.group()]), text)


def unknown_places(text: str) -> list[str]:
    """What looks like a placeholder and is none."""
    return [found for found in re.findall(r"\{[^{}\s]{1,40}\}", text) if found not in PLACES]
