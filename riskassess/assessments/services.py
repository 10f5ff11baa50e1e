from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners import queries as registry
from riskassess.accounts.calendar import calendar_of
from riskassess.accounts.models import User
from riskassess.assessments import facts as fact_collection
from riskassess.assessments.edits import tell_answers
from riskassess.assessments.fitting import first_problem
from riskassess.assessments.models import (
    Answer,
    AnswerChange,
    AssessmentRecord,
    CatalogueRelease,
    ProposalVersion,
    Questionnaire,
    Safeguard,
    SafeguardState,
)
from riskassess.assessments.owners import read_owners
from riskassess.assessments.prefilling import waiting_answers
from riskassess.assessments.queries import catalogue_of, counted_determinations, current_release, latest_version
from riskassess.audit.log import record
from riskassess.core.errors import Conflict, DomainError
from riskassess.engine.checking import check_catalogue, cut_texts
from riskassess.engine.loading import CatalogueError, load_texts
from riskassess.engine.placing import placed
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess
from riskassess.engine.settling import needed_answers
from riskassess.engine.visibility import missing_rows
from riskassess.proposals.evidence import file_evidence
from riskassess.proposals.models import Proposal
from riskassess.proposals.services import guard_editable, role_in, touch
from riskassess.proposals.states import EDITABLE, UNDER_REVIEW, State

DRAFT_FACTS_SECONDS = 60
DAYS_FOR_A_SAFEGUARD = 20


@transaction.atomic
def publish_release(*, texts: dict[str, str], actor: User | None = None) -> CatalogueRelease:
    """Store a catalogue for good. The same content again is no change; other content under a used version fails, and so
    does a catalogue in which the quick checks find a problem or a golden case comes out otherwise."""
    catalogue = load_texts(texts)
    present = CatalogueRelease.objects.filter(catalogue_id=catalogue.id, version=catalogue.version).first()
    if present is not None:
        if present.sha256 == catalogue.sha256:
            return present
        if not catalogue.version.startswith("0.") or present.questionnaires.exists() or present.replays.exists():
            raise DomainError(
                _("%(release)s is published with other content. Give the new text a new version.")
                % {"release": present}
            )
        present.delete()
    if problems := [*cut_texts(texts), *placed(check_catalogue(catalogue), texts)]:
        raise CatalogueError(problems)
    release = CatalogueRelease.objects.create(
        catalogue_id=catalogue.id,
        version=catalogue.version,
        title=catalogue.title,
        released_on=catalogue.date,
        sha256=catalogue.sha256,
        texts=texts,
    )
    record(
        "catalogue.published",
        subject=release,
        actor_id=actor.pk if actor else None,
        role=actor.role_now if actor else "system",
        actor_name=actor.name if actor else "",
        after={"release": str(release), "sha256": release.sha256},
    )
    return release


def open_questionnaire(*, proposal: Proposal) -> Questionnaire:
    """The proposal's questionnaire, under the newest release when it is opened for the first time."""
    with suppress(Questionnaire.DoesNotExist):
        return proposal.questionnaire
    return Questionnaire.objects.get_or_create(proposal=proposal, defaults={"release": current_release()})[0]


Values = dict[tuple[str, str], object]  # (question, row) -> value
Present = dict[tuple[str, str], Answer]


@transaction.atomic(savepoint=False)
def save_answers(
    *,
    questionnaire: Questionnaire,
    actor: User,
    values: Values,
    settle: Callable[[Values, Present], Values] | None = None,
    page: str = "",
) -> list[Answer]:
    """Keep these answers (None takes one back); earlier values stay in the history. Gives those that changed.

    `settle` may leave some out, or refuse, once the proposal is locked and the answers that stand are read. What is
    refused here ends the transaction around it, too. `tell_answers` writes them into the record, by the minute.
    `page` names the opened page they come from, which may overtake itself but no other.
    """
    proposal = questionnaire.proposal
    guard_editable(proposal)
    present = {
        (a.question, a.row): a
        for a in questionnaire.answers.select_for_update(of=("self",)).select_related("changed_by")
    }
    if settle is not None:
        values = settle(values, present)
    now, changed = timezone.now(), []
    for key, value in values.items():
        answer = present.get(key)
        before = answer.value if answer else None
        if before == value:
            continue
        if answer is None:
            answer = Answer(questionnaire=questionnaire, question=key[0], row=key[1], revision=0)
        answer.value, answer.changed_by, answer.changed_at = value, actor, now
        answer.origin = answer.origin_reference = ""  # said by a person now
        answer.confirmed_at = answer.confirmed_by = None
        answer.revision += 1
        answer.save()
        AnswerChange.objects.create(answer=answer, before=before, after=value, by=actor, at=now, page=page)
        changed.append(answer)
    return changed


