"""How answers came to be what they are: every change, by whom, when, from what to what."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from riskassess.assessments.models import AnswerChange, Questionnaire
from riskassess.assessments.wording import SCOPES, words_of
from riskassess.engine.catalogue import Catalogue, Question
from riskassess.proposals.models import Proposal


@dataclass(frozen=True)
class Step:
    at: datetime
    by: str
    before: str  # in words; empty: not answered
    after: str


@dataclass(frozen=True)
class Trail:
    """The steps of one answer, the first first."""

    section: str
    question: str
    row_label: str
    steps: tuple[Step, ...]

    @property
    def changes(self) -> int:
        """How often it was changed after it was first given."""
        return len(self.steps) - 1


def answer_trails(
    *, questionnaire: Questionnaire, catalogue: Catalogue, labels: dict[str, str], until: datetime | None = None
) -> list[Trail]:
    """The history of each answer in the order of the questions, in one query. `labels` names the rows, `until` leaves
    out what was changed later: whoever reads a version does not see what is being written for the next."""
    changes = AnswerChange.objects.filter(answer__questionnaire=questionnaire).order_by("pk")
    if until is not None:
        changes = changes.filter(at__lte=until)
    found: dict[tuple[str, str], list[tuple]] = {}
    for question, row, *change in changes.values_list(
        "answer__question", "answer__row", "at", "by__name", "before", "after"
    ):
        found.setdefault((question, row), []).append(change)
    order = {question.id: place for place, question in enumerate(catalogue.questions)}
    known = sorted((key for key in found if key[0] in order), key=lambda key: order[key[0]])
    return [
        _trail(catalogue, catalogue.question(question), row, labels, found[question, row]) for question, row in known
    ]


def _trail(catalogue: Catalogue, question: Question, row: str, labels, changes: list[tuple]) -> Trail:
    label = labels.get(row, _("taken away since")) if row else ""
    steps = tuple(
        Step(at, by, words_of(question, before), words_of(question, after)) for at, by, before, after in changes
    )
    return Trail(catalogue.section(question.section).title, question.text, label, steps)


def labels_in(content: dict) -> dict[str, str]:
    """How the rows of a version are called."""
    return {row["id"]: row["label"] for name in SCOPES.values() for row in content[name]}


def labels_now(proposal: Proposal) -> dict[str, str]:
    """How the rows are called that stand now."""
    names = {str(row.uid): row.partner.name for row in proposal.participations.select_related("partner")}
    names |= {str(row.uid): row.label for row in proposal.technology_items.all()}
    return names | {str(row.uid): row.name for row in proposal.funders.all()}
