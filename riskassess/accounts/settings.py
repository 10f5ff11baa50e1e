"""What holds for the whole institution. What weakens a control waits for a second person, or lapses."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import Institution, SettingChange, User
from riskassess.accounts.roles import Role
from riskassess.audit.log import record
from riskassess.core.errors import Conflict, DomainError

SETTINGS = (
    "shows_level_while_writing",
    "allows_fast_track",
    "asks_midway",
    "office_name",
    "office_email",
    "office_phone",
    "contact_point_name",
    "contact_point_email",
)
REVIEW_SETTINGS = ("route_days", "fast_track_share", "co_author_months", "allows_one_person_low", "panel")
ALL_SETTINGS = (*SETTINGS, *REVIEW_SETTINGS, "texts")
LAPSES_AFTER = timedelta(days=7)

# Whether going from one value to another makes a control weaker; what is not named here never does.
WEAKENS = {
    "shows_level_while_writing": lambda before, after: after and not before,
    "allows_fast_track": lambda before, after: after and not before,
    "fast_track_share": lambda before, after: (after or 0) > (before or 0),
    "co_author_months": lambda before, after: after < before,
    "allows_one_person_low": lambda before, after: after and not before,
    "panel": lambda before, after: len(after) < len(before),
}


def values_of(institution: Institution) -> dict:
    """Each setting as it stands, in the form in which the record keeps it; the panel by the people's uids."""
    values = {name: getattr(institution, name) for name in ALL_SETTINGS if name != "panel"}
    return values | {"panel": sorted(str(uid) for uid in institution.panel.values_list("uid", flat=True))}


def weakens(name: str, before, after) -> bool:
    return bool(name in WEAKENS and WEAKENS[name](before, after))


@transaction.atomic
def change_settings(*, institution: Institution, actor: User, **values) -> list[SettingChange]:
    """Change some settings; what each was before stands in the record. Gives back what waits for a second person."""
    institution = Institution.objects.select_for_update().get(pk=institution.pk)
    before = values_of(institution)
    changed = {name: values[name] for name in ALL_SETTINGS if name in values and values[name] != before[name]}
    waits = {name: value for name, value in changed.items() if weakens(name, before[name], value)}
    asked = [_ask(institution, actor, name, before[name], value) for name, value in waits.items()]
    now = {name: value for name, value in changed.items() if name not in waits}
    if now:
        _write(institution, now)
        _record(institution, actor, "settings.changed", {name: before[name] for name in now}, now)
    return asked


def _ask(institution: Institution, actor: User, name: str, before, after) -> SettingChange:
    lapse_settings(on=timezone.localdate())
    if SettingChange.objects.filter(institution=institution, name=name, state=SettingChange.State.OPEN).exists():
        raise Conflict(_("A change of this setting waits for a second person already. Settle that one first."))
    change = SettingChange.objects.create(
        institution=institution,
        name=name,
        before=before,
        after=after,
        asked_by=actor,
        lapses_on=timezone.localdate() + LAPSES_AFTER,
    )
    _record(change, actor, "settings.asked", {name: before}, {name: after})
    return change


@transaction.atomic
def settle_setting(*, change: SettingChange, actor: User, agreed: bool) -> SettingChange:
    """The second person's word. Whoever asked may take it back, and never agrees."""
    institution = Institution.objects.select_for_update().get(pk=change.institution_id)
    change = SettingChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if change.state != SettingChange.State.OPEN or change.lapses_on < timezone.localdate():
        raise Conflict(_("This change no longer waits. Ask for it anew where it is still wanted."))
    if agreed and change.asked_by_id == actor.pk:
        raise DomainError(_("You asked for this, so an officer or another administrator agrees to it."))
    if not actor.has_role(Role.OFFICER, Role.ADMINISTRATOR):
        raise DomainError(_("An officer or another administrator agrees to this."))
    if agreed and values_of(institution)[change.name] != change.before:
        raise Conflict(_("The setting was changed meanwhile, so nothing was done. Ask for the change anew."))
    change.state = SettingChange.State.AGREED if agreed else SettingChange.State.DECLINED
    change.settled_by, change.settled_at = actor, timezone.now()
    change.save(update_fields=["state", "settled_by", "settled_at"])
    if agreed:
        _write(institution, {change.name: change.after})
        _record(institution, actor, "settings.changed", {change.name: change.before}, {change.name: change.after})
    else:
        _record(change, actor, "settings.declined", {change.name: change.before}, {change.name: change.after})
    return change


@transaction.atomic
def lapse_settings(*, on) -> int:
    """What nobody agreed to in time no longer waits."""
    late = list(SettingChange.objects.select_for_update().filter(state=SettingChange.State.OPEN, lapses_on__lt=on))
    for change in late:
        change.state, change.settled_at = SettingChange.State.LAPSED, timezone.now()
        change.save(update_fields=["state", "settled_at"])
        _record(change, None, "settings.lapsed", {change.name: change.before}, {change.name: change.after})
    return len(late)


def _write(institution: Institution, values: dict) -> None:
    fields = [name for name in values if name != "panel"]
    for name in fields:
        setattr(institution, name, values[name])
    if fields:
        institution.save(update_fields=fields)
    if "panel" in values:
        institution.panel.set(User.objects.filter(uid__in=values["panel"]))


def _record(subject, actor: User | None, verb: str, before: dict, after: dict) -> None:
    record(
        verb,
        subject=subject,
        actor_id=actor.pk if actor else None,
        role=actor.role_now if actor else "system",
        actor_name=actor.name if actor else "",
        before=before,
        after=after,
    )
