from partners.lists.outcomes import Outcome
from partners.models import ListEdition
from riskassess.audit.log import record


def record_step(verb: str, edition: ListEdition, actor, outcome: Outcome) -> None:
    record(
        verb,
        subject=edition,
        actor_id=actor.pk if actor else None,
        actor_name=actor.name if actor else "",
        role=actor.role_now if actor else "system",
        after={
            "list": edition.source.code,
            "outcome": outcome.value,
            "date": edition.published_on.isoformat() if edition.published_on else None,
            "entries": edition.entities_count,
            "sha256": edition.sha256,
            "reason": edition.reason,
        },
    )
