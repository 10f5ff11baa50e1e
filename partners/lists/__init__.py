"""Import an edition of a list: parse, stage, compare, check, swap.

Until the swap, one short transaction, everybody sees the edition in force; whatever goes wrong before it leaves that
edition in force.
"""

from partners.lists.deciding import accept_edition, refuse_edition, roll_back
from partners.lists.importing import finish_import, import_edition
from partners.lists.outcomes import ImportResult, Outcome

__all__ = [
    "ImportResult",
    "Outcome",
    "accept_edition",
    "finish_import",
    "import_edition",
    "refuse_edition",
    "roll_back",
]
