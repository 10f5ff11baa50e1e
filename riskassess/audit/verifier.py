#!/usr/bin/env python3
"""Checks the record of RiskAssess on any machine with Python 3.8 or newer, with the public key alone; it asks nobody.

python3 -I verify.py                                      the dossier in whose folder this file lies
python3 -I verify.py DOSSIER.zip                          a dossier as it was downloaded
python3 -I verify.py audit.jsonl [--checkpoints DIR]      the whole log as JSON lines, held against its checkpoints
                     [--key HEX]                          the key that was published; else the one found here
Ends with 0 when all is in order, else with 1 and the first fault.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from pathlib import Path

PARTS = ("actor_id", "role", "verb", "subject", "reference", "request_id", "commitment", "previous_hash")
ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


class Fault(Exception):
    pass


def is_signed_by(key, text, signature):
    try:
        key, signature = bytes.fromhex(key), bytes.fromhex(signature)
    except (TypeError, ValueError):
        return False
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return ed25519(key, text.encode(), signature)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def ed25519(key, message, signature):
    """RFC 8032, checking only; slow, but it needs nothing."""
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    base_y = 4 * pow(5, P - 2, P) % P
    left, right = times(s, point(base_y.to_bytes(32, "little"))), add(r, times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == (left[1] * right[2] - right[1] * left[2]) % P == 0


def point(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        q, p, n = (add(q, p) if n & 1 else q), add(p, p), n >> 1
    return q


def canonical(value):
    return ENCODE(value).encode()


def check_event(event, place):
    """One line of the log: its fingerprint, and that of what it tells while that was not erased."""
    content = {name: event[name] for name in PARTS}
    content.update(sequence=event["sequence"], at=event["time"])
    if hashlib.sha256(canonical(content)).hexdigest() != event["hash"]:
        raise Fault(f"Event {place} was edited: it no longer matches its own fingerprint.")
    if not event["erased"]:
        told = {"actor_name": event["actor_name"], "before": event["before"], "after": event["after"]}
        if hashlib.sha256(event["salt"].encode() + canonical(told)).hexdigest() != event["commitment"]:
            raise Fault(f"The detail of event {place} was edited.")


def check_log(lines, checkpoints, key):
    """The chain from the first event to the last; checkpoints by number. Says how many events there are."""
    count, previous, manifest, noted = 0, "0" * 64, None, {each["sequence"]: each for each in checkpoints}
    for each in checkpoints:
        text = f"RiskAssess checkpoint\n{each['sequence']}\n{each['hash']}\n{each['at']}"
        if not is_signed_by(key, text, each["signature"]):
            raise Fault(f"The checkpoint of event {each['sequence']} does not carry the signature of this key.")
    for line in lines:
        event = json.loads(line)
        if "manifest" in event:
            manifest = event["manifest"]
            continue
        place = count + 1
        if event["sequence"] != place:
            gap = event["sequence"] > place
            raise Fault(f"Event {place if gap else event['sequence']} is {'missing' if gap else 'in the log twice'}.")
        check_event(event, place)
        if event["previous_hash"] != previous:
            raise Fault(f"Event {place} does not follow the event before it: one was put in, moved or rewritten.")
        if place in noted and noted[place]["hash"] != event["hash"]:
            raise Fault(f"Event {place} is not the one of its signed checkpoint: the log was rewritten.")
        count, previous = place, event["hash"]
    if manifest is None:
        raise Fault(f"The file ends after event {count} without its last line: it was cut short.")
    if manifest["chain_head"] != {"sequence": count, "hash": previous}:
        raise Fault(f"The end of the log was cut off: event {count + 1} and those after it are missing.")
    ahead = min((number for number in noted if number > count), default=0)
    if ahead and manifest["made_at"][:19] >= noted[ahead]["at"][:19]:
        raise Fault(f"Event {count + 1} is missing: a signed checkpoint says that event {ahead} was written.")
    return count


def check_dossier(read, names, key):
    """Every file by its fingerprint, the manifest by its signature, and each event of the case by its own."""
    manifest = read("manifest.json").decode()
    if not is_signed_by(key, "RiskAssess dossier\n" + manifest, read("manifest.sig").decode().strip()):
        raise Fault("The manifest does not carry the signature of this key.")
    manifest = json.loads(manifest)
    for name, given in manifest["files"].items():
        if name not in names:
            raise Fault(f"{name} is missing.")
        if hashlib.sha256(read(name)).hexdigest() != given["sha256"]:
            raise Fault(f"{name} was changed.")
    own = {"manifest.json", "manifest.sig", "public-key.txt", "verify.py"}
    if extra := sorted(set(names) - set(manifest["files"]) - own):
        raise Fault(f"{extra[0]} is no part of this dossier.")
    events = [json.loads(line) for line in read("audit.jsonl").decode().splitlines()]
    if [[event["sequence"], event["hash"]] for event in events] != manifest["events"]:
        raise Fault("audit.jsonl does not hold the events that the manifest names.")
    for event in events:
        check_event(event, event["sequence"])
    return f"{manifest['reference']}: {len(manifest['files'])} files and {len(events)} events"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--checkpoints", type=Path)
    parser.add_argument("--key", default="")
    given = parser.parse_args()
    key = given.key
    try:
        if given.what.suffix == ".jsonl":
            files = sorted(given.checkpoints.glob("[0-9]*.json")) if given.checkpoints else []
            checkpoints = [json.loads(path.read_text()) for path in files]
            key = key or (checkpoints[0]["key"] if checkpoints else "")
            with given.what.open(encoding="utf-8") as lines:
                found = f"{check_log(lines, checkpoints, key)} events, {len(checkpoints)} checkpoints"
        elif given.what.is_dir():
            names = [path.relative_to(given.what).as_posix() for path in given.what.rglob("*") if path.is_file()]
            key = key or (given.what / "public-key.txt").read_text().strip()
            found = check_dossier(lambda name: (given.what / name).read_bytes(), names, key)
        else:
            with zipfile.ZipFile(given.what) as archive:
                key = key or archive.read("public-key.txt").decode().strip()
                found = check_dossier(archive.read, archive.namelist(), key)
    except Fault as fault:
        sys.exit(f"NOT in order. {fault}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as fault:
        sys.exit(f"NOT in order. This can't be read as a record of RiskAssess: {type(fault).__name__}: {fault}")
    print(f"In order: {found}.")
    if key and not given.key:
        print(f"Signed with the key {key}.\nCompare it with the one that your institution published.")


if __name__ == "__main__":
    main()
