"""The look that the institution gave its reports, as it stood when one was asked for."""

from django.db import transaction
from django.utils.translation import gettext as _

from riskassess.accounts.models import Institution, User
from riskassess.audit.log import record as record_event
from riskassess.core.errors import DomainError
from riskassess.files.checking import CheckedFile
from riskassess.files.models import StoredFile
from riskassess.files.services import read_bytes, store_checked
from riskassess.reports.models import Letterhead

PICTURES = ("image/png", "image/jpeg")
LEAST_CONTRAST = 4.5


def as_letterhead(institution: Institution) -> dict:
    """What a report keeps of it: the colour and the key of the logo, which is never removed."""
    found = Letterhead.objects.filter(institution=institution).first()
    return {"colour": found.colour, "logo": found.logo_id} if found else {}


@transaction.atomic
def change_letterhead(
    *, institution: Institution, actor: User, colour: str, logo: CheckedFile | None = None, drops_logo: bool = False
) -> Letterhead:
    """From now on; reports that were asked for keep the look of their day, and so do their logos."""
    if not is_readable(colour):
        raise DomainError(_("This colour is too light to be read on white paper. Choose a darker one."), field="colour")
    if logo is not None and logo.content_type not in PICTURES:
        raise DomainError(_("A logo is a picture. Choose a PNG or JPEG."), field="logo")
    found = Letterhead.objects.select_for_update().get_or_create(institution=institution)[0]
    before = {"colour": found.colour, "logo": found.logo.sha256 if found.logo else ""}
    found.colour = colour
    if logo is not None:
        found.logo = store_checked(file=logo)
    elif drops_logo:
        found.logo = None
    found.save()
    record_event(
        "letterhead.changed",
        subject=institution,
        actor_id=actor.pk,
        role=actor.role_now,
        actor_name=actor.name,
        before=before,
        after={"colour": found.colour, "logo": found.logo.sha256 if found.logo else ""},
    )
    return found


def is_readable(colour: str) -> bool:
    """At least 4.5 to 1 against white, as WCAG reckons contrast."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 1.05 / (luminance + 0.05) >= LEAST_CONTRAST


def logo_of(as_asked: dict) -> bytes | None:
    key = as_asked.get("logo")
    return read_bytes(StoredFile.objects.get(pk=key)) if key else None
