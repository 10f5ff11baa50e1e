"""What officers do to partners and matches, with the proposals that it concerns."""

from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import queries as registry
from partners import services as registry_services
from partners.models import Contact, FactChange, Hit, Judgement, Partner, PartnerMerge, Party, name_of_party
from riskassess.accounts.models import User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.assessments.queries import latest_record
from riskassess.audit.log import record as record_event
from riskassess.audit.log import story
from riskassess.core.errors import Conflict
from riskassess.notices import telling
from riskassess.proposals import services as proposals
from riskassess.proposals.models import Participation, ParticipationContact, Proposal
from riskassess.proposals.states import IN_WORK, UNDER_REVIEW, State
from riskassess.reviews.queries import visible_proposals
from riskassess.reviews.rules import without_conflict
from riskassess.workflow.common import free_officers, guard_no_conflict
from riskassess.workflow.comparing import waits_to_be_assessed
from riskassess.workflow.reassessing import reassess

# Filed, and not over: in whose record a judgement of one of their partners stands.
JUDGED_FOR = [State.SUBMITTED, *UNDER_REVIEW, State.APPROVED, State.APPROVED_WITH_CONDITIONS, State.REGISTERED]


@story()
def judge_hit(*, hit: Hit, actor: User, **judgement_of) -> Judgement:
    """Keep an officer's judgement of a match and reassess each open proposal with that party, or with what it owns."""
    waiting = _guarded_open(actor, _with_party(hit.screening.about))
    judgement = registry_services.judge_hit(hit=hit, actor=actor, **judgement_of)
    _record_in_cases("case.match_judged", judgement, actor)
    if hit.waits:
        _ask_second(hit, waiting, actor)
    for proposal in waiting:
        reassess(proposal=proposal, trigger="judgement")
    return judgement


@story()
def confirm_judgement(*, judgement: Judgement, actor: User) -> Judgement:
    """A second person stands by the clearing of a match; each open proposal with that party is assessed with it."""
    waiting = _guarded_open(actor, _with_party(judgement.about))
    judgement = registry_services.confirm_judgement(judgement=judgement, actor=actor)
    _record_in_cases("case.judgement_confirmed", judgement, actor)
    for proposal in waiting:
        reassess(proposal=proposal, trigger="judgement")
    return judgement


def _ask_second(hit: Hit, waiting: list[Proposal], actor: User) -> None:
    """Tell whoever may confirm it: in each open case its officers and approvers, without one all of them."""
    for proposal in waiting:
        people = {*free_officers(proposal), *holders(Role.APPROVER, unit=proposal.unit)} - {actor}
        free = without_conflict(people, proposal)
        reading = [user for user in free if visible_proposals(user).filter(pk=proposal.pk).exists()]
        url = reverse("match", args=[proposal.reference, hit.uid])
        telling.judgement_waits(hit=hit, reference=proposal.reference, url=url, people=reading)
        if partner := page_partner_of(hit):  # whoever does not read the case yet confirms it in the registry
            url = reverse("partner_match", args=[partner.uid, hit.uid])
            others = [user for user in free if user not in reading]
            telling.judgement_waits(hit=hit, reference="", url=url, people=others)
    if not waiting and (partner := page_partner_of(hit)):
        people = {*holders(Role.OFFICER), *holders(Role.APPROVER)} - {actor}
        url = reverse("partner_match", args=[partner.uid, hit.uid])
        telling.judgement_waits(hit=hit, reference="", url=url, people=list(people))


@story()
def tell_judgement_file_refused(*, judgement: Judgement) -> None:
    """The virus scanner found something in the file of a judgement: its bytes are gone; who gave it learns of it."""
    record_event(
        "judgement.file_refused",
        subject=judgement,
        actor_id=None,
        role="system",
        after={"sha256": judgement.evidence_file.sha256},
    )
    telling.judgement_file_refused(judgement=judgement, url=_page_of(judgement))


def _page_of(judgement: Judgement) -> str:
    """Where whoever gave the judgement finds it: in a case that they read, else on the page of a partner."""
    hit = judgement.hits.order_by("-pk").first()
    if hit is None:  # a later screening has no such match any more
        return reverse("changes")
    if partner := page_partner_of(hit):
        return reverse("partner_match", args=[partner.uid, hit.uid])
    rows = Participation.objects.filter(_with_party(judgement.about))
    case = visible_proposals(judgement.by).filter(participations__in=rows).order_by("-pk").first()
    return reverse("match", args=[case.reference, hit.uid]) if case else reverse("changes")


def page_partner_of(hit: Hit) -> Partner | None:
    """On whose page a match is judged that no case shows: the partner's own, or of what the person holds shares in."""
    about = hit.screening.about
    return about if isinstance(about, Partner) else Partner.objects.filter(owners__person=about).first()


def _record_in_cases(verb: str, judgement: Judgement, actor: User) -> None:
    """The registry knows no proposals: what was judged stands in the record of each case that it concerns, too."""
    rows = Participation.objects.filter(_with_party(judgement.about))
    concerned = Proposal.objects.filter(participations__in=rows, state__in=JUDGED_FOR).order_by("pk").distinct()
    for proposal in concerned:
        record_event(
            verb,
            subject=judgement,
            actor_id=actor.pk,
            role=actor.role_now,
            actor_name=actor.name,
            reference=proposal.reference,
            after={
                name_of_party(judgement.about): str(judgement.about.uid),
                "list": judgement.source.code,
                "entry": judgement.external_id,
                "verdict": str(judgement.verdict),
                "reason": judgement.reason,
            },
        )


class Handled(NamedTuple):
    assessed: list[Proposal]
    waiting: list[Proposal]  # somebody in them is compared with a changed list first


@story()
def handle_change(*, change: FactChange, actor: User) -> Handled:
    """An officer has looked at what changed about a partner, a contact or a country: the open proposals that it
    concerns are assessed again; what is approved or registered keeps its state."""
    about = change.partner or change.contact
    waiting = _guarded_open(actor, _with(about) if about else Q(partner__country=change.country))
    if not registry_services.close_change(change=change):
        raise Conflict(_("Somebody has dealt with this change meanwhile."))
    assessed = [proposal for proposal in waiting if reassess(proposal=proposal, trigger="facts")]
    later = [proposal for proposal in waiting if (last := latest_record(proposal)) and waits_to_be_assessed(last)]
    named = {"assessed_again": assessed, "assessed_once_compared": later}
    record_event(
        "facts.handled",
        subject=change,
        actor_id=actor.pk,
        actor_name=actor.name,
        role=actor.role_now,
        before={change.fact: change.before},
        after={
            change.fact: change.after,
            **{how: [proposal.reference for proposal in those] for how, those in named.items() if those},
        },
    )
    return Handled(assessed, later)


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
        guard_no_conflict(actor, proposal)
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