def assess_now(*, questionnaire: Questionnaire, on: date) -> Assessment:
    """The level the present answers lead to; nothing is stored. For the panel beside a draft."""
    return assess(catalogue_of(questionnaire.release), present_facts(questionnaire=questionnaire, on=on), on=on)


def present_facts(*, questionnaire: Questionnaire, on: date) -> dict:
    content = fact_collection.present_content(questionnaire)
    catalogue = catalogue_of(questionnaire.release)
    return fact_collection.collect(
        catalogue=catalogue,
        content=content,
        owner_id=questionnaire.proposal.owner_id,
        safeguards=safeguards_of(questionnaire),
        on=on,
    )


class DraftFacts(NamedTuple):
    facts: dict
    taken: set[tuple[str, str]]  # (finding, mitigation) of every safeguard that was taken up, refused ones included


def draft_facts(*, questionnaire: Questionnaire, answers: Iterable[Answer], on: date, again: bool) -> DraftFacts:
    """As `present_facts`, of a draft with these answers. With `again`, what is not an answer may be as a page of this
    draft read it up to a minute ago, unless somebody changed the collaboration since."""
    changed_at = questionnaire.proposal.updated_at.isoformat()
    key = f"draft-facts:{questionnaire.pk}:{changed_at}:{questionnaire.release_id}:{on.isoformat()}"
    kept = cache.get(key) if again else None
    if kept is not None and (facts := fact_collection.with_answers(kept.facts, answers)) is not None:
        return DraftFacts(facts, kept.taken)
    taken = set(questionnaire.safeguards.values_list("finding", "mitigation"))
    found = DraftFacts(present_facts(questionnaire=questionnaire, on=on), taken)
    cache.set(key, found, DRAFT_FACTS_SECONDS)
    return found


def safeguards_of(questionnaire: Questionnaire) -> list[dict]:
    rows = questionnaire.safeguards.exclude(state=SafeguardState.REFUSED).order_by("pk")
    return [{"mitigation": row.mitigation, "finding": row.finding, "state": row.state} for row in rows]


@transaction.atomic
def freeze_version(*, proposal: Proposal, actor: User, seen: str = "") -> ProposalVersion:
    """Freeze what is submitted as the next version. Refuses while an asked, required question stands open.

    With `seen`, the fingerprint of what somebody read, other content is a Conflict: nobody submits what they never saw.
    """
    questionnaire = open_questionnaire(proposal=proposal)
    content = fact_collection.filed_content(questionnaire)
    sha256 = fact_collection.fingerprint(content)
    if seen and seen != sha256:
        raise Conflict(
            _("Somebody changed the proposal just now. Nothing was submitted: read it below, then submit again.")
        )
    facts = present_facts(questionnaire=questionnaire, on=timezone.localdate())
    problem, question = first_problem(catalogue_of(questionnaire.release), facts)
    if problem:
        raise DomainError(problem, field=question)
    missing = needed_answers(catalogue_of(questionnaire.release), facts)
    if missing:
        raise DomainError(
            _("%(count)d answers are missing before this can be submitted. The list leads to each.")
            % {"count": len(missing)}
        )
    if waiting := waiting_answers(
        questionnaire=questionnaire, catalogue=catalogue_of(questionnaire.release), facts=facts
    ):
        raise DomainError(
            ngettext(
                "%(count)d answer was filled in for you and waits: say that it is still right, or change it.",
                "%(count)d answers were filled in for you and wait: say that they are still right, or change them.",
                len(waiting),
            )
            % {"count": len(waiting)},
            field=waiting[0].question.id,
        )
    if unnamed := missing_rows(catalogue_of(questionnaire.release), facts):
        raise DomainError(unnamed[0].row_needed)
    tell_answers(questionnaire=questionnaire)
    last = latest_version(proposal)
    version = ProposalVersion.objects.create(
        proposal=proposal,
        number=(last.number if last else 0) + 1,
        content=content,
        sha256=sha256,
        release=questionnaire.release,
        submitted_by=actor,
    )
    file_evidence(proposal=proposal)
    record(
        "version.frozen",
        subject=version,
        actor_id=actor.pk,
        role=role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after={"number": version.number, "sha256": version.sha256},
    )
    return version


