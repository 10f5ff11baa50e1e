"""Redis is away or frozen while somebody submits: the page answers at once, the report comes when Redis is back."""

import os
import re
import signal
import time
from html import unescape
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from riskassess.management.commands.demo import PASSWORD
from tests.live.stack import wait_until

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("services")]
# Seconds from the press of the button to the page that says it is submitted. Silence is waited for, once.
LONGEST = {"away": 3, "frozen": 6}
DRAFT = """
from riskassess.accounts.models import User
from riskassess.management.filing import read_example, write_draft
ana = User.objects.get(email="ana@norderhaven.example")
content = {**read_example("05-ocean"), "title": "Sent without Redis"}
print(write_draft(content=content, owner=ana, unit=ana.unit).reference)
"""


class Browser:
    """Cookies and forms, no more: what is measured is the server."""

    def __init__(self, address):
        self.address, self.opener = address, build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path):
        return self.opener.open(self.address + path, timeout=60).read().decode()

    def post(self, path, page, **values):
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        values = {name: unescape(value) for name, value in hidden} | values
        return self.opener.open(self.address + path, urlencode(values).encode(), timeout=60).read().decode()


@pytest.mark.parametrize("fate", LONGEST)
def test_submitting_waits_for_no_broker_and_the_report_comes_later(live_stack, fate):
    stack = live_stack("services", RISKASSESS_JOB_RESEND="2")
    reference = stack.python(DRAFT).strip()
    ana = Browser(stack.url)
    ana.post("/login", ana.get("/login"), username="ana@norderhaven.example", password=PASSWORD)
    page = ana.get(f"/proposals/{reference}/check")
    if fate == "away":
        stack.redis.stop()
    else:
        os.kill(stack.redis.process.pid, signal.SIGSTOP)

    try:
        begun = time.monotonic()
        page = ana.post(f"/proposals/{reference}/submit", page, statement="on")
        seconds = time.monotonic() - begun
    finally:
        if fate == "away":
            stack.redis.start()
        else:
            os.kill(stack.redis.process.pid, signal.SIGCONT)

    assert f"{reference} is submitted." in page
    assert seconds < LONGEST[fate]
    made = (
        "SELECT count(*) FROM reports_report AS report JOIN proposals_proposal AS proposal"
        " ON proposal.id = report.proposal_id JOIN jobs_job AS job ON job.id = report.job_id"
        f" WHERE proposal.reference = '{reference}' AND job.state = 'done' AND report.file_id IS NOT NULL"
    )
    wait_until(lambda: stack.rows(made) == [(1,)], 90, lambda: f"the report is made\n{stack.log('worker')}")
    assert "Download PDF" in ana.get(f"/proposals/{reference}")
