"""Which report a file says it is, when its fingerprint is nobody's. For bytes of strangers: no reader of PDF is asked,
and no more than so much is unpacked."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from riskassess.proof.dossier import FORMAT, edited_parts

MOST_STREAMS, MOST_BYTES = 2000, 4 * 1024 * 1024
MOST_UNPACKED = 32 * 1024 * 1024
STEP = 64


@dataclass(frozen=True)
class Claim:
    receipt: str
    is_edited: bool  # the facts, the result or the decision in it are not those of the receipt


def read_claim(content: bytes) -> Claim | None:
    """None where no dossier is found, such as in a reading copy."""
    for stream in _streams(content):
        if FORMAT.encode() not in stream or not (found := re.search(rb'"receipt":\s*"([0-9a-f]{64})"', stream)):
            continue
        return Claim(found[1].decode(), _is_edited(stream))
    return None


def _streams(content: bytes) -> Iterator[bytes]:
    unpacked = 0
    for number, start in enumerate(re.finditer(rb"(?<!end)stream\r?\n", content)):
        if number == MOST_STREAMS or unpacked > MOST_UNPACKED:
            return
        packed = memoryview(content)[start.end() : start.end() + MOST_BYTES]
        stream = bytes(packed).partition(b"endstream")[0] if packed[:1] == b"{" else _unpack(packed)
        unpacked += len(stream)
        yield stream


def _unpack(packed: memoryview) -> bytes:
    """What can be read before the first damage, up to a limit."""
    reader, found = zlib.decompressobj(), bytearray()
    for start in range(0, len(packed), STEP):
        try:
            found += reader.decompress(packed[start : start + STEP], MOST_BYTES)
        except zlib.error:
            break
        if reader.eof or reader.unconsumed_tail or len(found) > MOST_BYTES:
            break
    return bytes(found)


def _is_edited(stream: bytes) -> bool:
    try:
        return bool(edited_parts(json.loads(stream)))
    except (ValueError, RecursionError, AttributeError, TypeError):
        return False  # damaged, not edited
