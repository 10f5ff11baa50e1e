"""The virus scanner of the institution (clamd), where one is set: content goes to it as a stream, never by name."""

import io

from clamav_client.clamd import BufferTooLongError, ClamdError, ClamdNetworkSocket, ClamdUnixSocket
from django.utils.translation import gettext as _

from riskassess.core.errors import DomainError

SECONDS = 60


class ScannerAway(DomainError):
    """The scanner gave no answer: what waits for it goes on waiting."""


def threat_in(content: bytes, address: str) -> str:
    """The name of what the scanner at this address found; empty where it found nothing."""
    try:
        answer = _connected(address).instream(io.BytesIO(content))
    except BufferTooLongError:
        raise ScannerAway(_("The virus scanner takes no file of this size. Raise its StreamMaxLength.")) from None
    except (ClamdError, OSError):
        raise ScannerAway(_("The virus scanner does not answer. What waits for it is checked when it does.")) from None
    state, told = answer.get("stream", ("ERROR", ""))
    if state == "FOUND":
        return str(told) or "unnamed"
    if state != "OK":
        raise ScannerAway(_("The virus scanner could not check the file. It is tried again."))
    return ""


def _connected(address: str) -> ClamdNetworkSocket:
    """A path is a socket of this machine, anything else host:port."""
    if address.startswith("/"):
        return ClamdUnixSocket(path=address, timeout=SECONDS)
    host, _sign, port = address.rpartition(":")
    return ClamdNetworkSocket(host=host.strip("[]"), port=int(port), timeout=SECONDS)
