"""What all pages of a draft share: the answers so far, what is asked and missing, the rail and the level panel."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.accounts.models import User
from riskassess.assessments.facts import present_visits
from riskassess.assessments.fitting import readable
from riskassess.assessments.lowering import lowering_of
from riskassess.assessments.models import Answer, Questionnaire
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.services import draft_facts, open_questionnaire
from riskassess.assessments.wording import visits_of
from riskassess.core.words import ends_of
from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Section
from riskassess.engine.results import Assessment, Because, Finding, Hold
from riskassess.engine.scoring import assess
from riskassess.engine.settling import needed_answers, needed_questions
from riskassess.engine.visibility import Asked, missing_rows, needed_rows, visible_questions
from riskassess.proposals.models import Proposal
from riskassess.proposals.rules import is_editing_coinvestigator, is_owner
from riskassess.web.forms.questionnaire import anchor, field_name

SCOPES = {"partner": "partners", "technology": "technology", "funder": "funders"}
SHOWN_SETTLE, SHOWN_WHY, SHOWN_LOWER = 3, 4, 3


@dataclass(frozen=True)
class Missing:
    """A question that waits for an answer, and where it is answered."""

    text: str
    row_label: str
    section: str
    url: str


class Draft:
    """A proposal as it is being written. `facts` may be overlaid with what was posted before anything is read."""

    def __init__(self, proposal: Proposal, *, again: bool = False):
        """`again`: right after a page of this draft, to save one more answer; see `draft_facts`."""
        self.proposal = proposal
        self.questionnaire: Questionnaire = open_questionnaire(proposal=proposal)
        self.questionnaire.proposal = proposal
        self.catalogue: Catalogue = catalogue_of(self.questionnaire.release)
        self.today = timezone.localdate()
        # What cannot be read counts as not answered, and is asked again.
        self.stored = self._read_answers()
        found = draft_facts(questionnaire=self.questionnaire, answers=self.stored.values(), on=self.today, again=again)
        self._taken = found.taken
        self.facts = readable(self.catalogue, found.facts)

    def _read_answers(self) -> dict[str, Answer]:
        """The answers that are kept, by the name of their field."""
        answers = self.questionnaire.answers.select_related("changed_by")
        return {field_name(answer.question, answer.row): answer for answer in answers}

    def answers_of(self, row: str) -> dict:
        """The answers of the proposal itself, or of one row, as they may be overlaid; of a row that only the engine
        supposes, since nobody has named one yet, none."""
        if not row:
            return self.facts["answers"]
        rows = (item for name in SCOPES.values() for item in self.facts[name])
        return next((item["answers"] for item in rows if item["id"] == row), {})

    def rows_of(self, section: Section) -> list[dict]:
        return self.facts[SCOPES[section.scope]] if section.scope in SCOPES else []

    @cached_property
    def asked(self) -> list[Asked]:
        """What is asked now and may matter. A follow-up waits until the question above it is answered, a second half
        for its first."""
        found = []
        needed = {(item.question.id, item.row) for item in needed_questions(self.catalogue, self.facts)}
        for item in visible_questions(self.catalogue, self.facts):
            # What was answered once stays, also while its answer is being changed.
            if (item.question.id, item.row) not in needed and field_name(item.question.id, item.row) not in self.stored:
                continue
            above = item.question.follows
            if above and self.answers_of(item.row).get(above) in (None, "", []):
                continue
            half = item.question.part_of
            if half and not any((each.question.id, each.row) == (half, item.row) for each in found):
                continue
            if item.question.id == VISITS_QUESTION and not self.answers_of(item.row).get(VISITS_QUESTION):
                self.planned = visits_of({**self.facts, "visits": present_visits(self.proposal)})
                if self.planned:  # said in rows already
                    continue
            found.append(item)
        return found

    planned: list[str] = []  # visits in words, where they stand in place of a question

    @cached_property
    def missing(self) -> list[Asked]:
        shown = {(item.question.id, item.row) for item in self.asked}
        return [
            item
            for item in needed_answers(self.catalogue, self.facts)
            if item.question.field or (item.question.id, item.row) in shown
        ]

    @cached_property
    def waiting(self) -> list[Asked]:
        """What was filled in from elsewhere, is asked, and waits for somebody to confirm it."""
        names = {name for name, answer in self.stored.items() if answer.waits}
        return [item for item in self.asked if field_name(item.question.id, item.row) in names] if names else []

    def needs_rows(self, section: Section) -> bool:
        return section in needed_rows(self.catalogue, self.facts)

    @cached_property
    def missing_links(self) -> list[Missing]:
        return (
            [
                Missing(
                    item.question.text,
                    item.row_label,
                    self.catalogue.section(item.question.section).title,
                    self.url_of(item.question, item.row),
                )
                for item in self.missing
            ]
            + [
                Missing(
                    item.question.text,
                    item.row_label,
                    _("%(section)s · filled in, to confirm")
                    % {"section": self.catalogue.section(item.question.section).title},
                    self.url_of(item.question, item.row),
                )
                for item in self.waiting
            ]
            + [
                Missing(section.row_needed, "", section.title, self.page_of(self.place_of_rows(section)))
                for section in missing_rows(self.catalogue, self.facts)
            ]
        )

    def place_of_rows(self, section: Section) -> Section:
        """Where rows are named: technology items on their own page, partners and funders with the collaboration."""
        return section if section.scope == "technology" else self.sections[0]

    @cached_property
    def result(self) -> Assessment:
        return assess(self.catalogue, self.facts, on=self.today)

    @cached_property
    def findings(self) -> list[Finding]:
        """What says something by now: findings that only wait for answers nobody has given yet are left out."""
        return [finding for finding in self.result.findings if finding.firm or self._is_doubt(finding.because)]

    @cached_property
    def holds(self) -> list[Hold]:
        return [hold for hold in self.result.holds if hold.state == "firm" or self._is_doubt(hold.because)]

    def _is_doubt(self, reasons: tuple[Because, ...]) -> bool:
        """Whether somebody is unsure or a match waits for a person; a blank field is no doubt."""
        return any(
            reason.value == "possible" if reason.kind == "fact" else self._holds_unsure(reason.id, reason.row)
            for reason in reasons
        )

    def _holds_unsure(self, question: str, row: str) -> bool:
        value = self.answers_of(row).get(question)
        return value == UNSURE or (isinstance(value, list) and UNSURE in value)

    def in_section(self, section_id: str) -> list[Asked]:
        return [item for item in self.asked if item.question.section == section_id]

    def is_unsure(self, item: Asked) -> bool:
        return self._holds_unsure(item.question.id, item.row)

    # -- places -----------------------------------------------------------------------------------------------------

    @cached_property
    def sections(self) -> list[Section]:
        """The sections with a page of their own, in order; the collaboration is the first."""
        return list(self.catalogue.sections)

    def is_collaboration(self, section: Section) -> bool:
        questions = self.catalogue.questions_of(section.id)
        return bool(questions) and all(question.field for question in questions)

    def page_of(self, section: Section) -> str:
        if self.is_collaboration(section):
            return reverse("collaboration", args=[self.proposal.reference])
        return reverse("section", args=[self.proposal.reference, section.id])

    def url_of(self, question: Question, row: str) -> str:
        """The very place where a question is answered."""
        page = self.page_of(self.catalogue.section(question.section))
        if question.field:
            return f"{page}#{FIELD_PLACES.get(question.field, question.field)}"
        return f"{page}#{anchor(question.id, row)}"

    def url_of_id(self, question_id: str, row: str) -> str:
        return self.url_of(self.catalogue.question(question_id), row)

    def steps(self) -> list[dict]:
        """All pages of the draft in order: title, url, key."""
        found = [
            {"key": section.id, "title": section.title, "url": self.page_of(section), "section": section}
            for section in self.sections
        ]
        if self.shows_level:
            found.append({"key": "safeguards", "title": _("Safeguards"), "url": self.page("safeguards")})
        found.append({"key": "check", "title": _("Check and submit"), "url": self.page("check")})
        return found

    def page(self, name: str) -> str:
        return reverse(name, args=[self.proposal.reference])

    def next_step(self, key: str) -> dict:
        """The next page; sections in which nothing is asked are passed over, except where rows can be added."""
        steps = self.steps()
        place = [step["key"] for step in steps].index(key)
        for step in steps[place + 1 :]:
            section = step.get("section")
            if section is None or section.scope == "technology" or self.in_section(section.id):
                return step
        return steps[-1]

    def step_before(self, key: str) -> dict | None:
        steps = self.steps()
        place = [step["key"] for step in steps].index(key)
        for step in reversed(steps[:place]):
            section = step.get("section")
            if section is None or section.scope == "technology" or self.is_collaboration(section):
                return step
            if self.in_section(section.id):
                return step
        return None

    @property
    def shows_level(self) -> bool:
        return self.proposal.institution.shows_level_while_writing

    # -- rail -------------------------------------------------------------------------------------------------------

    def rail(self, current: str) -> dict:
        items = [self._rail_item(step, current) for step in self.steps()]
        position = [step["key"] for step in self.steps()].index(current) + 1
        return {"items": items, "position": position, "total": len(items), "current": items[position - 1]["title"]}

    def progress(self) -> list[dict]:
        """The pages of the draft as the rail has them, each with the questions that wait there."""
        waiting: dict[str, list[Missing]] = {}
        for each in self.missing_links:
            waiting.setdefault(each.url.partition("#")[0], []).append(each)
        items = [self._rail_item(step, "") for step in self.steps()]
        return [item | {"missing": waiting.get(item["url"], [])} for item in items]

    def _rail_item(self, step: dict, current: str) -> dict:
        item = {"title": step["title"], "url": step["url"], "state": "todo", "hint": "", "unsure": False}
        if section := step.get("section"):
            item |= self._rail_section(section)
            if waiting := sum(each.question.section == section.id for each in self.waiting):
                words = ngettext("%(n)d to confirm", "%(n)d to confirm", waiting) % {"n": waiting}
                item["hint"] = words if item["state"] == "done" else f"{item['hint']} · {words}"
                item["state"] = "todo"
        elif step["key"] == "safeguards":
            count = len(self.suggestions)
            item["hint"] = ngettext("%(n)d suggested", "%(n)d suggested", count) % {"n": count} if count else ""
        else:
            count = len(self.missing_links)
            item["hint"] = (
                ngettext("%(n)d answer missing", "%(n)d answers missing", count) % {"n": count} if count else ""
            )
        if step["key"] == current:
            item["state"] = "now"
        return item

    def _rail_section(self, section: Section) -> dict:
        missing = sum(item.question.section == section.id for item in self.missing)
        if self.is_collaboration(section):
            if missing:
                words = ngettext("%(n)d answer missing", "%(n)d answers missing", missing) % {"n": missing}
                return {"hint": words}
            return {"hint": _("Complete"), "state": "done"}
        asked = self.in_section(section.id)
        if any(needed.id == section.id for needed in missing_rows(self.catalogue, self.facts)):
            return {"hint": _("Name at least one")}
        if not asked:
            return {"hint": _("Opens if needed")}
        required = [item for item in asked if item.question.required]
        answered = len(required) - missing
        unsure = sum(self.is_unsure(item) for item in asked)
        if not required and not any(self.answers_of(item.row).get(item.question.id) for item in asked):
            return {"hint": _("Optional")}
        if missing:
            if answered:
                return {"hint": _("%(done)d of %(all)d answered") % {"done": answered, "all": len(required)}}
            return {"hint": ngettext("%(n)d question", "%(n)d questions", len(asked)) % {"n": len(asked)}}
        if unsure:
            words = ngettext("%(n)d answer unsure", "%(n)d answers unsure", unsure) % {"n": unsure}
            return {"hint": words, "unsure": True, "state": "done"}
        return {"hint": _("Complete"), "state": "done"}

    # -- panel ------------------------------------------------------------------------------------------------------

    @cached_property
    def suggestions(self) -> list[tuple[str, str]]:
        """(finding key, mitigation id) that nobody has taken up yet, for the gravest findings first."""
        return [
            (finding.key, mitigation)
            for finding in self.findings
            for mitigation in finding.mitigations
            if finding.score and (finding.key, mitigation) not in self._taken and self._lowers(mitigation)
        ]

    def _lowers(self, mitigation: str) -> bool:
        return self.catalogue.mitigation(mitigation).lowers != "nothing"

    def panel(self) -> dict | None:
        """The level so far and what would move it; None where the institution shows it after submission only."""
        if not self.shows_level:
            return None
        result = self.result
        open_count = len(self.missing) + sum(self.is_unsure(item) for item in self.asked)
        lower = []
        for _finding, mitigation in self.suggestions:
            name = self.catalogue.mitigation(mitigation).name
            if name not in lower:
                lower.append(name)
        lowering = lowering_of(self.catalogue, self.facts, on=self.today)
        return {
            "level": result.inherent,
            "sentence": self._sentence(open_count),
            "settle": self._settle(),
            "why": [
                {
                    "text": finding.title,
                    "level": finding.level,
                    "firm": finding.firm,
                    "hint": " · ".join(filter(None, [finding.row_label, first_reason(finding.because)])),
                }
                for finding in self.findings[:SHOWN_WHY]
            ],
            "why_url": self.page("assessment"),
            "lower": [{"text": name} for name in lower[:SHOWN_LOWER]],
            "lowering": lowering,
            "lowered": result.if_agreed if result.if_agreed != result.inherent else None,
            "open_count": open_count,
        }

    def _sentence(self, open_count: int) -> str:
        level = ends_of(self.result.inherent)
        if not level.is_open:
            if self.missing_links:
                return _("The answers that are missing do not change it. They are still needed before you submit.")
            return level.meaning
        firm = ends_of(self.result.inherent.lower).word_inside
        words = ngettext(
            "Firm: %(level)s. %(n)d open answer could lift it.",
            "Firm: %(level)s. %(n)d open answers could lift it.",
            open_count,
        ) % {"level": firm, "n": open_count}
        return f"{words} {_('An open answer is a question, not a fault.')}"

    def _settle(self) -> list[dict]:
        """The open answers that would narrow the level most, each with the best that it could lead to."""
        now = self.result.inherent
        shown = {(each.question.id, each.row) for each in self.asked}
        found = []
        for item in self.result.narrowing:
            best = min(item.outcomes, key=lambda way: (LEVEL_ORDER.index(way[3]), LEVEL_ORDER.index(way[2])))
            if (item.question, item.row) not in shown or (
                best[2:] == (now.lower, now.upper) and not item.decides_holds
            ):
                continue
            level = ends_of(best[2:]).word_inside
            words = _("“%(answer)s” leads to %(level)s") % {"answer": best[1], "level": level}
            found.append(
                {
                    "text": f"{item.text} ({item.row_label})" if item.row_label else item.text,
                    "url": self.url_of_id(item.question, item.row),
                    "hint": words if best[2:] != (now.lower, now.upper) else _("It decides a possible legal hold"),
                }
            )
        return found[:SHOWN_SETTLE]


def first_reason(because: tuple[Because, ...]) -> str:
    """The answer or fact that a finding rests on first, as it was given."""
    words = next((reason.words for reason in because if reason.words), "")
    return _("“%(words)s”") % {"words": words} if words else ""


LEVEL_ORDER = ("low", "moderate", "high", "very_high")
VISITS_QUESTION = "M1"  # which roles guests hold, and on which tasks: planned visits say it
FIELD_PLACES = {"kinds": "id_kinds", "partners": "partners", "funders": "funders"}


def may_write(user: User, proposal: Proposal) -> bool:
    """Whether this person writes the proposal whenever its state lets anybody do so."""
    return is_owner(user, proposal) or is_editing_coinvestigator(user, proposal)
