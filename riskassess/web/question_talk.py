"""What is said about each question, beside it: comments among the authors and calls for help, sent with the answers."""

from collections import defaultdict
from functools import cached_property
from uuid import NAMESPACE_OID, UUID, uuid5

from django.http import Http404
from django.utils.translation import gettext as _

from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.core.errors import DomainError
from riskassess.engine.catalogue import Section
from riskassess.proposals.models import Thread
from riskassess.proposals.threads import LONGEST_TEXT, read_text
from riskassess.web.draft import Draft
from riskassess.web.forms.questionnaire import SectionForm, anchor, field_name
from riskassess.web.talk import Card, Talk

Kind = Thread.Kind
BEGIN = {"comment": Kind.COMMENT, "help": Kind.HELP}
SETTLE = {"resolve": False, "reopen": True}


def is_said(action: str) -> bool:
    """Whether a button belongs to a fold beside a question, and not to its answers."""
    return action.partition(":")[0] in {*BEGIN, *SETTLE, "answer"}


class QuestionTalk:
    """The folds of a page of questions. Their fields are a part of its form, so that sending one saves the answers."""

    def __init__(self, draft: Draft, section: Section, user: User, form: SectionForm, posted):
        self.draft, self.section, self.user, self.form, self.posted = draft, section, user, form, posted
        self.errors: dict[str, str] = {}
        self.place = ""  # where a button of a fold leads once it is done

    @cached_property
    def talk(self) -> Talk:
        return Talk(self.draft.proposal, self.user)

    @cached_property
    def _by_question(self) -> dict[tuple[str, str], list[Card]]:
        found = defaultdict(list)
        has_threads = getattr(self.draft.proposal, "has_threads", True)
        for card in self.talk.cards() if has_threads else ():
            found[card.thread.question, card.thread.row].append(card)
        return found

    def attach(self) -> None:
        """Put what is said of it beside each question of the form."""
        case = getattr(self.draft.proposal, "case", None)
        officer = case.officer.first_name if case and case.officer else ""
        people, names = self.talk.people(Kind.COMMENT), self.talk.names(Kind.COMMENT)
        choices = [(str(each.uid), names.get(each.pk) or f"@{each.name}") for each in people]
        for name, (question, row) in self.form.slots.items():
            cards = self._by_question.get((question.id, row), [])
            self.form.by_name[name]["talk"] = {
                "name": name,
                "label": question.text,
                "officer": officer,
                "has_row": bool(row),
                "people": choices,
                "most": LONGEST_TEXT,
                "comment": self._fold("comment", name, [card for card in cards if card.thread.kind == Kind.COMMENT]),
                "help": self._fold("help", name, [card for card in cards if card.thread.kind != Kind.COMMENT]),
                "tell": self.posted.get(f"tell-{name}", ""),
                "show": f"show-{name}" in self.posted,
            }

    def _fold(self, what: str, name: str, cards: list[Card]) -> dict:
        rows = [
            {"card": card, "text": self.posted.get(key, ""), "error": self.errors.get(key, "")}
            for card in cards
            for key in [f"answer-{card.thread.uid}"]
        ]
        text, error = self.posted.get(f"{what}-{name}", ""), self.errors.get(f"{what}-{name}", "")
        return {
            "rows": rows,
            "open_count": sum(card.thread.is_open for card in cards),
            "text": text,
            "error": error,
            "is_open": bool(text or error or any(row["text"] or row["error"] for row in rows)),
        }

    # -- a button of a fold -------------------------------------------------------------------------------------------

    def is_valid(self, action: str) -> bool:
        """Whether what a fold sends can be taken; any other button sends nothing of it."""
        what, _sign, name = action.partition(":")
        if what in BEGIN and name not in self.form.slots:
            raise Http404
        if what not in {*BEGIN, "answer"}:
            return True
        key = f"{what}-{name}"
        try:
            read_text(self.posted.get(key, ""))
        except DomainError as fault:
            self.errors[key] = str(fault)
            self.form.add_error(None, str(fault))
            return False
        return True

    def take(self, action: str) -> None:
        """Do what the button asks, after the answers were saved."""
        what, _sign, name = action.partition(":")
        if what in BEGIN:
            self._begin(BEGIN[what], what, name)
        elif what == "answer":
            thread = self._thread(name)
            text = self.posted[f"answer-{name}"]
            workflow.answer_thread(thread=thread, actor=self.user, text=text, opened=self._once(action, text))
            self._lead_to(field_name(thread.question, thread.row))
        elif what in SETTLE:
            thread = self._thread(name)
            workflow.settle_thread(thread=thread, actor=self.user, is_open=SETTLE[what])
            self._lead_to(field_name(thread.question, thread.row))

    def _begin(self, kind: Kind, what: str, name: str) -> None:
        question, row = self.form.slots[name]
        mentioned = None
        if kind == Kind.COMMENT and (uid := self.posted.get(f"tell-{name}")):
            mentioned = next((each for each in self.talk.people(kind) if str(each.uid) == uid), None)
            if mentioned is None:
                raise DomainError(_("Choose one of the people of this proposal."))
        shown = None
        if kind == Kind.HELP and f"show-{name}" in self.posted:
            shown = self.form.answers().get((question.id, row)) or ""
        workflow.open_thread(
            proposal=self.draft.proposal,
            actor=self.user,
            kind=kind,
            text=self.posted[f"{what}-{name}"],
            question=question.id,
            row=row,
            mentioned=mentioned,
            shown=shown,
            opened=self._once(f"{what}:{name}", self.posted[f"{what}-{name}"]),
        )
        self.draft.proposal.has_threads = True
        self._lead_to(name)

    def _once(self, action: str, text: str) -> UUID | None:
        """The same button of the same opened page pressed twice says the same once."""
        page = self.posted.get("page", "")
        return uuid5(NAMESPACE_OID, f"{self.user.uid} {page} {action} {text}") if page else None

    def _lead_to(self, name: str) -> None:
        question, row = self.form.slots.get(name, (None, ""))
        page = self.draft.page_of(self.section)
        self.place = f"{page}#{anchor(question.id, row)}" if question else page

    def _thread(self, uid: str) -> Thread:
        found = next((each for each in self.talk.threads if str(each.uid) == uid), None)
        if found is None:
            raise Http404
        return found
