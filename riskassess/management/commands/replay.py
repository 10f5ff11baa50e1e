import sys
import time

from django.core.management.base import BaseCommand, CommandError

from riskassess.assessments.models import CatalogueRelease, Replay
from riskassess.assessments.queries import named_release
from riskassess.assessments.replays import start_replay
from riskassess.core.errors import DomainError
from riskassess.core.words import LEVEL_WORDS, LEVELS
from riskassess.jobs.running import run_job

FAULTY, FAILED = 1, 2
POLL_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Assess again what is stored, in the background: under the release of each record, which must give the same "
        "bytes, or under another one, which shows what would move."
    )

    def add_arguments(self, parser):
        parser.add_argument("--release", metavar="ID[@VERSION]", default="", help="else the release of each record")
        parser.add_argument(
            "--all", action="store_true", dest="every_record", help="all records, not only the newest of each proposal"
        )
        parser.add_argument(
            "--wait", action="store_true", help="work here and print what came out; ends with 1 where bytes differ"
        )

    def handle(self, *args, release, every_record, wait, **options):
        try:
            found = named_release(release) if release else None
            replay = start_replay(actor=None, release=found, every_record=every_record)
        except (CatalogueRelease.DoesNotExist, DomainError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Replay {replay.uid}: {replay.total} assessments, {replay}.")
        if not wait:
            self.stdout.write("It goes on in the background; the page Replay shows how far it is.")
            return
        replay = self.work(replay)
        self.tell(replay)
        if replay.state != "done":
            sys.exit(FAILED)
        if replay.faults:
            sys.exit(FAULTY)

    def work(self, replay: Replay) -> Replay:
        """Do the steps in this process, those that no worker has taken; until it ends, fails or is stopped."""
        while replay.state in {"queued", "working"}:
            if not run_job(replay.job_id):
                time.sleep(POLL_SECONDS)
            replay = Replay.objects.select_related("job", "release").defer("release__texts").get(pk=replay.pk)
            self.stderr.write(f"{replay.done} of {replay.total}, {replay.rate:.0f} a second")
        return replay

    def tell(self, replay: Replay) -> None:
        out = self.stdout.write
        if replay.state != "done":
            out(f"It ended before its time ({replay.state}): {replay.job.reason or 'somebody stopped it'}")
        out("")
        for end, words in (("lower", "What is certain"), ("upper", "With what is open")):
            out(words)
            out(f"{'as stored':<12}" + "".join(f"{LEVEL_WORDS[level]!s:>11}" for level in LEVELS) + "   now")
            for before in LEVELS:
                row = replay.levels.get(end, {}).get(before, {})
                out(f"{LEVEL_WORDS[before]!s:<12}" + "".join(f"{row.get(after, 0):>11}" for after in LEVELS))
            out("")
        out(f"Read {replay.done} of {replay.total} in {replay.seconds:.1f} s of work, {replay.rate:.0f} a second.")
        if replay.release_id is None:
            out(f"With other bytes than stored: {replay.faults}.")
        else:
            out(f"With another level, route or hold: {replay.moved}. Not readable under it: {replay.unreadable}.")
            out(f"Read without some answers, which it does not take: {replay.fitted}.")
        for rule, changes in sorted(replay.rules.items(), key=lambda item: (-sum(item[1].values()), item[0])):
            out(f"  {rule}: " + ", ".join(f"{changes[name]} {name}" for name in sorted(changes)))
        for difference in replay.differences.exclude(kind="moved").select_related("record__proposal")[:20]:
            reason = difference.reason.replace("\n", " ")
            out(f"  {difference.record.proposal.reference}: {difference.get_kind_display()}. {reason}")
