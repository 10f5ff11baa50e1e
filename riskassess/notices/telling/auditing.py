from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.accounts.models import Mandate, User
from riskassess.notices.kinds import Kind
from riskassess.notices.telling.keeping import keep

MOST_NAMED = 5


def states_differ(*, people: list[User], references: list[str], day: str) -> None:
    """An auditor's mandate may leave out some of them, so that the log says which; others get them named."""
    for user in people:
        with translation.override(user.language):
            count, reads_log = len(references), user.has_perm("audit.export")
            text = ngettext(
                "Where %(n)d proposal stands is not what the audit log says.",
                "Where %(n)d proposals stand is not what the audit log says.",
                count,
            ) % {"n": count}
            if user.mandates_now:
                text += " " + _("The log holds which.")
            else:
                more = ", …" if count > MOST_NAMED else ""
                text += " " + ", ".join(references[:MOST_NAMED]) + more
            url = f"{reverse('audit')}?verb=audit.states_compared" if reads_log else reverse("desk")
            keep(user, f"states:{day}", "", _("Audit log and proposals differ"), text, url, kind=Kind.LISTS)


def mandate_asked(*, mandate: Mandate, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            text = _("An administrator asked for a mandate to audit. It counts once you confirm it, within a week.")
            keep(
                user,
                f"mandate:{mandate.uid}:asked",
                "",
                _("A mandate waits for your yes"),
                text,
                reverse("mandates"),
                kind=Kind.ASKED,
            )


def mandate_settled(*, mandate: Mandate) -> None:
    """Whoever audits is told what counts for them now."""
    user = mandate.auditor
    with translation.override(user.language):
        words = (_("Your mandate has ended"), "ended") if mandate.ended_at else (_("You have a mandate"), "confirmed")
        text = _("Your page of the audit says what you may read, and until when.")
        keep(user, f"mandate:{mandate.uid}:{words[1]}", "", words[0], text, reverse("audit"))
