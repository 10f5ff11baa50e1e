"""What is written in the registry: partners, their names, what the lists say of them and what a person says of that."""

from partners.services.contacts import erase_contact, file_contacts, forget_contact, keep_contact
from partners.services.identifiers import add_identifier, remove_identifier, set_ror_id
from partners.services.judgements import confirm_judgement, judge_hit
from partners.services.merging import merge_partners, undo_merge, why_not_undo
from partners.services.names import add_alias, remove_alias
from partners.services.owners import add_owner, add_parent, end_ownership, remove_owner, remove_parent, settle_owner
from partners.services.partners import NearDuplicates, edit_partner, register_partner
from partners.services.screenings import close_change, request_contact_screening, request_screening, screen_anew

__all__ = [
    "NearDuplicates",
    "add_alias",
    "add_identifier",
    "add_owner",
    "add_parent",
    "close_change",
    "confirm_judgement",
    "edit_partner",
    "end_ownership",
    "erase_contact",
    "file_contacts",
    "forget_contact",
    "judge_hit",
    "keep_contact",
    "merge_partners",
    "register_partner",
    "remove_alias",
    "remove_identifier",
    "remove_owner",
    "remove_parent",
    "request_contact_screening",
    "request_screening",
    "screen_anew",
    "set_ror_id",
    "settle_owner",
    "undo_merge",
    "why_not_undo",
]
