"""Many people who write at the same time: each chooses an answer every few seconds, as the section page sends it.

Whatever the server said yes to has to be in the database afterwards.
"""

import json
import random
import re
import statistics
import threading
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

from tests.live.stack import Stack
from tests.web.filing.pages import FormReader

CHOICES = {"T5": ["yes", "no", "unsure"], "T4": ["basic", "applied", "trl4", "unsure"], "P4": ["s3", "s4", "s5"]}
OWN_WORDS = "P1"
FIELDS = (*CHOICES, OWN_WORDS)

WRITERS = """
import json, sys
from importlib import import_module
from django.conf import settings
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.core.management import call_command
from riskassess.accounts.models import Unit, User
from riskassess.accounts.roles import Role
from riskassess.accounts.services import grant_role
from riskassess.management.filing import read_example, write_draft
store = import_module(settings.SESSION_ENGINE).SessionStore
unit, content, found = Unit.objects.get(name="Marine Sciences"), read_example("04-coastal"), []
for number in range({people}):
    user = User.objects.create_user("writer%d@norderhaven.example" % number, "Writer %d" % number, None, unit=unit)
    grant_role(user=user, role=Role.RESEARCHER, actor=None, unit=unit)
    proposal = write_draft(content=content, owner=user, unit=unit)
    session = store()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    found.append([settings.SESSION_COOKIE_NAME, session.session_key, proposal.reference])
print(json.dumps(found))
"""
STORED = """
import json
from riskassess.assessments.models import Answer, AnswerChange
rows = AnswerChange.objects.filter(answer__question__in={fields}).order_by("pk")
found = dict(
    changes=list(rows.values_list("answer__questionnaire__proposal__reference", "answer__question", "after")),
    now=list(Answer.objects.filter(question__in={fields}).values_list(
        "questionnaire__proposal__reference", "question", "value")),
)
print(json.dumps(found))
"""


@dataclass
class Outcome:
    saves: int = 0
    milliseconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __str__(self):
        quantiles = statistics.quantiles(self.milliseconds, n=20) if len(self.milliseconds) > 1 else [0] * 19
        middle, late = statistics.median(self.milliseconds or [0]), quantiles[-1]
        return (
            f"{self.saves} answers saved: median {middle:.0f} ms, p95 {late:.0f} ms, "
            f"slowest {max(self.milliseconds, default=0):.0f} ms; {len(self.faults)} faults"
        )


class Writer(threading.Thread):
    """One person with one section open. `acknowledged` is what the server said yes to, in order."""

    def __init__(self, stack: Stack, session: list[str], *, until: float, pause: float, number: int):
        super().__init__(daemon=True)
        cookie, key, self.reference = session
        self.stack, self.until, self.pause = stack, until, pause
        self.cookies = {cookie: key}
        self.path = f"/proposals/{self.reference}/sections/work"
        self.chance = random.Random(number)
        self.acknowledged: dict[str, list[str]] = defaultdict(list)
        self.milliseconds: list[float] = []
        self.faults: list[str] = []

    def run(self):
        try:
            self.write()
        except Exception as fault:  # a thread would take it to its grave
            self.faults.append(f"{self.reference}: {fault!r}")

    def write(self):
        reader = FormReader()
        reader.feed(self.ask("GET", "")[1])
        sent = defaultdict(list)
        for name, value in reader.forms["questions"]:
            sent[name].append(value)
        count = 0
        time.sleep(self.chance.uniform(0, self.pause))
        while time.monotonic() < self.until:
            count += 1
            name = self.chance.choice(FIELDS)
            others = [value for value in CHOICES.get(name, []) if [value] != sent[name]]
            sent[name] = [self.chance.choice(others) if others else f"Words of {self.reference}, number {count}."]
            begun = time.perf_counter()
            status, page, is_saved = self.ask("POST", urlencode(sent, doseq=True))
            self.milliseconds.append((time.perf_counter() - begun) * 1e3)
            if status != 200 or not is_saved:
                self.faults.append(f"{self.reference}: {status} for {name}, saved: {is_saved}")
                return
            self.acknowledged[name].append(sent[name][0])
            sent["shown"] = re.findall(r'name="shown" value="([^"]+)"', page)
            sent["shape"] = re.findall(r'name="shape" value="([^"]*)"', page)
            time.sleep(self.chance.uniform(0.5, 1.5) * self.pause)

    def ask(self, method: str, body: str) -> tuple[int, str, bool]:
        heads = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method == "POST":
            heads |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
        with closing(HTTPConnection("127.0.0.1", self.stack.port, timeout=60)) as connection:
            connection.request(method, self.path, body, heads)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    cookie, _sign, rest = value.partition("=")
                    self.cookies[cookie] = rest.partition(";")[0]
            return answer.status, answer.read().decode(), answer.headers["X-Saved"] == "yes"


def soak(stack: Stack, *, people: int, seconds: float, pause: float) -> Outcome:
    """Let so many people write for so long, each an answer every `pause` seconds, and compare with what is stored."""
    sessions = json.loads(stack.python(WRITERS.replace("{people}", str(people)), 600))
    until = time.monotonic() + seconds
    writers = [
        Writer(stack, session, until=until, pause=pause, number=number) for number, session in enumerate(sessions)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(seconds + 120)
    outcome = Outcome()
    stored = json.loads(stack.python(STORED.replace("{fields}", repr(FIELDS)), 600))
    changes, now = defaultdict(list), {}
    for reference, question, value in stored["changes"]:
        changes[reference, question].append(value)
    for reference, question, value in stored["now"]:
        now[reference, question] = value
    for writer in writers:
        outcome.milliseconds += writer.milliseconds
        outcome.faults += writer.faults + ([f"{writer.reference}: still writing"] if writer.is_alive() else [])
        for question, values in writer.acknowledged.items():
            outcome.saves += len(values)
            key = (writer.reference, question)
            if changes[key][-len(values) :] != values or now[key] != values[-1]:
                outcome.faults.append(f"{writer.reference}: lost an answer to {question}")
    outcome.faults += [f"{line.strip()[:200]}" for line in said(stack) if "database is locked" in line]
    return outcome


def said(stack: Stack) -> list[str]:
    """All lines that the processes wrote."""
    found = [*stack.folder.glob("*.log"), *(stack.folder / "logs").glob("*.log")]
    return [line for path in found for line in path.read_text(errors="replace").splitlines()]