@transaction.atomic
def assess_version(*, version: ProposalVersion, trigger: str) -> AssessmentRecord:
    """Run the engine on a frozen version with today's registry facts and the safeguards as they stand; keep it all."""
    today = timezone.localdate()
    questionnaire = version.proposal.questionnaire
    catalogue = catalogue_of(version.release)
    facts = fact_collection.collect(
        catalogue=catalogue,
        content=fact_collection.with_determinations(version.content, counted_determinations(version)),
        owner_id=version.proposal.owner_id,
        safeguards=safeguards_of(questionnaire),
        on=today,
    )
    result = assess(catalogue, facts, on=today)
    stored = result.to_json()
    row = AssessmentRecord.objects.create(
        proposal=version.proposal,
        version=version,
        release=version.release,
        as_of=today,
        facts=facts,
        facts_sha256=result.facts_sha256,
        result=stored,
        result_sha256=fact_collection.fingerprint(stored),
        editions=[str(edition.uid) for edition in registry.editions_in_force()],
        owners=read_owners(facts, {row["id"]: row["partner"] for row in version.content["partners"]}, on=today),
        inherent_lower=result.inherent.lower,
        inherent_upper=result.inherent.upper,
        residual_upper=result.residual.upper,
        if_agreed_upper=result.if_agreed.upper,
        route=result.route,
        trigger=trigger,
    )
    record(
        "proposal.assessed",
        subject=row,
        actor_id=None,
        role="system",
        reference=version.proposal.reference,
        after={
            "version": version.number,
            "release": str(version.release),
            "facts_sha256": row.facts_sha256,
            "result_sha256": row.result_sha256,
            "lower": row.inherent_lower,
            "upper": row.inherent_upper,
            "residual": row.residual_upper,
            "route": row.route,
            "trigger": trigger,
        },
    )
    return row


@transaction.atomic
def propose_safeguard(
    *,
    questionnaire: Questionnaire,
    actor: User,
    finding: str,
    mitigation: str,
    responsible: str = "",
    due_on: date | None = None,
) -> Safeguard:
    """Take up a mitigation for a finding; it counts once an officer agrees."""
    guard_undecided(questionnaire.proposal)
    catalogue = catalogue_of(questionnaire.release)
    rule = next((rule for rule in catalogue.rules if rule.id == finding.partition(":")[0]), None)
    if rule is None or mitigation not in rule.mitigations:
        raise DomainError(_("This safeguard does not belong to that finding. Choose one that is offered beside it."))
    if questionnaire.safeguards.filter(finding=finding, mitigation=mitigation).exists():
        raise Conflict(_("This safeguard is in the list already."))
    safeguard = Safeguard.objects.create(
        questionnaire=questionnaire,
        finding=finding,
        mitigation=mitigation,
        responsible=responsible,
        due_on=due_on,
        proposed_by=actor,
    )
    _record_safeguard(safeguard, actor, "safeguard.proposed")
    return safeguard


@transaction.atomic
def settle_safeguard(
    *,
    safeguard: Safeguard,
    actor: User,
    state: SafeguardState,
    responsible: str = "",
    due_on: date | None = None,
    evidence_wanted: str = "",
) -> Safeguard:
    """An officer's or reviewer's answer to a proposed safeguard: agreed, not taken up or fulfilled.

    What is agreed has somebody who sees to it, a day, and what will show it: as given, else as it was proposed.
    """
    guard_undecided(safeguard.questionnaire.proposal)
    before = safeguard.state
    allowed = {
        SafeguardState.PROPOSED: {SafeguardState.AGREED, SafeguardState.REFUSED},
        SafeguardState.AGREED: {SafeguardState.FULFILLED, SafeguardState.REFUSED},
        SafeguardState.REFUSED: {SafeguardState.AGREED},
    }
    if state not in allowed.get(before, ()):
        raise Conflict(_("This safeguard is %(state)s already.") % {"state": SafeguardState(before).label})
    changes = {"state": state, "settled_by": actor}
    if state == SafeguardState.AGREED:
        changes |= _agreed_terms(safeguard, responsible, due_on, evidence_wanted)
    changed = Safeguard.objects.filter(pk=safeguard.pk, state=before).update(**changes)
    if not changed:
        raise Conflict(_("Somebody answered this safeguard at the same time. Reload the page."))
    for name, value in changes.items():
        setattr(safeguard, name, value)
    _record_safeguard(safeguard, actor, f"safeguard.{state}", before={"state": str(before)})
    return safeguard


