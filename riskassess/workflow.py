"""The story of a proposal: each function is one step, one transaction, and calls the chapters in order."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import queries as registry
from partners import services as registry_services
from partners.models import Contact, FactChange, Hit, Judgement, ListEdition, Partner, PartnerMerge, Party
from riskassess.accounts.models import Unit, User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.assessments import prefilling
from riskassess.assessments import services as assessments
from riskassess.assessments.exchange.content import Draft as FileDraft
from riskassess.assessments.exchange.faults import Problem, UnfitFile
from riskassess.assessments.models import (
    Answer,
    AssessmentRecord,
    Origin,
    ProposalVersion,
    Questionnaire,
    Safeguard,
    SafeguardState,
)
from riskassess.assessments.queries import assessment_of, catalogue_of, current_release, latest_record, latest_version
from riskassess.audit.log import record as record_event
from riskassess.audit.log import story
from riskassess.audit.queries import last_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.engine.results import Assessment
from riskassess.jobs.models import Job
from riskassess.jobs.services import retry
from riskassess.notices import telling
from riskassess.proposals import contacts, copying, evidence, team, threads
from riskassess.proposals import services as proposals
from riskassess.proposals import visits as visit_rows
from riskassess.proposals.models import (
    CoInvestigator,
    Comment,
    EvidenceVersion,
    Invitation,
    Participation,
    ParticipationContact,
    Proposal,
    Thread,
    Transfer,
)
from riskassess.proposals.queries import open_invitations
from riskassess.proposals.states import IN_WORK, RENEWABLE, STANDING, UNDER_REVIEW, State
from riskassess.reports import services as reports
from riskassess.reviews import routing, talk
from riskassess.reviews import services as reviews
from riskassess.reviews.eligibility import FEWEST_PANEL_MEMBERS, panel_members, why_not_vote
from riskassess.reviews.hearing import took_part
from riskassess.reviews.models import Appeal, Case, Condition, Draw, Hold, Outcome, Recommendation, Vote
from riskassess.reviews.queries import carried_by, last_decision, stuck_submissions
from riskassess.reviews.rules import conflict_reason
from riskassess.reviews.talk import is_helper

STATE_AFTER = {
    Outcome.APPROVE: State.APPROVED,
    Outcome.CONDITIONS: State.APPROVED_WITH_CONDITIONS,
    Outcome.PART: State.APPROVED_WITH_CONDITIONS,
    Outcome.DECLINE: State.DECLINED,
}


# Filing


@story()
def choose_partners(*, proposal: Proposal, actor: User, rows: list[tuple[Partner, str]]) -> list[Participation]:
    """Set the partners and have those compared with the lists that were not yet, so that the level can say."""
    named = [row.contact_id for row in contacts.contacts_of(proposal)]
    result = proposals.set_partners(proposal=proposal, actor=actor, rows=rows)
    contacts.forget_unnamed(contacts=named)
    editions = _editions_key()
    for partner, _role in rows:
        if not registry.is_fresh(partner):
            key = f"screen:{partner.uid}:{registry.names_key(partner)[:16]}:{editions}"[:180]
            registry_services.request_screening(partner=partner, key=key, asked_by=actor)
    return result


@story()
def choose_contacts(*, proposal: Proposal, actor: User, people: list[contacts.Named]) -> list[ParticipationContact]:
    """Say who at the partners one works with, and have those compared with the lists that were not yet."""
    result = contacts.set_contacts(proposal=proposal, actor=actor, people=people)
    editions = _editions_key()
    for contact in _stale([row.contact for row in result]):
        key = f"screen:{contact.uid}:{editions}"[:180]
        registry_services.request_contact_screening(contact=contact, key=key, asked_by=actor)
    return result


def _editions_key() -> str:
    return ",".join(sorted(str(edition.pk) for edition in registry.editions_in_force()))


def _stale(parties: list[Party]) -> list[Party]:
    return [party for party in parties if not registry.is_fresh(party)]


class Reused(NamedTuple):
    """A draft made from another proposal: how many answers came along, and the questions of which none did."""

    proposal: Proposal
    taken: int
    left: list[str]


@story()
def copy_proposal(
    *, source: Proposal, actor: User, with_people: bool = False, is_renewal: bool = False, opened: UUID | None = None
) -> Reused:
    """Open a draft under the newest release with all that `source` says and that this release still takes. Every answer
    waits until somebody confirms it; people named at partners come along only where that is asked for."""
    if is_renewal:
        _guard_renewable(source, actor, opened)
    old = assessments.open_questionnaire(proposal=source)
    catalogue = catalogue_of(current_release())
    kinds = next((each for each in catalogue.questions if each.field == "kinds"), None)
    proposal, is_new = copying.open_copy(
        source=source,
        owner=actor,
        kinds=[kind for kind in source.kinds if kinds and kinds.option(kind)],
        is_renewal=is_renewal,
        opened=opened,
    )
    questionnaire = assessments.open_questionnaire(proposal=proposal)
    if not is_new:
        return Reused(proposal, questionnaire.answers.count(), [])
    rows = _copy_partners(source, proposal, actor, with_people)
    rows |= copying.copy_rows(source=source, to=proposal, actor=actor)
    values, left = prefilling.reusable_answers(
        answers=old.answers.all(), rows=_kinds_of_rows(proposal, rows), catalogue=catalogue
    )
    origin = Origin.RENEWED if is_renewal else Origin.COPIED
    if is_renewal:  # whoever presses Renew says so
        said = prefilling.said_by_renewing(catalogue, source.reference)
        assessments.save_answers(questionnaire=questionnaire, actor=actor, values=said)
    answers = prefilling.prefill(
        questionnaire=questionnaire, actor=actor, values=values, origin=origin, reference=source.reference
    )
    record_event(
        "proposal.renewal_opened" if is_renewal else "proposal.copied",
        subject=proposal,
        actor_id=actor.pk,
        role=proposals.role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after={"from": source.reference, "answers": len(answers), "left_out": left},
    )
    return Reused(proposal, len(answers), left)


def _guard_renewable(source: Proposal, actor: User, opened: UUID | None) -> None:
    """One renewal at a time; the same form sent again is no second one."""
    _lock(source)
    if source.state not in RENEWABLE:
        raise Conflict(
            _("%(reference)s is %(state)s. What is approved, registered or expired can be renewed; this can be copied.")
            % {"reference": source.reference, "state": source.get_state_display()}
        )
    going = source.renewals.filter(state__in=IN_WORK).first()
    if going is not None and (opened is None or (going.owner_id, going.opened) != (actor.pk, opened)):
        raise Conflict(
            _("%(new)s renews %(old)s already. Go on with that one, or withdraw it first.")
            % {"new": going.reference, "old": source.reference}
        )


def _copy_partners(source: Proposal, proposal: Proposal, actor: User, with_people: bool) -> dict[str, str]:
    """Have the same organisations take part, as the registry knows them now; old rows with the new ones."""
    old = list(source.participations.select_related("partner__merged_into"))
    named: dict[int, tuple[Partner, str]] = {}
    for row in old:
        partner = row.partner.merged_into or row.partner
        named.setdefault(partner.pk, (partner, row.role))
    choose_partners(proposal=proposal, actor=actor, rows=list(named.values()))
    if with_people and (people := copying.people_for(source, proposal)):
        choose_contacts(proposal=proposal, actor=actor, people=people)
    made = {row.partner_id: str(row.uid) for row in proposal.participations.all()}
    return {str(row.uid): made[row.partner.merged_into_id or row.partner_id] for row in old}


def _kinds_of_rows(proposal: Proposal, rows: dict[str, str]) -> dict[str, tuple[str, prefilling.Scope]]:
    """Each old row with the new one and what it is a row of; the proposal itself is the empty one."""
    scopes: dict[str, prefilling.Scope] = {str(row.uid): "partner" for row in proposal.participations.all()}
    scopes |= {str(row.uid): "funder" for row in proposal.funders.all()}
    scopes |= {str(row.uid): "technology" for row in proposal.technology_items.all()}
    return {"": ("", "proposal"), **{old: (new, scopes[new]) for old, new in rows.items()}}


class UnclearPartners(DomainError):
    """Partners of a file that may be known under another name: (place, name, what is like it)."""

    def __init__(self, unclear: list[tuple[int, str, list[registry.Organisation]]]):
        super().__init__(_("Say which organisation is meant, then the file is taken."), field="partners")
        self.unclear = unclear


NEW_PARTNER = "new"


@story()
def import_proposal(
    *,
    given: FileDraft,
    actor: User,
    unit: Unit,
    chosen: dict[int, str] | None = None,
    opened: UUID | None = None,
    source: str = "",
) -> Reused:
    """Open a draft with all that a file brings, or nothing. Its answers wait until somebody confirms them.

    `chosen` says by the place of a partner which organisation is meant: its key, or `NEW_PARTNER`.
    """
    proposal = proposals.create_proposal(
        owner=actor, title=given.title, unit=unit, summary=given.summary, opened=opened
    )
    questionnaire = assessments.open_questionnaire(proposal=proposal)
    if questionnaire.answers.exists() or proposal.participations.exists():
        return Reused(proposal, questionnaire.answers.count(), given.left)
    proposals.describe(
        proposal=proposal,
        actor=actor,
        title=given.title,
        summary=given.summary,
        kinds=given.kinds,
        unit=unit,
        starts=given.starts,
        ends=given.ends,
    )
    partners = _partners_meant(given, actor, chosen or {})
    rows = {
        "partners": choose_partners(
            proposal=proposal,
            actor=actor,
            rows=[(each, row.get("role", "partner")) for each, row in zip(partners, given.partners, strict=True)],
        ),
        "funders": proposals.set_funders(proposal=proposal, actor=actor, rows=given.funders),
        "technology": proposals.set_technology(proposal=proposal, actor=actor, rows=given.technology),
    }
    _name_people(proposal, actor, given, rows["partners"])
    ids = {
        row.get("id") or f"p{place}": new
        for place, (row, new) in enumerate(zip(given.partners, rows["partners"], strict=True), 1)
    }
    visit_rows.set_visits(
        proposal=proposal,
        actor=actor,
        rows=[{"access": "", **row, "participation": ids.get(row.get("partner", ""))} for row in given.visits],
    )
    values: prefilling.Values = {(name, ""): value for name, value in given.answers.items()}
    for name, made in rows.items():
        for row, new in zip(getattr(given, name), made, strict=True):
            values |= {(question, str(new.uid)): value for question, value in row["answers"].items()}
    answers = prefilling.prefill(questionnaire=questionnaire, actor=actor, values=values, origin=Origin.FILE)
    _propose_given(questionnaire, actor, given, rows)
    record_event(
        "proposal.imported",
        subject=proposal,
        actor_id=actor.pk,
        role=proposals.role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after={"from": source, "answers": len(answers), "left_out": given.left},
    )
    return Reused(proposal, len(answers), given.left)


def _partners_meant(given: FileDraft, actor: User, chosen: dict[int, str]) -> list[Partner]:
    """The organisations of the file, registered where they are new; what is not clear is asked all at once."""
    partners: list[Partner] = []
    unclear, problems = [], []
    for place, row in enumerate(given.partners):
        try:
            partners.append(_partner_meant(row, actor, chosen.get(place, "")))
        except registry_services.NearDuplicates as fault:
            unclear.append((place, row["name"], fault.found))
        except DomainError as fault:
            problems.append(Problem(_("Partner %(n)d (%(name)s)") % {"n": place + 1, "name": row["name"]}, str(fault)))
    for place, partner in enumerate(partners):
        if not (unclear or problems) and partner in partners[:place]:
            words = _("This is the same organisation as partner %(n)d. Take one of them away.")
            first = partners.index(partner) + 1
            named = {"n": place + 1, "name": given.partners[place]["name"]}
            problems.append(Problem(_("Partner %(n)d (%(name)s)") % named, words % {"n": first}))
    if problems:
        raise UnfitFile(problems)
    if unclear:
        raise UnclearPartners(unclear)
    return partners


def _partner_meant(row: dict, actor: User, key: str) -> Partner:
    name, country, ror_id = row["name"], row["country"], row.get("ror") or ""
    apart: set[str] = set()
    if key == NEW_PARTNER:
        apart = {each.key for each in registry.near_duplicates(name, country, ror_id)}
    elif key and (meant := registry.organisations_of([key]).get(key)):
        if meant.partner:
            return meant.partner
        name, country, ror_id = meant.name, meant.country, meant.ror_id
    return registry_services.register_partner(name=name, country=country, ror_id=ror_id, actor=actor, told_apart=apart)


def _name_people(proposal: Proposal, actor: User, given: FileDraft, made: list[Participation]) -> None:
    people = [
        contacts.Named(
            participation=participation,
            name=person["name"],
            role=person.get("role", ""),
            orcid=person.get("orcid", ""),
            birth_year=person.get("birth_year"),
        )
        for row, participation in zip(given.partners, made, strict=True)
        for person in row.get("contacts") or ()
    ]
    if not people:
        return
    try:
        choose_contacts(proposal=proposal, actor=actor, people=people)
    except contacts.UnfitContact as fault:
        raise UnfitFile([Problem(people[fault.place].name, str(fault))]) from None


def _propose_given(questionnaire: Questionnaire, actor: User, given: FileDraft, rows: dict[str, list]) -> None:
    """Safeguards of a file, as proposed: only an officer agrees. A row is named by its id or its place."""
    uids = {}
    for name, made in rows.items():
        for place, (row, new) in enumerate(zip(getattr(given, name), made, strict=True), 1):
            uids[row.get("id") or f"{name[0]}{place}"] = str(new.uid)
    taken = set()
    for item in given.safeguards:
        rule, _colon, row = item["finding"].partition(":")
        finding = f"{rule}:{uids[row]}" if row in uids else item["finding"]
        if (finding, item["mitigation"]) not in taken:
            taken.add((finding, item["mitigation"]))
            assessments.propose_safeguard(
                questionnaire=questionnaire, actor=actor, finding=finding, mitigation=item["mitigation"]
            )


@story()
def fill_in_known(*, proposal: Proposal, actor: User) -> list[Answer]:
    """Fill in what is known of the partners already, and of one's own side; each waits for a person to confirm it."""
    return prefilling.fill_in_known(questionnaire=_questionnaire_of(proposal), actor=actor)


