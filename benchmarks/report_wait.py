"""From the submission of a proposal to its report: on an idle installation, while a long list is read, and while many
reports are made at once.

python benchmarks/report_wait.py [--people 20] [--entries 100000] [--setup embedded|services]

The real application as processes, in a folder of its own: submitting takes the whole way of screening, assessment,
routing and report. With `services` it is PostgreSQL, Redis and a worker with two children, as the compose file has it.
"""

import argparse
import json
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.live.servers import running_postgres, running_redis  # noqa: E402
from tests.live.stack import Stack, Templates  # noqa: E402

MOST = {"idle": 5.0, "while a list is read": 10.0, "while many are made": 10.0}
SUBMIT = """
import json, time
from django.core.files.uploadedfile import SimpleUploadedFile
from partners.lists import import_upload
from partners.models import ListSource
from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.jobs.models import Job
from riskassess.management.filing import read_example, write_draft
from riskassess.proposals.models import Proposal
from riskassess.reports.models import Report, ReportBatch
from riskassess.reports.batching import request_batch
ana, omar = (User.objects.get(email=f"{{name}}@norderhaven.example") for name in ("ana", "omar"))
examples = ("01-digital", "04-coastal", "05-ocean")
drafts = [
    write_draft(content={{**read_example(examples[n % 3]), "title": f"Wait {{n}}"}}, owner=ana, unit=ana.unit)
    for n in range({people})
]
if {name!r} == "while a list is read":
    lines = ["# date: 2026-11-01", "# entries: {entries}"]
    lines.append("id,name,aliases,former_names,kind,country,programme,listed_on,remarks,address")
    lines += [f"{{n}},Wexmoor Works {{n:x}},Wexmoor {{n:o}},,,,,,," for n in range({entries})]
    file = SimpleUploadedFile("own.csv", chr(10).join(lines).encode())
    import_upload(source=ListSource.objects.get(code="own"), files=[file], actor=omar)
if {name!r} == "while many are made":
    known = list(Proposal.objects.exclude(state__in=["draft", "submitted"]).values_list("pk", flat=True))
    for language in ("de", "fr"):
        for redacted in (False, True):
            request_batch(actor=omar, kind="assessment", proposals=known, language=language, is_redacted=redacted)
taken = []
for draft in drafts:
    begun = time.monotonic()
    workflow.submit(proposal=draft, actor=ana)
    while not Report.objects.filter(proposal=draft, file__isnull=False).exists():
        time.sleep(0.02)
        if time.monotonic() - begun > 90:
            break
    taken.append(time.monotonic() - begun)
print(json.dumps([taken, Job.objects.filter(queue="bulk", state__in=["queued", "working"]).count()]))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--setup", choices=["embedded", "services"], default="embedded")
    given = parser.parse_args()
    is_good = True
    with TemporaryDirectory() as folder, ExitStack() as endings:
        place, templates, servers = Path(folder), None, {}
        templates = Templates(place)
        if given.setup == "services":
            postgres = endings.enter_context(running_postgres(Path("/tmp") / f"{place.name}-postgres" / "server"))
            servers = {
                "database_url": templates.copy_services(place / "stack", postgres, "stack_wait"),
                "broker": endings.enter_context(running_redis(place / "redis")),
            }
        else:
            templates.copy_embedded(place / "stack")
        stack = Stack(place / "stack", **servers).start()
        endings.callback(stack.stop)
        for name, most in MOST.items():
            code = SUBMIT.format(people=given.people, name=name, entries=given.entries)
            taken, left = json.loads(stack.python(code, 900))
            late = statistics.quantiles(taken, n=20)[-1]
            is_good &= late <= most
            print(
                f"{name}: median {statistics.median(taken):.1f} s, p95 {late:.1f} s (at most {most:.0f}), slowest "
                f"{max(taken):.1f} s, {len(taken)} submissions; {left} jobs in bulk left"
            )
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
