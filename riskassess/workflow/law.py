"""Law that changes under a filed proposal is put before an officer with the difference; nothing changes by itself."""

from datetime import date

from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.assessments import law
from riskassess.assessments.models import AssessmentRecord, LawChange
from riskassess.audit.log import record as record_event
from riskassess.audit.log import story
from riskassess.core.errors import Conflict
from riskassess.workflow.common import guard_no_conflict
from riskassess.workflow.reassessing import reassess


@story()
def note_law(*, record: AssessmentRecord, on: date) -> list[LawChange]:
    """Put a proposal on the list where law says something else of it on this day."""
    noted = law.note_law(record=record, on=on)
    for change in noted:
        record_event(
            "law.changed",
            subject=change,
            actor_id=None,
            role="system",
            reference=record.proposal.reference,
            before=change.before,
            after={**change.after, "cause": change.cause, "rules": [rule for rule, _title, _how in change.rules]},
        )
    return noted


@story()
def handle_law_change(*, change: LawChange, actor: User) -> AssessmentRecord | None:
    """An officer has looked at it. An open proposal is assessed again by the rules that are in force now; it keeps the
    release it was filed under, and what is approved keeps its state."""
    proposal = change.record.proposal
    guard_no_conflict(actor, proposal)
    if not law.close_law_change(change=change):
        raise Conflict(_("Somebody has dealt with this change meanwhile."))
    record_event(
        "law.handled",
        subject=change,
        actor_id=actor.pk,
        actor_name=actor.name,
        role=actor.role_now,
        reference=proposal.reference,
        after={"cause": change.cause},
    )
    return reassess(proposal=proposal, trigger="law") if change.kind == LawChange.Kind.DATES else None