@story()
def confirm_answers(*, proposal: Proposal, actor: User, keys: list[prefilling.Key]) -> list[Answer]:
    return prefilling.confirm_answers(questionnaire=_questionnaire_of(proposal), actor=actor, keys=keys)


def _questionnaire_of(proposal: Proposal) -> Questionnaire:
    questionnaire = assessments.open_questionnaire(proposal=proposal)
    questionnaire.proposal = proposal
    return questionnaire


@story()
def submit(*, proposal: Proposal, actor: User, seen: str = "") -> ProposalVersion:
    """Freeze the proposal and send it on its way; partners are screened first where that is due.

    `seen` is the fingerprint of what a page showed before: other content is then refused with a Conflict.
    """
    if proposal.owner_id != actor.pk:
        raise DomainError(_("Only the lead researcher can submit this proposal."))
    proposals.move(proposal=proposal, name="submit", actor=actor)
    version = assessments.freeze_version(proposal=proposal, actor=actor, seen=seen)
    Proposal.objects.filter(pk=proposal.pk).update(submitted_at=timezone.now())
    partners = _partners_of(proposal)
    people = _contacts_of(proposal)
    registry_services.file_contacts(contacts=Contact.objects.filter(pk__in=[contact.pk for contact in people]))
    stale = _stale([*partners, *registry.owners_of(partners, timezone.localdate()), *people])
    goes_on = {"follow_up": "schedule.assess_submitted", "ids": (proposal.pk,), "asked_by": actor}
    for party in stale:
        key = f"screen:{version.uid}:{party.uid}"
        if isinstance(party, Contact):
            registry_services.request_contact_screening(contact=party, key=key, **goes_on)
        else:
            registry_services.request_screening(partner=party, key=key, **goes_on)
    # Who files together is in conflict from now on, also over other proposals.
    _hand_back_conflicted([proposal.owner, *(row.user for row in proposal.coinvestigators.select_related("user"))])
    if not stale:
        assess_submitted(proposal=proposal)
    return version


