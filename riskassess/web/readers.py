"""Who may read what of a proposal, in words for the public page. A test holds each line to the rules themselves."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

NOTHING = ""
EVERYTHING = _("everything")
AUTHORS, REVIEWER, OFFICER, APPROVER, AUDITOR, ADMINISTRATOR, OTHERS = READERS = (
    "authors", "reviewer", "officer", "approver", "auditor", "administrator", "others",
)  # fmt: skip
TITLES = {
    AUTHORS: _("You and your co-investigators"),
    REVIEWER: _("Reviewer of your unit"),
    OFFICER: _("Research security"),
    APPROVER: _("Head or dean"),
    AUDITOR: _("Auditor"),
    ADMINISTRATOR: _("Administrator"),
    OTHERS: _("Everybody else here"),
}


class Stages(NamedTuple):
    """What this reader sees of a proposal while it is a draft, under review and decided; empty is nothing."""

    reader: str
    draft: str
    review: str
    decided: str
    remark: str = ""

    @property
    def title(self):
        return TITLES[self.reader]


STAGES = (
    Stages(AUTHORS, EVERYTHING, EVERYTHING, EVERYTHING, _("A co-investigator may edit only where you allowed it.")),
    Stages(
        REVIEWER,
        NOTHING,
        _("cases that were given to this person"),
        _("the same cases"),
        _("Other cases of the unit stay closed to a reviewer."),
    ),
    Stages(
        OFFICER,
        NOTHING,
        EVERYTHING,
        EVERYTHING,
        _("Only officers without a conflict of interest."),
    ),
    Stages(
        APPROVER,
        NOTHING,
        _("cases of their units that wait for their vote"),
        _("cases of their units"),
        _(
            "A low case once it is assigned, a moderate one once somebody recommended, "
            "a high one once an officer has voted or a panel was called."
        ),
    ),
    Stages(AUDITOR, NOTHING, EVERYTHING, EVERYTHING, _("Can change nothing. Each reading is written down.")),
    Stages(ADMINISTRATOR, NOTHING, NOTHING, NOTHING, _("Looks after accounts and settings, never after cases.")),
    Stages(OTHERS, NOTHING, NOTHING, NOTHING, _("To them a proposal looks like one that does not exist.")),
)


class Part(NamedTuple):
    """One part of a case that comes to them, and who of the readers gets to it, by the permission that guards it."""

    title: str
    permission: str
    readers: frozenset[str]

    @property
    def cells(self):
        return [(TITLES[reader], reader in self.readers) for reader in SHOWN]


# Those who have cases at all; the others get to none of these parts.
SHOWN = (AUTHORS, REVIEWER, OFFICER, APPROVER, AUDITOR)
STAFF = frozenset({REVIEWER, OFFICER, APPROVER, AUDITOR})
PARTS = (
    Part(_("Answers, level, reasons and sources"), "proposals.view", STAFF | {AUTHORS}),
    Part(_("Reports and the decision letter"), "proposals.view", STAFF | {AUTHORS}),
    Part(_("The reviewers' page of the case"), "reviews.view_case", STAFF),
    Part(_("Notes among reviewers"), "reviews.read_notes", STAFF),
    Part(_("Comparisons of a partner's name with lists"), "reviews.view_match", STAFF),
    Part(_("Changing the answers, while it is yours"), "proposals.edit.ever", frozenset({AUTHORS})),
    Part(_("Judging whether a match is the same organisation"), "reviews.judge", frozenset({OFFICER})),
    Part(_("Deciding"), "reviews.decide", frozenset({OFFICER, APPROVER})),
)
