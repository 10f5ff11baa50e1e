"""What law would say of a filed proposal today: rules whose day has come or passed, and newer releases. The facts stay
as they were stored, so that nothing but the law can make the difference."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from riskassess.assessments.models import AssessmentRecord, CatalogueRelease, LawChange
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.replaying import facts_under, moved_rules, standing
from riskassess.engine.catalogue import Catalogue, Rule
from riskassess.engine.facts import FactsError
from riskassess.engine.firing import is_in_force
from riskassess.engine.scoring import assess
from riskassess.proposals.models import Proposal
from riskassess.proposals.states import STANDING, UNDER_REVIEW, State

CONCERNED = [State.SUBMITTED, *UNDER_REVIEW, *STANDING]


def records_under_law() -> QuerySet[AssessmentRecord]:
    """The assessment that stands of each proposal that is open, approved or registered."""
    newest = AssessmentRecord.objects.filter(proposal=OuterRef("pk")).order_by("-version__number", "-pk")
    filed = Proposal.objects.filter(state__in=CONCERNED).annotate(newest=Subquery(newest.values("pk")[:1]))
    rows = AssessmentRecord.objects.filter(pk__in=filed.values("newest")).order_by("pk")
    return rows.select_related("release", "version", "proposal").defer("release__texts")


def law_changes(proposals: QuerySet[Proposal]) -> list[LawChange]:
    """Those that nobody has dealt with yet, of these already scoped proposals, the newest first; one query."""
    return list(_waiting(proposals).select_related("record__proposal", "version").order_by("-pk"))


def keys_of_law_changes(proposals: QuerySet[Proposal]) -> QuerySet[int]:
    """The keys of `law_changes`, for whoever only counts them."""
    return _waiting(proposals).values_list("pk", flat=True)


def _waiting(proposals: QuerySet[Proposal]) -> QuerySet[LawChange]:
    # Asked of the few changes one by one: as a list, the scope would be worked out for every proposal first.
    in_scope = Exists(proposals.filter(records=OuterRef("record"), state__in=CONCERNED))
    return LawChange.objects.filter(in_scope, handled_at__isnull=True)


def note_law(*, record: AssessmentRecord, on: date) -> list[LawChange]:
    """Keep what law says otherwise on this day; what was noted for the version stays noted once."""
    found = [_by_dates(record, on), _by_release(record, on)]
    noted = []
    for change in filter(None, found):
        change.record, change.version = record, record.version
        told = {"version": record.version, "cause": change.cause}
        if not LawChange.objects.filter(**told).exists():
            change.save()
            noted.append(change)
    return noted


def close_law_change(*, change: LawChange) -> bool:
    """Mark a change as dealt with; false where it was already."""
    return bool(LawChange.objects.filter(pk=change.pk, handled_at__isnull=True).update(handled_at=timezone.now()))


def _by_dates(record: AssessmentRecord, on: date) -> LawChange | None:
    catalogue = catalogue_of(record.release)
    turned = {rule.id for rule in catalogue.rules if is_in_force(rule, record.as_of) != is_in_force(rule, on)}
    if not turned:
        return None
    cause = ", ".join(sorted(turned))[:180]
    return _difference(record, catalogue, record.facts, on, turned, LawChange.Kind.DATES, cause)


def _by_release(record: AssessmentRecord, on: date) -> LawChange | None:
    newest = CatalogueRelease.objects.filter(catalogue_id=record.release.catalogue_id).defer("texts").first()
    if newest is None or newest.pk == record.release_id or newest.released_on < record.release.released_on:
        return None
    catalogue, before = catalogue_of(newest), catalogue_of(record.release)
    old = {rule.id: rule for rule in before.rules if is_law(before, rule)}
    new = {rule.id: rule for rule in catalogue.rules if is_law(catalogue, rule)}
    changed = {rule for rule in {*old, *new} if old.get(rule) != new.get(rule)}
    if not changed:
        return None
    facts, _left_out = facts_under(catalogue, record.facts)
    return _difference(record, catalogue, facts, on, changed, LawChange.Kind.RELEASE, str(newest))


def is_law(catalogue: Catalogue, rule: Rule) -> bool:
    """A rule that can stop an activity, or that rests on a law and no recommendation."""
    binding = {source.id for source in catalogue.sources if source.binding}
    return rule.effect == "stop" or any(citation.source in binding for citation in rule.sources)


def _difference(
    record: AssessmentRecord, catalogue: Catalogue, facts: dict, on: date, meant: set[str], kind: str, cause: str
) -> LawChange | None:
    """None where the rules that are meant say the same of this proposal."""
    try:
        result = assess(catalogue, {**facts, "as_of": on.isoformat()}, on=on).to_json()
    except FactsError:
        return None  # answers that the release cannot read: a replay under it lists them
    moved = {rule: how for rule, how in moved_rules(record.result, result).items() if rule in meant}
    if not moved:
        return None
    titles = {rule.id: rule.title for rule in (*catalogue_of(record.release).rules, *catalogue.rules)}
    rules = [[rule, titles[rule], how] for rule, how in moved.items()]
    return LawChange(kind=kind, cause=cause, rules=rules, before=standing(record.result), after=standing(result))
