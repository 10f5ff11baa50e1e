import re

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import queries
from partners.countries import NAMES, country_name
from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import normalise
from partners.models import Alias, FactChange, Hit, Judgement, Partner, PartnerType, RorRecord
from riskassess.accounts.models import User
from riskassess.audit.log import record
from riskassess.core.errors import Conflict, DomainError
from riskassess.jobs.models import Job
from riskassess.jobs.services import enqueue

WEB_ADDRESS = re.compile(r"^https?://[^\s<>\"]{1,190}$")
LONGEST_NAME = Partner._meta.get_field("name").max_length


@transaction.atomic
def register_partner(*, name: str, country: str, ror_id: str = "", actor: User) -> Partner:
    """The partner with this ROR id, else with this name in this country, else a new one.

    A name that the registry did not know of a known partner is kept as an alias, because it was filed under it and so
    has to be screened as well.
    """
    name, key = _clean_name(name)
    country = _clean_country(country)
    ror_id = _clean_ror_id(ror_id)
    record_of_ror = RorRecord.objects.filter(pk=ror_id).first() if ror_id else None
    known = queries.partner_by_ror(ror_id)
    for other in filter(None, (known, record_of_ror)):
        if other.country != country:
            raise DomainError(
                _("The ROR id %(id)s belongs to %(name)s in %(country)s. Correct the country or the ROR id.")
                % {"id": ror_id, "name": other.name, "country": country_name(other.country)},
                field="country",
            )
    known = known or _known_by_name(key, country, ror_id)
    if known:
        return _complete(known, name, key, ror_id, actor)
    try:
        with transaction.atomic():
            partner = Partner.objects.create(
                name=name,
                normalised=key,
                country=country,
                ror_id=ror_id,
                city=record_of_ror.city if record_of_ror else "",
                type=record_of_ror.type if record_of_ror else "",
            )
    except IntegrityError:
        raise Conflict(_("Somebody registered this organisation at the same moment. Try again.")) from None
    _record("partner.registered", partner, actor, after=_content(partner))
    return partner


@transaction.atomic
def edit_partner(
    *, partner: Partner, actor: User, name: str, country: str, city: str = "", website: str = "", type: str = ""
) -> Partner:
    """Correct the record. The old name stays as a former name; a new name or country makes the screening stale."""
    name, key = _clean_name(name)
    country = _clean_country(country)
    if type and type not in PartnerType.values:
        raise DomainError(_("%(type)s is no type of organisation.") % {"type": type}, field="type")
    city, website = city.strip(), website.strip()
    if len(city) > Partner._meta.get_field("city").max_length:
        raise DomainError(_("The name of the city is too long."), field="city")
    if website and not WEB_ADDRESS.match(website):
        raise DomainError(_("The website is not a web address such as https://example.org."), field="website")
    before = _content(partner)
    if key != partner.normalised:
        _add_alias(partner, partner.name, Alias.Kind.FORMER)
    partner.name, partner.normalised, partner.country = name, key, country
    partner.city, partner.website, partner.type = city, website, type
    partner.save()
    after = _content(partner)
    if after != before:
        _record("partner.edited", partner, actor, before=before, after=after)
    return partner


@transaction.atomic
def add_alias(*, partner: Partner, name: str, actor: User, kind: str = Alias.Kind.ALIAS, language: str = "") -> Alias:
    """A further name of the partner; it is compared with the lists at the next screening."""
    name, _key = _clean_name(name)
    if kind not in Alias.Kind.values:
        raise DomainError(_("%(kind)s is no kind of name.") % {"kind": kind}, field="kind")
    alias, is_new = _add_alias(partner, name, kind, language)
    if is_new:
        _record("partner.alias_added", partner, actor, after={"name": name, "kind": str(kind)})
    return alias


def request_screening(
    *, partner: Partner, key: str, follow_up: str = "", ids: tuple[int | str, ...] = (), asked_by: User | None = None
) -> Job:
    """Screen in the background. `ids` are for the follow-up task, which is called with (partner id, *ids)."""
    return enqueue("partners.screen_partner", key, ids=[partner.pk, *ids], follow_up=follow_up, asked_by=asked_by)


@transaction.atomic
def judge_hit(*, hit: Hit, verdict: str, reason: str, actor: User, evidence: str = "") -> Judgement:
    """Give a verdict on a match, replacing the one in force; all earlier ones stay. It holds for later screenings too,
    until a name or the country changes on either side. Clearing a likely match counts once a second person confirms."""
    if verdict not in Judgement.Verdict.values:
        raise DomainError(
            _("Choose whether it is the same organisation, a different one, or cannot be told."), "verdict"
        )
    reason = (reason or "").strip()
    if not reason:
        raise DomainError(_("Say how you know. The reason is kept with the judgement."), field="reason")
    evidence = " ".join((evidence or "").split())
    if len(evidence) > Judgement._meta.get_field("evidence").max_length:
        raise DomainError(
            _("The evidence is longer than 400 characters. Give an address or a file number."), field="evidence"
        )
    partner = hit.screening.partner
    newest = queries.latest_screening(partner)
    if newest is None or newest.pk != hit.screening_id:
        raise Conflict(_("%(partner)s was screened again meanwhile. Judge the newest match.") % {"partner": partner})
    in_force = Judgement.objects.filter(fingerprint=hit.fingerprint, replaced_by__isnull=True).first()
    if (in_force.pk if in_force else None) != hit.judgement_id:
        raise Conflict(_("Somebody judged this match meanwhile. Read that judgement first."))
    facts_before = queries.sanction_hit(partner)
    try:
        with transaction.atomic():
            judgement = Judgement.objects.create(
                partner=partner,
                source=hit.entity.source,
                external_id=hit.entity.external_id,
                fingerprint=hit.fingerprint,
                verdict=verdict,
                reason=reason,
                evidence=evidence,
                needs_second=hit.needs_second and verdict == Judgement.Verdict.DIFFERENT,
                by=actor,
                replaces=in_force,
            )
    except IntegrityError:
        raise Conflict(_("Somebody judged this match meanwhile. Read that judgement first.")) from None
    Hit.objects.filter(pk=hit.pk).update(judgement=judgement, inherited=False)
    hit.judgement, hit.inherited = judgement, False
    facts_after = _note_change(partner, facts_before, f"judgement {judgement.uid}")
    _record(
        "hit.judged",
        hit,
        actor,
        before={"verdict": in_force.verdict if in_force else "", "sanction_hit": facts_before},
        after={
            "partner": str(partner.uid),
            "list": hit.entity.source.code,
            "entry": hit.entity.external_id,
            "verdict": str(verdict),
            "reason": reason,
            "evidence": evidence,
            "waits_for_second": hit.waits,
            "sanction_hit": facts_after,
        },
    )
    return judgement


