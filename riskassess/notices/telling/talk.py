from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.notices.kinds import Kind
from riskassess.notices.telling.keeping import authors, keep, tell
from riskassess.proposals.models import Comment, Proposal


def help_asked(*, comment: Comment, people: list[User]) -> None:
    """To officers, who may see this thread and nothing else of a draft."""
    for user in people:
        with translation.override(user.language):
            need, text = (
                _("help is asked of you"),
                _("A researcher asks research security something. Your desk has it."),
            )
            tell_comment(user, comment, need, text, reverse("help", args=[comment.thread.uid]), kind=Kind.ASKED)


def question_asked(*, comment: Comment, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            need, text = _("a question for you"), _("Somebody who reviews your proposal asks you something.")
            tell_comment(user, comment, need, text, kind=Kind.ASKED)


def comment_written(*, comment: Comment, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            need, text = _("an answer for you"), _("Somebody wrote in a thread that you take part in.")
            tell_comment(user, comment, need, text, kind=Kind.TALK)


def person_mentioned(*, comment: Comment) -> None:
    user = comment.mentioned
    with translation.override(user.language):
        need, text = _("you were named in a comment"), _("Somebody named you in a comment on a proposal.")
        tell_comment(user, comment, need, text, kind=Kind.TALK)


def correction_proposed(*, comment: Comment, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            need, text = _("a correction was proposed"), _("The researcher says that something filed is not right.")
            tell_comment(user, comment, need, text, kind=Kind.TALK)


def flag_told(*, comment: Comment, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            need = _("a closer look, with reasons")
            text = _("Somebody takes a closer look at your proposal. The reasons are on its page; you may reply.")
            tell_comment(user, comment, need, text, kind=Kind.DECIDED)


def fact_found(*, comment: Comment, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            need = _("an answer was corrected")
            text = _("An officer recorded a finding of fact over one of your answers. You may reply to it.")
            tell_comment(user, comment, need, text, kind=Kind.DECIDED)


def tell_comment(user: User, comment: Comment, need: str, text: str, url: str = "", *, kind: str) -> None:
    """Once a person and comment, whichever reason comes first."""
    thread = comment.thread
    reference = thread.proposal.reference
    url = url or f"{reverse('messages', args=[reference])}#thread-{thread.uid}"
    keep(user, f"comment:{comment.uid}", reference, f"{reference}: {need}", text, url, kind=kind)


def evidence_refused(*, proposal: Proposal, uid) -> None:
    for user in authors(proposal):
        with translation.override(user.language):
            tell(
                user,
                proposal,
                f"evidence-refused-{uid}",
                _("a file was not kept"),
                _("The virus scanner found something in a file that was added as evidence. Its page says which."),
                "evidence",
                kind=Kind.ASKED,
            )


def scanner_away(*, people: list[User], day) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("Files that people add wait, because the virus scanner does not answer. Look whether it runs.")
            keep(
                user,
                f"scanner-away:{day:%Y-%m-%d}",
                "",
                _("the virus scanner does not answer"),
                text,
                reverse("notices"),
                kind=Kind.LISTS,
            )
