from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import Hit, Judgement, ListEdition
from riskassess.accounts.models import User
from riskassess.jobs.models import Job
from riskassess.notices.kinds import Kind
from riskassess.notices.telling.keeping import keep


def list_refused(*, edition: ListEdition, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("A file of this list was not taken; what was in force stays. Its page says what was wrong.")
            tell_of_list(user, edition, "refused", _("a file was refused"), text)


def list_held(*, edition: ListEdition, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _(
                "A new edition of this list looks odd and waits for your yes. Until then the one before is in force."
            )
            tell_of_list(user, edition, "held", _("an edition waits for your yes"), text)


def list_rescreening_stuck(*, edition: ListEdition, people: list[User], job: Job) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("Not all partners were compared with the edition in force. Its page says why, and tries again.")
            tell_of_list(user, edition, f"stuck-{job.pk}-{job.attempts}", _("comparing the partners stopped"), text)


def list_old(*, edition: ListEdition, people: list[User], age_days: int) -> None:
    confirmed = f"{edition.confirmed_at:%Y-%m-%d}" if edition.confirmed_at else ""
    for user in people:
        with translation.override(user.language):
            text = ngettext(
                "The edition in force is %(n)d day old. Look whether the publisher has a newer one.",
                "The edition in force is %(n)d days old. Look whether the publisher has a newer one.",
                age_days,
            ) % {"n": age_days}
            tell_of_list(user, edition, f"old{confirmed}", _("the list is older than it should be"), text)


def judgement_waits(*, hit: Hit, reference: str, url: str, people: list[User]) -> None:
    """Asked of whoever may confirm it; what it is about stands on the page alone."""
    place = f"{reference}: " if reference else ""
    for user in people:
        with translation.override(user.language):
            need = _("a cleared match waits for a second person")
            text = _(
                "Somebody judged a match with a list to be a different one. It counts once you or another confirms."
            )
            key = f"judgement:{hit.judgement.uid}:{reference}"
            keep(user, key, reference, f"{place}{need}", text, url, kind=Kind.ASKED)


def judgement_file_refused(*, judgement: Judgement, url: str) -> None:
    user = judgement.by
    with translation.override(user.language):
        need = _("a file of your judgement was not kept")
        text = _(
            "The virus scanner found something in the file that backs your judgement of a match. The judgement stands; "
            "give it again with another file, or say in words what shows it."
        )
        keep(user, f"judgement-file-refused:{judgement.uid}", "", need, text, url, kind=Kind.ASKED)


def tell_of_list(user: User, edition: ListEdition, event: str, need: str, text: str) -> None:
    name = Truncator(edition.source.name).chars(100)
    keep(user, f"list:{edition.uid}:{event}", "", f"{name}: {need}", text, edition.get_absolute_url(), kind=Kind.LISTS)
