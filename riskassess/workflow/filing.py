"""Filing a proposal: from its partners to the version that is submitted, and taking it back."""

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from partners import queries as registry
from partners import services as registry_services
from partners.models import Contact, Partner
from riskassess.accounts.models import User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.assessments import services as assessments
from riskassess.assessments.models import AssessmentRecord, ProposalVersion
from riskassess.assessments.queries import assessment_of, latest_record, latest_version
from riskassess.audit.log import record as record_event
from riskassess.audit.log import story
from riskassess.audit.queries import last_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.jobs.models import Job
from riskassess.jobs.services import retry
from riskassess.notices import telling
from riskassess.proposals import contacts, evidence
from riskassess.proposals import services as proposals
from riskassess.proposals.models import EvidenceVersion, Participation, ParticipationContact, Proposal
from riskassess.proposals.states import State
from riskassess.reports import services as reports
from riskassess.reviews import services as reviews
from riskassess.reviews.models import Case, Draw
from riskassess.reviews.queries import stuck_submissions
from riskassess.reviews.routing import filed_route
from riskassess.workflow.common import carriers_of, case_of, free_officers, guard_no_conflict, set_clock
from riskassess.workflow.comparing import is_being_screened, partners_of, people_of, screen_first, stale_parties_of
from riskassess.workflow.opening import open_review
from riskassess.workflow.people import hand_back_conflicted


@story()
def choose_partners(*, proposal: Proposal, actor: User, rows: list[tuple[Partner, str]]) -> list[Participation]:
    """Set the partners and have those compared with the lists that were not yet, so that the level can say."""
    named = [row.contact_id for row in contacts.contacts_of(proposal)]
    result = proposals.set_partners(proposal=proposal, actor=actor, rows=rows)
    contacts.forget_unnamed(contacts=named)
    editions = _editions_key()
    for partner in registry.stale_parties({partner: None for partner, _role in rows}):
        key = f"screen:{partner.uid}:{registry.names_key(partner)[:16]}:{editions}"[:180]
        registry_services.request_screening(partner=partner, key=key, asked_by=actor)
    return result


@story()
def choose_contacts(*, proposal: Proposal, actor: User, people: list[contacts.Named]) -> list[ParticipationContact]:
    """Say who at the partners one works with, and have those compared with the lists that were not yet."""
    result = contacts.set_contacts(proposal=proposal, actor=actor, people=people)
    editions = _editions_key()
    for contact in registry.stale_parties([row.contact for row in result]):
        key = f"screen:{contact.uid}:{editions}"[:180]
        registry_services.request_contact_screening(contact=contact, key=key, asked_by=actor)
    return result


def _editions_key() -> str:
    return ",".join(sorted(str(edition.pk) for edition in registry.editions_in_force()))


class UnclearPartners(DomainError):
    """Partners of a file that may be known under another name: (place, name, what is like it)."""

    def __init__(self, unclear: list[tuple[int, str, list[registry.Organisation]]]):
        super().__init__(_("Say which organisation is meant, then the file is taken."), field="partners")
        self.unclear = unclear


NEW_PARTNER = "new"


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
    named = [contact.pk for contact in people_of(proposal)]
    registry_services.file_contacts(contacts=Contact.objects.filter(pk__in=named))
    stale = stale_parties_of(proposal)
    screen_first(
        stale,
        waiting=f"screen:{version.uid}:",
        follow_up="schedule.assess_submitted",
        ids=(proposal.pk,),
        asked_by=actor,
    )
    # Who files together is in conflict from now on, also over other proposals.
    hand_back_conflicted([proposal.owner, *(row.user for row in proposal.coinvestigators.select_related("user"))])
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
    if is_being_screened(f"screen:{version.uid}:"):
        return None
    record = assessments.assess_version(version=version, trigger="submitted")
    result = assessment_of(record)
    has_case = Case.objects.filter(proposal=proposal).exists()
    route = filed_route(result, proposal.institution)
    if route == "fast_track" and not has_case:
        _register(proposal, record)
    else:
        open_review(proposal, record, result)
    if route != "fast_track":
        _tell_unscreened(proposal, version)
    return record


@story()
def tell_stuck(*, proposal: Proposal, job: Job) -> None:
    """Tell the officers that a submitted proposal could not be assessed; once for each failure."""
    telling.assessment_failed(proposal=proposal, people=free_officers(proposal), job=job)


@story()
def assess_again(*, proposal: Proposal, actor: User) -> Job:
    """Start a failed assessment anew."""
    guard_no_conflict(actor, proposal)
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
    return open_review(proposal, record, assessment_of(record))


def _tell_unscreened(proposal: Proposal, version: ProposalVersion) -> None:
    partners, people = partners_of(proposal), people_of(proposal)
    said = [*registry.sanction_hits(partners).values(), *registry.sanction_hits(people).values()]
    if "not_screened" in said:
        telling.not_screened(proposal=proposal, people=free_officers(proposal), number=version.number)


@story()
def discard(*, proposal: Proposal, actor: User) -> str:
    """Delete a draft with all it holds."""
    if proposal.owner_id != actor.pk:
        raise DomainError(_("Only the lead researcher can discard this draft."))
    return _discarded(proposal, actor)


@story()
def discard_abandoned(*, proposal: Proposal) -> str:
    """Delete a draft that nobody touched for as long as drafts are kept."""
    return _discarded(proposal, None)


def _discarded(proposal: Proposal, actor: User | None) -> str:
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
    case = case_of(proposal)
    if case is not None:
        case.closed_at = timezone.now()
        case.save(update_fields=["closed_at"])
        set_clock(proposal, actor)
        telling.proposal_withdrawn(proposal=proposal, people=carriers_of(case), revision=proposal.revision)
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
