"""What a release knows, told for whoever wants to learn: each risk with what helps, each safeguard with its reasons."""

from collections.abc import Iterable
from dataclasses import dataclass

from riskassess.assessments.clauses import clause_of
from riskassess.assessments.handbook import Cited
from riskassess.engine.catalogue import Catalogue, Dimension, Mitigation, Rule
from riskassess.engine.keeping import once_a_catalogue

# Of one source more places would say the same again.
PLACES = 3


@dataclass(frozen=True)
class SafeguardGuide:
    mitigation: Mitigation
    clause: str
    helps: tuple[Rule, ...]  # the findings that it lowers, or the holds that it lifts
    dimensions: tuple[Dimension, ...]
    sources: tuple[Cited, ...]


@dataclass(frozen=True)
class RiskGuide:
    dimension: Dimension
    rules: tuple[Rule, ...]
    safeguards: tuple[SafeguardGuide, ...]  # the least effort first
    sources: tuple[Cited, ...]


@dataclass(frozen=True)
class Guidance:
    catalogue: Catalogue
    risks: tuple[RiskGuide, ...]
    benefit: tuple[Dimension, ...]  # what stands beside the risk
    safeguards: tuple[SafeguardGuide, ...]

    def risk(self, dimension: str) -> RiskGuide | None:
        return next((each for each in self.risks if each.dimension.id == dimension), None)

    def safeguard(self, mitigation: str) -> SafeguardGuide | None:
        return next((each for each in self.safeguards if each.mitigation.id == mitigation), None)


@once_a_catalogue
def guidance_of(catalogue: Catalogue) -> Guidance:
    safeguards = {item.id: _safeguard(catalogue, item) for item in catalogue.mitigations}
    risks = []
    for dimension in catalogue.dimensions:
        if not dimension.is_risk:
            continue
        rules = tuple(rule for rule in catalogue.rules if dimension.id in rule.dimensions and rule.effect != "relieve")
        helpful = {name: safeguards[name] for rule in rules for name in rule.mitigations}
        ordered = sorted(helpful.values(), key=lambda guide: (guide.mitigation.effort, guide.mitigation.name))
        risks.append(RiskGuide(dimension, rules, tuple(ordered), _sources(catalogue, rules)))
    benefit = tuple(each for each in catalogue.dimensions if not each.is_risk)
    return Guidance(catalogue, tuple(risks), benefit, tuple(safeguards.values()))


def _safeguard(catalogue: Catalogue, mitigation: Mitigation) -> SafeguardGuide:
    helps = tuple(rule for rule in catalogue.rules if mitigation.id in rule.mitigations)
    touched = {name for rule in helps for name in rule.dimensions}
    dimensions = tuple(each for each in catalogue.dimensions if each.id in touched and each.is_risk)
    return SafeguardGuide(mitigation, clause_of(mitigation), helps, dimensions, _sources(catalogue, helps))


def _sources(catalogue: Catalogue, rules: Iterable[Rule]) -> tuple[Cited, ...]:
    """Where these rules come from: each place once, in the catalogue's order of sources."""
    places = dict.fromkeys((each.source, each.section) for rule in rules for each in rule.sources)
    found: dict[str, list[str]] = {}
    for source, section in places:
        found.setdefault(source, []).append(section)
    return tuple(
        Cited(source, "; ".join(found[source.id][:PLACES])) for source in catalogue.sources if source.id in found
    )
