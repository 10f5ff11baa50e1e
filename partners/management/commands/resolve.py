import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from partners import queries
from partners.countries import NAMES


class Command(BaseCommand):
    help = (
        "Say which organisation of the locally held part of ROR a name or an affiliation means. "
        "Exit 0: one; 1: none, or it cannot be told; 2: usage."
    )

    def add_arguments(self, parser):
        parser.add_argument("text", metavar="TEXT", help="a name, or an affiliation as it stands in a paper")
        parser.add_argument("--country", default="", metavar="CC", help="two letters, such as NO")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, **options):
        country = options["country"].upper()
        if country and country not in NAMES:
            raise CommandError(f"{options['country']} is no country code of two letters, such as NO.", returncode=2)
        if not any(map(str.isalnum, options["text"])):
            raise CommandError("Give a text with at least one letter or digit.", returncode=2)
        found = queries.resolve_text(options["text"], country)
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(options["text"], found), ensure_ascii=False, indent=2))
        elif found:
            record = found.record
            place = ", ".join(filter(None, (record.city, str(record.country_name))))
            self.stdout.write(f"{record.name} ({place})\n{record.pk}\n{found.words}")
        else:
            self.stdout.write(_("No organisation of the locally held part of ROR can be told from this text."))
        if not found:
            raise SystemExit(1)


def _as_data(text: str, found: queries.Resolved | None) -> dict:
    if found is None:
        return {"text": text, "ror_id": None}
    record = found.record
    return {
        "text": text,
        "ror_id": record.pk,
        "name": record.name,
        "country": record.country,
        "city": record.city,
        "status": record.status,
        "how": found.how,
        "read": found.read,
    }