@story()
def assess_submitted(*, proposal: Proposal) -> AssessmentRecord | None:
    """Go on with a submitted proposal once no screening is pending; doing it twice does it once."""
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    version = latest_version(proposal)
    if proposal.state != State.SUBMITTED or version is None or version.records.exists():
        return None
    screenings = Job.objects.filter(
        task__in=["partners.screen_partner", "partners.screen_contact"], key__startswith=f"screen:{version.uid}:"
    )
    if screenings.filter(state__in=["queued", "working"]).exists():
        return None
    record = assessments.assess_version(version=version, trigger="submitted")
    result = assessment_of(record)
    has_case = Case.objects.filter(proposal=proposal).exists()
    if result.route == "fast_track" and not has_case:
        _register(proposal, record)
    else:
        _open_review(proposal, record, result)
    if result.route != "fast_track":
        _tell_unscreened(proposal, version)
    return record


@story()
def tell_stuck(*, proposal: Proposal, job: Job) -> None:
    """Tell the officers that a submitted proposal could not be assessed; once for each failure."""
    telling.assessment_failed(proposal=proposal, people=_free_officers(proposal), job=job)


@story()
def assess_again(*, proposal: Proposal, actor: User) -> Job:
    """Start a failed assessment anew."""
    _guard_no_conflict(actor, proposal)
    job = stuck_submissions(Proposal.objects.filter(pk=proposal.pk)).get(proposal.pk)
    if job is None:
        raise Conflict(_("The assessment of %(reference)s does not wait.") % {"reference": proposal.reference})
    record_event(
        "proposal.assessment_retried",
        subject=proposal,
        actor_id=actor.pk,
        role=proposals.role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
    )
    return retry(job=job)


def _free_officers(proposal: Proposal) -> list[User]:
    """The officers of the proposal's unit who may act on it."""
    return [user for user in holders(Role.OFFICER, unit=proposal.unit) if not conflict_reason(user, proposal)]


def _partners_of(proposal: Proposal) -> list[Partner]:
    return [row.partner for row in proposal.participations.select_related("partner")]


def _contacts_of(proposal: Proposal) -> list[Contact]:
    return [row.contact for row in contacts.contacts_of(proposal)]


def _register(proposal: Proposal, record: AssessmentRecord) -> None:
    proposals.move(proposal=proposal, name="register", actor=None)
    reports.request_report(proposal=proposal, record=record, kind="receipt", asked_by=proposal.owner)
    telling.proposal_registered(proposal=proposal, number=record.version.number)


@story()
def settle_draw(*, proposal: Proposal, percent: Decimal) -> Draw | None:
    """Settle whether this registration is read afterwards, and take it into a review where it is. None where that is
    settled already, or the proposal moved on."""
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state != State.REGISTERED or Draw.objects.filter(proposal=proposal).exists():
        return None
    event = last_event("proposal.register", proposal.reference)
    drawn = reviews.settle_draw(proposal=proposal, event=event, percent=percent)
    if drawn.is_drawn:
        draw(proposal=proposal)
    return drawn


@story()
def draw(*, proposal: Proposal) -> Case:
    """Take a registration into an ordinary review, because it was drawn; the work goes on meanwhile."""
    record = latest_record(proposal)
    proposals.move(proposal=proposal, name="draw", actor=None)
    return _open_review(proposal, record, assessment_of(record))


def _open_review(proposal: Proposal, record: AssessmentRecord, result: Assessment) -> Case:
    catalogue = catalogue_of(record.release)
    route = routing.case_route(result)
    case = reviews.open_case(
        proposal=proposal, route=route, deciders=result.deciders, due_on=routing.due_date(catalogue, route)
    )
    proposal.case = case
    reviews.sync_holds(case=case, result=result)
    _assign_by_table(proposal, case)
    reports.request_report(proposal=proposal, record=record, kind="assessment", asked_by=proposal.owner)
    people = [case.officer] if case.officer else _free_officers(proposal)
    telling.proposal_submitted(proposal=proposal, people=people, number=record.version.number)
    telling.review_opened(proposal=proposal, due_on=case.due_on, round_number=case.round)
    return case


