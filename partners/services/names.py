from django.db import transaction
from django.utils.translation import gettext as _

from partners.matching.normalise import normalise
from partners.models import Alias, Partner
from partners.services.cleaning import clean_name
from partners.services.recording import record_event
from riskassess.accounts.models import User
from riskassess.core.errors import DomainError


@transaction.atomic
def add_alias(*, partner: Partner, name: str, actor: User, kind: str = Alias.Kind.ALIAS, language: str = "") -> Alias:
    """A further name of the partner; it is compared with the lists at the next screening."""
    name, _key = clean_name(name)
    if kind not in Alias.Kind.values:
        raise DomainError(_("%(kind)s is no kind of name.") % {"kind": kind}, field="kind")
    alias, is_new = keep_alias(partner, name, kind, language)
    if is_new:
        record_event("partner.alias_added", partner, actor, after={"name": name, "kind": str(kind)})
    return alias


def keep_alias(partner: Partner, name: str, kind: str, language: str = "") -> tuple[Alias, bool]:
    return Alias.objects.get_or_create(
        partner=partner, name=name, defaults={"normalised": normalise(name), "kind": kind, "language": language}
    )