@transaction.atomic
def confirm_judgement(*, judgement: Judgement, actor: User) -> Judgement:
    """A second person stands by the clearing of a likely match. Who is not sure judges it anew instead."""
    if judgement.verdict != Judgement.Verdict.DIFFERENT:
        raise DomainError(_("Only the clearing of a match needs a second person."))
    if actor.pk == judgement.by_id:
        raise DomainError(_("You gave this judgement. Another officer or an approver has to confirm it."))
    before = queries.sanction_hit(judgement.partner)
    waiting = Judgement.objects.filter(pk=judgement.pk, confirmed_by__isnull=True, replaced_by__isnull=True)
    if not waiting.update(confirmed_by=actor, confirmed_at=timezone.now()):
        raise Conflict(_("Somebody confirmed or replaced this judgement meanwhile. Look at it again."))
    judgement.refresh_from_db()
    after = _note_change(judgement.partner, before, f"judgement {judgement.uid}")
    _record("judgement.confirmed", judgement, actor, before={"sanction_hit": before}, after={"sanction_hit": after})
    return judgement


def close_change(*, change: FactChange) -> bool:
    """Mark a change as dealt with; false where it was already."""
    return bool(FactChange.objects.filter(pk=change.pk, handled_at__isnull=True).update(handled_at=timezone.now()))


def _note_change(partner: Partner, before: str, cause: str) -> str:
    """What the lists say of the partner now; where that is another thing than before, a change is left to be read."""
    after = queries.sanction_hit(partner)
    if after != before:
        FactChange.objects.create(partner=partner, fact="sanction_hit", before=before, after=after, cause=cause)
    return after


def _known_by_name(key: str, country: str, ror_id: str) -> Partner | None:
    """Two organisations may bear one name; with different ROR ids they are two."""
    same_name = Partner.objects.filter(normalised=key, country=country).order_by("pk")
    return same_name.filter(ror_id="").first() if ror_id else same_name.first()


def _complete(partner: Partner, name: str, key: str, ror_id: str, actor: User) -> Partner:
    if ror_id and not partner.ror_id:
        partner.ror_id = ror_id
        partner.save(update_fields=["ror_id", "updated_at"])
        _record("partner.resolved", partner, actor, before={"ror_id": ""}, after={"ror_id": ror_id})
    if key != partner.normalised and not partner.aliases.filter(normalised=key).exists():
        _add_alias(partner, name, Alias.Kind.FILED)
        _record("partner.alias_added", partner, actor, after={"name": name, "kind": Alias.Kind.FILED.value})
    return partner


def _add_alias(partner: Partner, name: str, kind: str, language: str = "") -> tuple[Alias, bool]:
    return Alias.objects.get_or_create(
        partner=partner, name=name, defaults={"normalised": normalise(name), "kind": kind, "language": language}
    )


def _clean_name(name: str) -> tuple[str, str]:
    name = " ".join("".join(char if char.isprintable() else " " for char in name or "").split())
    key = normalise(name)
    if not key:
        raise DomainError(_("Give the name of the organisation."), field="name")
    if len(name) > LONGEST_NAME:
        raise DomainError(
            _("The name is longer than %(most)s characters. Give the name without additions.") % {"most": LONGEST_NAME},
            field="name",
        )
    return name, key


def _clean_country(country: str) -> str:
    code = (country or "").strip().upper()
    if code not in NAMES:
        raise DomainError(_("Choose the country of the organisation from the list."), field="country")
    return code


def _clean_ror_id(ror_id: str) -> str:
    if not (ror_id or "").strip():
        return ""
    try:
        return read_ror_id(ror_id)
    except ValueError as fault:
        raise DomainError(
            _("%(id)s is not a ROR id: %(fault)s. Correct it, or leave it empty.")
            % {"id": ror_id[:60], "fault": fault},
            field="ror_id",
        ) from None


def _content(partner: Partner) -> dict:
    fields = ("name", "country", "ror_id", "type", "city", "website")
    return {field: str(getattr(partner, field)) for field in fields}


def _record(verb: str, subject, actor: User, *, before=None, after=None) -> None:
    record(
        verb,
        subject=subject,
        actor_id=actor.pk,
        actor_name=actor.name,
        role=actor.role_now,
        before=before,
        after=after,
    )
