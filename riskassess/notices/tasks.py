"""Mails: a text and an HTML part, a reference, a need and a link, never content of a case."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.jobs.running import job_task
from riskassess.notices.models import Digest, Notice
from riskassess.notices.telling.keeping import one_line
from riskassess.proposals.models import Invitation


@job_task("notices.send_mail")
def send_mail(notice_id):
    """Send the notice's mail. Its id makes the message id, so that a mail server can drop a second copy."""
    notice = Notice.objects.select_related("user").get(pk=notice_id)
    user = notice.user
    if not user.is_active:
        return
    with translation.override(user.language):
        context = {
            "name": user.first_name,
            "text": notice.text,
            "url": settings.SITE_URL + notice.url,
            "account_url": settings.SITE_URL + reverse("account"),
        }
        _send(notice.subject, "notice", context, user.email, f"notice-{notice.uid}")


@job_task("notices.send_digest")
def send_digest(digest_id):
    """One mail with what was told since the last one, in the order in which it was told."""
    digest = Digest.objects.select_related("user").get(pk=digest_id)
    user, notices = digest.user, list(digest.notices.order_by("pk"))
    if not user.is_active or not notices:
        return
    with translation.override(user.language):
        count = len(notices)
        context = {
            "name": user.first_name,
            "rows": [{"subject": n.subject, "text": n.text, "url": settings.SITE_URL + n.url} for n in notices],
            "url": settings.SITE_URL + reverse("notices"),
            "account_url": settings.SITE_URL + reverse("account"),
        }
        subject = ngettext("%(n)d notice for you", "%(n)d notices for you", count) % {"n": count}
        _send(subject, "digest", context, user.email, f"digest-{digest.uid}")


@job_task("notices.send_invitation")
def send_invitation(invitation_id):
    """The same words to everybody, so that the mail does not tell who has an account here."""
    invitation = Invitation.objects.select_related("proposal", "invited_by").filter(pk=invitation_id).first()
    if invitation is None or invitation.state != "open" or invitation.valid_until < timezone.localdate():
        return
    reference = invitation.proposal.reference
    with translation.override(invitation.invited_by.language):
        context = {
            "day": invitation.valid_until.isoformat(),
            "url": settings.SITE_URL + reverse("invitation", args=[reference]),
        }
        subject = f"{reference}: {_('an invitation to take part')}"
        _send(subject, "invitation", context, invitation.email, f"invitation-{invitation.uid}")


def _send(subject: str, template: str, context: dict, to: str, message_id: str) -> None:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    context = {**context, "subject": one_line(subject), "language": translation.get_language()}
    mail = EmailMultiAlternatives(
        context["subject"],
        render_to_string(f"mail/{template}.txt", context),
        to=[to],
        headers={"Message-ID": f"<{message_id}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    mail.send()
