import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from riskassess.engine.checking import (
    Problem,
    Proof,
    can_prove,
    check_catalogue,
    cut_texts,
    dead_problems,
    misfiled,
    naming_warnings,
    prove_catalogue,
)
from riskassess.engine.checks.proving import rows_tried
from riskassess.engine.loading import MAIN_FILE, CatalogueError, UnreadableError, load_texts, read_own, read_texts
from riskassess.engine.overlaying import OVERLAY_FILE
from riskassess.engine.placing import placed

FAULTY, UNREADABLE, UNPROVEN = 1, 2, 3
NO_SOLVER = (
    "not proven: every world there can be (what is reached, which rules are one, that risk only adds). This needs the "
    "package z3-solver; install the dependency group 'proof' and run the check again."
)


class Command(BaseCommand):
    help = (
        "Check every catalogue release in a folder and below: its form, sources, texts, rules and golden cases. "
        "A warning asks for a second look and leaves the exit code as it is. "
        "Ends with 0 where all is sound, 1 on problems, 2 where a release cannot be read, 3 where a proof was asked "
        "for and could not be made."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", nargs="?", type=Path, default=settings.CATALOGUES_DIR)
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument(
            "--exhaustive",
            action="store_true",
            help="also prove, for every world there can be: what is reached, and that risk only adds (some seconds)",
        )

    def handle(self, *args, path, format, exhaustive, **options):
        folders = sorted({found.parent for name in (MAIN_FILE, OVERLAY_FILE) for found in Path(path).rglob(name)})
        releases = [_checked(folder, exhaustive) for folder in folders]
        if not folders:
            nothing = (
                f"no {MAIN_FILE} and no {OVERLAY_FILE} lies here or below. Name the folder of a release from where you "
                f"are now ({Path.cwd()}), for example my-catalogues/our-university/1.0.0."
                if Path(path).is_dir()
                else f"there is no such folder. You are in {Path.cwd()}; write the way from there."
            )
            releases = [{"release": str(path), "state": "unreadable", "problems": [nothing]}]
        if format == "json":
            self.stdout.write(json.dumps({"releases": releases}, indent=2, ensure_ascii=False))
        else:
            for release in releases:
                self._tell(release)
        states = {release["state"] for release in releases}
        for state, code in (("unreadable", UNREADABLE), ("faulty", FAULTY), ("unproven", UNPROVEN)):
            if state in states:
                sys.exit(code)

    def _tell(self, release):
        problems, warnings = release["problems"], release.get("warnings", ())
        told = _counted(problems, "problem") if problems else "no problems"
        told += f", {_counted(warnings, 'warning')}" if warnings else ""
        self.stdout.write(f"{release['release']}: {told}")
        for sentence in release.get("proven", ()):
            self.stdout.write(f"  proven: {sentence}")
        for problem in (*problems, *release.get("open", ())):
            self.stdout.write(f"{release['release']}: {problem}")
        for warning in warnings:
            self.stdout.write(f"{release['release']}: warning: {warning}")


def _counted(found: list, name: str) -> str:
    return f"{len(found)} {name}{'' if len(found) == 1 else 's'}"


def _checked(folder: Path, exhaustive: bool) -> dict:
    name = f"{folder.parent.name}/{folder.name}"
    try:
        texts = read_texts(folder, bases=[settings.CATALOGUES_DIR])
        catalogue = load_texts(texts)
    except UnreadableError as fault:
        return {"release": name, "state": "unreadable", "problems": fault.problems}
    except CatalogueError as fault:
        return {"release": name, "state": "faulty", "problems": fault.problems}
    found = [*misfiled(folder.resolve(), catalogue), *check_catalogue(catalogue), *_missing_services(catalogue)]
    proof, started = Proof(), time.perf_counter()
    if exhaustive and can_prove():
        proof = prove_catalogue(catalogue)
    else:
        found += dead_problems(catalogue)
    problems = [*cut_texts(texts), *placed([*found, *proof.problems], texts)]
    left = [f"not decided in time: {about}." for about in proof.undecided]
    left += [NO_SOLVER] if exhaustive and not can_prove() else []
    told = {"release": name, "state": "faulty" if problems else "unproven" if left else "sound", "problems": problems}
    told["warnings"] = placed(_own(naming_warnings(catalogue), texts), texts)
    if exhaustive:
        told |= {"proven": proof.proven, "open": left}
        if can_prove():
            tried = ", ".join(f"{count} of {scope}" for scope, count in rows_tried(catalogue).items())
            told |= {"rows": rows_tried(catalogue), "seconds": round(time.perf_counter() - started, 1)}
            bounds = f"all this of named rows, at most {tried}; a row that may still be named is left to examples"
            told["proven"] = [*proof.proven, f"{bounds}; in {told['seconds']} s"]
    return told


def _missing_services(catalogue):
    """What names a function of the whole application is no matter of the engine."""
    for policy in catalogue.policies:
        try:
            import_string(policy.service)
        except ImportError:
            reason = f"there is no {policy.service}; name the function that keeps this promise, or mend it."
            yield Problem("policies", policy.id, reason)


def _own(warnings: Iterable[Problem], texts: dict[str, str]) -> list[Problem]:
    """Those about entries that an overlay adds itself; its base has been looked at."""
    if OVERLAY_FILE not in texts:
        return list(warnings)
    added = read_own(texts).data
    return [each for each in warnings if each.id in {entry["id"] for entry in added.get(each.part, ())}]
