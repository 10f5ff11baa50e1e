"""The dossier that a record copy carries, and how its fingerprints are made: plain Python, for anybody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FORMAT = "riskassess-dossier-1"
NAME = "dossier.json"
# What the receipt on the last page stands for; a part that a kind of report does not carry is null.
SEALED = ("format", "report", "facts_sha256", "catalogue_sha256", "result_sha256", "decision_sha256", "audit")


def canonical(content: Any) -> bytes:
    """The same value always gives the same bytes: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def fingerprint(content: Any) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def receipt_of(dossier: Mapping[str, Any]) -> str:
    """The fingerprint that is printed on the last page: report, facts, release, result, decision, place in the log."""
    return fingerprint({name: dossier.get(name) for name in SEALED})


def edited_parts(dossier: Mapping[str, Any]) -> list[str]:
    """Which parts do not carry their fingerprints any more, and whether these still give the receipt. The catalogue
    has to be read for its own and is not looked at here."""
    wrong = [] if receipt_of(dossier) == dossier.get("receipt") else ["receipt"]
    if dossier.get("decision") is not None and fingerprint(dossier["decision"]) != dossier.get("decision_sha256"):
        wrong.append("decision")
    if dossier.get("facts") is not None:
        wrong += [
            name for name in ("facts", "result") if fingerprint(dossier.get(name)) != dossier.get(f"{name}_sha256")
        ]
    return wrong
