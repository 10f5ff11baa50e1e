"""What a PDF's signature says, offline: nothing is fetched, no clock of somebody else is asked."""

from __future__ import annotations

import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

for _name in ("pyhanko", "pyhanko_certvalidator"):  # what they find is told in our own sentences
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Signature:
    is_whole: bool  # made by the holder of the certificate, over every byte of the file
    certificate: str  # its SHA-256
    name: str
    at: str


def read_signature(content: bytes) -> Signature | None:
    """The last signature in the file; None where there is none. A broken file raises whatever its reader raises."""
    found = PdfFileReader(BytesIO(content)).embedded_signatures
    if not found:
        return None
    last = found[-1]
    certificate = last.signer_cert
    context = ValidationContext(trust_roots=[certificate], allow_fetching=False, revocation_mode="soft-fail")
    with ThreadPoolExecutor(1) as apart:  # it runs an event loop of its own, and this thread may have one
        status = apart.submit(validate_pdf_signature, last, signer_validation_context=context).result()
    is_whole = status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    at = last.self_reported_timestamp
    return Signature(
        bool(is_whole),
        hashlib.sha256(certificate.dump()).hexdigest(),
        certificate.subject.human_friendly,
        at.isoformat(timespec="seconds") if at else "",
    )
