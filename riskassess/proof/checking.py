"""Is a report what was issued? Signature, fingerprints, and the embedded facts through the embedded release again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import pikepdf

from riskassess.engine.facts import FactsError
from riskassess.engine.loading import load_texts
from riskassess.engine.reading import CatalogueError, UnreadableError
from riskassess.engine.scoring import assess
from riskassess.proof.dossier import FORMAT, NAME, edited_parts, fingerprint
from riskassess.proof.signatures import Signature, read_signature

MATCHES, READING_COPY, UNREADABLE = "matches", "reading copy", "unreadable"
TAMPERED, FACTS_EDITED, LEVEL_DIFFERS = "tampered", "facts edited", "level differs"
UNKNOWN_FORMAT = "of another format"
UNSIGNED, OTHER_SIGNER, SUPERSEDED, UNKNOWN = "unsigned", "signed by somebody else", "superseded", "unknown"

WORDS = {
    READING_COPY: "This is a reading copy: it is meant for reading and carries neither signature nor facts. "
    "Check the record copy, or look its fingerprint up at the address on its last page.",
    UNREADABLE: "This file can't be read as a PDF.",
    UNKNOWN_FORMAT: "This report is signed, but its facts are of a format that this program does not know. "
    "Take the newest program from the address on its last page.",
    TAMPERED: "This file was changed after it was signed.",
    FACTS_EDITED: "The facts, the catalogue or the result in this file were edited: they no longer carry the "
    "fingerprints that were sealed with them.",
    LEVEL_DIFFERS: "The embedded facts do not give the embedded result again.",
    UNSIGNED: "This file carries facts but no signature, so nothing says who issued it.",
    OTHER_SIGNER: "This file is signed, but not by the certificate that was expected.",
}


@dataclass(frozen=True)
class Step:
    is_good: bool
    sentence: str


@dataclass(frozen=True)
class Verdict:
    outcome: str
    sentence: str
    steps: tuple[Step, ...]
    sha256: str
    receipt: str = ""
    dossier: Mapping[str, Any] | None = None

    @property
    def is_good(self) -> bool:
        return self.outcome == MATCHES


def check_report(content: bytes, *, certificates: Collection[str] = ()) -> Verdict:
    """Check a record copy from its own bytes. `certificates` are the SHA-256 of those that may have signed it; without
    any, the one that did is named, to be compared by a person."""
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        dossier, signature = read_dossier(content), _signature(content)
    except pikepdf.PdfError as fault:
        return Verdict(UNREADABLE, WORDS[UNREADABLE], (Step(False, str(fault)),), sha256)
    except ValueError as fault:  # a PDF, whose dossier was damaged or is of a later program
        signature = _signature(content)
        outcome = UNKNOWN_FORMAT if signature and signature.is_whole else TAMPERED
        return Verdict(outcome, WORDS[outcome], (Step(False, str(fault)),), sha256)
    if dossier is None:
        outcome = READING_COPY if signature is None else TAMPERED
        return Verdict(outcome, WORDS[outcome], (), sha256)
    sealed, found = _check_seal(dossier)
    level, level_found = _check_level(dossier) if sealed else (None, ())
    steps = (*_signature_steps(signature, certificates), *found, *level_found)
    outcome = _outcome(signature, certificates, sealed=sealed, level=level)
    sentence = _good_sentence(dossier) if outcome == MATCHES else WORDS[outcome]
    return Verdict(outcome, sentence, steps, sha256, str(dossier.get("receipt", "")), dossier)


def read_dossier(content: bytes) -> Mapping[str, Any] | None:
    """The embedded dossier; None where the file carries none."""
    with pikepdf.open(BytesIO(content)) as pdf:
        if NAME not in pdf.attachments:
            return None
        try:
            dossier = json.loads(pdf.attachments[NAME].get_file().read_bytes())
        except (ValueError, RecursionError) as fault:
            raise ValueError("The dossier in this file can't be read.") from fault
    if not isinstance(dossier, dict) or dossier.get("format") != FORMAT:
        raise ValueError("The dossier in this file is of a format that this program does not know.")
    return dossier


def _signature(content: bytes) -> Signature | None:
    """A signature that is too broken to be read counts as one that does not hold."""
    try:
        return read_signature(content)
    except Exception:  # whatever a reader of PDF and of certificates raises on bytes that somebody changed
        return Signature(False, "", "", "")


def _signature_steps(signature: Signature | None, certificates: Collection[str]) -> list[Step]:
    if signature is None:
        return [Step(False, "The file carries no signature.")]
    if not signature.is_whole:
        return [Step(False, "The signature does not cover the file as it is now.")]
    steps = [Step(True, f"Signed by {signature.name} on {signature.at}; not a byte was changed since.")]
    if not certificates:
        steps.append(Step(True, f"Compare the certificate yourself, SHA-256: {signature.certificate}"))
    elif signature.certificate not in certificates:
        steps.append(Step(False, f"The certificate is another one, SHA-256: {signature.certificate}"))
    return steps


def _check_seal(dossier: Mapping[str, Any]) -> tuple[bool, tuple[Step, ...]]:
    """Do the parts still carry the fingerprints, and these the receipt?"""
    wrong = edited_parts(dossier)
    if dossier.get("facts") is not None and not _has_its_catalogue(dossier):
        wrong.append("catalogue")
    if wrong:
        return False, (Step(False, f"Does not carry its fingerprint any more: {', '.join(wrong)}."),)
    return True, (Step(True, "Every embedded part carries its fingerprint, and these the receipt on the last page."),)


def _has_its_catalogue(dossier: Mapping[str, Any]) -> bool:
    try:
        return load_texts(dossier["texts"]).sha256 == dossier.get("catalogue_sha256")
    except (CatalogueError, UnreadableError, KeyError, TypeError, AttributeError):
        return False


def _check_level(dossier: Mapping[str, Any]) -> tuple[bool | None, tuple[Step, ...]]:
    """None where this kind of report carries no facts."""
    if dossier.get("facts") is None:
        return None, (Step(True, "This kind of report carries no facts, so there is no level to work out again."),)
    catalogue = load_texts(dossier["texts"])
    try:
        result = assess(catalogue, dossier["facts"], on=date.fromisoformat(dossier["as_of"]))
    except (FactsError, ValueError, TypeError, KeyError) as fault:
        return False, (Step(False, f"The facts do not fit the release: {str(fault)[:200]}"),)
    if fingerprint(result.to_json()) != dossier["result_sha256"]:
        now = _level_words(result.to_json())
        return False, (Step(False, f"The facts give {now}, the report says {_level_words(dossier['result'])}."),)
    return True, (Step(True, f"The facts give {_level_words(dossier['result'])} again, and the whole result with it."),)


def _outcome(signature: Signature | None, certificates: Collection[str], *, sealed: bool, level: bool | None) -> str:
    """What is gravest for a reader comes first: edited facts break the signature, too."""
    if not sealed:
        return FACTS_EDITED
    if level is False:
        return LEVEL_DIFFERS
    if signature is None:
        return UNSIGNED
    if not signature.is_whole:
        return TAMPERED
    if certificates and signature.certificate not in certificates:
        return OTHER_SIGNER
    return MATCHES


def _good_sentence(dossier: Mapping[str, Any]) -> str:
    issued = f"This report is the one that was issued ({dossier['report']['reference'] or dossier['report']['kind']})."
    if dossier.get("facts") is None:
        return issued
    catalogue = f"{dossier['result']['catalogue']} {dossier['result']['version']}"
    return f"{issued} Its facts give {_level_words(dossier['result'])} again under the catalogue {catalogue}."


def _level_words(result: Mapping[str, Any]) -> str:
    lower, upper = (str(result["inherent"][end]).replace("_", " ") for end in ("lower", "upper"))
    return f"the level {lower}" if lower == upper else f"a level from {lower} to {upper}"
