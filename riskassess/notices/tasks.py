from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from riskassess.jobs.running import job_task
from riskassess.notices.models import Notice


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
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    EmailMessage(
        notice.subject, body, to=[notice.user.email], headers={"Message-ID": f"<notice-{notice.uid}@{host}>"}
    ).send()
