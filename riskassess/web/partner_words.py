"""How the pages of partners speak: what the lists say, who owns whom, and what was changed."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.countries import country_name
from partners.models import Alias, Identifier, Ownership, Partner, PartnerType, Party
from partners.queries import Owner, OwnerHit, Standing
from partners.queries.owners import Shares, node_of, percent_words
from riskassess.assessments.owners import OWNERS_SAID, share_words
from riskassess.audit.models import Event
from riskassess.web.verbs import verb_words

# What is said of a partner in a list: (tone of the state, words)
STANDINGS = {
    "confirmed": ("turn", gettext_lazy("On a list, as a person confirmed")),
    "possible": ("question", gettext_lazy("Possible match, not judged yet")),
    "not_screened": ("plain", gettext_lazy("Not compared yet")),
    "cleared": ("good", gettext_lazy("Match judged to be somebody else")),
    "none": ("good", gettext_lazy("No match")),
}
SAID_OF_OWNERS = OWNERS_SAID | {
    "cleared": gettext_lazy("A match of an owner of more than half was judged to be somebody else."),
    "none": gettext_lazy("No owner of more than half is on a list."),
}
FIELDS = {
    "name": gettext_lazy("name"), "country": gettext_lazy("country"), "ror_id": gettext_lazy("ROR id"),
    "type": gettext_lazy("type"), "city": gettext_lazy("city"), "website": gettext_lazy("website"),
    "kind": gettext_lazy("kind"), "language": gettext_lazy("language"), "scheme": gettext_lazy("kind"),
    "value": gettext_lazy("identifier"), "owner": gettext_lazy("owner"), "percent": gettext_lazy("percent"),
    "since": gettext_lazy("since"), "until": gettext_lazy("until"), "source": gettext_lazy("source"),
    "parent": gettext_lazy("part of"), "merged": gettext_lazy("record"), "reason": gettext_lazy("reason"),
    "told_apart": gettext_lazy("told apart from"), "person": gettext_lazy("owner"),
}  # fmt: skip
DEEPEST = 6


def name_of(share: Ownership, *, sees_people: bool) -> str:
    """People who own a partner are named to whoever sees matches, and to nobody else."""
    return share.who if sees_people or not share.is_of_a_person else _("A person")


def owner_words(owner: Owner, *, sees_people: bool) -> dict:
    """Who holds more than half, and through whom."""
    return {
        "name": name_of(owner.share, sees_people=sees_people),
        "percent": percent_words(owner.percent),
        "chain": [share_words(share, sees_people=sees_people) for share in owner.chain],
        "is_direct": len(owner.chain) == 1,
    }


def owner_hit_words(hit: OwnerHit) -> dict | None:
    """Nothing where no owner is recorded."""
    if hit.value not in SAID_OF_OWNERS:
        return None
    return {
        "value": hit.value,
        "sentence": SAID_OF_OWNERS[hit.value],
        "listed": [share.who for share in hit.meant],
        "chain": [share_words(share, sees_people=True) for share in hit.chain],
        "outside": [] if hit.value != "possible" else outside_words(hit),
    }


def outside_words(hit: OwnerHit) -> list[dict]:
    """Owners known by name only that may be on a list: where their match is seen."""
    return [
        {"name": share.who, "url": f"{reverse('list_search')}?{urlencode(_searched(share))}"}
        for share in hit.meant
        if not share.party and not share.is_erased
    ]


def _searched(share: Ownership) -> dict[str, str | int]:
    asked = {
        "name": share.owner_name,
        "country": share.country,
        "kind": "person" if share.is_of_a_person else "organisation",
        "birth_year": share.owner_birth_year,
    }
    return {key: value for key, value in asked.items() if value}


def owner_tree(
    shares: Shares, partner, *, sees_people: bool, level: int = 0, seen: frozenset = frozenset()
) -> list[dict]:
    """The shares above a partner, line by line; a circle is shown once."""
    rows = []
    if level < DEEPEST:
        for share in shares.of.get(node_of(partner), ()):
            who = name_of(share, sees_people=sees_people)
            rows.append({"share": share, "who": who, "level": level, "percent": percent_words(share.percent)})
            if share.owner_id and share.owner_id not in seen:
                above = {"sees_people": sees_people, "level": level + 1, "seen": seen | {share.owner_id}}
                rows += owner_tree(shares, share.owner, **above)
    return rows


def with_lists(tree: list[dict], standings: dict[Party, Standing], partner: Partner) -> list[dict]:
    """The same with what the lists say of each owner, and the pages on which the matches are judged."""
    for row in tree:
        share = row["share"]
        if standing := standings.get(share.party):
            row["tone"], row["said"] = STANDINGS[standing.facts["sanction_hit"]]
            hits = standing.screening.hits.all() if standing.screening else ()
            at = share.owner or partner
            row["hits"] = [{"hit": hit, "url": reverse("partner_match", args=[at.uid, hit.uid])} for hit in hits]
    return tree


def history_row(event: Event, actor: str) -> dict:
    return {"when": event.at, "actor": actor, "text": verb_words(event.verb), "hint": difference_words(event.detail)}


def difference_words(detail) -> str:
    """What was and what is, field by field, for a change of the registry."""
    before, after = (side if isinstance(side, dict) else {} for side in (detail.before, detail.after))
    parts = []
    for field, label in FIELDS.items():
        old, new = _said(field, before.get(field)), _said(field, after.get(field))
        if old == new:
            continue
        if old and new:
            parts.append(_("%(field)s: “%(old)s” became “%(new)s”") % {"field": label, "old": old, "new": new})
        else:
            parts.append(_("%(field)s: “%(value)s”") % {"field": label, "value": new or old})
    return "; ".join(parts)


def _said(field: str, value) -> str:
    if not value:
        return ""
    if field == "country":
        return str(country_name(value))
    if field == "person":
        return _("a person")
    choices = {"kind": Alias.Kind.choices, "scheme": Identifier.Scheme.choices, "type": PartnerType.choices}.get(field)
    return str(dict(choices).get(value, value)) if choices else str(value)
