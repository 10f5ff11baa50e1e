from riskassess.accounts.models import User
from riskassess.audit.log import record


def record_event(verb: str, subject, actor: User, *, before=None, after=None) -> None:
    record(
        verb,
        subject=subject,
        actor_id=actor.pk,
        actor_name=actor.name,
        role=actor.role_now,
        before=before,
        after=after,
    )
