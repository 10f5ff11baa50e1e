"""What kind of file somebody brings, by what it holds; what it says as the content of a proposal."""

from django.utils.translation import gettext as _

from riskassess.assessments.exchange.archives import opened_archive
from riskassess.assessments.exchange.content import Draft, read_content
from riskassess.assessments.exchange.crates import METADATA, read_crate
from riskassess.assessments.exchange.faults import unfit
from riskassess.assessments.exchange.reading import read_json
from riskassess.assessments.exchange.sheets.reading import read_workbook

WORKBOOK = "xl/workbook.xml"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def read_file(content: bytes) -> tuple[str, object, Draft]:
    """(kind, content, what it brings) of a file: "json", "crate" or "xlsx". UnfitFile names all that does not fit."""
    if not content.startswith(b"PK"):
        if content.startswith(OLD_OFFICE):
            raise unfit(
                _("This is a file of an old office program, or one with a password. Save it as XLSX without one.")
            )
        if content.startswith(b"%PDF"):
            raise unfit(_("This is a PDF. Bring the proposal as JSON, RO-Crate or XLSX."))
        read = read_json(content)
        return "json", read, read_content(read)
    with opened_archive(content) as archive:
        names = set(archive.namelist())
        if WORKBOOK in names:
            form = read_workbook(content, archive)
            return "xlsx", form.content, read_content(form.content, places=form.places, problems=form.problems)
        if any(name.rpartition("/")[2] == METADATA for name in names):
            read = read_crate(archive)
            return "crate", read, read_content(read)
    raise unfit(
        _("This zip file is neither a filled-in form (XLSX) nor an RO-Crate: it holds no %(name)s.")
        % {"name": METADATA}
    )
