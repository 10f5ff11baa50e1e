"""Which listed entities a name may mean: candidates from the index of each edition, then compared name by name."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from partners import candidates
from partners.countries import country_code
from partners.matching.score import Name, Named, Scored, compare, rank
from partners.models import Alias, ListedEntity, ListedIdentifier, ListEdition, ListedName, Partner

MOST_CANDIDATES = 60  # a name and edition; the true one is among them in 99 of 100 cases
KIND_OF_ALIAS = {Alias.Kind.ACRONYM: "acronym", Alias.Kind.FORMER: "former", Alias.Kind.FILED: "filed"}
KIND_OF_LISTED = {ListedName.Kind.PRIMARY: "primary", ListedName.Kind.FORMER: "former", ListedName.Kind.WEAK: "weak"}


@dataclass(frozen=True)
class Match:
    """An entry of an edition in force that may be meant, and why. `entity` comes with its names and source."""

    entity: ListedEntity
    edition: ListEdition
    scored: Scored

    @property
    def features(self) -> list[dict]:
        """What agrees and what differs, as plain data."""
        return [asdict(feature) for feature in self.scored.features]


def named(partner: Partner) -> Named:
    """All names under which the partner is known or was filed."""
    names = [Name(partner.name)]
    names += [Name(alias.name, KIND_OF_ALIAS.get(alias.kind, "alias")) for alias in partner.aliases.all()]
    return Named(tuple(names), frozenset({partner.country}), ids=ids_of(partner))


def ids_of(partner: Partner) -> frozenset[tuple[str, str]]:
    """(scheme, value) of every identifier, the ROR id among them."""
    ids = {(each.scheme, each.value) for each in partner.identifiers.all()}
    return frozenset(ids | {("ror", partner.ror_id)} if partner.ror_id else ids)


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
        entities = (
            ListedEntity.objects.filter(pk__in={*keys, *with_id[edition.pk]})
            .select_related("source")
            .prefetch_related("names", "identifiers")
        )
        for entity in entities:
            is_person = entity.kind == ListedEntity.Kind.PERSON
            if is_person == (who.kind == "person"):
                scored = compare(who, named_in(entity))
                if scored.band != "clear":
                    found.append(Match(entity, edition, scored))
    return sorted(found, key=lambda match: (*_reversed(rank(match.scored)), match.entity.pk))


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


def named_in(entity: ListedEntity) -> Named:
    """A listed entity as the matcher reads it; its names and identifiers have to be fetched with it."""
    kind = "person" if entity.kind == ListedEntity.Kind.PERSON else "organisation"
    names = [Name(name.original, KIND_OF_LISTED.get(name.kind, "alias")) for name in entity.names.all()]
    countries = frozenset(code for each in entity.countries if (code := country_code(each)))
    ids = frozenset((each.scheme, each.value) for each in entity.identifiers.all())
    return Named(tuple(names), countries, kind, ids, frozenset(entity.birth_years))


def _reversed(order: tuple) -> tuple:
    return tuple(-part for part in order)
