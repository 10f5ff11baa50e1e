from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from riskassess.jobs.running import job_task
from riskassess.notices.models import Notice
from riskassess.proposals.models import Invitation


@job_task("notices.send_mail")
def send_mail(notice_id):
    """Send the notice's mail. Its id makes the message id, so that a mail server can drop a second copy."""
    notice = Notice.objects.select_related("user").get(pk=notice_id)
    if not notice.user.is_active:
        return
    with translation.override(notice.user.language):
        body = _("Hello %(name)s,\n\n%(text)s\n\n%(link)s\n\nThis mail holds no case content; the page does.") % {
            "name": notice.user.first_name,
            "text": notice.text,
            "link": settings.SITE_URL + notice.url,
        }
    _send(notice.subject, body, notice.user.email, f"notice-{notice.uid}")


@job_task("notices.send_invitation")
def send_invitation(invitation_id):
    """The same words to everybody, so that the mail does not tell who has an account here."""
    invitation = Invitation.objects.select_related("proposal", "invited_by").filter(pk=invitation_id).first()
    if invitation is None or invitation.state != "open" or invitation.valid_until < timezone.localdate():
        return
    reference = invitation.proposal.reference
    with translation.override(invitation.invited_by.language):
        subject = f"{reference}: {_('an invitation to take part')}"
        body = _(
            "Hello,\n\nyou are asked to take part in a proposal. Sign in with this e-mail address to answer, until "
            "%(day)s:\n\n%(link)s\n\nThis mail holds no case content; the page does."
        ) % {
            "day": invitation.valid_until.isoformat(),
            "link": settings.SITE_URL + reverse("invitation", args=[reference]),
        }
    _send(subject, body, invitation.email, f"invitation-{invitation.uid}")


def _send(subject: str, body: str, to: str, message_id: str) -> None:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    EmailMessage(subject, body, to=[to], headers={"Message-ID": f"<{message_id}@{host}>"}).send()
