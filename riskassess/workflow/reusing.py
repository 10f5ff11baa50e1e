"""Beginning with something: a copy, a renewal, a file; and what came along until it is confirmed."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from partners import queries as registry
from partners import services as registry_services
from partners.models import Partner
from riskassess.accounts.models import Unit, User
from riskassess.assessments import prefilling
from riskassess.assessments import services as assessments
from riskassess.assessments.exchange.content import Draft as FileDraft
from riskassess.assessments.exchange.faults import Problem, UnfitFile
from riskassess.assessments.models import Answer, Origin, Questionnaire
from riskassess.assessments.queries import catalogue_of, current_release
from riskassess.audit.log import record as record_event
from riskassess.audit.log import story
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.checking import CheckedFile
from riskassess.files.services import written_whole
from riskassess.proposals import contacts, copying, evidence
from riskassess.proposals import services as proposals
from riskassess.proposals import visits as visit_rows
from riskassess.proposals.models import Participation, Proposal
from riskassess.proposals.states import IN_WORK, RENEWABLE
from riskassess.workflow.common import lock
from riskassess.workflow.filing import NEW_PARTNER, UnclearPartners, choose_contacts, choose_partners
from riskassess.workflow.people import invite


class Reused(NamedTuple):
    """A draft made from another proposal: how many answers came along, and the questions of which none did; how many
    files of evidence did and did not, and how many people are invited."""

    proposal: Proposal
    taken: int
    left: list[str]
    files: int = 0
    files_left: int = 0
    invited: int = 0


@written_whole()
@story()
def copy_proposal(
    *,
    source: Proposal,
    actor: User,
    with_people: bool = False,
    with_team: bool = False,
    with_evidence: bool = False,
    is_renewal: bool = False,
    opened: UUID | None = None,
) -> Reused:
    """Open a draft under the newest release with all that `source` says and that this release still takes. Every answer
    waits until somebody confirms it. People named at partners, evidence, and an invitation to each who takes part come
    along only where that is asked for."""
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
    files, files_left = 0, 0
    if with_evidence:
        files, files_left = evidence.copy_evidence(source=source, to=proposal, actor=actor, rows=rows)
    invited = _invite_team(source, proposal, actor) if with_team else 0
    beside = {name: count for name, count in (("files", files), ("invited", invited)) if count}
    record_event(
        "proposal.renewal_opened" if is_renewal else "proposal.copied",
        subject=proposal,
        actor_id=actor.pk,
        role=proposals.role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after={"from": source.reference, "answers": len(answers), "left_out": left, **beside},
    )
    return Reused(proposal, len(answers), left, files, files_left, invited)


def _invite_team(source: Proposal, proposal: Proposal, actor: User) -> int:
    """Ask everybody who takes part in the source to take part here; nobody does before they accept."""
    team = copying.team_of(source, actor)
    for user, can_edit in team:
        invite(proposal=proposal, actor=actor, email=user.email, can_edit=can_edit)
    return len(team)


def _guard_renewable(source: Proposal, actor: User, opened: UUID | None) -> None:
    """One renewal at a time; the same form sent again is no second one."""
    lock(source)
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


@written_whole()
@story()
def import_proposal(
    *,
    given: FileDraft,
    actor: User,
    unit: Unit,
    files: Mapping[str, CheckedFile] | None = None,
    chosen: dict[int, str] | None = None,
    opened: UUID | None = None,
    source: str = "",
    among: QuerySet[Partner] | None = None,
) -> Reused:
    """Open a draft with all that a file brings, or nothing. Its answers wait until somebody confirms them.

    `chosen` says by the place of a partner which organisation is meant: its key, or `NEW_PARTNER`. Of partners that may
    be meant, only those `among` these are told. `files` is the evidence that came along, by the names that the file
    gives it; what is not there is left out.
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
    partners = _partners_meant(given, actor, chosen or {}, among)
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
    uids = _uids_given(given, rows)
    _propose_given(questionnaire, actor, given, uids)
    _add_given(proposal, actor, given, files or {}, uids)
    beside = {"files": len(files)} if files else {}
    record_event(
        "proposal.imported",
        subject=proposal,
        actor_id=actor.pk,
        role=proposals.role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after={"from": source, "answers": len(answers), "left_out": given.left, **beside},
    )
    return Reused(proposal, len(answers), given.left, len(files or {}), len(given.evidence) - len(files or {}))


def _partners_meant(
    given: FileDraft, actor: User, chosen: dict[int, str], among: QuerySet[Partner] | None
) -> list[Partner]:
    """The organisations of the file, registered where they are new; what is not clear is asked all at once."""
    partners: list[Partner] = []
    unclear, problems = [], []
    for place, row in enumerate(given.partners):
        try:
            partners.append(_partner_meant(row, actor, chosen.get(place, ""), among))
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


def _partner_meant(row: dict, actor: User, key: str, among: QuerySet[Partner] | None) -> Partner:
    name, country, ror_id = row["name"], row["country"], row.get("ror") or ""
    apart: set[str] = set()
    if key == NEW_PARTNER:
        apart = {each.key for each in registry.near_duplicates(name, country, ror_id, among)}
    elif key and (meant := registry.organisations_of([key]).get(key)):
        if meant.partner:
            return meant.partner
        name, country, ror_id = meant.name, meant.country, meant.ror_id
    return registry_services.register_partner(
        name=name, country=country, ror_id=ror_id, actor=actor, told_apart=apart, among=among
    )


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


def _uids_given(given: FileDraft, rows: dict[str, list]) -> dict[str, str]:
    """What the rows of a file are called here: each is named by its id, or by its place."""
    uids = {}
    for name, made in rows.items():
        for place, (row, new) in enumerate(zip(getattr(given, name), made, strict=True), 1):
            uids[row.get("id") or f"{name[0]}{place}"] = str(new.uid)
    return uids


def _add_given(
    proposal: Proposal, actor: User, given: FileDraft, files: Mapping[str, CheckedFile], uids: dict[str, str]
) -> None:
    """Keep the evidence that came along; all of it, or what has no room is told."""
    problems = []
    for place, item in enumerate(given.evidence, 1):
        if item["file"] not in files:
            continue
        about = {"question": item.get("question", ""), "row": uids.get(item.get("row", ""), "")}
        try:
            evidence.add_evidence(
                proposal=proposal, actor=actor, file=files[item["file"]], title=item.get("title", ""), **about
            )
        except DomainError as fault:
            problems.append(Problem(_("Evidence %(n)d (%(name)s)") % {"n": place, "name": item["file"]}, str(fault)))
    if problems:
        raise UnfitFile(problems)


def _propose_given(questionnaire: Questionnaire, actor: User, given: FileDraft, uids: dict[str, str]) -> None:
    """Safeguards of a file, as proposed: only an officer agrees."""
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
