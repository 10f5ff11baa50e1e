from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.notices.kinds import Kind
from riskassess.notices.telling.keeping import authors, keep, tell
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Condition, ConditionFile


def tell_who_sees_to_it(proposal, condition, event, need, text, *, kind) -> None:
    """The authors on the page of the decision; a person named for the condition on its own page, which shows less."""
    people = authors(proposal)
    for user in people:
        tell(user, proposal, event, need, text, "decision", kind=kind)
    owner = condition.owner
    if owner is not None and owner.is_active and owner not in people:
        reference = proposal.reference
        url = reverse("condition", args=[condition.uid])
        keep(owner, f"{reference}:{event}", reference, f"{reference}: {need}", text, url, kind=kind)


def condition_file_refused(*, row: ConditionFile) -> None:
    user, condition = row.added_by, row.condition
    reference = condition.decision.case.proposal.reference
    with translation.override(user.language):
        need = _("a file you attached to a condition was not kept")
        text = _("The virus scanner found something in it. What you wrote stands; attach another file.")
        url = reverse("condition", args=[condition.uid])
        key = f"condition-file-refused:{row.uid}"
        keep(user, key, reference, f"{reference}: {need}", text, url, kind=Kind.ASKED)


def condition_given(*, proposal: Proposal, condition: Condition) -> None:
    owner = condition.owner
    with translation.override(owner.language):
        reference, need = proposal.reference, _("a condition was given to you")
        text = _("You were named as the person who sees to a condition. Its page says what is to be done, and by when.")
        url = reverse("condition", args=[condition.uid])
        keep(
            owner,
            f"condition-{condition.uid}-given-{owner.pk}",
            reference,
            f"{reference}: {need}",
            text,
            url,
            kind=Kind.ASKED,
        )


def condition_proposed(*, proposal: Proposal, people: list[User], condition: Condition) -> None:
    for user in people:
        with translation.override(user.language):
            event = f"condition-{condition.uid}-proposed-{condition.proposed_at:%Y%m%d%H%M%S}"
            text = _("The reviewer looked at what shows it. You close the condition, or send it back.")
            tell(user, proposal, event, _("a condition may be closed"), text, "case")


def condition_reported(*, proposal: Proposal, people: list[User], condition: Condition) -> None:
    for user in people:
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"condition-{condition.uid}-reported-{condition.reported_at:%Y%m%d%H%M%S}",
                _("a condition is said to be done"),
                _("Look at what shows it, then accept it or send it back."),
                "case",
            )


def condition_checked(*, proposal: Proposal, condition: Condition) -> None:
    event = f"condition-{condition.uid}-checked-{timezone.now():%Y%m%d%H%M%S}"
    if condition.fulfilled_on:
        need, text, kind = _("a condition is settled"), _("What you sent was looked at and accepted."), Kind.NEWS
    else:
        need, text = _("a condition came back"), _("Something is still missing. The page says what.")
        kind = Kind.ASKED
    tell_who_sees_to_it(proposal, condition, event, need, text, kind=kind)


def condition_due(*, proposal: Proposal, condition: Condition, days: int) -> None:
    need = _("a condition was due") if days < 0 else _("a condition falls due")
    text = _("It is due %(day)s. Say on its page when it is done.") % {"day": condition.due_on.isoformat()}
    tell_who_sees_to_it(proposal, condition, f"condition-{condition.uid}-due-{days}", need, text, kind=Kind.DATES)


def condition_late(*, proposal: Proposal, people: list[User], condition: Condition, days: int) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("It was due %(day)s. Ask the researcher, or record that it was not kept.") % {
                "day": condition.due_on.isoformat()
            }
            tell(
                user,
                proposal,
                f"condition-{condition.uid}-late-{days}",
                _("a condition is overdue"),
                text,
                "case",
                kind=Kind.DATES,
            )
