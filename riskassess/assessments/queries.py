from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from partners.models import Contact
from riskassess.assessments.models import (
    AnswerChange,
    AssessmentRecord,
    CatalogueRelease,
    Determination,
    ProposalVersion,
    Questionnaire,
    Replay,
    ReplayDifference,
)
from riskassess.core.reading import kept
from riskassess.engine.catalogue import Catalogue
from riskassess.engine.loading import load_texts
from riskassess.engine.reading import fingerprint
from riskassess.engine.results import Assessment
from riskassess.proposals.models import Proposal
from riskassess.proposals.states import State

MOST_BUILT = 128  # results that are kept as they were read
# What a replay reads of each record; the rest is fetched where a record differs.
REPLAYED = ("facts", "as_of", "release_id", "result_sha256", "inherent_lower", "inherent_upper")


@lru_cache(maxsize=8)
def _catalogue(sha256: str) -> Catalogue:
    return load_texts(CatalogueRelease.objects.get(sha256=sha256).texts)


def catalogue_of(release: CatalogueRelease) -> Catalogue:
    """The release as the engine reads it; parsed once a process, since a release never changes."""
    return _catalogue(release.sha256)


def current_release() -> CatalogueRelease:
    """The release that new proposals are filed under, the newest where the settings name none; others keep theirs."""
    return named_release(settings.CATALOGUE)


def named_release(wanted: str) -> CatalogueRelease:
    """A loaded release by `id@version`, or the newest of that id. Its texts are read when they are asked for."""
    catalogue_id, _at, version = wanted.partition("@")
    releases = CatalogueRelease.objects.filter(catalogue_id=catalogue_id).defer("texts")
    found = [release for release in releases if version in ("", release.version)]
    if not found:
        raise CatalogueRelease.DoesNotExist(f"{wanted} is not loaded yet. Run: manage.py load_catalogues")
    return max(found, key=lambda release: [int(part) for part in release.version.split(".")])


def published_releases() -> QuerySet[CatalogueRelease]:
    """Every release that was ever loaded, without its texts: by title, the newest first."""
    return CatalogueRelease.objects.defer("texts").order_by("title", "-released_on", "-pk")


def last_edits(questionnaire: Questionnaire) -> dict[int, dict]:
    """Who wrote at these answers: the key of each person -> `answers` (how many they changed), `at` (when last)."""
    changes = AnswerChange.objects.filter(answer__questionnaire=questionnaire).order_by()
    rows = changes.values("by").annotate(answers=Count("answer", distinct=True), at=Max("at"))
    return {row["by"]: row for row in rows}


def latest_version(proposal) -> ProposalVersion | None:
    return proposal.versions.select_related("release").order_by("-number").first()


def latest_record(proposal) -> AssessmentRecord | None:
    """The assessment that stands: the newest record of the newest version; read once for a page."""
    newest = proposal.records.select_related("version", "release").order_by("-version__number", "-pk")
    return kept(("record", proposal.pk), newest.first)


def assessments_of(proposals: list[int]) -> dict[int, Assessment]:
    """The latest assessment of each of these proposals, by its key; one query."""
    newest = AssessmentRecord.objects.filter(proposal=OuterRef("proposal")).order_by("-version__number", "-pk")
    rows = AssessmentRecord.objects.filter(proposal__in=proposals, pk=Subquery(newest.values("pk")[:1]))
    return {record.proposal_id: assessment_of(record) for record in rows}


def counted_determinations(version: ProposalVersion) -> QuerySet[Determination]:
    """The confirmed findings of fact over answers of this version."""
    return version.determinations.filter(state=Determination.State.CONFIRMED)


def assessment_of(record: AssessmentRecord) -> Assessment:
    return _assessment(Stored(fingerprint(record.result), [record.result]))


@dataclass(frozen=True)
class Stored:
    """Told from another by what stands in it."""

    sha256: str
    result: list[dict] = field(compare=False)


@lru_cache(maxsize=MOST_BUILT)
def _assessment(stored: Stored) -> Assessment:
    return Assessment.from_json(stored.result.pop())


def answers_of(questionnaire: Questionnaire) -> dict[tuple[str, str], object]:
    """(question, row) -> value as it stands now."""
    return {(a.question, a.row): a.value for a in questionnaire.answers.all()}


def earlier_records(*, reference: str, owner_id: int, partner: str, since: date) -> list[AssessmentRecord]:
    """The newest record of each other proposal of this owner with this partner (its uid) that was approved or
    registered, from `since` on; without its result."""
    rows = (
        AssessmentRecord.objects.filter(
            proposal__owner_id=owner_id,
            proposal__participations__partner__uid=partner,
            proposal__state__in=[State.APPROVED, State.APPROVED_WITH_CONDITIONS, State.REGISTERED],
            as_of__gte=since,
        )
        .exclude(proposal__reference=reference)
        .select_related("version", "release")
        .defer("result", "release__texts")
        .order_by("proposal_id", "version__number", "pk")
    )
    return list({row.proposal_id: row for row in rows}.values())


def proposals_naming(contact: Contact) -> QuerySet[Proposal]:
    """Where a person is named now, or was in a version; reads every version, for the rare question of one person."""
    versions = ProposalVersion.objects.annotate(text=Cast("content", TextField())).filter(
        text__contains=str(contact.uid)
    )
    named = Q(participations__contacts__contact=contact) | Q(pk__in=versions.values("proposal"))
    return Proposal.objects.filter(named).distinct().order_by("reference")


def records_to_replay(replay: Replay, *, after: int = 0) -> QuerySet[AssessmentRecord]:
    """The records of a replay beyond `after`, oldest first. Only what every one of them is compared by is read, so that
    a replay under the same release reads facts alone."""
    records = AssessmentRecord.objects.filter(pk__gt=after, pk__lte=replay.until_record).order_by("pk")
    if not replay.every_record:
        newest = AssessmentRecord.objects.filter(proposal=OuterRef("proposal"), pk__lte=replay.until_record)
        newest = newest.order_by("-version__number", "-pk").values("pk")[:1]
        records = records.filter(pk=Subquery(newest))
    return records.only(*REPLAYED, *(["result"] if replay.release_id else []))


def recent_replays() -> QuerySet[Replay]:
    """Replays with what a page says of them, the newest first."""
    return Replay.objects.select_related("release", "job", "asked_by").defer("release__texts")


def replayed_cases(replay: Replay, proposals: QuerySet, kind: str) -> QuerySet[ReplayDifference]:
    """Differences of one kind in these already scoped proposals, with what a row of the page shows."""
    return (
        replay.differences.filter(kind=kind, record__proposal__in=proposals)
        .select_related("record__proposal__owner", "record__proposal__unit", "record__version")
        .defer("record__facts", "record__result", "record__version__content")
        .order_by("pk")
    )
