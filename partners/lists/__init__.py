"""Import an edition of a list: parse, stage, compare, check, swap.

Until the swap, one short transaction, everybody sees the edition in force; whatever goes wrong before it leaves that
edition in force.
"""

from partners.lists.background import accept_edition, go_on, import_upload, roll_back
from partners.lists.deciding import is_own, refuse_edition
from partners.lists.importing import import_edition
from partners.lists.outcomes import ImportResult, Outcome
from partners.lists.refusing import clear_all_abandoned
from partners.lists.retention import remove_old_files
from partners.lists.watching import watch_folder

__all__ = [
    "ImportResult",
    "Outcome",
    "accept_edition",
    "clear_all_abandoned",
    "go_on",
    "import_edition",
    "import_upload",
    "is_own",
    "refuse_edition",
    "remove_old_files",
    "roll_back",
    "watch_folder",
]
