"""Six digits that change every half minute (RFC 6238), as the usual apps show them."""

import base64
import hmac
import secrets
from datetime import datetime

STEP_SECONDS = 30


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def counter_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def digits_for(secret: str, counter: int, *, length: int = 6) -> str:
    mac = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 15
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**length).zfill(length)


def matching_counter(secret: str, given: str, moment: datetime, *, after: int) -> int | None:
    """The step for which these digits are right, one to either side of now; none that was used before."""
    now = counter_at(moment)
    for counter in (now, now - 1, now + 1):
        if counter > after and hmac.compare_digest(digits_for(secret, counter).encode(), given.encode()):
            return counter
    return None
