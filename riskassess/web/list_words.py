"""How the pages of lists speak: what stands where, how old it is, what changed."""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.lists.deciding import is_own
from partners.lists.outcomes import still_in_force
from partners.models import EditionDelta, ListedEntity, ListEdition
from partners.queries.lists import ListStanding
from riskassess.web.progress import pace_words

State, Change = ListEdition.State, EditionDelta.Change
TONES = {
    State.STAGING: "plain",
    State.IN_FORCE: "good",
    State.SUPERSEDED: "ended",
    State.REJECTED: "declined",
    State.HELD: "question",
}
MOST_NAMES = 8  # of one entry on a page
AROUND, SHOWN = 40, 240  # characters of a long text before a difference, and in all


def tabs(current: str, user) -> list[dict]:
    """The pages of lists that this person may open; one alone needs no tab."""
    pages = {
        "list_sources": (_("Lists and editions"), "partners.see_lists"),
        "ror_files": (_("Organisations of ROR"), "partners.see_lists"),
        "list_search": (_("Search a name"), "partners.judge"),
    }
    found = [
        {"label": label, "count": None, "url": reverse(name), "current": name == current}
        for name, (label, permission) in pages.items()
        if user.has_perm(permission)
    ]
    return found if len(found) > 1 else []


def lead_of(standings: list[ListStanding]) -> str:
    """What is in force, and what waits for somebody."""
    n = sum(standing.in_force is not None for standing in standings)
    parts = [ngettext("%(n)d list is in force.", "%(n)d lists are in force.", n) % {"n": n}]
    if held := sum(len(standing.held) for standing in standings):
        parts.append(
            ngettext("%(n)d edition waits for an officer's yes.", "%(n)d editions wait for an officer's yes.", held)
            % {"n": held}
        )
    if old := sum(standing.is_old for standing in standings):
        parts.append(
            ngettext("%(n)d is older than it should be.", "%(n)d are older than they should be.", old) % {"n": old}
        )
    return " ".join(parts)


def waits_for(edition: ListEdition, user) -> str:
    """Whose yes a held edition waits for, as this person reads it."""
    if not user.has_perm("partners.manage_lists"):
        return _("An edition waits for an officer's yes")
    if is_own(edition, user):
        return _("An edition that you uploaded waits for another officer's yes")
    return _("An edition waits for your yes")


def row_of(standing: ListStanding, user) -> dict:
    """A source with what there is to say of it to this person, in words."""
    return {
        "source": standing.source,
        "in_force": standing.in_force,
        "day": day_of(standing.in_force) if standing.in_force else "",
        "age": age_words(standing),
        "is_old": standing.is_old,
        "held": [{"edition": edition, "words": waits_for(edition, user)} for edition in standing.held],
        "being_read": standing.being_read,
        "refused": standing.newest_refused,
        "still": still_in_force(standing.in_force),
        "stuck": standing.stuck.reason if standing.stuck else "",
    }


def age_words(standing: ListStanding) -> str:
    """How old the edition itself is; bringing the same file again makes it no younger, which is said beside."""
    days = standing.own_age_days
    if days is None:
        return ""
    age = _("of today") if days == 0 else ngettext("%(n)d day old", "%(n)d days old", days) % {"n": days}
    confirmed = standing.in_force.confirmed_at
    return f"{age}, {_('still the newest on %(day)s') % {'day': short(confirmed)}}" if confirmed and days else age


def facts_of(standing: ListStanding) -> list[dict]:
    edition, source = standing.in_force, standing.source
    every = ngettext("a new one every day", "a new one every %(n)d days", source.interval_days)
    return [
        {
            "label": _("In force"),
            "value": day_of(edition) if edition else _("none"),
            "note": _("since %(day)s") % {"day": short(edition.in_force_since)} if edition else "",
        },
        {"label": _("Entries"), "value": edition.entities_count if edition else "—", "note": ""},
        {
            "label": _("Age"),
            "value": age_words(standing) or "—",
            "note": _("expected: %(every)s") % {"every": every % {"n": source.interval_days}},
        },
        {"label": _("Kind"), "value": source.get_kind_display().capitalize(), "note": source.licence},
    ]


def edition_row(edition: ListEdition) -> dict:
    return {
        "edition": edition,
        "day": day_of(edition),
        "tone": TONES[edition.state],
        "words": edition.get_state_display().capitalize(),
        "changed": edition.names_changed_count + edition.other_changed_count,
    }


def day_of(edition: ListEdition) -> str:
    """The day of the list; where it tells none, the day it was brought, said so."""
    if edition.published_on:
        return formats.date_format(edition.published_on, "j M Y")
    return _("brought %(day)s") % {"day": short(edition.created_at)}


def short(moment) -> str:
    return formats.date_format(timezone.localtime(moment), "j M Y")


def counts_of(edition: ListEdition) -> dict[str, int]:
    return {
        Change.ADDED: edition.added_count,
        Change.REMOVED: edition.removed_count,
        Change.NAMES: edition.names_changed_count,
        Change.OTHER: edition.other_changed_count,
    }


