"""The look that the institution gave its reports, as it stood when one was asked for."""

from riskassess.accounts.models import Institution
from riskassess.files.models import StoredFile
from riskassess.files.services import read_bytes
from riskassess.reports.models import Letterhead


def as_letterhead(institution: Institution) -> dict:
    """What a report keeps of it: the colour and the key of the logo, which is never removed."""
    found = Letterhead.objects.filter(institution=institution).first()
    return {"colour": found.colour, "logo": found.logo_id} if found else {}


def logo_of(as_asked: dict) -> bytes | None:
    key = as_asked.get("logo")
    return read_bytes(StoredFile.objects.get(pk=key)) if key else None
