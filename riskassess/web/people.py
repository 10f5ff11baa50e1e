"""People named at partners as pages of a submitted proposal show them, each with what the lists say."""

import re

from django.urls import reverse
from django.utils.translation import gettext as _

from partners import queries as registry
from partners.models import Contact, Hit
from riskassess.assessments.facts import contacts_in
from riskassess.assessments.models import ProposalVersion
from riskassess.assessments.wording import Change
from riskassess.proposals.models import ParticipationContact, Proposal

ORIGIN = re.compile(
    r"\b(nationalit|citizen|POB\b|place of birth|born in|passport|identity card|"
    r"(national|identification|ID) (ID|no|number))",
    re.IGNORECASE,
)


def without_origin(remarks: str) -> str:
    """What a list remarks about a person, without the parts that say where they come from. We hold nothing to compare
    them with, and nobody may conclude from them."""
    parts = re.split(r"(?<=[;.])\s+|\n+", remarks)
    return " ".join(part for part in parts if not ORIGIN.search(part)).strip()


def uids_named(proposal: Proposal, upto: int | None = None) -> set[str]:
    """Everybody whom a version of the proposal names, up to a number."""
    versions = proposal.versions.filter(number__lte=upto) if upto is not None else proposal.versions.all()
    contents = versions.values_list("content__partners", flat=True)
    return {uid for partners in contents for row in partners for uid in contacts_in(row)}


def people_by_row(version: ProposalVersion) -> dict[str, list[dict]]:
    """By row of the version, whom it names there; under "" who stands in earlier versions alone. An erased person has
    no contact any more. A constant number of queries."""
    named = {row["id"]: contacts_in(row) for row in version.content["partners"]}
    here = {uid for uids in named.values() for uid in uids}
    before = uids_named(version.proposal, version.number - 1) - here if version.number > 1 else set()
    if not here | before:
        return {}
    contacts = {str(contact.uid): contact for contact in Contact.objects.filter(uid__in=here | before).order_by("pk")}
    links = ParticipationContact.objects.filter(contact__in=contacts.values(), participation__proposal=version.proposal)
    roles = dict(links.values_list("contact", "role"))
    described = {
        uid: {"contact": contact, "uid": uid, "role": roles.get(contact.pk, "")} for uid, contact in contacts.items()
    }
    found = {row: [described.get(uid) or {"contact": None, "uid": uid} for uid in uids] for row, uids in named.items()}
    return {**found, "": [described[uid] for uid in contacts if uid in before]}


def people_changes(before: ProposalVersion, after: ProposalVersion) -> list[Change]:
    """Who is named at a partner in one version and not in the other, by name as far as it is known."""
    sides = [{row["id"]: (row["label"], contacts_in(row)) for row in v.content["partners"]} for v in (before, after)]
    uids = {uid for side in sides for _label, named in side.values() for uid in named}
    names = {str(c.uid): c.name for c in Contact.objects.filter(uid__in=uids)} if uids else {}
    found = []
    for row in {**sides[0], **sides[1]}:
        label = (sides[1].get(row) or sides[0][row])[0]
        old, new = (
            ", ".join(names.get(uid, _("a person whose details were erased")) for uid in side.get(row, ("", []))[1])
            for side in sides
        )
        if old != new:
            found.append(Change(_("People at the partner"), label, old, new))
    return found


def with_screening(people: dict[str, list[dict]], reference: str) -> dict[str, list[dict]]:
    """The same with standing and matches, for those who may see them."""
    contacts = [each["contact"] for rows in people.values() for each in rows if each["contact"]]
    standings = registry.screening_standings(contacts) if contacts else {}
    hits: dict[int, list] = {}
    screenings = [standing.screening for standing in standings.values() if standing.screening]
    found = Hit.objects.filter(screening__in=screenings).select_related("entity", "edition__source", "judgement")
    for hit in found.order_by("pk") if screenings else ():
        url = reverse("match", args=[reference, hit.uid])
        hits.setdefault(hit.screening_id, []).append({"hit": hit, "url": url})
    for rows in people.values():
        for each in rows:
            standing = standings[each["contact"]] if each["contact"] else None
            of_person = hits.get(standing.screening.pk, []) if standing and standing.screening else []
            each |= {
                "standing": standing,
                "hits": of_person,
                "open_hits": [item for item in of_person if item["hit"].is_open],
            }
    return people
