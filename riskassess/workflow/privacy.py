"""What is kept about a person, what they may take along, and how a person is erased."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskassess.accounts.models import RoleMembership, User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.audit.log import record, story
from riskassess.audit.models import AccessRead, Event
from riskassess.audit.services import erase_details
from riskassess.auditing.services import remove_exports_of_people
from riskassess.core.errors import Conflict
from riskassess.core.leftovers import overwrite_leftovers
from riskassess.notices import telling
from riskassess.privacy import services as orders
from riskassess.privacy.models import LegalHold, Order
from riskassess.proposals.models import Invitation, Proposal
from riskassess.proposals.states import State
from riskassess.reports.models import Report
from riskassess.reports.services import make_again
from riskassess.workflow.sweeping import spellings, sweep

IN_WORK = (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.FLAGGED, State.CHANGES_REQUESTED)
# Rows that are about this person alone: they go with the person. All others stay, with what was decided.
THEIRS_ALONE = ("notices.Notice", "notices.Digest", "notices.ChosenWay", "notices.Feed")
# Never handed out: fingerprints of passwords and whatever opens a door.
SECRET = {"password", "token", "secret", "code", "sha256"}
ERASED = "erased.invalid"
BETWEEN_MAILS = b"\n" + b"-" * 79  # as Django writes several into one file
FORMER = gettext_lazy("former member %(number)s")


# -- what is kept of a person -----------------------------------------------------------------------------------------


def links_to_people() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Each column that points to an account, wherever it stands."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if field.related_model is User:
                yield model, field


def data_about(user: User) -> dict:
    """Everything kept about one person, as plain data: the account, each row that names them, and their events.

    Other people in these rows stand as numbers without a name: their data are not this person's to take.
    """
    kept = {"account": _plain_row(user), "roles": [_plain_row(row) for row in RoleMembership.objects.filter(user=user)]}
    for model, field in links_to_people():
        if model in (User, RoleMembership) or model._meta.auto_created:
            continue
        rows = model._base_manager.filter(**{field.name: user}).order_by("pk")
        if found := [_plain_row(row) for row in rows.iterator(chunk_size=500)]:
            kept.setdefault(model._meta.label, {})[field.name] = found
    events = Event.objects.filter(actor_id=user.pk).order_by("sequence").values("sequence", "at", "verb", "reference")
    kept["events"] = [{**event, "at": event["at"].isoformat()} for event in events.iterator(chunk_size=2000)]
    reads = AccessRead.objects.filter(actor_id=user.pk).order_by("pk").values("at", "verb", "reference")
    kept["reads"] = [{**read, "at": read["at"].isoformat()} for read in reads.iterator(chunk_size=2000)]
    return kept


def take_data(*, user: User, actor: User) -> dict:
    """`data_about`, and that it was handed out stays on record."""
    content = data_about(user)
    with transaction.atomic():
        record("person.data_exported", subject=user, actor_id=actor.pk, role=actor.role_now, actor_name=actor.name)
    return content


def _plain_row(row: models.Model) -> dict:
    kept = {}
    for field in row._meta.local_concrete_fields:
        if any(part in field.name for part in SECRET):
            continue
        value = getattr(row, field.attname)
        kept[field.attname] = value if isinstance(value, bool | int | list | dict | None) else str(value)
    return kept


# -- erasing ----------------------------------------------------------------------------------------------------------


def against_erasing(user: User) -> list[str]:
    """What has to end first, in sentences."""
    told = []
    mine = Proposal.objects.filter(Q(owner=user) | Q(coinvestigators__user=user), state__in=IN_WORK).distinct()
    told += [
        _("%(reference)s is in work with this person. Hand it over, withdraw or discard it first.")
        % {"reference": reference}
        for reference in mine.order_by("reference").values_list("reference", flat=True)[:5]
    ]
    carried = Proposal.objects.filter(Q(case__officer=user) | Q(case__reviewer=user), state__in=IN_WORK)
    told += [
        _("%(reference)s is reviewed by this person. Assign somebody else first.") % {"reference": reference}
        for reference in carried.order_by("reference").values_list("reference", flat=True)[:5]
    ]
    roles = RoleMembership.objects.in_force(timezone.localdate()).filter(user=user).exclude(role=Role.RESEARCHER)
    if roles.exists():
        told.append(_("This person holds a role: %(roles)s. End it first.") % {"roles": ", ".join(map(_role, roles))})
    if LegalHold.objects.filter(person=user, released_at__isnull=True).exists():
        told.append(_("A legal hold keeps what is about this person."))
    held = LegalHold.objects.filter(released_at__isnull=True).exclude(reference="").values("reference")
    kept = Proposal.objects.filter(_takes_part(user), reference__in=held).distinct().order_by("reference")
    told += [
        _("A legal hold keeps %(reference)s, in which this person takes part.") % {"reference": reference}
        for reference in kept.values_list("reference", flat=True)[:5]
    ]
    return told


def _takes_part(user: User) -> Q:
    return (
        Q(owner=user)
        | Q(coinvestigators__user=user)
        | Q(case__officer=user)
        | Q(case__reviewer=user)
        | Q(case__assignments__user=user)
        | Q(case__votes__by=user)
    )


def _role(row: RoleMembership) -> str:
    return str(row.get_role_display())


@story()
def place_order(*, kind: str, actor: User, reason: str, **what) -> Order:
    """`what` is person, hold, or record_class and months, by the kind. Officers are told."""
    ordered = orders.order(kind=kind, actor=actor, reason=reason, **what)
    officers = [user for user in holders(Role.OFFICER) if user.pk not in (actor.pk, ordered.person_id)]
    telling.privacy_ordered(order_uid=ordered.uid, people=officers)
    return ordered


@story()
def settle_order(*, ordered: Order, actor: User, is_confirmed: bool, reason: str = "") -> Order:
    """Confirm an order and carry it out, or refuse it."""
    ordered = orders.settle(ordered=ordered, actor=actor, is_confirmed=is_confirmed, reason=reason)
    if is_confirmed and ordered.kind == Order.Kind.ERASE:
        erase_person(user=ordered.person, actor=actor, reason=ordered.reason)
    elif is_confirmed and ordered.kind == Order.Kind.RELEASE:
        orders.release_hold(hold=ordered.hold, actor=actor)
    elif is_confirmed:
        orders.keep_months(record_class=ordered.record_class, months=ordered.months, actor=actor)
    telling.privacy_settled(order_uid=ordered.uid, user=ordered.ordered_by)
    return ordered


@story()
def erase_person(*, user: User, actor: User | None, reason: str) -> None:
    """Take every trace of who this was out of rows, events, texts, mails and reports.

    What was done and decided stays, by a former member with a number, and the audit log still verifies. What somebody
    uploaded is not read: a name inside a file goes with the file.
    """
    if stands := against_erasing(user):
        raise Conflict(" ".join(stands))
    names = {user.name} | _former_names(user)
    needles = spellings({user.email, user.orcid, *names, *map(_family_name_first, names)} - {""})
    number = user.uid.hex[:8]
    stand_in = str(FORMER) % {"number": number}
    for label in THEIRS_ALONE:
        apps.get_model(label)._base_manager.filter(user=user).delete()
    Invitation.objects.filter(email__in=[needle.lower() for needle in needles]).delete()
    user.name, user.email = stand_in, f"{number}@{ERASED}"
    user.orcid = ""
    user.supervisor, user.language, user.colours, user.last_login = None, "en", "system", None
    user.is_active = False
    user.set_unusable_password()
    user.save()
    changed = sweep(needles, stand_in)
    told = Event.objects.filter(_tells_of(user, needles)).exclude(verb="audit.reads_sealed")
    by = {"actor_id": actor.pk if actor else None, "role": actor.role_now if actor else "system"}
    erase_details(
        sequences=told.values_list("sequence", flat=True),
        reason=reason,
        **by,
        actor_name=actor.name if actor else "",
    )
    again = Q(pk__in=changed.get("reports.Report", [])) | Q(version__in=changed.get("assessments.ProposalVersion", []))
    named = told.exclude(reference="").exclude(verb="access.denied").values_list("reference", flat=True)
    again |= Q(proposal__reference__in=set(named))
    remove_exports_of_people()
    make_again(reports=Report.objects.filter(again), because=reason)
    record(
        "person.erased",
        subject=user,
        **by,
        actor_name=actor.name if actor else "",
        after={"reason": reason, "texts": {label: len(keys) for label, keys in sorted(changed.items())}},
    )
    transaction.on_commit(lambda: _forget_mails(needles))
    transaction.on_commit(overwrite_leftovers, robust=True)


def _former_names(user: User) -> set[str]:
    told = Event.objects.filter(verb="account.changed", subject=f"accounts.User:{user.uid}").select_related("detail")
    return {(event.detail.before or {}).get("name") or "" for event in told} - {""}


def _tells_of(user: User, needles: set[str]) -> Q:
    wanted = Q(actor_id=user.pk) | Q(subject=f"accounts.User:{user.uid}")
    for needle in needles:
        for part in ("before", "after"):
            wanted |= Q(**{f"detail__{part}__icontains": needle})
    return wanted


def _family_name_first(name: str) -> str:
    """As lists of authors have it."""
    given, _space, family = name.strip().rpartition(" ")
    return f"{family}, {given}" if given else name


def _forget_mails(needles: set[str]) -> None:
    """Of the embedded default, which keeps its mails in a folder."""
    folder = Path(settings.EMAIL_FILE_PATH)
    if settings.EMAIL_HOST or not folder.is_dir():
        return
    words = [" ".join(needle.casefold().split()) for needle in needles]
    for path in folder.iterdir():
        if path.is_file():
            text = _text_of_mails(path.read_bytes())
            if any(needle in text for needle in words):
                path.unlink(missing_ok=True)


def _text_of_mails(content: bytes) -> str:
    """As people read them: letters outside ASCII are encoded in the file."""
    texts = []
    for raw in content.split(BETWEEN_MAILS):
        mail = message_from_bytes(raw, policy=policy.default)
        texts += map(str, mail.values())
        texts += [(part.get_payload(decode=True) or b"").decode(errors="replace") for part in mail.walk()]
    return " ".join(" ".join(texts).casefold().split())
