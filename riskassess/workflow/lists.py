"""What is told of editions of lists."""

from django.utils import timezone

from partners.models import ListEdition
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.audit.log import story
from riskassess.jobs.models import Job
from riskassess.notices import telling


@story()
def tell_edition(*, edition: ListEdition) -> None:
    """Tell the officers once that an edition of a list was refused, or that it waits for one of them."""
    untold = ListEdition.objects.filter(pk=edition.pk, state=edition.state, told_at__isnull=True)
    if not untold.update(told_at=timezone.now()):
        return
    tell = telling.list_held if edition.state == ListEdition.State.HELD else telling.list_refused
    tell(edition=edition, people=list(holders(Role.OFFICER)))


@story()
def tell_stuck_rescreening(*, edition: ListEdition, job: Job) -> None:
    """Tell the officers once for each time that comparing partners with an edition came to a halt."""
    telling.list_rescreening_stuck(edition=edition, people=list(holders(Role.OFFICER)), job=job)


@story()
def tell_old_list(*, edition: ListEdition, age_days: int) -> None:
    """Tell the officers once for each edition in force, and again for each time it was confirmed since."""
    telling.list_old(edition=edition, people=list(holders(Role.OFFICER)), age_days=age_days)
