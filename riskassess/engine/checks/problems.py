"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a catalogue: which part, which entry, and what to do about it."""

    part: str  # "rules", "questions", "golden" ...
    id: str
    reason: str
    within: str = ""  # the option or term of the entry that it is about

    def __str__(self) -> str:
        return f"{self.part}, {self.id}: {self.reason}"
