"""Many at once at the real doors, each in a thread with a connection of its own; run in a process beside a database.

Prints what broke as JSON: an empty list is a race well run.
"""

import json
import sys
import threading
import time
from collections import Counter
from datetime import timedelta

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from riskassess import workflow
from riskassess.accounts.models import RoleMembership, User
from riskassess.assessments.models import Answer, CatalogueRelease
from riskassess.assessments.queries import latest_record
from riskassess.assessments.services import publish_release
from riskassess.audit.services import verify_chain
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case, Decision, Vote
from riskassess.web.confirming import KEY
from tests.story import HIGH, MODERATE, declare_none, file_proposal, run_all_but_reports
from tests.web.filing.pages import read


class World:
    """The demo's people, signed in once; each hand gets a copy of the cookie."""

    def __init__(self):
        self.people = {
            u.email.partition("@")[0]: u for u in User.objects.filter(email__endswith="@norderhaven.example")
        }
        self.cookies = {}
        for key in ("ana", "omar", "jonas", "kirsten"):
            client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
            client.force_login(self.people[key])
            session = client.session
            session[KEY] = time.time()
            session.save()
            self.cookies[key] = client.cookies

    def browser(self, key: str) -> Client:
        client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
        client.cookies.update(self.cookies[key])
        return client

    def draft(self, example: str = MODERATE) -> Proposal:
        ana = self.people["ana"]
        return file_proposal(owner=ana, unit=ana.unit, example=example)

    def reviewed(self, example: str = MODERATE) -> Proposal:
        """In review; a moderate one with its reviewer's advice, so that the approvers vote now."""
        draft = self.draft(example)
        workflow.submit(proposal=draft, actor=self.people["ana"])
        run_all_but_reports()
        proposal = Proposal.objects.get(pk=draft.pk)
        declare_none(proposal)
        if example == MODERATE:
            shown, case = str(latest_record(proposal).uid), Case.objects.get(proposal=proposal)
            workflow.recommend(case=case, actor=case.reviewer, outcome="approve", reasons="Fine.", record_uid=shown)
        return proposal


