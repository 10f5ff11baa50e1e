"""Files that lie beside a proposal in a crate: named in it, read by people and never scored."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from riskassess.engine.catalogue import Catalogue

EVIDENCE_KEYS = {"file": 300, "title": 200, "question": 40, "row": 60}  # how long they may be


def evidence_problems(catalogue: Catalogue, evidence: Any, row_ids: Collection[str]) -> Iterator[str]:
    """`row_ids` are those of the partners, funders and items of the same file."""
    if not isinstance(evidence, list):
        yield "evidence: expected a list."
        return
    seen: set[str] = set()
    for index, piece in enumerate(evidence):
        path = f"evidence[{index}]"
        if not isinstance(piece, dict):
            yield f"{path}: expected an object."
            continue
        for key in piece:
            if key not in EVIDENCE_KEYS:
                yield f"{path}.{key}: there is no such key. Known are {', '.join(EVIDENCE_KEYS)}."
        wrong = [key for key, most in EVIDENCE_KEYS.items() if not _is_text(piece.get(key, ""), most)]
        for key in wrong:
            yield f"{path}.{key}: expected a text of at most {EVIDENCE_KEYS[key]} characters."
        if "file" not in wrong and not piece.get("file", "").strip():
            yield f"{path}.file: missing. Say where the file lies in the crate."
        elif "file" not in wrong and piece["file"] in seen:
            yield f"{path}.file: this file stands twice. Take one of them away."
        seen.add(str(piece.get("file")))
        question, row = piece.get("question", ""), piece.get("row", "")
        if "question" not in wrong and question and not catalogue.has_question(question):
            yield f"{path}.question: there is no question {question}."
        if "row" not in wrong and row and row not in row_ids:
            yield f"{path}.row: {json.dumps(row)} is the id of no row of this file."


def _is_text(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most


def evidence_schema() -> dict[str, Any]:
    piece = {
        "type": "object",
        "additionalProperties": False,
        "required": ["file"],
        "properties": {key: {"type": "string", "maxLength": most} for key, most in EVIDENCE_KEYS.items()},
    }
    return {"type": "array", "items": piece}
