"""What audits ask of others: mandates with a second person, and the nightly look at states and events."""

from datetime import date

from django.utils import timezone

from riskassess.accounts import mandates
from riskassess.accounts.models import Mandate, Unit, User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.audit.log import record, story
from riskassess.auditing.replaying import Difference, compare
from riskassess.notices import telling

MOST_KEPT = 200


@story()
def ask_mandate(
    *,
    auditor: User,
    actor: User,
    starts: date,
    ends: date,
    reason: str,
    unit: Unit | None = None,
    submitted_from: date | None = None,
    submitted_until: date | None = None,
) -> Mandate:
    """Ask for a mandate, and tell the officers, one of whom confirms it."""
    mandate = mandates.ask_mandate(
        auditor=auditor,
        actor=actor,
        starts=starts,
        ends=ends,
        reason=reason,
        unit=unit,
        submitted_from=submitted_from,
        submitted_until=submitted_until,
    )
    telling.mandate_asked(mandate=mandate, people=[user for user in holders(Role.OFFICER) if user.pk != actor.pk])
    return mandate


@story()
def confirm_mandate(*, mandate: Mandate, actor: User) -> Mandate:
    mandate = mandates.confirm_mandate(mandate=mandate, actor=actor)
    telling.mandate_settled(mandate=mandate)
    return mandate


@story()
def end_mandate(*, mandate: Mandate, actor: User) -> Mandate:
    was_in_force = mandate.confirmed_at is not None
    mandate = mandates.end_mandate(mandate=mandate, actor=actor)
    if was_in_force:
        telling.mandate_settled(mandate=mandate)
    return mandate


@story()
def compare_states() -> list[Difference]:
    """Does each proposal stand where its events say? Officers, administrators and auditors hear where not."""
    count, differences = compare()
    record(
        "audit.states_compared",
        subject="proposals.Proposal",
        actor_id=None,
        role="system",
        after={
            "compared": count,
            "differences": len(differences),
            "which": [difference._asdict() for difference in differences[:MOST_KEPT]],
        },
    )
    if differences:
        auditors = [user for user in holders(Role.AUDITOR) if user.mandates_now]
        people = [*holders(Role.OFFICER), *holders(Role.ADMINISTRATOR), *auditors]
        telling.states_differ(
            people=people,
            references=[difference.reference for difference in differences],
            day=timezone.localdate().isoformat(),
        )
    return differences
