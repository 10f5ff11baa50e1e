"""What the first page of a proposal writes: all of it where a button asks, what is whole where it saves itself."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from partners.models import Partner
from partners.services import NearDuplicates, register_partner
from riskassess import workflow
from riskassess.assessments.copying import copy_answers
from riskassess.audit.log import story
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals import services as proposals
from riskassess.proposals.models import Participation, Proposal
from riskassess.proposals.visits import set_visits
from riskassess.web.forms.collaboration import Collaboration
from riskassess.web.forms.picking import PartnerForm, offers_of
from riskassess.web.registry_scope import partners_open_to
from riskassess.web.seen import joined, mark, marks_in

OWN = ("title", "summary", "kinds", "starts", "ends", "unit")
UNKNOWN = "new"  # the mark of partners of which one is not registered yet


class Contested(Conflict):
    """Somebody else changed parts of the page since it was shown; `seen` are the marks of how it stands now."""

    def __init__(self, parts: list[str], seen: str):
        super().__init__(_("Somebody changed this page after you opened it. Yours is not lost: choose below."))
        self.parts, self.seen = parts, seen


@dataclass
class Kept:
    """What came of a page that saved itself: `seen` for its next time, what waits for a button, what is contested."""

    seen: str
    left: list[str] = field(default_factory=list)
    contested: list[str] = field(default_factory=list)


def marks_of(proposal) -> dict[str, str]:
    """A mark for each part of the page; what is posted under an older one was typed over somebody's change."""
    own = {name: str(getattr(proposal, "unit_id" if name == "unit" else name)) for name in OWN}
    rows = {
        "partners": [[row.partner_id, row.role] for row in proposal.participations.all()],
        "funders": [[row.name, row.country, row.kind] for row in proposal.funders.all()],
        "visits": [
            [row.participation_id, row.role, row.people, row.direction, row.months, row.access]
            for row in proposal.visits.all()
        ],
    }
    return {name: mark(value) for name, value in {**own, **rows}.items()}


def marks_typed(forms: Collaboration, proposal: Proposal) -> dict[str, str]:
    """The same marks of what was typed, for each part in which nothing is wrong."""
    found = {}
    for name in OWN:
        if name in forms.main.cleaned_data:
            value = forms.main.cleaned_data[name]
            found[name] = mark(str(value.pk if name == "unit" else value))
    given = {name: rows.filled() for name, rows in forms.rows_by_part.items() if not any(f.errors for f in rows.kept)}
    if "partners" in given:
        pairs = [(form.chosen and form.chosen.partner, form.cleaned_data["role"]) for form in forms.partners.kept]
        found["partners"] = mark([[each.pk, role] for each, role in pairs]) if all(e for e, _r in pairs) else UNKNOWN
    if "funders" in given:
        found["funders"] = mark([[row["name"], row["country"], row["kind"]] for row in given["funders"]])
    if "visits" in given:
        places = places_of(forms, stored_partners(proposal))
        names = ("role", "people", "direction", "months", "access")
        rows = [[getattr(places.get(row["partner"]), "pk", None), *(row[n] for n in names)] for row in given["visits"]]
        found["visits"] = mark(rows)
    return found


def stored_partners(proposal: Proposal) -> dict[int, Participation]:
    return {row.partner_id: row for row in proposal.participations.all()}


def places_of(forms: Collaboration, stored: dict[int, Participation]) -> dict[str, Participation]:
    """The stored participations by the uid that the page gave their rows."""
    chosen = [(form.cleaned_data.get("uid"), form.chosen and form.chosen.partner) for form in forms.partners.kept]
    return {uid: stored[each.pk] for uid, each in chosen if each and each.pk in stored}


@story()
def save_collaboration(proposal, actor, forms: Collaboration, *, seen: str) -> None:
    """Write the whole page through the services, or nothing of it. What nobody touched here stays as others left it."""
    proposals.guard_editable(proposal)
    now = Proposal.objects.get(pk=proposal.pk)  # read after the row is locked
    marks, before, typed = marks_of(now), marks_in(seen), marks_typed(forms, now)
    changed = [name for name in marks if seen and before.get(name) != marks[name]]
    untouched = {name for name in changed if typed.get(name) == before.get(name)}
    if contested := [name for name in changed if name not in untouched and typed.get(name) != marks[name]]:
        raise Contested(contested, joined(marks))
    write(now, actor, forms, set(marks) - untouched)


