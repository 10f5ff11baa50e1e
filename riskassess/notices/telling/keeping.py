from django.urls import reverse

from riskassess.accounts.models import User
from riskassess.jobs.services import enqueue
from riskassess.notices.models import Notice
from riskassess.proposals.models import Proposal


def authors(proposal: Proposal) -> list[User]:
    people = [proposal.owner, *(co.user for co in proposal.coinvestigators.select_related("user"))]
    return [user for user in people if user.is_active]


def tell(user: User, proposal: Proposal, event: str, need: str, text: str, page: str) -> None:
    reference = proposal.reference
    keep(user, f"{reference}:{event}", reference, f"{reference}: {need}", text, reverse(page, args=[reference]))


def keep(user: User, key: str, reference: str, subject: str, text: str, url: str) -> None:
    notice, is_new = Notice.objects.get_or_create(
        user=user, key=key, defaults={"reference": reference, "subject": subject, "text": text, "url": url}
    )
    if is_new:
        enqueue("notices.send_mail", f"mail:{notice.uid}", ids=[notice.pk], queue="bulk")
