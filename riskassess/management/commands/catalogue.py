import json
import sys
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from riskassess.assessments.replaying import facts_under
from riskassess.engine.catalogue import Catalogue
from riskassess.engine.comparing import Difference, compare
from riskassess.engine.releases import compare_releases
from riskassess.engine.schema import json_schema
from riskassess.engine.scoring import assess
from riskassess.engine.tightening import Overlay
from riskassess.management.commands.assess import read_facts, read_json
from riskassess.management.comparison import tell_edits, tell_moved, tell_trace
from riskassess.management.explanation import explain
from riskassess.management.handbook import handbook_page
from riskassess.management.releases import InputError, all_releases, find_catalogue, load_release

RELEASE = "ID, ID@VERSION or the folder of a release"


class Command(BaseCommand):
    help = (
        "Look into the releases of a catalogue. Writes nothing, and asks the database only for releases that are in no "
        "folder. Invalid input ends with code 2."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        commands = parser.add_subparsers(dest="what", required=True)
        releases = commands.add_parser("list", help="the releases there are, each with its sha256")
        releases.add_argument("catalogue", metavar="CATALOGUE", nargs="?", help=f"{RELEASE}; else all")
        diff = commands.add_parser("diff", help="what the second release says differently from the first, in words")
        diff.add_argument("before", metavar="A", help=RELEASE)
        diff.add_argument("after", metavar="B", help=RELEASE)
        diff.add_argument("--format", choices=["text", "json"], default="text")
        diff.add_argument(
            "--proposals",
            metavar="FILE",
            nargs="+",
            default=[],
            help="proposals to assess under both, beside the golden cases of A: which change their level, and why",
        )
        trace = commands.add_parser("trace", help="the whole way from the answers of a proposal to its level")
        trace.add_argument("catalogue", metavar="CATALOGUE", help=RELEASE)
        trace.add_argument("file", metavar="FILE", help="a proposal as docs/proposal-format.md describes it")
        trace.add_argument("--format", choices=["text", "json"], default="text")
        schema = commands.add_parser("schema", help="the JSON Schema of a catalogue file, for an editor")
        schema.add_argument("--overlay", action="store_true", help="of overlay.yaml instead")
        doc = commands.add_parser("doc", help="the handbook of a release as one HTML page")
        doc.add_argument("catalogue", metavar="CATALOGUE", help=RELEASE)
        doc.add_argument("-o", "--output", metavar="FILE", help="write it there; else to standard output")

    def handle(self, *args, what, **options):
        try:
            getattr(self, f"handle_{what}")(**options)
        except InputError as error:
            for problem in error.problems:
                self.stderr.write(problem)
            sys.exit(2)

    def handle_list(self, *, catalogue, **options):
        if catalogue:
            release = find_catalogue(catalogue)
            self.stdout.write(f"{release.id}@{release.version}  {release.date}  sha256 {release.sha256}")
            return
        for place in all_releases():
            found = place.loaded or load_release(place.folder)
            where = _("in its folder and loaded") if place.folder and place.loaded else ""
            where = where or (_("loaded") if place.loaded else _("in its folder, not loaded"))
            self.stdout.write(f"{place.name}  sha256 {found.sha256}  {where}")

    def handle_diff(self, *, before, after, proposals, **options):
        old, new = find_catalogue(before), find_catalogue(after)
        edits = compare_releases(old, new)
        cases = [(golden.id, golden.facts, golden.on) for golden in old.golden]
        for name in proposals:
            facts = read_facts(old, read_json(name))
            cases.append((name, facts, date.fromisoformat(facts["as_of"])))
        moved = moved_cases(old, new, cases)
        if options["format"] == "json":
            told = {
                "before": f"{old.id}@{old.version}",
                "after": f"{new.id}@{new.version}",
                "edits": [edit.to_json() for edit in edits],
                "cases": len(cases),
                "moved": [{"case": name, **difference.to_json()} for name, difference in moved],
            }
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
            return
        heading = _("From %(before)s to %(after)s") % {
            "before": f"{old.id} {old.version}",
            "after": f"{new.id} {new.version}",
        }
        body = [*tell_edits(edits)] or ["", _("Nothing differs.")]
        self.stdout.write("\n".join([heading, *body, *(tell_moved((old, new), moved, len(cases)) if cases else ())]))

    def handle_trace(self, *, catalogue, file, **options):
        release = find_catalogue(catalogue)
        proposal = read_json(file)
        facts = read_facts(release, proposal)
        result = assess(release, facts, on=date.fromisoformat(facts["as_of"]))
        if options["format"] == "json":
            self.stdout.write(json.dumps(result.to_json(), indent=2, sort_keys=True, ensure_ascii=False))
        else:
            self.stdout.write("\n".join([*explain(proposal["title"], release, result), *tell_trace(release, result)]))

    def handle_schema(self, *, overlay, **options):
        schema = Overlay.model_json_schema() if overlay else json_schema()
        self.stdout.write(json.dumps(schema, indent=2, ensure_ascii=False))

    def handle_doc(self, *, catalogue, output, **options):
        page = handbook_page(find_catalogue(catalogue))
        if not output:
            self.stdout.write(page)
            return
        try:
            Path(output).write_text(page, encoding="utf-8")
        except OSError as error:
            raise InputError([f"{output}: {error.strerror}."]) from error


def moved_cases(
    before: Catalogue, after: Catalogue, cases: list[tuple[str, dict, date]]
) -> list[tuple[str, Difference]]:
    """The cases whose level differs between the releases. An answer that the second does not take counts as open."""
    moved = []
    for name, facts, on in cases:
        read, _left_out = facts_under(after, facts)
        difference = compare(after, assess(before, facts, on=on), assess(after, read, on=on))
        if difference.moves_level:
            moved.append((name, difference))
    return moved