def difference_row(delta: EditionDelta) -> dict:
    """An entry with what is other than before; names and details as (label, before, after)."""
    entity, before = delta.entity, delta.before
    changes = []
    if before:
        names, earlier = _names(entity), _names(before)
        ids, earlier_ids = _identifiers(entity), _identifiers(before)
        changes.append((_("Names"), _list(earlier - names), _list(names - earlier)))
        changes.append((_("Identifiers"), _list(earlier_ids - ids), _list(ids - earlier_ids)))
        changes += [
            (label, *excerpts(_detail(before, name), _detail(entity, name))) for name, label in _details().items()
        ]
    return {
        "entity": entity,
        "names": [name.original for name in entity.names.all() if name.original != entity.name],
        "changes": [change for change in changes if change[1] or change[2]],
    }


def excerpts(before: str, after: str) -> tuple[str, str]:
    """Both texts from shortly before where they part; nothing where they are equal."""
    if before == after:
        return "", ""
    at = next((n for n, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), None)
    at = min(len(before), len(after)) if at is None else at
    start = max(0, at - AROUND) if max(len(before), len(after)) > SHOWN else 0
    return _cut(before, start) or _("nothing"), _cut(after, start) or _("nothing")


def _cut(text: str, start: int) -> str:
    shown = text[start : start + SHOWN]
    return ("…" if start and shown else "") + shown + ("…" if len(text) > start + SHOWN else "")


def _details() -> dict[str, str]:
    return {
        "kind": _("Kind"),
        "countries": _("Countries"),
        "programme": _("Programme"),
        "reference": _("Official reference"),
        "listed_on": _("Listed on"),
        "birth_years": _("Years of birth"),
        "address": _("Address"),
        "remarks": _("Remarks"),
    }


def _detail(entity: ListedEntity, name: str) -> str:
    if name == "kind":
        return entity.get_kind_display()
    value = getattr(entity, name)
    if isinstance(value, date):
        return formats.date_format(value, "j M Y")
    return ", ".join(sorted(map(str, value))) if isinstance(value, list) else str(value or "")


def _names(entity: ListedEntity) -> set[str]:
    return {name.original for name in entity.names.all()}


def _identifiers(entity: ListedEntity) -> set[str]:
    return {str(each) for each in entity.identifiers.all()}


def _list(names: set[str]) -> str:
    shown = ", ".join(sorted(names)[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return (
        shown
        if more <= 0
        else ngettext("%(names)s and %(n)d more", "%(names)s and %(n)d more", more)
        % {
            "names": shown,
            "n": more,
        }
    )


def edition_facts(edition: ListEdition) -> list[dict]:
    """The four facts at the head of an edition's page."""
    since = [_("in force since %(day)s") % {"day": short(edition.in_force_since)}] if edition.in_force_since else []
    since += [_("until %(day)s") % {"day": short(edition.superseded_at)}] if edition.superseded_at else []
    named = ngettext("%(n)d name", "%(n)d names", edition.names_count) % {"n": edition.names_count}
    return [
        {"label": _("Of"), "value": day_of(edition), "note": " ".join(since)},
        {"label": _("Entries"), "value": edition.entities_count, "note": named},
        {
            "label": _("Differences"),
            "value": sum(counts_of(edition).values()) if edition.compared_with_id else "—",
            "note": compared_words(edition),
        },
        {
            "label": _("Brought"),
            "value": short(edition.created_at),
            "note": edition.brought_by.name if edition.brought_by else edition.get_origin_display(),
        },
    ]


def compared_words(edition: ListEdition) -> str:
    if edition.compared_with_id:
        return _("to the one before, %(day)s") % {"day": day_of(edition.compared_with)}
    if edition.compared_at is None and edition.in_force_since is None:
        return _("not compared")
    return _("the first one of this list")


def story_of(edition: ListEdition) -> list[str]:
    """What people did with it, in sentences."""
    told = []
    if edition.restores_id:
        told.append(_("It brings the edition of %(day)s back.") % {"day": day_of(edition.restores)})
    if edition.accepted_at:
        who = edition.accepted_by.name if edition.accepted_by else _("The command line")
        told.append(
            _("%(name)s accepted it on %(day)s: %(reason)s")
            % {"name": who, "day": short(edition.accepted_at), "reason": edition.accepted_reason}
        )
    if edition.file_removed_at:
        words = _("Its file was removed on %(day)s, since it was old. What was read of it stays.")
        told.append(words % {"day": short(edition.file_removed_at)})
    elif edition.file_id and edition.state not in (State.IN_FORCE, State.HELD, State.STAGING):
        told.append(
            ngettext(
                "Its file is kept for %(n)d day after it was last in use.",
                "Its file is kept for %(n)d days after it was last in use.",
                settings.LIST_FILES_DAYS,
            )
            % {"n": settings.LIST_FILES_DAYS}
        )
    if edition.confirmed_at:
        told.append(_("The same file came again on %(day)s.") % {"day": short(edition.confirmed_at)})
    return told


def progress_of(edition: ListEdition) -> dict | None:
    """What `_partials/job_progress.html` shows; nothing once the edition is settled."""
    if edition.state != State.STAGING or edition.job is None:
        return None
    arguments = [edition.source.code, edition.uid]
    job = edition.job
    return {
        "job": {
            # Between two steps there is a moment without a job; the import goes on.
            "state": "working" if job.state == "done" else job.state,
            "done": job.done,
            "total": job.total,
            "message": job.message,
            "pace": pace_words(job.done, job.total, edition.created_at),
            "error": job.reason,
        },
        "title": _("Reading the edition"),
        "poll_url": reverse("list_edition_state", args=arguments),
        "retry_url": reverse("list_edition_retry", args=arguments),
    }
