"""Import an edition of a list: parse, stage, check, swap. Until the swap, one short transaction, everybody sees the
edition in force; whatever goes wrong before it leaves that edition in force."""

from partners.lists.importing import import_edition
from partners.lists.outcomes import ImportResult, Outcome

__all__ = ["ImportResult", "Outcome", "import_edition"]
