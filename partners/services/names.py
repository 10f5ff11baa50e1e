import re

from django.db import transaction
from django.utils.translation import gettext as _

from partners.matching.normalise import normalise
from partners.models import Alias, Partner
from partners.services.cleaning import clean_name
from partners.services.recording import record_event
from partners.services.screenings import screen_anew
from riskassess.accounts.models import User
from riskassess.core.errors import DomainError

LANGUAGE = re.compile(r"^[a-z]{2,3}(-[a-z0-9]{2,4})?$")


@transaction.atomic
def add_alias(*, partner: Partner, name: str, actor: User, kind: str = Alias.Kind.ALIAS, language: str = "") -> Alias:
    """A further name of the partner; it is compared with the lists at the next screening."""
    name, _key = clean_name(name)
    if kind not in Alias.Kind.values:
        raise DomainError(_("%(kind)s is no kind of name.") % {"kind": kind}, field="kind")
    language = language.strip().lower()
    if language and not LANGUAGE.match(language):
        raise DomainError(_("Write the language as its code, such as de or zh-hans."), field="language")
    alias, is_new = keep_alias(partner, name, kind, language)
    if is_new:
        after = {"name": name, "kind": str(kind), "language": language}
        record_event("partner.alias_added", partner, actor, after=after)
        screen_anew(partner, actor)
    return alias


@transaction.atomic
def remove_alias(*, alias: Alias, actor: User) -> None:
    """Take back a name that is not the partner's. What was filed under it keeps its words; matches with it go at the
    next screening, and a judgement made with it no longer holds."""
    partner, content = alias.partner, {"name": alias.name, "kind": alias.kind, "language": alias.language}
    alias.delete()
    record_event("partner.alias_removed", partner, actor, before=content)
    screen_anew(partner, actor)


def keep_alias(partner: Partner, name: str, kind: str, language: str = "") -> tuple[Alias, bool]:
    return Alias.objects.get_or_create(
        partner=partner, name=name, defaults={"normalised": normalise(name), "kind": kind, "language": language}
    )