def _assign_by_table(proposal: Proposal, case: Case) -> None:
    """The routing table's own choice; where nobody may act, the case is escalated and an officer assigns."""
    officer, why_officer = case.officer, _("carried the case before")
    if officer is None or not officer.is_active or conflict_reason(officer, proposal):
        officer, why_officer = routing.choose(Role.OFFICER, proposal)
    reviewer = case.reviewer
    if reviewer is None or not reviewer.is_active or conflict_reason(reviewer, proposal):
        reviewer, _why = routing.choose(Role.REVIEWER, proposal, besides={officer.pk} if officer else set())
    if officer is None:
        case.escalated = _("No research-security officer without a conflict of interest is free for this case.")
        case.save(update_fields=["escalated"])
        return
    reviews.assign_case(
        case=case,
        actor=None,
        officer=officer,
        reviewer=reviewer,
        reason=why_officer,
        panel=_panel_for(proposal, case, officer),
    )
    if proposal.state == State.SUBMITTED:
        proposals.move(proposal=proposal, name="assign", actor=None)
    if reviewer is not None:
        telling.case_assigned(proposal=proposal, user=reviewer, round_number=case.round)


def _panel_for(proposal: Proposal, case: Case, officer: User | None) -> tuple[User, ...]:
    if case.route != "panel" and not case.panel_called:
        return ()
    members = proposal.institution.panel.filter(is_active=True).order_by("name")
    return tuple(
        user for user in members if (officer is None or user.pk != officer.pk) and not conflict_reason(user, proposal)
    )


def _tell_unscreened(proposal: Proposal, version: ProposalVersion) -> None:
    partners, people = _partners_of(proposal), _contacts_of(proposal)
    said = [*registry.sanction_hits(partners).values(), *registry.sanction_hits(people).values()]
    if "not_screened" in said:
        telling.not_screened(proposal=proposal, people=_free_officers(proposal), number=version.number)


@story()
def discard(*, proposal: Proposal, actor: User) -> str:
    """Delete a draft with all it holds."""
    if proposal.owner_id != actor.pk:
        raise DomainError(_("Only the lead researcher can discard this draft."))
    if proposal.state == State.DRAFT:
        assessments.discard_questionnaire(proposal=proposal)
        evidence.drop_unfiled(proposal=proposal)
    named = [row.contact_id for row in contacts.contacts_of(proposal)]
    reference = proposals.discard_draft(proposal=proposal, actor=actor)
    contacts.forget_unnamed(contacts=named)
    return reference


@story()
def withdraw(*, proposal: Proposal, actor: User, reason: str = "") -> Proposal:
    """Take a submitted proposal back; the review stops and nothing is decided."""
    if proposal.owner_id != actor.pk:
        raise DomainError(_("Only the lead researcher can withdraw this proposal."))
    proposals.move(proposal=proposal, name="withdraw", actor=actor, reason=reason.strip())
    evidence.drop_unfiled(proposal=proposal)
    case = _case_of(proposal)
    if case is not None:
        case.closed_at = timezone.now()
        case.save(update_fields=["closed_at"])
        telling.proposal_withdrawn(proposal=proposal, people=_carriers(case), revision=proposal.revision)
    return proposal


@story()
def tell_file_refused(*, version: EvidenceVersion) -> None:
    """The virus scanner found something in a file of evidence: its bytes are gone, and its authors learn of it."""
    proposal = version.evidence.proposal
    record_event(
        "evidence.refused",
        subject=version.evidence,
        actor_id=None,
        role="system",
        reference=proposal.reference,
        after={"version": version.number, "sha256": version.file.sha256},
    )
    proposals.touch(proposal)
    telling.evidence_refused(proposal=proposal, uid=version.uid)


@story()
def tell_scanner_away() -> None:
    """Tell the administrators, once a day, that files wait because the virus scanner does not answer."""
    telling.scanner_away(people=list(holders(Role.ADMINISTRATOR)), day=timezone.localdate())


# Reviewing


@story()
def assign(*, case: Case, actor: User, officer: User, reviewer: User | None) -> Case:
    """An officer's own choice of who carries the case."""
    proposal = case.proposal
    _lock(proposal)
    _guard_open(case)
    _guard_no_conflict(actor, proposal)
    reviews.assign_case(
        case=case,
        actor=actor,
        officer=officer,
        reviewer=reviewer,
        reason=_("chosen by %(name)s") % {"name": actor.name},
        panel=_panel_for(proposal, case, officer),
    )
    if case.escalated:
        case.escalated = ""
        case.save(update_fields=["escalated"])
    if proposal.state == State.SUBMITTED:
        proposals.move(proposal=proposal, name="assign", actor=actor)
    for user in filter(None, (officer, reviewer)):
        if user.pk != actor.pk:
            telling.case_assigned(proposal=proposal, user=user, round_number=case.round)
    return case


@story()
def recommend(*, case: Case, actor: User, outcome: str, reasons: str, record_uid: str) -> Recommendation:
    _lock(case.proposal)
    record = _record_shown(case.proposal, record_uid)
    recommendation = reviews.recommend(case=case, actor=actor, outcome=outcome, reasons=reasons, record=record)
    telling.recommendation_made(
        proposal=case.proposal, people=_next_voters(case), round_number=case.round, uid=recommendation.uid
    )
    return recommendation


@story()
def decide(
    *,
    case: Case,
    actor: User,
    record_uid: str,
    outcome: str,
    reasons: str = "",
    source: str = "",
    why_safeguards_fail: str = "",
    scope: list[str] | None = None,
    conditions: list[dict] | None = None,
) -> Vote:
    """Cast the vote that is due on exactly the assessment that was shown; the last one moves the proposal."""
    proposal = case.proposal
    _lock(proposal)
    record = _record_shown(proposal, record_uid)
    vote, decision = reviews.cast_vote(
        case=case,
        actor=actor,
        record=record,
        outcome=outcome,
        reasons=reasons,
        source=source,
        why_safeguards_fail=why_safeguards_fail,
        scope=scope,
        conditions=conditions,
    )
    case.refresh_from_db()
    if decision is None:
        if case.panel_called and not case.assignments.filter(kind="panel", ended_at__isnull=True).exists():
            _assign_panel(proposal, case, _("two different votes"))
            if len(panel_members(case)) < FEWEST_PANEL_MEMBERS:
                case.escalated = _("Two different votes, and the panel has fewer than three members who may act.")
                case.save(update_fields=["escalated"])
        telling.vote_awaited(proposal=proposal, people=_next_voters(case), uid=vote.uid)
        return vote
    proposals.move(proposal=proposal, name="decide", actor=actor, to=STATE_AFTER[Outcome(decision.outcome)])
    _resolve_flags(proposal, actor)
    reports.request_report(
        proposal=proposal, record=record, kind="decision", decision=decision, asked_by=proposal.owner
    )
    telling.decision_made(proposal=proposal, uid=decision.uid)
    return vote


def _hand_back_conflicted(people: list[User]) -> None:
    """Take these people off the open cases that they may no longer carry, and tell the officers who may choose anew."""
    for case in carried_by(people).select_related("proposal__owner", "officer", "reviewer"):
        for user in people:
            reason = conflict_reason(user, case.proposal)
            if not reason:
                continue
            _lock(case.proposal)
            if reviews.hand_back(case=case, user=user, reason=reason):
                telling.case_handed_back(
                    proposal=case.proposal, people=_free_officers(case.proposal), round_number=case.round, user=user
                )


