"""Experts from outside: one case, the sections they were given, a month at most, one opinion."""

import secrets
from datetime import date, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.accounts.second_factor import matching_counter, new_secret
from riskassess.audit.log import record as record_event
from riskassess.audit.services import VISITOR, record_denial
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.services import role_in
from riskassess.proposals.states import UNDER_REVIEW
from riskassess.reviews.models import Assignment, Case, ExpertWord, GuestSeat
from riskassess.reviews.rules import conflict_reason

LONGEST_DAYS = 30
MOST_FAILURES = 10
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is read as another
EXPERT = "expert"


@transaction.atomic
def invite_expert(
    *, case: Case, actor: User, name: str, email: str, until: date, sections: list[str], question: str
) -> tuple[GuestSeat, str]:
    """Give somebody from outside a seat. The code is told once, to be passed on by another way than the mail."""
    case = Case.objects.select_for_update(of=("self",)).select_related("proposal__owner").get(pk=case.pk)
    if reason := conflict_reason(actor, case.proposal):
        raise DomainError(reason)
    if case.proposal.state not in UNDER_REVIEW:
        raise Conflict(_("This case is not in review now."))
    today = timezone.localdate()
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        raise DomainError(_("Choose a last day from today on, at most 30 days ahead."), field="until")
    if not sections:
        raise DomainError(_("Choose at least one section that the expert reads."), field="sections")
    user = _guest(name, email)
    if conflict_reason(user, case.proposal):
        raise DomainError(_("This person has a conflict of interest here. Ask somebody else."), field="email")
    if case.assignments.filter(kind=EXPERT, user=user, ended_at__isnull=True, until__gte=today).exists():
        raise Conflict(_("This person has a seat on the case already."))
    case.assignments.filter(kind=EXPERT, user=user, ended_at__isnull=True).update(ended_at=timezone.now())
    assignment = Assignment.objects.create(
        case=case, kind=EXPERT, user=user, assigned_by=actor, until=until, sections=sections, reason=question[:300]
    )
    code = _new_code()
    seat = GuestSeat.objects.create(
        assignment=assignment, question=question.strip(), code=make_password(code), secret=new_secret()
    )
    _record(seat, actor, "expert.invited", {"until": until.isoformat(), "sections": sections, "user": user.pk})
    return seat, code


def _guest(name: str, email: str) -> User:
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name.strip(), None, is_guest=True)
    if not user.is_guest:
        raise DomainError(_("This address has an account here. Name the person as reviewer instead."), field="email")
    if not user.is_active:
        raise DomainError(_("This account is closed. Ask an administrator to open it."), field="email")
    return user


def _new_code() -> str:
    letters = [secrets.choice(LETTERS) for _place in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


@transaction.atomic
def renew_code(*, seat: GuestSeat, actor: User) -> str:
    """A new code where the old one was lost or tried too often; the old one opens nothing any more."""
    code = _new_code()
    seat.code, seat.failures, seat.secret, seat.counter = make_password(code), 0, new_secret(), 0
    seat.save(update_fields=["code", "failures", "secret", "counter"])
    _record(seat, actor, "expert.recoded", {})
    return code


def try_code(*, seat: GuestSeat, code: str) -> bool:
    """Whether the code is right. Wrong ones are counted, and too many close this seat alone."""
    if seat.failures >= MOST_FAILURES or not check_password(code.strip().upper(), seat.code):
        _count_failure(seat)
        return False
    return True


@transaction.atomic
def try_digits(*, seat: GuestSeat, digits: str) -> bool:
    """Whether the digits of the second factor are right now; each is taken once."""
    seat = GuestSeat.objects.select_for_update().get(pk=seat.pk)
    counter = matching_counter(seat.secret, digits.strip(), timezone.now(), after=seat.counter)
    if counter is None:
        _count_failure(seat)
        return False
    seat.counter = counter
    seat.save(update_fields=["counter"])
    return True


def _count_failure(seat: GuestSeat) -> None:
    seat.failures = min(seat.failures + 1, MOST_FAILURES)
    seat.save(update_fields=["failures"])


def note_wrong_code(*, seat: GuestSeat | None) -> None:
    """Keep that somebody tried at a seat's door, and whether it is closed by that; of the code itself nothing."""
    if seat is None:
        reason = "no such seat"
    else:
        seat.refresh_from_db(fields=["failures"])
        reason = "too many wrong codes" if seat.failures >= MOST_FAILURES else "wrong code"
    record_denial(
        actor_id=None,
        role=VISITOR,
        subject=f"reviews.GuestSeat:{seat.uid}" if seat else "route:expert_enter",
        reference=seat.assignment.case.proposal.reference if seat else "",
        method="POST",
        status=422,
        reason=reason,
    )


@transaction.atomic
def note_entered(*, seat: GuestSeat) -> None:
    seat.failures = 0
    seat.save(update_fields=["failures"])
    _record(seat, seat.assignment.user, "expert.entered", {})


@transaction.atomic
def declare_unconflicted(*, seat: GuestSeat) -> None:
    """The expert says that nothing stands against it; until then nothing is shown."""
    seat.is_unconflicted = True
    seat.save(update_fields=["is_unconflicted"])
    _record(seat, seat.assignment.user, "interest.declared", {"answer": "none"})


@transaction.atomic
def write_word(*, seat: GuestSeat, kind: str, text: str) -> ExpertWord:
    """A comment, or the one opinion, after which only reading is left."""
    if not text.strip():
        raise DomainError(_("Write something first."), field="text")
    seat = GuestSeat.objects.select_for_update().get(pk=seat.pk)
    if ExpertWord.objects.filter(assignment=seat.assignment, kind=ExpertWord.Kind.OPINION).exists():
        raise Conflict(_("Your opinion is in, and one is all there is."))
    word = ExpertWord.objects.create(assignment=seat.assignment, kind=kind, text=text.strip())
    verb = "expert.wrote" if kind == ExpertWord.Kind.OPINION else "expert.commented"
    _record(seat, seat.assignment.user, verb, {"text": word.text})
    return word


@transaction.atomic
def end_expert(*, seat: GuestSeat, actor: User) -> None:
    ended = Assignment.objects.filter(pk=seat.assignment_id, ended_at__isnull=True).update(ended_at=timezone.now())
    if ended:
        _record(seat, actor, "expert.ended", {})


def _record(seat: GuestSeat, actor: User, verb: str, after: dict) -> None:
    proposal = seat.assignment.case.proposal
    record_event(
        verb,
        subject=seat,
        actor_id=actor.pk,
        role=EXPERT if actor.is_guest else role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after=after,
    )
