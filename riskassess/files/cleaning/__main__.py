"""Cleans one file in this process: the kind is the argument, the content comes in and goes out as a stream.

Whatever the file makes a reader of PDF or pictures do, it does it here, with bounds that the system keeps.
"""

import json
import resource
import sys

from riskassess.files.cleaning import Refused, clean

MEMORY = 768 * 1024 * 1024
SECONDS = 8


def bound() -> None:
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (most, most))
        except (OSError, ValueError):  # not every system knows each bound
            continue


def main(kind: str) -> None:
    bound()
    try:
        cleaned = clean(kind, sys.stdin.buffer.read())
        told, content = {"left_out": cleaned.left_out}, cleaned.content
    except Refused as refusal:
        told, content = {"code": refusal.code, "given": refusal.given}, b""
    except (MemoryError, RecursionError):
        told, content = {"code": "too_heavy", "given": {}}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + content)


if __name__ == "__main__":
    main(sys.argv[1])
