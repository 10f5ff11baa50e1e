"""Check reports without RiskAssess: python verify_report.pyz [--certificate SHA256] FILE.pdf …"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="verify_report",
        description="Check record copies of RiskAssess reports, offline: signature, fingerprints, and whether the "
        "embedded facts give the level again. Needs Python 3.11 and the packages pikepdf, pyhanko, pydantic and "
        "pyyaml. Whether a later decision replaced a report, only the institution knows: the address on its last page.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE.pdf", type=Path)
    parser.add_argument("--certificate", action="append", default=[], help="SHA-256 of the one that must have signed")
    given = parser.parse_args()
    try:
        from riskassess.proof.checking import check_report
    except ImportError as missing:
        print(f"{missing}. Install: pikepdf pyhanko pydantic pyyaml", file=sys.stderr)
        return 2
    wrong = 0
    for path in given.files:
        try:
            content = path.read_bytes()
        except OSError as fault:
            print(f"{path}: This file can't be opened ({fault.strerror}).")
            wrong += 1
            continue
        verdict = check_report(content, certificates=[one.lower() for one in given.certificate])
        print(f"{path.name}: {verdict.sentence}")
        for step in verdict.steps:
            print(f"  {'ok ' if step.is_good else 'NOT'} {step.sentence}")
        if verdict.is_good:
            print(
                "  Whether a later report took its place, this program can't know: ask at the address on its last page."
            )
        wrong += not verdict.is_good
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
