from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from riskassess.accounts.roles import Role
from riskassess.reports.content.answering import day_of, day_words
from riskassess.reports.content.redacting import labels_of, left_out
from riskassess.reports.models import Report
from riskassess.reports.shapes import ConditionLine, DecisionPart
from riskassess.reviews.eligibility import parts_of
from riskassess.reviews.models import Outcome, Vote

# Conditions that grew out of a safeguard may name a side only.
RESPONSIBLE = {
    "researcher": gettext_lazy("the lead researcher"),
    "institution": gettext_lazy("the institution"),
    "authority": gettext_lazy("the authority"),
}


def decision_part(report: Report, zone: ZoneInfo) -> DecisionPart:
    decision = report.decision
    labels = labels_of(report.version.content) if report.is_redacted else {}
    parts = [{**row, "label": labels.get(row["id"], row["label"])} for row in parts_of(report.version)]
    scope = set(decision.scope)
    conditions = _conditions(report)
    approved = tuple(row["label"] for row in parts if row["id"] in scope)
    is_told = not report.is_redacted
    return DecisionPart(
        outcome=str(decision.outcome),
        heading={
            Outcome.APPROVE: _("Approved"),
            Outcome.CONDITIONS: _("Approved with conditions"),
            Outcome.PART: _("Approved in part"),
            Outcome.DECLINE: _("Not approved"),
        }[Outcome(decision.outcome)],
        lead=_lead(Outcome(decision.outcome), conditions),
        decided_on=decision.decided_at.astimezone(zone).date(),
        deciders=_deciders(decision.votes.all()),
        approved_parts=approved,
        parts_left_out=tuple(row["label"] for row in parts if scope and row["id"] not in scope),
        reasons=_paragraphs(decision.reasons if is_told else ""),
        sources=_paragraphs(decision.source if is_told else ""),
        why_safeguards_fail=_paragraphs(decision.why_safeguards_fail if is_told else ""),
        conditions=conditions,
        valid_until=decision.valid_until,
        appeal_until=decision.appeal_until,
    )


def _conditions(report: Report) -> tuple[ConditionLine, ...]:
    """As they stood when the report was asked for: a certificate says when each was fulfilled."""
    fulfilled = report.as_asked.get("fulfilled", {})
    return tuple(
        ConditionLine(
            _("Condition %(number)d") % {"number": number} if report.is_redacted else row.text,
            left_out() if report.is_redacted else str(RESPONSIBLE.get(row.responsible, row.responsible)),
            row.due_on,
            day_of(fulfilled.get(str(row.uid))),
        )
        for number, row in enumerate(report.decision.conditions.order_by("due_on", "pk"), start=1)
    )


def _lead(outcome: Outcome, conditions: tuple[ConditionLine, ...]) -> str:
    if outcome == Outcome.DECLINE:
        return _("We can't approve this as it was filed. The reasons and their sources stand below.")
    starts = {
        Outcome.PART: _("Part of your project can start."),
    }.get(outcome, _("Your project can start."))
    if not conditions:
        return starts
    goes_with = ngettext(
        "One condition goes with it, due on %(day)s.",
        "%(count)d conditions go with it; the first is due on %(day)s.",
        len(conditions),
    ) % {"count": len(conditions), "day": day_words(conditions[0].due_on)}
    return f"{starts} {goes_with}"


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.splitlines() if part.strip())


def _deciders(votes) -> str:
    """Who decided, by role: a letter names the institution, not the people who voted."""
    votes = sorted(votes, key=lambda vote: vote.pk)
    panel = [vote for vote in votes if vote.stage == Vote.Stage.PANEL]
    if panel:
        return ngettext("a panel, by %(count)d vote", "a panel, by %(count)d votes", len(panel)) % {"count": len(panel)}
    labels = dict(Role.choices)
    roles = [str(labels.get(vote.role, vote.role)) for vote in votes]
    if len(roles) == 2:
        return _("%(first)s and %(second)s") % {"first": roles[0], "second": roles[1]}
    return ", ".join(roles)
