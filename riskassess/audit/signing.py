"""Signatures that anybody can check with the public key; the HMAC of an event is the server's own check."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings


def signing_key() -> Ed25519PrivateKey:
    """From a secret of its own where one is set; else from the key of the log, so that none is forgotten."""
    secret = settings.SIGNING_KEY.encode() or settings.AUDIT_KEY
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"riskassess signing key\n" + secret).digest())


def public_key() -> str:
    return signing_key().public_key().public_bytes_raw().hex()


def sign(text: str) -> str:
    return signing_key().sign(text.encode()).hex()


def is_signed(text: str, signature: str, key: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
