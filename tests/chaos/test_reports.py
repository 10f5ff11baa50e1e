"""A worker is killed while it makes a report: the report comes all the same, once, whole, and recorded once."""

import hashlib
import json

from tests.live.stack import wait_until

REQUEST = """
import json
from riskassess.reports.models import Report
from riskassess.reports.services import request_report
made = []
for known in Report.objects.filter(language="en", kind="assessment").order_by("pk")[:3]:
    made.append(request_report(proposal=known.proposal, record=known.record, kind=known.kind, language="de").pk)
print(json.dumps(made))
"""
LOOK = """
import json
from riskassess.audit.models import Event
from riskassess.files.models import StoredFile
from riskassess.reports.models import Report
reports = Report.objects.filter(language="de").select_related("file", "job").order_by("pk")
built = Event.objects.filter(verb="report.built")
print(json.dumps({
    "reports": [[r.pk, r.job.attempts, r.file.path, r.sha256] for r in reports],
    "events": [built.filter(subject__endswith=str(r.uid)).count() for r in reports],
    "files": sorted(StoredFile.objects.values_list("path", flat=True)),
}))
"""


def test_report_is_made_exactly_once_though_its_worker_is_killed(stack, setup):
    requested = json.loads(stack.python(REQUEST))
    assert len(requested) == 3
    asked = "FROM jobs_job WHERE task = 'reports.build_report' AND id > (SELECT max(id) - 3 FROM jobs_job)"
    wait_until(lambda: stack.rows(f"SELECT 1 {asked} AND state = 'working'"), 60, "a worker builds the first report")

    stack.kill_worker()
    if setup == "services":
        stack.start("worker")

    wait_until(lambda: stack.rows(f"SELECT count(*) {asked} AND state = 'done'") == [(3,)], 120, "all reports are made")
    found = json.loads(stack.python(LOOK))
    assert [row[0] for row in found["reports"]] == requested
    assert sorted(attempts for _, attempts, _, _ in found["reports"]) == [1, 1, 2]  # one was interrupted
    for _, _, path, sha256 in found["reports"]:
        content = (stack.folder / "files" / path).read_bytes()
        assert content.startswith(b"%PDF-")
        assert hashlib.sha256(content).hexdigest() == sha256
    assert found["events"] == [1, 1, 1]
    kept = stack.folder / "files"
    assert sorted(str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file()) == found["files"]
    assert stack.manage("verify_audit").returncode == 0
