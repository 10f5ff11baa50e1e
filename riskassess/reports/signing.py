"""The institution's signature under a record copy (PAdES). The key lies in one PEM file that nobody else may read."""

import datetime
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from riskassess.core.errors import DomainError

KEY_BITS = 3072
YEARS = 10


def sign(content: bytes, *, institution: str) -> bytes:
    """The same PDF with a signature after its last byte, so that the unsigned file is how the signed one begins."""
    signer = _signer(settings.REPORT_SIGNER, institution)
    about = signers.PdfSignatureMetadata(
        field_name="Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, name=institution[:120]
    )
    writer = IncrementalPdfFileWriter(BytesIO(content))
    with ThreadPoolExecutor(1) as apart:  # it runs an event loop of its own, and this thread may have one
        return apart.submit(signers.sign_pdf, writer, about, signer=signer).result().getvalue()


def certificate_sha256() -> str:
    """Of the certificate that signs now; nothing where no report was signed yet."""
    if not settings.REPORT_SIGNER.exists():
        return ""
    return hashlib.sha256(_signer(settings.REPORT_SIGNER, "").signing_cert.dump()).hexdigest()


def _signer(path: Path, institution: str) -> signers.SimpleSigner:
    if not path.exists():
        _make_own(path, institution)
    return _read_signer(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read_signer(path: Path, _changed: int) -> signers.SimpleSigner:
    content = path.read_bytes()
    try:
        first, *others = load_certs_from_pemder_data(_parts(content, b"CERTIFICATE"))
        key = load_private_key_from_pemder_data(_parts(content, b"PRIVATE KEY"), None)
    except (ValueError, TypeError, IndexError) as fault:
        raise DomainError(
            _("The file that signs reports can't be read. It must hold a private key and its certificate as PEM.")
        ) from fault
    known = SimpleCertificateStore()
    known.register_multiple(others)
    certificate: Certificate = first
    return signers.SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=known)


def _parts(content: bytes, kind: bytes) -> bytes:
    """The PEM blocks of one kind."""
    blocks = content.split(b"-----BEGIN ")[1:]
    return b"".join(b"-----BEGIN " + block for block in blocks if kind in block.split(b"-----", 1)[0])


def _make_own(path: Path, institution: str) -> None:
    """A self-made certificate, good for a demo: nobody but its maker vouches for it. Two processes may start at once:
    the first one's stays."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{institution or 'RiskAssess'} (self-made)"[:64])])
    now = datetime.datetime.now(datetime.UTC)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=365 * YEARS))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
