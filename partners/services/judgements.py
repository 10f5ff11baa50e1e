from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import queries
from partners.changes import note_list_facts
from partners.models import Hit, Judgement, name_of_party
from partners.services.recording import record_event
from riskassess.accounts.models import User
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.checking import check_file
from riskassess.files.models import StoredFile
from riskassess.files.services import store_checked


@transaction.atomic
def judge_hit(
    *, hit: Hit, verdict: str, reason: str, actor: User, evidence: str = "", evidence_file: File | None = None
) -> Judgement:
    """Give a verdict on a match, replacing the one in force; all earlier ones stay. It holds for later screenings too,
    until a name or the country changes on either side. Clearing a likely match counts once a second person confirms."""
    if verdict not in Judgement.Verdict.values:
        raise DomainError(_("Choose whether it is the same one, a different one, or cannot be told."), "verdict")
    reason = (reason or "").strip()
    if not reason:
        raise DomainError(_("Say how you know. The reason is kept with the judgement."), field="reason")
    evidence = " ".join((evidence or "").split())
    if len(evidence) > Judgement._meta.get_field("evidence").max_length:
        raise DomainError(
            _("The evidence is longer than 400 characters. Give an address or a file number."), field="evidence"
        )
    party = hit.screening.about
    newest = queries.latest_screening(party)
    if newest is None or newest.pk != hit.screening_id:
        raise Conflict(_("%(partner)s was screened again meanwhile. Judge the newest match.") % {"partner": party})
    in_force = Judgement.objects.filter(fingerprint=hit.fingerprint, replaced_by__isnull=True).first()
    if (in_force.pk if in_force else None) != hit.judgement_id:
        raise Conflict(_("Somebody judged this match meanwhile. Read that judgement first."))
    if in_force and hit.waits and in_force.by_id == actor.pk and verdict == Judgement.Verdict.DIFFERENT:
        raise DomainError(
            _(
                "You have cleared this match, and it waits for a second person. To take that back, choose another "
                "answer; what you gave first stays in the record."
            ),
            field="verdict",
        )
    facts_before = queries.list_facts(party)
    try:
        with transaction.atomic():
            judgement = Judgement.objects.create(
                **{name_of_party(party): party},
                source=hit.entity.source,
                external_id=hit.entity.external_id,
                fingerprint=hit.fingerprint,
                verdict=verdict,
                reason=reason,
                evidence=evidence,
                evidence_file=_stored(evidence_file),
                of_whole=hit.band == Hit.Band.PART_OF,
                needs_second=hit.needs_second and verdict == Judgement.Verdict.DIFFERENT,
                by=actor,
                replaces=in_force,
            )
    except IntegrityError:
        raise Conflict(_("Somebody judged this match meanwhile. Read that judgement first.")) from None
    Hit.objects.filter(pk=hit.pk).update(judgement=judgement, inherited=False)
    hit.judgement, hit.inherited = judgement, False
    facts_after = _note_judged(judgement, facts_before)
    record_event(
        "hit.judged",
        hit,
        actor,
        before={"verdict": in_force.verdict if in_force else "", "sanction_hit": facts_before["sanction_hit"]},
        after={
            name_of_party(party): str(party.uid),
            "list": hit.entity.source.code,
            "entry": hit.entity.external_id,
            "verdict": str(verdict),
            "reason": reason,
            "evidence": evidence,
            "evidence_sha256": judgement.evidence_file.sha256 if judgement.evidence_file else "",
            "waits_for_second": hit.waits,
            "sanction_hit": facts_after["sanction_hit"],
        },
    )
    return judgement


def _stored(file: File | None) -> StoredFile | None:
    if file is None:
        return None
    try:
        checked = check_file(stream=file, name=file.name, size=file.size)
    except DomainError as fault:
        raise DomainError(str(fault), field="evidence_file") from None
    return store_checked(file=checked)


@transaction.atomic
def confirm_judgement(*, judgement: Judgement, actor: User) -> Judgement:
    """A second person stands by the clearing of a likely match. Who is not sure judges it anew instead."""
    if judgement.verdict != Judgement.Verdict.DIFFERENT:
        raise DomainError(_("Only the clearing of a match needs a second person."))
    if actor.pk == judgement.by_id:
        raise DomainError(_("You gave this judgement. Another officer or an approver has to confirm it."))
    before = queries.list_facts(judgement.about)
    waiting = Judgement.objects.filter(pk=judgement.pk, confirmed_by__isnull=True, replaced_by__isnull=True)
    if not waiting.update(confirmed_by=actor, confirmed_at=timezone.now()):
        raise Conflict(_("Somebody confirmed or replaced this judgement meanwhile. Look at it again."))
    judgement.refresh_from_db()
    after = _note_judged(judgement, before)
    record_event(
        "judgement.confirmed",
        judgement,
        actor,
        before={"sanction_hit": before["sanction_hit"]},
        after={"sanction_hit": after["sanction_hit"]},
    )
    return judgement


def _note_judged(judgement: Judgement, before: dict[str, str]) -> dict[str, str]:
    """What the lists say of the party now that a person has judged."""
    after = queries.list_facts(judgement.about)
    note_list_facts(judgement.about, before, after, f"judgement {judgement.uid}")
    return after
