"""What is known of a country on a day, for the engine and, with act, year and licence, for the pages."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partners.models import CountryFact, Dataset

Kind = CountryFact.Kind
NO_VALUE = "no_value"

# The engine's closed vocabulary. A measure is a kind that EU law names, never a country.
MEASURES = {
    "arms_embargo": _("arms embargo"),
    "asset_freeze": _("asset freeze for listed persons and bodies"),
    "comprehensive": _("comprehensive measures"),
    "cooperation_ban": _("ban on scientific and technical cooperation"),
    "goods_ban": _("ban on certain goods and technology"),
    "programme_funding_ban": _("no support under public programmes"),
    "sectoral": _("measures against sectors of the economy"),
    "training_or_technology_ban": _("ban on certain training or technical help"),
}
AFI_BANDS = (
    ("A", Decimal("0.8")),
    ("B", Decimal("0.6")),
    ("C", Decimal("0.4")),
    ("D", Decimal("0.2")),
    ("E", Decimal(0)),
)
RULE_OF_LAW_BANDS = (("high", Decimal(50)), ("middle", Decimal(25)), ("low", Decimal(0)))


@dataclass(frozen=True)
class FactSource:
    """One fact as a page shows it: what it says, of which year, by which act or source, under which licence."""

    kind: str
    title: str
    value: str
    low: str
    high: str
    unit: str
    words: str
    year: int | None
    scope: str
    act: str
    address: str
    licence: str
    valid_from: date | None
    valid_to: date | None
    checked_on: date | None


def country_facts(country: str, on: date) -> dict:
    """The engine's facts of one country. What nobody has told us is `no_value`, never a low or high one."""
    return country_facts_of([country], on)[country]


def country_facts_of(countries: Iterable[str], on: date) -> dict[str, dict]:
    """As `country_facts` for many countries, in one query."""
    countries = set(countries)
    rows: dict[str, list[CountryFact]] = defaultdict(list)
    for fact in facts_in_force(on).filter(country__in=countries):
        rows[fact.country].append(fact)
    return {country: _engine_facts(rows[country]) for country in countries}


def fact_sources(country: str, on: date) -> list[FactSource]:
    """The facts behind `country_facts`, each with its source; an older year gives way to the newest one."""
    return _sources(facts_in_force(on).filter(country=country))


def _sources(facts: Iterable[CountryFact]) -> list[FactSource]:
    return [
        FactSource(
            kind=fact.kind, title=str(fact.get_kind_display()), value=fact.value, low=fact.low, high=fact.high,
            unit=str(UNITS.get(fact.kind, "")), words=words_of(fact), year=fact.year,
            scope=fact.scope, act=fact.act, address=fact.address, licence=fact.licence, valid_from=fact.valid_from,
            valid_to=fact.valid_to,
            checked_on=fact.checked_on,
        )
        for fact in sorted(_newest(facts), key=lambda fact: (Kind.values.index(fact.kind), fact.value, fact.pk))
    ]  # fmt: skip


@dataclass(frozen=True)
class CountryKind:
    """All facts of one kind about a country; `facts` is empty where no dataset has a value."""

    kind: str
    title: str
    unit: str
    facts: tuple[FactSource, ...]

    @property
    def is_measured(self) -> bool:
        """An index, of which a missing value says nothing. What a law or list does not name is a "no"."""
        return self.kind in UNITS


def facts_by_kind(country: str, on: date) -> list[CountryKind]:
    """Every kind of fact, also those of which nothing is known."""
    return _by_kind(facts_in_force(on).filter(country=country), Kind)


def _by_kind(facts: Iterable[CountryFact], kinds: Iterable[str]) -> list[CountryKind]:
    known = _sources(facts)
    return [
        CountryKind(
            str(kind),
            str(Kind(kind).label),
            str(UNITS.get(kind, "")),
            tuple(each for each in known if each.kind == kind),
        )
        for kind in kinds
    ]


@dataclass(frozen=True)
class CountryRead:
    """What an assessment could read of a country: `facts` as the engine got them, `kinds` with what they rest on."""

    facts: dict
    kinds: tuple[CountryKind, ...]


def countries_read(countries: Iterable[str], on: date, at: datetime | None) -> dict[str, CountryRead]:
    """As the datasets told it at a moment, or tell it now; one query for all countries."""
    rows: dict[str, list[CountryFact]] = defaultdict(list)
    for fact in facts_in_force(on, at).filter(country__in=set(countries)):
        rows[fact.country].append(fact)
    return {each: CountryRead(_engine_facts(rows[each]), tuple(_by_kind(rows[each], READ))) for each in set(countries)}


@dataclass(frozen=True)
class DatasetRow:
    """A reference file as it stands: what it says of how many countries, by which sources, as of when."""

    dataset: Dataset
    kinds: list[str]
    countries: int
    years: str
    sources: list[tuple[str, str]]
    licences: list[str]
    checked_on: date | None