@story()
def request_changes(*, case: Case, actor: User, reasons: str) -> Proposal:
    """Send the proposal back with what is asked; the clock stops."""
    proposal = case.proposal
    _guard_no_conflict(actor, proposal)
    proposals.move(
        proposal=proposal, name="request_changes", actor=actor, reason=_needed(reasons, _("Say what you ask for."))
    )
    _resolve_flags(proposal, actor)
    telling.changes_requested(proposal=proposal, revision=proposal.revision)
    return proposal


@story()
def flag(*, case: Case, actor: User, reasons: str, told: str) -> Proposal:
    """Mark the case for a closer look. `reasons` are internal; `told` is what the authors read and may reply to."""
    proposal = case.proposal
    _guard_no_conflict(actor, proposal)
    proposals.move(
        proposal=proposal, name="flag", actor=actor, reason=_needed(reasons, _("Say what needs a closer look."))
    )
    days = proposal.institution.reply_working_days
    thread = threads.open_thread(
        proposal=proposal,
        actor=actor,
        kind=Thread.Kind.FLAG,
        text=threads.read_text(told, field="told", empty=_("Say what the authors are told, and may reply to.")),
        reply_until=routing.add_working_days(timezone.localdate(), days),
    )
    _tell_first(thread)
    people = [user for user in _carriers(case) if user.pk != actor.pk]
    telling.proposal_flagged(proposal=proposal, people=people, revision=proposal.revision)
    return proposal


@story()
def unflag(*, case: Case, actor: User, reasons: str) -> Proposal:
    """Take the case back into the ordinary review, with what was found."""
    _guard_no_conflict(actor, case.proposal)
    _resolve_flags(case.proposal, actor)
    return proposals.move(
        proposal=case.proposal, name="unflag", actor=actor, reason=_needed(reasons, _("Say what was found."))
    )


@story()
def lift_hold(*, hold: Hold, actor: User, evidence: str) -> Hold:
    """First half of lifting a legal hold, on the authority's evidence."""
    _guard_open(hold.case)
    hold = reviews.lift_hold(hold=hold, actor=actor, evidence=evidence)
    proposal = hold.case.proposal
    others = {
        u.pk: u for u in (*holders(Role.OFFICER, unit=proposal.unit), *holders(Role.APPROVER, unit=proposal.unit))
    }
    others.pop(actor.pk, None)
    telling.hold_lift_proposed(
        proposal=proposal,
        people=[u for u in others.values() if not conflict_reason(u, proposal)],
        uid=hold.uid,
        revision=proposal.revision,
    )
    return hold


@story()
def confirm_hold_lift(*, hold: Hold, actor: User) -> Hold:
    """Second half, by another person. The score does not change."""
    _guard_open(hold.case)
    return reviews.confirm_hold_lift(hold=hold, actor=actor)


@story()
def judge_hit(*, hit: Hit, actor: User, **judgement_of) -> Judgement:
    """Keep an officer's judgement of a match and reassess each open proposal with that party, or with what it owns."""
    waiting = _guarded_open(actor, _with_party(hit.screening.about))
    judgement = registry_services.judge_hit(hit=hit, actor=actor, **judgement_of)
    for proposal in waiting:
        reassess(proposal=proposal, trigger="judgement")
    return judgement


@story()
def confirm_judgement(*, judgement: Judgement, actor: User) -> Judgement:
    """A second person stands by the clearing of a match; each open proposal with that party is assessed with it."""
    waiting = _guarded_open(actor, _with_party(judgement.about))
    judgement = registry_services.confirm_judgement(judgement=judgement, actor=actor)
    for proposal in waiting:
        reassess(proposal=proposal, trigger="judgement")
    return judgement


@story()
def handle_change(*, change: FactChange, actor: User) -> list[Proposal]:
    """An officer has looked at what changed about a partner, a contact or a country: the open proposals that it
    concerns are assessed again, and given; what is approved or registered keeps its state."""
    about = change.partner or change.contact
    waiting = _guarded_open(actor, _with(about) if about else Q(partner__country=change.country))
    if not registry_services.close_change(change=change):
        raise Conflict(_("Somebody has dealt with this change meanwhile."))
    assessed = [proposal for proposal in waiting if reassess(proposal=proposal, trigger="facts")]
    record_event(
        "facts.handled",
        subject=change,
        actor_id=actor.pk,
        actor_name=actor.name,
        role=actor.role_now,
        before={change.fact: change.before},
        after={change.fact: change.after, "assessed_again": [proposal.reference for proposal in assessed]},
    )
    return assessed


def _with(party: Party) -> Q:
    """Participations of a partner, or at which somebody is named."""
    return Q(contacts__contact=party) if isinstance(party, Contact) else Q(partner=party)


def _with_party(party: Party) -> Q:
    """As `_with`, and those of whatever the party holds shares in."""
    return _with(party) | Q(partner__in=registry.owned_below(party, timezone.localdate()))


@story()
def erase_contact(*, contact: Contact, actor: User, reason: str) -> None:
    """Delete the details of a person whom submitted versions name, or who owns a partner, on request. Not while a
    proposal is in work with them: until it is decided, whoever reviews it has to know whom it means."""
    rows = Participation.objects.filter(_with_party(contact))
    in_work = Proposal.objects.filter(participations__in=rows, state__in=IN_WORK)
    if reference := in_work.order_by("reference").values_list("reference", flat=True).first():
        raise Conflict(
            _("%(reference)s is in work with this person. The details can be erased once it is decided or withdrawn.")
            % {"reference": reference}
        )
    ParticipationContact.objects.filter(contact=contact).delete()
    registry_services.erase_contact(contact=contact, actor=actor, reason=reason)


def _guarded_open(actor: User, concerned: Q) -> list[Proposal]:
    """The open proposals with such a participation; whoever has a conflict with one of them judges nothing about it."""
    rows = Participation.objects.filter(concerned)
    waiting = list(
        Proposal.objects.filter(participations__in=rows, state__in=[*UNDER_REVIEW, State.SUBMITTED]).distinct()
    )
    for proposal in waiting:
        _guard_no_conflict(actor, proposal)
    return waiting


@story()
def merge_partners(*, kept: Partner, merged: Partner, reason: str, actor: User) -> PartnerMerge:
    """Make one of two records; proposals that named the merged one name the kept one now."""
    for partner in (kept, merged):
        _guarded_open(actor, Q(partner=partner))
    moved = proposals.repoint_partner(old=merged, new=kept)
    return registry_services.merge_partners(
        kept=kept, merged=merged, reason=reason, actor=actor, pointers={"participations": moved}
    )


@story()
def undo_merge(*, merge: PartnerMerge, actor: User) -> PartnerMerge:
    """Take two records apart again, and with them the proposals that named the one that was merged."""
    _guarded_open(actor, Q(partner=merge.kept))
    registry_services.undo_merge(merge=merge, actor=actor)
    proposals.repoint_partner(old=merge.kept, new=merge.merged, only=merge.moved["pointers"].get("participations", []))
    return merge


# After the decision


