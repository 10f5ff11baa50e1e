import json
import sys
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.engine.catalogue import LEVELS, Catalogue
from riskassess.engine.changing import apply_changes
from riskassess.engine.comparing import compare
from riskassess.engine.facts import FactsError
from riskassess.engine.proposals import read_proposal
from riskassess.engine.safeguards import suggest
from riskassess.engine.scoring import assess
from riskassess.management.comparison import tell_difference, tell_suggestion
from riskassess.management.explanation import explain
from riskassess.management.releases import InputError, find_catalogue
from riskassess.management.tracing import tell_trace

MOST_BYTES = 2_000_000


class Command(BaseCommand):
    help = (
        "Assess a proposal from its JSON file. Writes nothing, and asks the database only for a release that is in no "
        "folder. Invalid input ends with code 2."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "file", metavar="FILE", help="a proposal as docs/proposal-format.md describes it; - reads stdin"
        )
        parser.add_argument(
            "--catalogue",
            metavar="ID[@VERSION] or FOLDER",
            default="",
            help="the release; else the newest of the institution's that comes with RiskAssess",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--trace", action="store_true", help="also every rule, every step and what decided it")
        parser.add_argument(
            "--target", choices=LEVELS, help="also the smallest sets of safeguards that bring it to this level"
        )
        parser.add_argument(
            "--what-if", metavar="CHANGES", help="a file of changes; also says what they come to, and why"
        )

    def handle(self, *args, file, catalogue, target=None, what_if=None, trace=False, **options):
        try:
            release = find_catalogue(catalogue)
            proposal = read_json(file)
            facts = read_facts(release, proposal)
            changed = read_changes(release, facts, what_if) if what_if else None
        except InputError as error:
            for problem in error.problems:
                self.stderr.write(problem)
            sys.exit(2)
        on = date.fromisoformat(facts["as_of"])
        result = assess(release, facts, on=on)
        sets = suggest(release, facts, on=on, target=target) if target else None
        then = assess(release, changed, on=on) if changed else None
        difference = compare(release, result, then) if then else None
        if options["format"] == "json":
            told = result.to_json()
            if sets:
                told["suggestion"] = sets.to_json()
            if difference:
                told["what_if"] = {"difference": difference.to_json(), "assessment": then.to_json()}
            self.stdout.write(json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False))
            return
        lines = [*explain(proposal["title"], release, result)]
        lines += tell_trace(release, result) if trace else ()
        lines += tell_suggestion(release, sets) if sets else ()
        lines += tell_difference(difference) if difference else ()
        self.stdout.write("\n".join(lines))


def read_json(name: str) -> object:
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if name == "-" else read_file(Path(name))
        if len(raw) > MOST_BYTES:
            raise InputError([_("%(file)s: this is more than the 2 MB a proposal may have.") % {"file": name}])
        return json.loads(raw.decode("utf-8"), object_pairs_hook=without_repeats)
    except OSError as error:
        raise InputError([f"{name}: {error.strerror}."]) from error
    except UnicodeDecodeError as error:
        raise InputError(
            [_("%(file)s: this is not text in UTF-8. Save it as UTF-8 and try again.") % {"file": name}]
        ) from error
    except json.JSONDecodeError as error:
        where = f"{name}:{error.lineno}:{error.colno}"
        raise InputError([_("%(where)s: this is not JSON: %(why)s.") % {"where": where, "why": error.msg}]) from error
    except RecursionError as error:
        raise InputError([_("%(file)s: this is nested too deep for a proposal.") % {"file": name}]) from error
    except ValueError as error:
        raise InputError([f"{name}: {error}"]) from error


def read_file(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def without_repeats(pairs: list[tuple[str, object]]) -> dict:
    """JSON lets a key stand twice and keeps the last; an answer must not vanish like that."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(
            _("the key %(key)s stands twice in one object. Keep one of them.") % {"key": json.dumps(twice)}
        )
    return found


def read_facts(release: Catalogue, proposal: object) -> dict:
    try:
        return read_proposal(release, proposal, on=timezone.localdate())
    except FactsError as error:
        raise InputError(error.problems) from error


def read_changes(release: Catalogue, facts: dict, name: str) -> dict:
    """The facts with the changes of this file; each line of an error begins with the name of the file."""
    try:
        return apply_changes(release, facts, read_json(name))
    except FactsError as error:
        raise InputError([f"{name}: {problem}." for problem in error.problems]) from error