@story()
def save_by_itself(proposal, actor, forms: Collaboration, *, seen: str) -> Kept:
    """Write what is whole, and leave the rest to a button: it takes no row away, registers no organisation that was
    only typed, and never chooses between two versions."""
    proposals.guard_editable(proposal)
    now = Proposal.objects.get(pk=proposal.pk)
    marks, before, typed = marks_of(now), marks_in(seen), marks_typed(forms, now)
    ready, kept = set(), Kept(seen)
    for name in marks:
        if name not in typed or is_for_a_button(forms, name, now):
            kept.left.append(name)
        elif typed[name] == marks[name]:
            before[name] = marks[name]
        elif before.get(name) == marks[name]:
            ready.add(name)
        elif typed[name] != before.get(name):
            kept.contested.append(name)
    if {"starts", "ends"} & ready and ends_too_early(forms, now, ready):
        kept.left += sorted({"starts", "ends"} & ready)
        ready -= {"starts", "ends"}
    write(now, actor, forms, ready)
    after = marks_of(Proposal.objects.get(pk=proposal.pk))
    kept.seen = joined({**before, **{name: after[name] for name in ready}})
    return kept


def is_for_a_button(forms: Collaboration, name: str, proposal: Proposal) -> bool:
    """Whether saving these rows would take one away, or needs an organisation that nobody has chosen yet."""
    if name in OWN:
        return False
    rows = forms.rows_by_part[name]
    if any(form.is_gone for form in rows):
        return True
    if name == "partners":
        kept = {form.chosen.partner.pk for form in rows.kept if form.chosen and form.chosen.partner}
        return any(not form.chosen for form in rows.kept) or bool(stored_partners(proposal).keys() - kept)
    uids = {form.cleaned_data["uid"] for form in rows.kept}
    if {str(row.uid) for row in getattr(proposal, name).all()} - uids:
        return True
    places = places_of(forms, stored_partners(proposal)) if name == "visits" else {}
    return name == "visits" and any(row["partner"] and row["partner"] not in places for row in rows.filled())


def ends_too_early(forms: Collaboration, proposal: Proposal, ready: set[str]) -> bool:
    given = {n: forms.main.cleaned_data[n] if n in ready else getattr(proposal, n) for n in ("starts", "ends")}
    return bool(given["starts"] and given["ends"] and given["ends"] < given["starts"])


def write(proposal: Proposal, actor, forms: Collaboration, parts: set[str]) -> None:
    """Write these parts through the services."""
    if parts & set(OWN):
        given = {name: forms.main.cleaned_data[name] if name in parts else getattr(proposal, name) for name in OWN}
        proposals.describe(proposal=proposal, actor=actor, **given)
    copies: dict[str, str] = {}
    if "partners" in parts:
        rows = partners_of(forms, actor)
        partners = workflow.choose_partners(proposal=proposal, actor=actor, rows=rows)
        copies |= forms.partners.copies(partners)
        places = {f.cleaned_data["uid"]: row for f, row in zip(forms.partners.kept, partners, strict=True)}
    else:
        places = places_of(forms, stored_partners(proposal))
    if "funders" in parts:
        funders = proposals.set_funders(proposal=proposal, actor=actor, rows=forms.funders.filled())
        copies |= forms.funders.copies(funders)
    copy_answers(questionnaire=proposal.questionnaire, actor=actor, rows=copies)
    if "visits" in parts:
        set_visits(proposal=proposal, actor=actor, rows=forms.visits.filled_for(places))
    if parts:
        workflow.fill_in_known(proposal=proposal, actor=actor)


def partners_of(forms: Collaboration, actor) -> list[tuple[Partner, str]]:
    rows, doubtful = [], None
    for form in forms.partners.kept:
        try:
            rows.append((partner_of(form, actor), form.cleaned_data["role"]))
        except NearDuplicates as fault:
            doubtful = fault
            form.near = offers_of(fault.found, forms.partners.chosen())
            form.add_error("name", str(fault))
        except DomainError as fault:
            form.add_error(fault.field if fault.field in form.fields else None, str(fault))
            raise
    if doubtful:
        raise doubtful
    return rows


def partner_of(form: PartnerForm, actor) -> Partner:
    """The partner that was chosen, or the one that is registered with what was typed."""
    if form.chosen and form.chosen.partner:
        return form.chosen.partner
    row = form.cleaned_data
    return register_partner(
        name=row["name"],
        country=row["country"],
        ror_id=row["ror_id"] or (form.chosen.ror_id if form.chosen else ""),
        type=row["type"],
        website=row["website"],
        told_apart=row["told_apart"].split(),
        among=partners_open_to(actor),
        actor=actor,
    )
