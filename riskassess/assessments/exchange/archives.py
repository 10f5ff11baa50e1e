"""Zip files that people bring: measured before anything in them is unpacked, and never unpacked to a folder."""

import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from riskassess.assessments.exchange.faults import unfit

MOST_MEMBERS = 200
METADATA = "ro-crate-metadata.json"
MOST_MEGABYTES, MOST_IN_CRATE = 20, 96
MOST_RATIO = 120  # sheets of text and empty cells pack well, bombs a thousandfold
RATIO_FROM = 256 * 1024
PART = 64 * 1024
ALLOWED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@contextmanager
def opened_archive(content: bytes) -> Iterator[zipfile.ZipFile]:
    """The archive, if by its own word it is small, plain and stays in its folder; UnfitFile says why not."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise unfit(_("The file is damaged: it cannot be unpacked. Save it once more and choose it again.")) from None
    with archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise unfit(
                _("The file holds more than %(most)d parts. Look whether it is the right one.") % {"most": MOST_MEMBERS}
            )
        for member in members:
            _check(member)
        is_crate = any(member.filename.rpartition("/")[2] == METADATA for member in members)
        most = MOST_IN_CRATE if is_crate else MOST_MEGABYTES
        if sum(member.file_size for member in members) > most * 1024 * 1024:
            words = _("Unpacked, the file would be larger than %(most)d MB. Look whether it is the right one.")
            raise unfit(words % {"most": most})
        if len({member.filename for member in members}) < len(members):
            raise unfit(_("Two parts of the file have one name. Save it once more and choose it again."))
        try:
            yield archive
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError):
            raise unfit(
                _("The file is damaged: it cannot be unpacked. Save it once more and choose it again.")
            ) from None


def _check(member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or any(ord(sign) < 32 for sign in name):
        raise unfit(_("A part of the file has a name that leads out of its folder. Nothing of it is taken."), name[:80])
    if stat.S_ISLNK(member.external_attr >> 16):
        raise unfit(_("A part of the file is a link to another place. Nothing of it is taken."), name[:80])
    if member.flag_bits & 0x1:
        raise unfit(_("The file has a password. Save it without one."), name[:80])
    if member.compress_type not in ALLOWED:
        raise unfit(
            _("A part of the file is packed in a way that is not read here. Save it as an ordinary zip."), name[:80]
        )
    if member.file_size > RATIO_FROM and member.file_size > MOST_RATIO * max(member.compress_size, 1):
        raise unfit(_("A part of the file unpacks to far more than it is. Nothing of it is taken."), name[:80])


def read_member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The bytes of one part, counted while they are unpacked, whatever the archive says of its size."""
    found = bytearray()
    with archive.open(name) as stream:
        while part := stream.read(PART):
            found += part
            if len(found) > most:
                raise unfit(_("This part of the file is larger than it may be. Nothing of it is taken."), name[:80])
    return bytes(found)
