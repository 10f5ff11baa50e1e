"""What is written in the registry: partners, their names, what the lists say of them and what a person says of that."""

from partners.services.judgements import confirm_judgement, judge_hit
from partners.services.names import add_alias
from partners.services.partners import edit_partner, register_partner
from partners.services.screenings import close_change, request_screening

__all__ = [
    "add_alias",
    "close_change",
    "confirm_judgement",
    "edit_partner",
    "judge_hit",
    "register_partner",
    "request_screening",
]