def dataset_rows() -> list[DatasetRow]:
    """Two queries, whatever the number of datasets."""
    facts: dict[int, list[CountryFact]] = defaultdict(list)
    for fact in CountryFact.objects.filter(known_until=None):
        facts[fact.dataset_id].append(fact)
    return [_dataset_row(each, facts[each.pk]) for each in Dataset.objects.order_by("code") if facts[each.pk]]


def _dataset_row(dataset: Dataset, facts: list[CountryFact]) -> DatasetRow:
    years = sorted({fact.year for fact in facts if fact.year})
    kinds = sorted({fact.kind for fact in facts}, key=Kind.values.index)
    return DatasetRow(
        dataset=dataset,
        kinds=[str(Kind(kind).label) for kind in kinds],
        countries=len({fact.country for fact in facts}),
        years=f"{years[0]}–{years[-1]}" if len(years) > 1 else "".join(map(str, years)),
        sources=sorted({(fact.act, fact.address) for fact in facts}),
        licences=sorted({fact.licence for fact in facts if fact.licence}),
        checked_on=max((fact.checked_on for fact in facts if fact.checked_on), default=None),
    )


def facts_in_force(on: date, at: datetime | None = None) -> QuerySet[CountryFact]:
    """What holds on a day, by the datasets as they stood at a moment, or as they stand now."""
    told = Q(known_until=None)
    if at:
        told = Q(Q(known_from=None) | Q(known_from__lte=at), Q(known_until=None) | Q(known_until__gt=at))
    return CountryFact.objects.filter(
        told,
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        Q(year__isnull=True) | Q(year__lte=on.year),
    )


def words_of(fact: CountryFact) -> str:
    """The value with its unit, its interval where the source gives one, and how the engine reads it."""
    interval = _(", interval %(low)s to %(high)s") % {"low": fact.low, "high": fact.high} if fact.low else ""
    match fact.kind:
        case Kind.MEASURE:
            return str(MEASURES.get(fact.value, fact.value))
        case Kind.ACADEMIC_FREEDOM:
            told = {"value": fact.value, "interval": interval, "band": afi_band(Decimal(fact.value))}
            return str(_("%(value)s of 1%(interval)s, band %(band)s") % told)
        case Kind.RULE_OF_LAW:
            return str(_("percentile rank %(value)s of 100%(interval)s") % {"value": fact.value, "interval": interval})
        case Kind.GDPR_ADEQUATE if fact.value == "partial":
            return str(_("only for the recipients named in the decision"))
        case Kind.HORIZON if fact.value == "partial":
            return str(_("only for the parts of the programme named in the agreement"))
        case _:
            return str(WORDS.get(fact.value, fact.value))


# What the engine reads; of the others nothing was used.
READ = tuple(kind for kind in Kind if kind != Kind.HORIZON)
UNITS = {Kind.ACADEMIC_FREEDOM: _("index from 0 to 1"), Kind.RULE_OF_LAW: _("percentile rank from 0 to 100")}
WORDS = {"yes": _("yes")}


def afi_band(value: Decimal) -> str:
    """On a boundary the better band."""
    return next(band for band, least in AFI_BANDS if value >= least)


def rule_of_law_band(value: Decimal) -> str:
    return next(band for band, least in RULE_OF_LAW_BANDS if value >= least)


def _newest(facts: Iterable[CountryFact]) -> list[CountryFact]:
    """All legal facts; of an index only the newest year."""
    kept, newest = [], {}
    for fact in facts:
        if fact.year is None:
            kept.append(fact)
        elif fact.kind not in newest or newest[fact.kind].year < fact.year:
            newest[fact.kind] = fact
    return kept + list(newest.values())


def _engine_facts(rows: list[CountryFact]) -> dict:
    values: dict[str, set[str]] = defaultdict(set)
    for fact in _newest(rows):
        values[fact.kind].add(fact.value)

    def number(kind: str) -> Decimal | None:
        return Decimal(max(values[kind])) if values[kind] else None

    is_eu, is_eea = bool(values[Kind.EU_MEMBER]), bool(values[Kind.EEA_MEMBER])
    freedom, law = number(Kind.ACADEMIC_FREEDOM), number(Kind.RULE_OF_LAW)
    return {
        "measures": sorted(values[Kind.MEASURE]),
        "afi_band": NO_VALUE if freedom is None else afi_band(freedom),
        "rule_of_law": NO_VALUE if law is None else rule_of_law_band(law),
        "eu_eea": _yes(is_eu or is_eea),
        "eu_or_eu001": _yes(is_eu or bool(values[Kind.EU001])),
        # Inside the EU and EEA the GDPR itself applies. A decision for some recipients only is no general "yes".
        "gdpr_adequate": _yes(is_eu or is_eea or "yes" in values[Kind.GDPR_ADEQUATE]),
    }


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
