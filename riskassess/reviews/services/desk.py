"""What a person keeps of the desk: views under a name, and up to where a case was seen. Nobody's case changes by it."""

from django.db import transaction
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record
from riskassess.audit.queries import last_of
from riskassess.core.errors import DomainError
from riskassess.reviews.models import Case, CaseSeen, SavedFilter

MOST_FILTERS = 20


@transaction.atomic
def save_filter(*, owner: User, name: str, query: dict[str, str], is_shared: bool = False) -> SavedFilter:
    """Keep what is looked for under a name; a name that the owner used before takes the new meaning."""
    User.objects.select_for_update().only("pk").get(pk=owner.pk)
    name = " ".join(name.split())
    if not name:
        raise DomainError(_("Give the view a name."), field="name")
    others = SavedFilter.objects.filter(owner=owner).exclude(name=name)
    if others.count() >= MOST_FILTERS:
        words = _("You have %(most)d views already. Take one away first.")
        raise DomainError(words % {"most": MOST_FILTERS}, field="name")
    view, _new = SavedFilter.objects.update_or_create(
        owner=owner, name=name, defaults={"query": query, "is_shared": is_shared}
    )
    _record("view.kept", view, after={"name": name, "query": query, "is_shared": is_shared})
    return view


@transaction.atomic
def share_filter(*, view: SavedFilter, is_shared: bool) -> SavedFilter:
    before, view.is_shared = view.is_shared, is_shared
    view.save(update_fields=["is_shared"])
    _record("view.shared", view, before={"is_shared": before}, after={"is_shared": is_shared})
    return view


@transaction.atomic
def drop_filter(*, view: SavedFilter) -> None:
    _record("view.dropped", view, before={"name": view.name, "query": view.query, "is_shared": view.is_shared})
    view.delete()


def _record(verb: str, view: SavedFilter, *, before: dict | None = None, after: dict | None = None) -> None:
    owner = view.owner
    record(
        verb,
        subject=view,
        actor_id=owner.pk,
        role=owner.role_now,
        actor_name=owner.name,
        before=before,
        after=after,
    )


def mark_seen(*, case: Case, user: User) -> None:
    """Note that this person has seen the case as it stands. Written only where something is new."""
    newest = last_of(case.proposal.reference)
    seen = CaseSeen.objects.filter(case=case, user=user).values_list("sequence", flat=True).first()
    if newest and newest != seen:
        CaseSeen.objects.update_or_create(case=case, user=user, defaults={"sequence": newest})
