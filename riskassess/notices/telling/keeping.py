from django.urls import reverse

from riskassess.accounts.models import User
from riskassess.jobs.services import enqueue
from riskassess.notices.kinds import WAYS, Kind, Way
from riskassess.notices.models import ChosenWay, Notice
from riskassess.proposals.models import Proposal


def authors(proposal: Proposal) -> list[User]:
    people = [proposal.owner, *(co.user for co in proposal.coinvestigators.select_related("user"))]
    return [user for user in people if user.is_active]


def tell(user: User, proposal: Proposal, event: str, need: str, text: str, page: str, *, kind: str = Kind.NEWS) -> None:
    reference, url = proposal.reference, reverse(page, args=[proposal.reference])
    keep(user, f"{reference}:{event}", reference, f"{reference}: {need}", text, url, kind=kind)


def keep(user: User, key: str, reference: str, subject: str, text: str, url: str, *, kind: str = Kind.NEWS) -> None:
    """Told once, however often it is called. The subject stays one line, since it becomes a header of a mail."""
    way = way_for(user, kind)
    given = {"reference": reference, "subject": one_line(subject), "text": text, "url": url, "kind": kind, "way": way}
    notice, is_new = Notice.objects.get_or_create(user=user, key=key, defaults=given)
    if is_new and way == Way.NOW:
        enqueue("notices.send_mail", f"mail:{notice.uid}", ids=[notice.pk], queue="bulk")


def way_for(user: User, kind: str) -> str:
    """What the person chose, so long as this kind leaves the choice."""
    ways = WAYS[Kind(kind)]
    if len(ways) == 1:
        return ways[0]
    chosen = ChosenWay.objects.filter(user=user, kind=kind).values_list("way", flat=True).first()
    return chosen if chosen in ways else ways[0]


def one_line(text: str) -> str:
    return " ".join(text.split())[:200]
