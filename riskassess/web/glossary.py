"""The words of these pages, each in a sentence or two, and what to do first; the same for everybody."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _


class Word(NamedTuple):
    id: str
    term: str
    meaning: str


class Step(NamedTuple):
    title: str
    text: str
    url: str = ""
    label: str = ""


def first_steps() -> list[Step]:
    """At most seven, for somebody who has never planned a collaboration with another country."""
    return [
        Step(
            _("Write three sentences"),
            _("What you want to do, with which organisation, and what each side gives and gets."),
        ),
        Step(
            _("Try the six questions"),
            _("Two minutes, nothing is stored. They tell whether it is likely to be quick."),
            reverse("triage"),
            _("Six questions"),
        ),
        Step(
            _("Read the questionnaire once"),
            _("Mark what you do not know yet. “Unsure” is an answer; you need not find out everything beforehand."),
            reverse("questionnaire"),
            _("Blank questionnaire"),
        ),
        Step(
            _("Ask your partner two things"),
            _("What will the results be used for, and who pays? Write the answer down in the partner's own words."),
        ),
        Step(
            _("Talk to us early where something is sensitive"),
            _(
                "Unpublished technology, personal data, field work in an unsafe place, or money with conditions: "
                "a talk before you write saves weeks. Nothing is refused by asking."
            ),
            "#who-to-ask",
            _("Who to ask"),
        ),
        Step(
            _("Put the terms on two pages"),
            _("Results, data, publication, and how to part. Take model clauses and let the legal office adapt them."),
            reverse("guidance_clauses"),
            _("Model clauses"),
        ),
        Step(
            _("File before you sign or travel"),
            _("You may start once you hold the receipt or the decision. Both are yours to show to partner and funder."),
        ),
    ]


def words_used() -> list[Word]:
    return [
        Word("proposal", _("Proposal"), _("What you file about one intended collaboration.")),
        Word(
            "partner",
            _("Partner"),
            _("An organisation that you work with. We look at organisations, never at where a person comes from."),
        ),
        Word(
            "unsure", _("Unsure"), _("An answer like any other. It keeps a question open and makes the level a range.")
        ),
        Word(
            "finding",
            _("Finding"),
            _("A rule that applies to what you answered, with its reason and its source. It accuses nobody."),
        ),
        Word(
            "level",
            _("Risk level"),
            _(
                "Low, moderate, high or very high: likelihood times impact of the weightiest finding. "
                "It describes what could go wrong, not you or your partner."
            ),
        ),
        Word(
            "range",
            _("Range"),
            _("“Moderate to high”: it depends on answers that are still open. Those that would settle it are listed."),
        ),
        Word(
            "safeguard",
            _("Safeguard"),
            _("Something that makes a finding smaller: a clause, a plan, a check, or a smaller task."),
        ),
        Word(
            "condition",
            _("Condition"),
            _("A safeguard that a decision asks for, with the person who sees to it and a date."),
        ),
        Word(
            "route",
            _("Route"),
            _("Who looks at a proposal, and how long that may take: fast track, light review, full review or panel."),
        ),
        Word(
            "hold",
            _("Legal hold"),
            _(
                "A law asks for a permit before one activity. That activity waits, the rest may go on. "
                "A person lifts the hold; nobody is refused by it."
            ),
        ),
        Word(
            "match",
            _("Match"),
            _(
                "The name of a partner is close to one on a public list. That happens often. "
                "A person compares the two and says whether they are the same."
            ),
        ),
        Word("reviewer", _("Reviewer"), _("Somebody of your unit who reads the case and gives advice.")),
        Word(
            "officer", _("Case officer"), _("The person of research security who carries your case. Ask this person.")
        ),
        Word("approver", _("Approver"), _("A head or dean who decides. Nobody decides on a case of their own.")),
        Word("receipt", _("Receipt"), _("The proof that a low-risk proposal is registered. The work may start.")),
        Word(
            "decision",
            _("Decision"),
            _("Approved, approved with conditions or in part, or declined, with reasons that you can read and appeal."),
        ),
        Word(
            "release",
            _("Release"),
            _("A dated edition of the questions and rules. A proposal keeps the one that it was filed under."),
        ),
    ]
