"""What kind of file somebody brings, by what it holds; what it says as the content of a proposal."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from riskassess.assessments.exchange.archives import opened_archive, read_member
from riskassess.assessments.exchange.content import Draft, read_content
from riskassess.assessments.exchange.crates import METADATA, PROPOSAL, read_crate
from riskassess.assessments.exchange.faults import unfit
from riskassess.assessments.exchange.reading import read_json
from riskassess.assessments.exchange.sheets.reading import read_workbook

WORKBOOK = "xl/workbook.xml"
LARGEST_FORM = 5 * 1024 * 1024
LARGEST_EVIDENCE = 20 * 1024 * 1024
OLD_OFFICE = b"\xd0\xcf\x11\xe0"


class Arrived(NamedTuple):
    kind: str  # "json", "crate" or "xlsx"
    content: object
    given: Draft
    files: dict[str, bytes] = {}  # the evidence of a crate, by the name that its proposal gives it


def read_file(content: bytes) -> Arrived:
    """What somebody brings. UnfitFile names all that does not fit; the evidence itself is not looked into yet."""
    if not content.startswith(b"PK"):
        if content.startswith(OLD_OFFICE):
            raise unfit(
                _("This is a file of an old office program, or one with a password. Save it as XLSX without one.")
            )
        if content.startswith(b"%PDF"):
            raise unfit(_("This is a PDF. Bring the proposal as JSON, RO-Crate or XLSX."))
        read = read_json(content)
        return Arrived("json", read, read_content(read))
    with opened_archive(content) as archive:
        names = set(archive.namelist())
        if WORKBOOK in names:
            if len(content) > LARGEST_FORM:
                raise unfit(_("The form is larger than 5 MB. Look whether it is the right one."))
            form = read_workbook(content, archive)
            given = read_content(form.content, places=form.places, problems=form.problems)
            return Arrived("xlsx", form.content, given)
        if any(name.rpartition("/")[2] == METADATA for name in names):
            crate = read_crate(archive)
            given = read_content(crate.proposal, beside=crate.names - {PROPOSAL, METADATA})
            files = {
                row["file"]: read_member(archive, crate.folder + row["file"], LARGEST_EVIDENCE)
                for row in given.evidence
            }
            return Arrived("crate", crate.proposal, given, files)
    raise unfit(
        _("This zip file is neither a filled-in form (XLSX) nor an RO-Crate: it holds no %(name)s.")
        % {"name": METADATA}
    )