@story()
def report_condition(*, condition: Condition, actor: User, evidence: str) -> Condition:
    """The authors say that a condition is done; the case officer looks."""
    condition = reviews.report_condition(condition=condition, actor=actor, evidence=evidence)
    case = condition.decision.case
    people = [user for user in _carriers(case) if user == case.officer] or _free_officers(case.proposal)
    telling.condition_reported(proposal=case.proposal, people=people, condition=condition)
    return condition


@story()
def check_condition(*, condition: Condition, actor: User, accepted: bool, reasons: str = "") -> Condition:
    """An officer's look at what is said to be done: accepted, or sent back with what is missing."""
    _guard_no_conflict(actor, condition.decision.case.proposal)
    if accepted:
        condition = reviews.accept_condition(condition=condition, actor=actor)
    else:
        condition = reviews.return_condition(condition=condition, actor=actor, reasons=reasons)
    telling.condition_checked(proposal=condition.decision.case.proposal, condition=condition)
    return condition


@story()
def break_condition(*, condition: Condition, actor: User, reasons: str) -> Case:
    """A condition was not kept: the case is opened again, and its decision is for people to take anew."""
    _guard_no_conflict(actor, condition.decision.case.proposal)
    condition = reviews.break_condition(condition=condition, actor=actor, reasons=reasons)
    return reopen(
        proposal=condition.decision.case.proposal,
        actor=actor,
        reasons=_("A condition was not kept: %(text)s %(reasons)s")
        % {"text": condition.text, "reasons": condition.breach},
    )


@story()
def reopen(*, proposal: Proposal, actor: User, reasons: str, besides: frozenset[int] = frozenset()) -> Case:
    """Take a decided or registered proposal into a new round of review, assessed with today's facts. What was decided
    stays on record. People in `besides` carry it only where nobody else is free."""
    _guard_no_conflict(actor, proposal)
    reasons = _needed(reasons, _("Say why the case is opened again."))
    proposals.move(proposal=proposal, name="reopen", actor=actor, reason=reasons)
    record = assessments.assess_version(version=latest_version(proposal), trigger="reopened")
    if besides:
        _free_of(proposal, besides)
    case = _open_review(proposal, record, assessment_of(record))
    telling.case_reopened(proposal=proposal, round_number=case.round)
    return case


def _free_of(proposal: Proposal, besides: frozenset[int]) -> None:
    """Take these people off the case where somebody else may carry it in their place."""
    case = _case_of(proposal)
    for field, role in (("officer", Role.OFFICER), ("reviewer", Role.REVIEWER)):
        if getattr(case, f"{field}_id") in besides and routing.choose(role, proposal, besides=set(besides))[0]:
            setattr(case, field, None)
            case.assignments.filter(kind=field, ended_at__isnull=True).update(ended_at=timezone.now())
    case.save(update_fields=["officer", "reviewer"])


@story()
def terminate(*, proposal: Proposal, actor: User, reasons: str) -> Proposal:
    """End an approved or registered collaboration before its time."""
    proposals.move(
        proposal=proposal, name="terminate", actor=actor, reason=_needed(reasons, _("Say why the work ends."))
    )
    case = _case_of(proposal)
    people = [user for user in (_carriers(case) if case else _free_officers(proposal)) if user.pk != actor.pk]
    telling.proposal_terminated(proposal=proposal, people=people, revision=proposal.revision)
    return proposal


@story()
def close(*, case: Case, actor: User, reasons: str) -> Proposal:
    """Close what came to its end. Not while a condition is open."""
    _guard_no_conflict(actor, case.proposal)
    if Condition.objects.filter(decision__case=case, decision__round=case.round, fulfilled_on__isnull=True).exists():
        raise DomainError(_("A condition is still open. Accept it first, or record that it was not kept."))
    proposals.move(proposal=case.proposal, name="close", actor=actor, reason=reasons.strip())
    return case.proposal


@story()
def expire(*, proposal: Proposal, on: date) -> Proposal | None:
    """Note that an approval has run out by this day; once it did, doing it again does nothing."""
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    decision = last_decision(_case_of(proposal))
    if proposal.state not in STANDING or decision is None or not decision.valid_until or decision.valid_until >= on:
        return None
    proposals.move(proposal=proposal, name="expire", actor=None)
    telling.approval_expired(proposal=proposal, revision=proposal.revision)
    return proposal


@story()
def tell_due(*, condition: Condition, days: int) -> None:
    """Remind the authors of a condition, and the officer once its day has passed; once for each distance."""
    case = condition.decision.case
    telling.condition_due(proposal=case.proposal, condition=condition, days=days)
    if days < 0:
        telling.condition_late(proposal=case.proposal, people=_carriers(case), condition=condition, days=days)


@story()
def appeal(*, case: Case, actor: User, reasons: str) -> Appeal:
    """Contest the last decision. Other people read it."""
    proposal = case.proposal
    if proposal.owner_id != actor.pk:
        raise DomainError(_("Only the lead researcher can appeal."))
    _lock(proposal)
    filed = reviews.file_appeal(case=case, decision=last_decision(case), actor=actor, reasons=reasons)
    people = [filed.hearer] if filed.hearer else _free_officers(proposal)
    telling.appeal_filed(proposal=proposal, people=people, uid=filed.uid)
    return filed


@story()
def settle_appeal(*, appeal: Appeal, actor: User, upheld: bool, answer: str) -> Appeal:
    """Answer an appeal. Where it is upheld the case is opened again, with other people where there are some."""
    case = appeal.decision.case
    _lock(case.proposal)
    settled = reviews.settle_appeal(appeal=appeal, actor=actor, upheld=upheld, answer=answer)
    if upheld:
        reasons = _("The appeal was upheld: %(answer)s") % {"answer": settled.answer}
        reopen(proposal=case.proposal, actor=actor, reasons=reasons, besides=frozenset(took_part(case)))
    telling.appeal_settled(proposal=case.proposal, uid=settled.uid)
    return settled


# Lists


@story()
def tell_edition(*, edition: ListEdition) -> None:
    """Tell the officers once that an edition of a list was refused, or that it waits for one of them."""
    untold = ListEdition.objects.filter(pk=edition.pk, state=edition.state, told_at__isnull=True)
    if not untold.update(told_at=timezone.now()):
        return
    tell = telling.list_held if edition.state == ListEdition.State.HELD else telling.list_refused
    tell(edition=edition, people=list(holders(Role.OFFICER)))


@story()
def tell_stuck_rescreening(*, edition: ListEdition, job: Job) -> None:
    """Tell the officers once for each time that comparing partners with an edition came to a halt."""
    telling.list_rescreening_stuck(edition=edition, people=list(holders(Role.OFFICER)), job=job)


@story()
def tell_old_list(*, edition: ListEdition, age_days: int) -> None:
    """Tell the officers once for each edition in force, and again for each time it was confirmed since."""
    telling.list_old(edition=edition, people=list(holders(Role.OFFICER)), age_days=age_days)


# People


