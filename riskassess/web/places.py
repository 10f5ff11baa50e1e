"""Where a question of a proposal is asked or answered, for whoever reads about it: its words and the way there."""

from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.assessments.facts import present_content
from riskassess.assessments.models import ProposalVersion
from riskassess.assessments.queries import catalogue_of, latest_version
from riskassess.assessments.wording import lines_of, words_of
from riskassess.proposals.models import Proposal
from riskassess.proposals.rules import is_coinvestigator, is_owner
from riskassess.web.draft import FIELD_PLACES, may_write
from riskassess.web.forms.questionnaire import anchor

ROWS = ("partners", "funders", "technology")
FIELD = "field:"


def own_fields() -> dict[str, str]:
    """The proposal's own fields that somebody may talk about, by the id that stands for a question."""
    return {
        f"{FIELD}title": _("Title"),
        f"{FIELD}summary": _("Summary"),
        f"{FIELD}starts": _("Planned start"),
        f"{FIELD}ends": _("Planned end"),
        f"{FIELD}unit": _("Unit"),
        f"{FIELD}partners": _("Partner organisations"),
        f"{FIELD}funders": _("Who pays"),
        f"{FIELD}technology": _("Technologies, methods and items"),
    }


class Places:
    """The questions of one proposal as this reader comes to them."""

    def __init__(self, proposal: Proposal, reader: User):
        self.proposal, self.reader = proposal, reader
        self.catalogue = catalogue_of(proposal.questionnaire.release)
        self._questions = {question.id: question for question in self.catalogue.questions}

    @cached_property
    def version(self) -> ProposalVersion | None:
        return latest_version(self.proposal) if self.proposal.submitted_at else None

    @cached_property
    def content(self) -> dict:
        """What is talked about: what was submitted, or, while it is written, what it says now."""
        version = None if self.proposal.is_editable else self.version
        self.proposal.questionnaire.proposal = self.proposal
        return version.content if version else present_content(self.proposal.questionnaire)

    @cached_property
    def row_labels(self) -> dict[str, str]:
        return {row["id"]: row["label"] for name in ROWS for row in self.content[name]}

    def title(self, question: str, row: str) -> str:
        """The question in words, with its row; empty where the catalogue does not have it."""
        if question.startswith(FIELD):
            return own_fields().get(question, "")
        known = self._questions.get(question)
        if known is None:
            return ""
        return f"{known.text} ({self.row_labels[row]})" if row in self.row_labels else known.text

    def words(self, question: str, value) -> str:
        known = self._questions.get(question)
        return words_of(known, value) if known else str(value or "")

    def url(self, question: str, row: str) -> str:
        """The very place, or, for those who do not write it now, where the answers are read."""
        reference = self.proposal.reference
        if self.proposal.is_editable and may_write(self.reader, self.proposal):
            if question.startswith(FIELD):
                name = question.removeprefix(FIELD)
                if name == "technology":
                    return f"{reverse('section', args=[reference, 'technology'])}#items"
                return f"{reverse('collaboration', args=[reference])}#{FIELD_PLACES.get(name, f'id_{name}')}"
            known = self._questions.get(question)
            if known is None:
                return ""
            if known.field:
                return f"{reverse('collaboration', args=[reference])}#{FIELD_PLACES.get(known.field, known.field)}"
            return f"{reverse('section', args=[reference, known.section])}#{anchor(question, row)}"
        if is_owner(self.reader, self.proposal) or is_coinvestigator(self.reader, self.proposal):
            if self.version:
                return reverse("version", args=[reference, self.version.number])
            return reverse("check", args=[reference])
        return f"{reverse('case', args=[reference])}#answers" if hasattr(self.proposal, "case") else ""

    def answered(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What is answered, as choices under the titles of the sections; the proposal's own fields first."""
        found = [(_("The collaboration"), list(own_fields().items()))]
        for section in self.catalogue.sections:
            lines = [
                line
                for question in self.catalogue.questions_of(section.id)
                if not question.field
                for line in lines_of(self.content, question)
                if line.words
            ]
            if lines:
                options = [(f"{line.question.id}|{line.row}", self.title(line.question.id, line.row)) for line in lines]
                found.append((section.title, options))
        return found
