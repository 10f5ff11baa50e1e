import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from partners import queries
from partners.countries import NAMES
from partners.queries.listed import Match, find_listed, named_as


class Command(BaseCommand):
    help = (
        "Compare NAME with the lists in force; nothing is stored. Exit 0: no match; 1: at least one possible match; "
        "2: usage; 3: not compared, because no list is in force."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--country", default="", metavar="CC", help="two letters, such as NO")
        parser.add_argument("--kind", choices=("organisation", "person"), default="organisation")
        parser.add_argument("--birth-year", type=int, help="of a person")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, **options):
        country = options["country"].upper()
        if country and country not in NAMES:
            raise CommandError(f"{options['country']} is no country code of two letters, such as NO.", returncode=2)
        if not any(char.isalnum() for char in options["name"]):
            raise CommandError("Give a name with at least one letter or digit.", returncode=2)
        editions = queries.editions_in_force()
        if not editions:
            raise CommandError("No list is in force, so nothing was compared. Import one first.", returncode=3)
        matches = find_listed(named_as(options["name"], country, options["kind"], options["birth_year"]), editions)
        if options["json"]:
            told = {
                "name": options["name"],
                "country": country,
                "kind": options["kind"],
                "editions": [
                    {"list": edition.source.code, "date": _day(edition), "sha256": edition.sha256}
                    for edition in editions
                ],
                "matches": [_as_data(match) for match in matches],
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_as_text(options["name"], matches, len(editions))))
        if matches:
            raise SystemExit(1)


def _day(edition) -> str | None:
    return edition.published_on.isoformat() if edition.published_on else None


def _as_data(match: Match) -> dict:
    return {
        "score": match.scored.score,
        "band": match.scored.band,
        "scorer": match.scored.scorer,
        "name": match.entity.name,
        "reference": match.entity.reference or match.entity.external_id,
        "countries": match.entity.countries,
        "list": match.entity.source.code,
        "is_sample": match.entity.source.is_sample,
        "edition": _day(match.edition),
        "features": match.features,
    }


def _as_text(name: str, matches: list[Match], count: int):
    if not matches:
        yield _("No name like %(name)s on %(count)s lists in force.") % {"name": name, "count": count}
    for match in matches:
        yield f"{match.entity.name} ({match.entity.reference or match.entity.external_id})"
        yield _("  %(band)s, score %(score).2f · %(list)s, edition of %(day)s%(sample)s") % {
            "band": match.scored.band,
            "score": match.scored.score,
            "list": match.entity.source.name,
            "day": _day(match.edition) or _("unknown date"),
            "sample": _(" (sample)") if match.entity.source.is_sample else "",
        }
        for feature in match.scored.features:
            effect = feature.value * feature.weight
            if feature.why and effect:
                yield f"    {effect:+.2f}  {feature.name}: {feature.why}"