@story()
def invite(*, proposal: Proposal, actor: User, email: str, can_edit: bool) -> Invitation:
    """Ask somebody to take part; they accept after signing in."""
    invitation = team.invite(proposal=proposal, actor=actor, email=email, can_edit=can_edit)
    telling.invited(invitation=invitation, user=User.objects.filter(email=invitation.email, is_active=True).first())
    return invitation


@story()
def tell_invitations(*, user: User) -> None:
    """Tell somebody who has just signed in what waited for their address; once for each invitation."""
    for invitation in open_invitations(user):
        telling.invitation_waits(invitation=invitation, user=user)


@story()
def accept_invitation(*, invitation: Invitation, actor: User) -> CoInvestigator:
    """Take part. Whoever carries a case that this sets them in conflict with hands it back."""
    row = team.accept_invitation(invitation=invitation, actor=actor)
    proposal = invitation.proposal
    _hand_back_conflicted([proposal.owner, *(co.user for co in proposal.coinvestigators.select_related("user"))])
    telling.invitation_answered(invitation=invitation)
    return row


@story()
def decline_invitation(*, invitation: Invitation, actor: User) -> None:
    team.decline_invitation(invitation=invitation, actor=actor)
    telling.invitation_answered(invitation=invitation)


@story()
def remove_person(*, row: CoInvestigator, actor: User) -> None:
    """Take somebody off the proposal, or leave it oneself."""
    team.remove_person(row=row, actor=actor)
    if row.user_id == actor.pk:
        telling.person_left(proposal=row.proposal, revision=str(row.pk))
    else:
        telling.person_removed(proposal=row.proposal, user=row.user, revision=str(row.pk))


@story()
def offer_lead(*, proposal: Proposal, actor: User, new_owner: User, old_owner_stays: bool = True) -> Transfer:
    """Offer the lead to somebody else: the owner, or an officer once the owner has left the institution."""
    if proposal.owner_id != actor.pk and (proposal.owner.is_active or not is_helper(actor, proposal)):
        raise DomainError(_("The lead researcher offers the lead; an officer does once that person has left."))
    transfer = team.offer_lead(proposal=proposal, actor=actor, new_owner=new_owner, old_owner_stays=old_owner_stays)
    asked = [new_owner]
    if proposal.owner_id != actor.pk:
        asked += [user for user in _free_officers(proposal) if user.pk not in {actor.pk, new_owner.pk}]
    telling.lead_offered(transfer=transfer, people=asked)
    return transfer


def may_consent(user: User, transfer: Transfer) -> bool:
    """Whether somebody may accept or decline an offer of the lead: the new lead, or, where an officer made it because
    the old lead has left, another officer; nobody for an offer of their own."""
    if transfer.offered_by_id == user.pk:
        return False
    is_officers = transfer.offered_by_id != transfer.old_owner_id
    return transfer.new_owner_id == user.pk or (is_officers and is_helper(user, transfer.proposal))


@story()
def accept_lead(*, transfer: Transfer, actor: User) -> Proposal:
    """Pass the lead on. Whoever carries a case that this sets in conflict with somebody hands it back."""
    if not may_consent(actor, transfer):
        raise DomainError(_("The new lead researcher consents to this, or another officer where one offered it."))
    proposal = team.accept_lead(transfer=transfer, actor=actor)
    case = _case_of(proposal)
    carriers = (
        [row.user for row in case.assignments.filter(ended_at__isnull=True).select_related("user")] if case else []
    )
    authors = [proposal.owner, *(row.user for row in proposal.coinvestigators.select_related("user"))]
    _hand_back_conflicted([*authors, *carriers])
    told = {user.pk: user for user in (transfer.old_owner, transfer.new_owner, transfer.offered_by)}
    told.pop(actor.pk, None)
    telling.lead_settled(transfer=transfer, people=[user for user in told.values() if user.is_active])
    return proposal


@story()
def decline_lead(*, transfer: Transfer, actor: User) -> None:
    if not may_consent(actor, transfer):
        raise DomainError(_("The new lead researcher answers this, or another officer where one offered it."))
    team.decline_lead(transfer=transfer, actor=actor)
    telling.lead_settled(transfer=transfer, people=[transfer.offered_by])


# Threads


@story()
def open_thread(
    *,
    proposal: Proposal,
    actor: User,
    kind: str,
    text: str,
    question: str = "",
    row: str = "",
    mentioned: User | None = None,
    shown: object = None,
    correct: str = "",
    opened: UUID | None = None,
) -> Thread:
    """Begin a thread: a comment among authors, a call for help, a question to the authors or a correction.

    A correction alters nothing that was frozen; an officer answers it.
    """
    if reason := talk.why_not_open(actor, proposal, kind):
        raise DomainError(reason)
    _guard_mentioned(proposal, kind, actor, mentioned)
    thread = threads.open_thread(
        proposal=proposal,
        actor=actor,
        kind=kind,
        text=text,
        question=question,
        row=row,
        mentioned=mentioned,
        shown=shown,
        correct=correct,
        opened=opened,
    )
    _tell_first(thread)
    return thread


@story()
def answer_thread(
    *, thread: Thread, actor: User, text: str, mentioned: User | None = None, opened: UUID | None = None
) -> Comment:
    """Write in a thread; those who wrote in it before are told."""
    if thread.is_open and (reason := talk.why_not_write(talk.part_in(actor, thread.proposal), thread)):
        raise DomainError(reason)
    _guard_mentioned(thread.proposal, thread.kind, actor, mentioned)
    comment = threads.write_comment(thread=thread, actor=actor, text=text, mentioned=mentioned, opened=opened)
    _tell_next(comment)
    return comment


@story()
def settle_thread(*, thread: Thread, actor: User, is_open: bool) -> None:
    """Resolve a thread, or take it up again."""
    if reason := talk.why_not_settle(talk.part_in(actor, thread.proposal), thread):
        raise DomainError(reason)
    (threads.reopen if is_open else threads.resolve)(thread=thread, actor=actor)


@story()
def settle_correction(*, thread: Thread, actor: User, text: str) -> Comment:
    """Record that a correction changes nothing, and why. Where it changes something, changes are requested."""
    if thread.kind != Thread.Kind.CORRECTION or (
        reason := talk.why_not_settle(talk.part_in(actor, thread.proposal), thread)
    ):
        raise DomainError(reason if thread.kind == Thread.Kind.CORRECTION else _("This is no correction."))
    comment = threads.write_comment(thread=thread, actor=actor, text=text)
    threads.resolve(thread=thread, actor=actor)
    _tell_next(comment)
    return comment


def _guard_mentioned(proposal: Proposal, kind: str, actor: User, mentioned: User | None) -> None:
    if mentioned is not None and mentioned not in talk.people_to_mention(proposal, kind, actor):
        raise DomainError(_("Choose one of the people of this proposal."), field="mention")