def _in_working_days(safeguard: Safeguard) -> date:
    calendar = calendar_of(safeguard.questionnaire.proposal.institution)
    return calendar.add(timezone.localdate(), DAYS_FOR_A_SAFEGUARD)


def _agreed_terms(safeguard: Safeguard, responsible: str, due_on: date | None, evidence_wanted: str) -> dict:
    mitigation = catalogue_of(safeguard.questionnaire.release).mitigation(safeguard.mitigation)
    due_on = due_on or safeguard.due_on or _in_working_days(safeguard)
    if due_on < timezone.localdate():
        raise DomainError(_("This day is past. Choose one from today on."), field="due_on")
    return {
        "responsible": responsible.strip() or safeguard.responsible or mitigation.responsible,
        "due_on": due_on,
        "evidence_wanted": (evidence_wanted.strip() or safeguard.evidence_wanted or mitigation.evidence)[:300],
    }


@transaction.atomic
def change_safeguard(*, safeguard: Safeguard, actor: User, responsible: str, due_on: date | None) -> Safeguard:
    """Say anew who sees to it and by when, until somebody agreed to it as it stands."""
    guard_undecided(safeguard.questionnaire.proposal)
    if safeguard.state != SafeguardState.PROPOSED:
        raise Conflict(_("This safeguard is %(state)s already.") % {"state": safeguard.get_state_display()})
    if (safeguard.responsible, safeguard.due_on) != (responsible, due_on):
        safeguard.responsible, safeguard.due_on = responsible, due_on
        safeguard.save(update_fields=["responsible", "due_on"])
        _record_safeguard(safeguard, actor, "safeguard.changed")
    return safeguard


@transaction.atomic
def drop_safeguard(*, safeguard: Safeguard, actor: User) -> None:
    """Take back what was only proposed."""
    guard_undecided(safeguard.questionnaire.proposal)
    if safeguard.state != SafeguardState.PROPOSED:
        raise Conflict(_("Only a safeguard that nobody agreed to yet can be taken back."))
    _record_safeguard(safeguard, actor, "safeguard.dropped")
    safeguard.delete()


@transaction.atomic
def discard_questionnaire(*, proposal: Proposal) -> None:
    """Delete all that a draft holds beside itself; called when the draft is discarded."""
    for questionnaire in Questionnaire.objects.filter(proposal=proposal):
        tell_answers(questionnaire=questionnaire)
        AnswerChange.objects.filter(answer__questionnaire=questionnaire).delete()
        questionnaire.answers.all().delete()
        questionnaire.safeguards.all().delete()
        questionnaire.delete()


def guard_undecided(proposal: Proposal) -> None:
    """Safeguards move while a proposal is written or reviewed; afterwards they are conditions."""
    if proposal.state not in {*EDITABLE, *UNDER_REVIEW, State.SUBMITTED}:
        raise Conflict(
            _("%(reference)s is %(state)s, so its safeguards stay as they are.")
            % {"reference": proposal.reference, "state": proposal.get_state_display()}
        )


def _record_safeguard(safeguard, actor, verb, before=None):
    proposal = safeguard.questionnaire.proposal
    touch(proposal)
    record(
        verb,
        subject=safeguard,
        actor_id=actor.pk,
        role=role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        before=before,
        after={
            "finding": safeguard.finding,
            "mitigation": safeguard.mitigation,
            "state": str(safeguard.state),
            "responsible": safeguard.responsible,
            "due_on": safeguard.due_on.isoformat() if safeguard.due_on else None,
            "evidence_wanted": safeguard.evidence_wanted,
        },
    )
