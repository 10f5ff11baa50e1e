"""Asking an expert from outside, and what they answer."""

from datetime import date

from riskassess.accounts.models import User
from riskassess.audit.log import story
from riskassess.notices import telling
from riskassess.reviews import services as reviews
from riskassess.reviews.models import Case, ExpertWord, GuestSeat
from riskassess.workflow.common import carriers_of, lock


@story()
def invite_expert(
    *, case: Case, actor: User, name: str, email: str, until: date, sections: list[str], question: str
) -> tuple[GuestSeat, str]:
    lock(case.proposal)
    seat, code = reviews.invite_expert(
        case=case, actor=actor, name=name, email=email, until=until, sections=sections, question=question
    )
    telling.expert_invited(seat=seat)
    return seat, code


@story()
def write_as_expert(*, seat: GuestSeat, kind: str, text: str) -> ExpertWord:
    word = reviews.write_word(seat=seat, kind=kind, text=text)
    case = seat.assignment.case
    telling.expert_wrote(word=word, people=carriers_of(case))
    return word