def _tell_first(thread: Thread) -> None:
    """Whom a new thread concerns; a comment among authors only who is named in it."""
    proposal, kind = thread.proposal, thread.kind
    comment = thread.comments.order_by("pk").first()
    comment.thread = thread
    if comment.mentioned_id and comment.mentioned_id != comment.by_id:
        telling.person_mentioned(comment=comment)
    case = _case_of(proposal)
    carriers = _carriers(case) if case else []
    if kind == Thread.Kind.HELP:
        officers = [case.officer] if case and case.officer in carriers else _free_officers(proposal)
        telling.help_asked(comment=comment, people=officers)
    elif kind == Thread.Kind.CORRECTION:
        telling.correction_proposed(comment=comment, people=carriers or _free_officers(proposal))
    elif kind == Thread.Kind.REQUEST:
        telling.question_asked(comment=comment, people=_authors(proposal))
    elif kind == Thread.Kind.FLAG:
        telling.flag_told(comment=comment, people=_authors(proposal))


def _tell_next(comment: Comment) -> None:
    """Everybody who wrote in the thread and may still read it; and, where an author writes, who carries the case."""
    thread, proposal = comment.thread, comment.thread.proposal
    if comment.mentioned_id and comment.mentioned_id != comment.by_id:
        telling.person_mentioned(comment=comment)
    told = {user.pk: user for user in User.objects.filter(pk__in=thread.comments.values("by"), is_active=True)}
    case = _case_of(proposal)
    if thread.kind != Thread.Kind.COMMENT and talk.part_in(comment.by, proposal) == talk.AUTHOR:
        told |= {user.pk: user for user in (_carriers(case) if case else [])}
    told.pop(comment.by_id, None)
    parts = {user: talk.part_in(user, proposal) for user in told.values()}
    reads = [user for user, part in parts.items() if talk.visible_threads(user, proposal, part).filter(pk=thread.pk)]
    helpers = [user for user in reads if parts[user] == talk.HELPER]
    telling.help_asked(comment=comment, people=helpers)
    telling.comment_written(comment=comment, people=[user for user in reads if user not in helpers])


def _authors(proposal: Proposal) -> list[User]:
    people = [proposal.owner, *(row.user for row in proposal.coinvestigators.select_related("user"))]
    return [user for user in people if user.is_active]


def _resolve_flags(proposal: Proposal, actor: User) -> None:
    for thread in proposal.threads.filter(kind=Thread.Kind.FLAG, resolved_at__isnull=True):
        threads.resolve(thread=thread, actor=actor)


# Safeguards


@story()
def propose_safeguard(
    *, proposal: Proposal, actor: User, finding: str, mitigation: str, responsible: str = "", due_on: date | None = None
) -> Safeguard:
    """Take up a mitigation; in review the level it would reach is computed anew."""
    safeguard = assessments.propose_safeguard(
        questionnaire=proposal.questionnaire,
        actor=actor,
        finding=finding,
        mitigation=mitigation,
        responsible=responsible,
        due_on=due_on,
    )
    reassess(proposal=proposal, trigger="safeguard")
    return safeguard


@story()
def settle_safeguard(*, safeguard: Safeguard, actor: User, state: str) -> Safeguard:
    """Agree to a safeguard, or not; an agreed one counts at once and becomes a condition at the decision."""
    _guard_no_conflict(actor, safeguard.questionnaire.proposal)
    safeguard = assessments.settle_safeguard(safeguard=safeguard, actor=actor, state=SafeguardState(state))
    reassess(proposal=safeguard.questionnaire.proposal, trigger="safeguard")
    return safeguard


@story()
def reassess(*, proposal: Proposal, trigger: str) -> AssessmentRecord | None:
    """Assess the same version again with today's facts. Route and due date only rise; votes fall on a real change."""
    _lock(proposal)
    before = latest_record(proposal)
    if before is None or proposal.state not in {*UNDER_REVIEW, State.SUBMITTED}:
        return None
    if before.version_id != latest_version(proposal).pk:
        return None  # the newest version waits for its screening and is assessed then
    record = assessments.assess_version(version=before.version, trigger=trigger)
    case = _case_of(proposal)
    if case is None:
        return record
    result, catalogue = assessment_of(record), catalogue_of(record.release)
    holds_changed = reviews.sync_holds(case=case, result=result)
    route = routing.higher(case.route, routing.case_route(result), routing.ROUTE_ORDER)
    due_on = case.due_on if route == case.route else max(case.due_on, routing.due_date(catalogue, route))
    rerouted = route != case.route or case.deciders != result.deciders
    reviews.update_case(case=case, route=route, deciders=result.deciders, due_on=due_on, reason=trigger)
    if rerouted and case.officer is not None:
        _assign_panel(proposal, case, _("the route is now panel"))
    levels = ("inherent_lower", "inherent_upper", "residual_upper")
    if holds_changed or rerouted or any(getattr(before, name) != getattr(record, name) for name in levels):
        reviews.drop_votes(case=case, reason=_("The assessment changed after the vote."))
        telling.reassessed(proposal=proposal, people=_carriers(case), record_uid=record.uid)
    return record


def _lock(proposal: Proposal) -> None:
    """Let one step at a time at this proposal. Everybody takes its row before the case's, so that nobody deadlocks."""
    Proposal.objects.select_for_update().only("pk").get(pk=proposal.pk)


def _case_of(proposal: Proposal) -> Case | None:
    return Case.objects.select_related("officer", "reviewer").filter(proposal=proposal).first()


def _carriers(case: Case) -> list[User]:
    people = [user for user in {case.officer, case.reviewer} if user is not None and user.is_active]
    return [user for user in people if not conflict_reason(user, case.proposal)]


def _next_voters(case: Case) -> list[User]:
    """Whoever could cast the vote that is due now."""
    unit = case.proposal.unit
    people = [*holders(Role.APPROVER, unit=unit), *holders(Role.OFFICER, unit=unit)]
    people += [row.user for row in case.assignments.filter(kind="panel", ended_at__isnull=True).select_related("user")]
    return [user for user in {p.pk: p for p in people}.values() if not why_not_vote(case, user)]


def _record_shown(proposal: Proposal, record_uid: str) -> AssessmentRecord:
    record = latest_record(proposal)
    if record is None or str(record.uid) != str(record_uid):
        raise Conflict(
            _("Nothing was done. The assessment changed after you opened this page. Read what changed, then go on.")
        )
    return record


def _guard_no_conflict(actor: User, proposal: Proposal) -> None:
    if reason := conflict_reason(actor, proposal):
        raise DomainError(_("%(reason)s Somebody else takes this step.") % {"reason": reason})


def _assign_panel(proposal: Proposal, case: Case, reason: str) -> None:
    """Put the panel on the case where its route or two different votes ask for one, and tell its members."""
    members = _panel_for(proposal, case, case.officer)
    if not members:
        return
    reviews.assign_case(
        case=case, actor=None, officer=case.officer, reviewer=case.reviewer, reason=reason, panel=members
    )
    for user in members:
        telling.case_assigned(proposal=proposal, user=user, round_number=case.round)


def _guard_open(case: Case) -> None:
    if case.proposal.state not in {*UNDER_REVIEW, State.SUBMITTED}:
        raise Conflict(_("This case is not in review now."))


def _needed(text: str, sentence: str) -> str:
    if not text.strip():
        raise DomainError(sentence, field="reasons")
    return text.strip()
