"""What is known of a country on a day, for the engine and, with act, year and licence, for the pages."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import CountryFact

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
    shown = _newest(facts_in_force(on).filter(country=country))
    return [
        FactSource(
            kind=fact.kind, title=str(fact.get_kind_display()), value=fact.value, words=words_of(fact), year=fact.year,
            scope=fact.scope, act=fact.act, address=fact.address, licence=fact.licence, valid_from=fact.valid_from,
            valid_to=fact.valid_to,
            checked_on=fact.checked_on,
        )
        for fact in sorted(shown, key=lambda fact: (Kind.values.index(fact.kind), fact.value, fact.pk))
    ]  # fmt: skip


def facts_in_force(on: date):
    return CountryFact.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        Q(year__isnull=True) | Q(year__lte=on.year),
    )


def words_of(fact: CountryFact) -> str:
    match fact.kind:
        case Kind.MEASURE:
            return str(MEASURES.get(fact.value, fact.value))
        case Kind.ACADEMIC_FREEDOM:
            return str(
                _("%(value)s of 1, band %(band)s") % {"value": fact.value, "band": afi_band(Decimal(fact.value))}
            )
        case Kind.RULE_OF_LAW:
            return str(_("percentile rank %(value)s of 100") % {"value": fact.value})
        case Kind.GDPR_ADEQUATE if fact.value == "partial":
            return str(_("only for the recipients named in the decision"))
        case _:
            return str(WORDS.get(fact.value, fact.value))


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