def at_once(hands) -> list:
    """What each hand gave, all begun together; a hand that broke gives its fault."""
    barrier, given = threading.Barrier(len(hands)), [None] * len(hands)

    def run(number, hand):
        try:
            barrier.wait(60)
            given[number] = hand()
        except Exception as fault:
            given[number] = repr(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    return given


def poster(world: World, key: str, url: str, values: dict, **more):
    browser = world.browser(key)
    return lambda: browser.post(url, values, **more).status_code


def vote(proposal: Proposal) -> dict:
    record = str(latest_record(proposal).uid)
    return {
        "record": record, "outcome": "approve", "reasons": "", "source": "",
        "conditions-TOTAL_FORMS": "0", "conditions-INITIAL_FORMS": "0",
    }  # fmt: skip


def judged(name: str, answers: list, losers: set, *, winners: int = 1) -> list[str]:
    """Exactly one won, the others were told; nothing broke."""
    counts = Counter(answers)
    wrong = {str(answer): n for answer, n in counts.items() if answer not in {302, *losers}}
    faults = [f"{name}: {wrong}"] if wrong else []
    return faults + ([f"{name}: {counts[302]} won, {dict(counts)}"] if counts[302] != winners else [])


def approve_approve(world: World, hands: int) -> list[str]:
    proposal = world.reviewed()
    url, values = reverse("decide", args=[proposal.reference]), vote(proposal)
    people = ["jonas" if number % 2 else "kirsten" for number in range(hands)]
    answers = at_once([poster(world, who, url, values) for who in people])
    faults = judged("approve/approve", answers, {409})
    case = Case.objects.get(proposal=proposal)
    kept = (Decision.objects.filter(case=case).count(), Vote.objects.filter(case=case, fallen="").count())
    return faults + ([f"approve/approve: kept {kept}"] if kept != (1, 1) else [])


def first_first(world: World, hands: int) -> list[str]:
    """One officer presses many times for the first of two votes: the others read that it is in."""
    proposal = world.reviewed(HIGH)
    url, values = reverse("decide", args=[proposal.reference]), vote(proposal)
    faults = judged("first/first", at_once([poster(world, "omar", url, values) for _ in range(hands)]), {422, 409})
    kept = Vote.objects.filter(case__proposal=proposal, fallen="").count()
    return faults + ([f"first/first: {kept} votes"] if kept != 1 else [])


def approve_withdraw(world: World, hands: int) -> list[str]:
    proposal = world.reviewed()
    decide = (reverse("decide", args=[proposal.reference]), vote(proposal))
    withdraw = (reverse("withdraw", args=[proposal.reference]), {"reason": "The partner left."})
    acts = [poster(world, "jonas", *decide) if n % 2 else poster(world, "ana", *withdraw) for n in range(hands)]
    # Whoever may no longer see it once it is withdrawn reads that it is not there.
    faults = judged("approve/withdraw", at_once(acts), {409, 404})
    state = Proposal.objects.values_list("state", flat=True).get(pk=proposal.pk)
    decided = Decision.objects.filter(case__proposal=proposal).count()
    if (state, decided) not in {("approved", 1), ("withdrawn", 0)}:
        faults.append(f"approve/withdraw: {state} with {decided} decisions")
    return faults


def approve_revoked(world: World, hands: int) -> list[str]:
    proposal = world.reviewed()
    url, values = reverse("decide", args=[proposal.reference]), vote(proposal)
    held, seen = RoleMembership.objects.filter(user=world.people["jonas"], role="approver"), []

    def revoke():
        with transaction.atomic():
            held.update(starts=timezone.localdate() - timedelta(days=1), ends=timezone.localdate() - timedelta(days=1))
            seen.append(Vote.objects.filter(case__proposal=proposal).count())
        return 302

    answers = at_once([*(poster(world, "jonas", url, values) for _ in range(hands - 1)), revoke])
    held.update(starts=timezone.localdate(), ends=None)
    # Whoever lost the role while the form was on its way reads who decides, or finds nothing any more.
    votes = Vote.objects.filter(case__proposal=proposal).count()
    faults = judged("approve/revoked", answers, {409, 403, 404, 422}, winners=1 + votes)
    return faults + ([f"approve/revoked: {votes} votes, {seen} when it was taken away"] if [votes] != seen else [])


def section_with_text(browser: Client, proposal: Proposal) -> tuple[str, list, str]:
    """A section in which something is said in words: its address, its form, and the name of that field."""
    for section in ("work", "use", "partners", "data", "people", "technology", "freedom", "terms"):
        address = reverse("section", args=[proposal.reference, section])
        page = browser.get(address)
        for form in read(page).forms.values() if page.status_code == 200 else ():
            for name, value in form:
                if " " in value and len(form) > 6:
                    return address, form, name
    raise AssertionError("No section has an answer in words.")


def autosave_submit(world: World, hands: int) -> list[str]:
    proposal = world.draft()
    ana = world.browser("ana")
    address, form, text = section_with_text(ana, proposal)
    page = read(ana.get(reverse("check", args=[proposal.reference])))
    send = {**dict(page.forms["submit"]), "statement": "on"}
    saves = []
    for number in range(hands // 2):
        values = {}
        for name, value in form:
            values.setdefault(name, []).append(f"Said anew by hand {number}." if name == text else value)
        saves.append(poster(world, "ana", address, values, headers={"HX-Request": "true"}))
    submits = [poster(world, "ana", reverse("submit", args=[proposal.reference]), send) for _ in range(hands // 2)]
    answers = at_once([*saves, *submits])
    sent = answers[len(saves) :]
    faults = []
    if wrong := [a for a in answers[: len(saves)] if a not in {200, 409, 403}] + [
        a for a in sent if a not in {302, 409}
    ]:
        faults.append(f"autosave/submit: {wrong}")
    versions = list(proposal.versions.all())
    if len(versions) != sent.count(302) or len(versions) > 1:
        faults.append(f"autosave/submit: {len(versions)} versions of {sent.count(302)} sent")
    for version in versions:  # what was frozen is what was saved: nothing was written after it
        said = Answer.objects.filter(questionnaire__proposal=proposal, changed_at__gt=version.created_at)
        if said.exists():
            faults.append("autosave/submit: an answer was written after the version was frozen")
    return faults


def publish_submit(world: World, hands: int) -> list[str]:
    """A new release comes into force while a proposal is sent: it goes with one of the two, whole."""
    proposal = world.draft()
    page = read(world.browser("ana").get(reverse("check", args=[proposal.reference])))
    send = {**dict(page.forms["submit"]), "statement": "on"}
    releases = CatalogueRelease.objects.order_by("-pk")
    present = next(release for release in releases if "overlay.yaml" not in release.texts)
    number = CatalogueRelease.objects.count()
    texts = {
        name: text.replace(f"version: {present.version}", f"version: 9.{number}.0", 1)
        for name, text in present.texts.items()
    }

    def publish():
        publish_release(texts=texts)
        return 200

    submits = [poster(world, "ana", reverse("submit", args=[proposal.reference]), send) for _ in range(hands - 1)]
    answers = at_once([*submits, publish])
    wrong = [answer for answer in answers if answer not in {200, 302, 409}]
    faults = [f"publish/submit: {wrong}"] if wrong or answers[-1] != 200 else []
    versions = list(proposal.versions.all())
    if answers.count(302) != len(versions) or len(versions) > 1:
        faults.append(f"publish/submit: {dict(Counter(answers))} for {len(versions)} versions")
    for version in versions:
        if {record.release_id for record in version.records.all()} - {version.release_id}:
            faults.append("publish/submit: frozen under one release, assessed under another")
    return faults


RACES = (approve_approve, first_first, approve_withdraw, approve_revoked, autosave_submit, publish_submit)


def main(rounds: int, hands: int, names: tuple[str, ...] = ()) -> None:
    faults, seconds = [], Counter()
    for _ in range(rounds):
        world = World()  # signs in anew: a vote is cast within minutes of it
        for race in RACES:
            if names and race.__name__ not in names:
                continue
            begun = time.monotonic()
            faults += race(world, hands)
            seconds[race.__name__] += time.monotonic() - begun
    if problem := verify_chain().problem:
        faults.append(f"audit: {problem}")
    print({name: round(value, 1) for name, value in seconds.items()}, file=sys.stderr)
    print(json.dumps(faults))
