from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import queries
from partners.changes import note_owner_hits, owner_hits_below
from partners.models import Contact, Ownership, Parentage, Partner
from partners.queries.owners import percent_words
from partners.services.cleaning import clean_country, clean_name
from partners.services.contacts import forget_contact, keep_contact
from partners.services.partners import register_partner
from partners.services.recording import record_event
from partners.services.screenings import screen_anew, screen_if_stale
from riskassess.accounts.models import User
from riskassess.audit.log import story
from riskassess.core.errors import Conflict, DomainError

WHOLE = Decimal(100)


@story()
def add_owner(
    *,
    owned: Partner,
    percent: Decimal,
    source: str,
    actor: User,
    owner: Partner | None = None,
    owner_name: str = "",
    owner_kind: str = Ownership.Kind.ORGANISATION,
    owner_country: str = "",
    owner_orcid: str = "",
    owner_birth_year: int | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Ownership:
    """Record a share. A person, and an organisation whose country is known, is compared with the lists and judged like
    any other; a mere name is compared whenever the facts are read, and nobody can judge that match."""
    if not 0 < percent <= WHOLE:
        raise DomainError(_("The share must be more than 0 and at most 100 percent."), field="percent")
    if since and until and until <= since:
        raise DomainError(_("The end lies before the beginning. Choose a later end, or leave it empty."), field="until")
    source = _clean_source(source)
    Partner.objects.select_for_update().get(pk=owned.pk)
    _guard_whole(owned, percent, since, until)
    who = _who(
        owned, actor, owner, owner_name, owner_kind, owner_country, orcid=owner_orcid, birth_year=owner_birth_year
    )
    today = timezone.localdate()
    before = owner_hits_below(owned, today)
    share = Ownership.objects.create(owned=owned, percent=percent, since=since, until=until, source=source, **who)
    _compare(share, actor)
    note_owner_hits(before, owner_hits_below(owned, today), f"ownership {share.uid}")
    record_event("partner.owner_added", owned, actor, after=_content(share))
    return share


@story()
def settle_owner(
    *,
    share: Ownership,
    actor: User,
    owner: Partner | None = None,
    owner_name: str = "",
    owner_kind: str = Ownership.Kind.ORGANISATION,
    owner_country: str = "",
    owner_orcid: str = "",
    owner_birth_year: int | None = None,
) -> Ownership:
    """Say who the owner is of whom only a name was recorded, or nothing is kept any more, so that a match can be
    judged."""
    owned, today = share.owned, timezone.localdate()
    Partner.objects.select_for_update().get(pk=owned.pk)
    share.refresh_from_db()
    if share.party:
        raise Conflict(_("Somebody said meanwhile who this owner is. Nothing else was changed."))
    if owner is None and owner_kind == Ownership.Kind.ORGANISATION and not owner_country:
        raise DomainError(_("Choose the country: only then is its match kept and can be judged."), "owner_country")
    who = _who(
        owned, actor, owner, owner_name, owner_kind, owner_country, orcid=owner_orcid, birth_year=owner_birth_year
    )
    before, was = owner_hits_below(owned, today), _content(share)
    for field, value in who.items():
        setattr(share, field, value)
    share.save(update_fields=list(who))
    _compare(share, actor)
    note_owner_hits(before, owner_hits_below(owned, today), f"ownership {share.uid}")
    record_event("partner.owner_settled", owned, actor, before=was, after=_content(share))
    return share


def _who(
    owned: Partner,
    actor: User,
    owner: Partner | None,
    name: str,
    kind: str,
    country: str,
    *,
    orcid: str,
    birth_year: int | None,
) -> dict:
    """The fields of a share that say who holds it; a person's country is not among them."""
    nobody = {"owner": None, "person": None, "owner_name": "", "owner_country": "", "owner_birth_year": None}
    if owner is None and kind == Ownership.Kind.PERSON:
        return nobody | {"owner_kind": kind, "person": _keep_person(owned, name, orcid, birth_year)}
    if owner is None and country:
        owner = register_partner(name=name, country=clean_country(country), actor=actor)
    if owner is None:
        name, key = clean_name(name)
        if key in queries.names_of(owned):
            raise DomainError(_("This is the partner's own name, and none owns itself. Name its owner."), "owner_name")
        return nobody | {"owner_kind": kind, "owner_name": name}
    if owner.pk == owned.pk:
        raise DomainError(_("A partner can't own itself. Choose another owner."), field="owner_name")
    return nobody | {"owner_kind": Ownership.Kind.ORGANISATION, "owner": owner}


def _keep_person(owned: Partner, name: str, orcid: str, birth_year: int | None) -> Contact:
    """The person who is known as an owner by just this; without an ORCID iD only among those who held shares here."""
    known = Contact.objects.filter(holdings__isnull=False)
    if not (orcid or "").strip():
        known = known.filter(holdings__owned=owned)
    try:
        return keep_contact(name=name, orcid=orcid, birth_year=birth_year, known=known)
    except DomainError as fault:
        raise DomainError(str(fault), field=f"owner_{fault.field}") from None


def _compare(share: Ownership, actor: User) -> None:
    if share.party:
        screen_if_stale(share.party, actor)


@transaction.atomic
def end_ownership(*, share: Ownership, until: date, actor: User) -> Ownership:
    """The share is no longer held from this day; it stays in the record."""
    if share.since and until <= share.since:
        raise DomainError(_("The end lies before the beginning. Choose a later end."), field="until")
    today, before_content = timezone.localdate(), _content(share)
    before = owner_hits_below(share.owned, today)
    share.until = until
    share.save(update_fields=["until"])
    note_owner_hits(before, owner_hits_below(share.owned, today), f"ownership {share.uid}")
    record_event("partner.owner_ended", share.owned, actor, before=before_content, after=_content(share))
    return share


@transaction.atomic
def remove_owner(*, share: Ownership, actor: User) -> None:
    """Take back a share that was recorded in error, and with it a person who holds no other; one that ended gets its
    last day instead."""
    owned, content, uid, today = share.owned, _content(share), share.uid, timezone.localdate()
    before, person = owner_hits_below(owned, today), share.person
    share.delete()
    if person and not person.holdings.exists():
        forget_contact(contact=person)
    note_owner_hits(before, owner_hits_below(owned, today), f"ownership {uid}")
    record_event("partner.owner_removed", owned, actor, before=content)


@story()
def add_parent(
    *, child: Partner, source: str, actor: User, parent: Partner | None = None, name: str = "", country: str = ""
) -> Parentage:
    """The partner is a part of another one, who is registered where the registry has nobody of this name and country.
    A circle is refused."""
    source = _clean_source(source)
    parent = parent or register_partner(name=name, country=country, actor=actor)
    if child.pk == parent.pk or child.pk in {each.pk for each in queries.ancestors_of(parent)}:
        raise DomainError(
            _("%(parent)s is itself a part of %(child)s. Choose another one.") % {"parent": parent, "child": child},
            field="name",
        )
    row, is_new = Parentage.objects.get_or_create(child=child, parent=parent, defaults={"source": source})
    if is_new:
        screen_if_stale(parent, actor)
        record_event("partner.parent_added", child, actor, after={"parent": parent.name, "source": source})
        screen_anew(child, actor)
    return row


@transaction.atomic
def remove_parent(*, parentage: Parentage, actor: User) -> None:
    child, content = parentage.child, {"parent": parentage.parent.name, "source": parentage.source}
    parentage.delete()
    record_event("partner.parent_removed", child, actor, before=content)
    screen_anew(child, actor)


def _guard_whole(owned: Partner, percent: Decimal, since: date | None, until: date | None) -> None:
    """On no day may more than the whole be owned."""
    shares = list(owned.owners.all())
    first = since or date.min
    days = {first} | {share.since for share in shares if share.since and share.since > first}
    for day in sorted(day for day in days if until is None or day < until):
        held = sum(
            (s.percent for s in shares if (s.since or date.min) <= day and (s.until is None or s.until > day)),
            Decimal(0),
        )
        if held + percent > WHOLE:
            words = _(
                "With this share %(sum)s %% would be owned at once; %(held)s %% are recorded. Correct the share, or "
                "end one that is no longer held."
            )
            given = {"sum": percent_words(held + percent), "held": percent_words(held)}
            raise DomainError(words % given, field="percent")


def _clean_source(source: str) -> str:
    source = " ".join((source or "").split())
    if not source:
        raise DomainError(_("Say where this is known from, such as a register and its date."), field="source")
    if len(source) > Ownership._meta.get_field("source").max_length:
        raise DomainError(_("The source is longer than 300 characters. Give an address or a file number."), "source")
    return source


def _content(share: Ownership) -> dict:
    """As the record keeps it: a person by number only, so that the details can be erased."""
    return {
        "owner": "" if share.is_of_a_person else share.who,
        **({"person": str(share.person.uid) if share.person else "erased"} if share.is_of_a_person else {}),
        "percent": percent_words(share.percent),
        "since": share.since.isoformat() if share.since else "",
        "until": share.until.isoformat() if share.until else "",
        "source": share.source,
    }
