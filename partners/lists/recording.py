from partners.models import ListEdition
from riskassess.accounts.models import User
from riskassess.audit.log import record


def record_step(verb: str, edition: ListEdition, actor: User | None, **more: object) -> None:
    """An event of the edition; without an actor it was the system, or the command line."""
    record(
        verb,
        subject=edition,
        actor_id=actor.pk if actor else None,
        actor_name=actor.name if actor else "",
        role=actor.role_now if actor else "system",
        after={
            "list": edition.source.code,
            "date": edition.published_on.isoformat() if edition.published_on else None,
            "entries": edition.entities_count,
            "sha256": edition.sha256,
            "reason": edition.reason,
            **more,
        },
    )
