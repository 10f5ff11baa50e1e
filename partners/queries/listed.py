"""Which listed entities a name may mean: candidates from the index of each edition, then compared name by name."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from partners import candidates
from partners.countries import country_code
from partners.matching.score import Name, Named, Scored, compare, rank
from partners.models import (
    Alias,
    Contact,
    Identifier,
    ListedEntity,
    ListedIdentifier,
    ListEdition,
    ListedName,
    Partner,
    Party,
    RorName,
)

AT_ONCE = 1_000  # rows that one query asks for by their keys
MOST_CANDIDATES = 60  # a name and edition; the true one is among them in 99 of 100 cases
KIND_OF_ALIAS = {Alias.Kind.ACRONYM: "acronym", Alias.Kind.FORMER: "former", Alias.Kind.FILED: "filed"}
KIND_OF_LISTED = {ListedName.Kind.PRIMARY: "primary", ListedName.Kind.FORMER: "former", ListedName.Kind.WEAK: "weak"}


@dataclass(frozen=True)
class Match:
    """An entry of an edition in force that may be meant, and why. `entity` comes with its names and source."""

    entity: ListedEntity
    edition: ListEdition
    scored: Scored
    part_of: tuple[str, ...] = ()  # the whole whose names were compared, with what lies between; empty: its own names
    whole: Named | None = None

    @property
    def features(self) -> list[dict]:
        """What agrees and what differs, as plain data."""
        return [asdict(feature) for feature in self.scored.features]


def named(party: Party) -> Named:
    """All names under which a partner is known, was filed or stands in ROR; of a contact the name that was given.
    Where a person comes from is neither known nor asked, so that no country counts for or against a match."""
    if isinstance(party, Contact):
        who = named_as(party.name, kind="person", birth_year=party.birth_year)
        return replace(who, ids=frozenset({("orcid", party.orcid)} if party.orcid else ()))
    return read_partners([party.pk])[party.pk]


def ror_names(ror_ids: Iterable[str]) -> dict[str, list[Name]]:
    """The names of these records of ROR, as the matcher reads them."""
    found: dict[str, list[Name]] = defaultdict(list)
    rows = RorName.objects.filter(record__in=set(filter(None, ror_ids))).order_by("pk")
    for ror_id, text, kind in rows.values_list("record_id", "text", "kind"):
        found[ror_id].append(Name(text, "acronym" if kind == RorName.Kind.ACRONYM else "alias"))
    return found


def ids_of(partner: Partner) -> frozenset[tuple[str, str]]:
    """(scheme, value) of every identifier, the ROR id among them."""
    ids = {(each.scheme, each.value) for each in partner.identifiers.all()}
    return frozenset(ids | {("ror", partner.ror_id)} if partner.ror_id else ids)


def read_partners(keys: Iterable[int]) -> dict[int, Named]:
    """As `named`, for thousands of partners at once, without making a row of each name."""
    keys, found = sorted(keys), {}
    for at in range(0, len(keys), AT_ONCE):
        chunk = keys[at : at + AT_ONCE]
        names, ids = defaultdict(list), defaultdict(set)
        aliases = Alias.objects.filter(partner__in=chunk).order_by("name", "pk")
        for pk, text, kind in aliases.values_list("partner_id", "name", "kind"):
            names[pk].append(Name(text, KIND_OF_ALIAS.get(kind, "alias")))
        rows = Identifier.objects.filter(partner__in=chunk).values_list("partner_id", "scheme", "value")
        for pk, scheme, value in rows:
            ids[pk].add((scheme, value))
        partners = list(Partner.objects.filter(pk__in=chunk).values_list("pk", "name", "country", "ror_id"))
        in_ror = ror_names(ror_id for _pk, _name, _country, ror_id in partners)
        for pk, name, country, ror_id in partners:
            if ror_id:
                ids[pk].add(("ror", ror_id))
            found[pk] = _named(name, names[pk], in_ror[ror_id], country, ids[pk])
    return found


def named_loaded(partners: Iterable[Partner]) -> dict[int, Named]:
    """As `read_partners`, of rows that bring their aliases and identifiers: one query."""
    partners = list(partners)
    in_ror = ror_names(partner.ror_id for partner in partners)
    found = {}
    for partner in partners:
        names = [Name(each.name, KIND_OF_ALIAS.get(each.kind, "alias")) for each in partner.aliases.all()]
        found[partner.pk] = _named(partner.name, names, in_ror[partner.ror_id], partner.country, ids_of(partner))
    return found


def _named(name: str, names: list[Name], in_ror: list[Name], country: str, ids: Iterable[tuple[str, str]]) -> Named:
    each_once = {one.text: one for one in (*reversed(in_ror), *reversed(names), Name(name))}
    return Named(tuple(reversed(each_once.values())), frozenset({country}), ids=frozenset(ids))


def named_as(name: str, country: str = "", kind: str = "organisation", birth_year: int | None = None) -> Named:
    """Somebody who is not in the registry."""
    years = frozenset({birth_year}) if birth_year else frozenset()
    return Named((Name(name),), frozenset({country} if country else ()), kind, birth_years=years)


def find_listed(who: Named, editions: Iterable[ListEdition]) -> list[Match]:
    """Entries that may mean the same, the most alike first. Organisations are compared with organisations and persons
    with persons; entries that are neither, such as ships, with organisations."""
    found, editions = [], list(editions)
    with_id = _with_identifier(who, editions)
    for edition in editions:
        keys = candidates.search(who.names, candidates.of_edition(edition), MOST_CANDIDATES, kind=who.kind)
        alike = {}
        for pk, listed in read_listed({*keys, *with_id[edition.pk]}).items():
            if (listed.kind == "person") == (who.kind == "person"):
                scored = compare(who, listed, only_matches=True)
                if scored.band != "clear":
                    alike[pk] = scored
        entities = ListedEntity.objects.filter(pk__in=alike).select_related("source")
        for entity in entities.prefetch_related("names", "identifiers"):
            found.append(Match(entity, edition, alike[entity.pk]))
    return in_order(found)


def in_order(matches: Iterable[Match]) -> list[Match]:
    """The most alike first."""
    return sorted(matches, key=lambda match: (*_reversed(rank(match.scored)), match.entity.pk))


def _with_identifier(who: Named, editions: list[ListEdition]) -> dict[int, list[int]]:
    """By edition, the entries that have an identifier in common with somebody, whatever their names."""
    found: dict[int, list[int]] = {edition.pk: [] for edition in editions}
    if who.ids:
        rows = ListedIdentifier.objects.filter(
            value__in={value for _scheme, value in who.ids}, entity__entries__edition__in=editions
        ).values_list("entity__entries__edition", "entity", "scheme", "value")
        for edition, entity, scheme, value in rows:
            if (scheme, value) in who.ids and edition in found:
                found[edition].append(entity)
    return found


def read_listed(keys: Iterable[int]) -> dict[int, Named]:
    """Listed entities as the matcher reads them, without making a row of each name: three queries."""
    keys = list(keys)
    names, ids = defaultdict(list), defaultdict(set)
    of_keys = {"entity__in": keys}
    for pk, text, kind in (
        ListedName.objects.filter(**of_keys).order_by("pk").values_list("entity_id", "original", "kind")
    ):
        names[pk].append(Name(text, KIND_OF_LISTED.get(kind, "alias")))
    for pk, scheme, value in ListedIdentifier.objects.filter(**of_keys).values_list("entity_id", "scheme", "value"):
        ids[pk].add((scheme, value))
    rows = ListedEntity.objects.filter(pk__in=keys).values_list("pk", "kind", "countries", "birth_years")
    return {
        pk: Named(
            tuple(names[pk]),
            frozenset(code for each in countries if (code := country_code(each))),
            "person" if kind == ListedEntity.Kind.PERSON else "organisation",
            frozenset(ids[pk]),
            frozenset(years),
        )
        for pk, kind, countries, years in rows
    }


def _reversed(order: tuple) -> tuple:
    return tuple(-part for part in order)
