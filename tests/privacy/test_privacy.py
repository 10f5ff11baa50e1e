"""What is kept of people: the page, taking data along, erasing a person whose name stands everywhere, and retention."""

import io
import json
import unicodedata
import zipfile
from base64 import b64decode
from datetime import timedelta
from email import message_from_bytes
from email.mime.text import MIMEText
from pathlib import Path

import pikepdf
import pypdf
import pytest
import redis
from dateutil.relativedelta import relativedelta
from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone

from riskassess import workflow
from riskassess.accounts.models import RoleMembership, User
from riskassess.audit.log import record, story
from riskassess.audit.models import Event, EventDetail
from riskassess.audit.services import verify_chain
from riskassess.auditing.models import Export
from riskassess.auditing.services import request_dossier, request_export
from riskassess.backups.tables import dump_table, kept_models
from riskassess.celery import app
from riskassess.core.errors import Conflict
from riskassess.files.models import FileState, StoredFile
from riskassess.jobs.models import Job
from riskassess.jobs.running import run_job, run_pending
from riskassess.jobs.services import send
from riskassess.notices.models import Notice
from riskassess.privacy.models import LegalHold, Order
from riskassess.proposals.models import Invitation, Proposal
from riskassess.reports.models import Report
from riskassess.reports.verifying import MATCHES, SUPERSEDED, look_up
from riskassess.reviews.models import Case
from riskassess.reviews.services import add_note
from riskassess.workflow.privacy import data_about, links_to_people

NAME, EMAIL = "Philomena Quarkstätter", "philomena.quark@norderhaven.example"
pytestmark = pytest.mark.django_db


@pytest.fixture
def philomena(university):
    user = User.objects.create_user(EMAIL, NAME, unit=university.ana.unit)
    RoleMembership.objects.create(user=user, role="researcher", starts=timezone.localdate() - timedelta(days=400))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def everywhere(philomena, approved, university):
    """A proposal that was decided, closed since, and holds her name wherever a person can write one."""
    proposal = approved(
        owner=philomena, unit=philomena.unit, title=f"Tides, by {NAME}", summary=f"Write to {EMAIL.upper()}."
    )
    omar, david, case = university.people["omar"], university.people["david"], Case.objects.get(proposal=proposal)
    request_export(actor=david, kind="cases", file_format="csv", columns=["reference", "title", "lead"], purpose=NAME)
    request_dossier(actor=david, proposal=proposal, purpose="Asked for")
    add_note(case=case, actor=omar, text=f"I know {NAME} well.")
    Invitation.objects.create(
        proposal=proposal, email=EMAIL, invited_by=university.ana, valid_until=timezone.localdate(), state="declined",
        settled_at=timezone.now(), settled_by=philomena,
    )  # fmt: skip
    condition = case.decisions.get().conditions.get()
    type(condition).objects.filter(pk=condition.pk).update(responsible=NAME, evidence=f"Sent by {NAME.lower()}")
    add_note(case=case, actor=omar, text="See Quarkstätter,  Philomena: Tides, 2019; PHILOMENA\nQuarkstätter, ibid.")
    add_note(case=case, actor=omar, text=unicodedata.normalize("NFD", f"{NAME} typed on another machine"))
    with story():
        record("audit.note_kept", subject="x", actor_id=david.pk, role="auditor", after={"text": f"Ask {NAME}"})
    mail = EmailMessage("A case", f"{NAME} asks for you.", "a@norderhaven.example", [omar.email]).message()
    folder = Path(settings.EMAIL_FILE_PATH)
    folder.mkdir(parents=True, exist_ok=True)
    base64 = MIMEText(f"And {NAME} again.", "plain", "utf-8").as_bytes()
    (folder / "two.log").write_bytes(mail.as_bytes() + b"\n" + b"-" * 79 + b"\n" + base64)
    StoredFile.objects.create(name=f"{NAME}.pdf", content_type="application/pdf", size=1, sha256="0" * 64, path="x")
    Proposal.objects.filter(pk=proposal.pk).update(state="closed")
    run_pending()
    return Proposal.objects.get(pk=proposal.pk)


def readable(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def where_it_stands(*needles: str) -> list[str]:
    """Every column of every table, in the rawest form the database gives, and every file below var."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column.name for column in cursor.description] if hasattr(cursor.description[0], "name") else [
                column[0] for column in cursor.description
            ]  # fmt: skip
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    text = readable(str(value))
                    found += [f"{table}.{name}" for needle in needles if needle.casefold() in text]
                    escaped = [json.dumps(needle)[1:-1].casefold() for needle in needles]
                    found += [f"{table}.{name}" for needle in escaped if needle in text]
    for path in settings.VAR_DIR.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            text = content.decode(errors="ignore")
            for mail in content.split(b"-" * 79):  # letters outside ASCII are encoded in a mail
                parts = message_from_bytes(mail.lstrip()).walk()
                text += "".join((part.get_payload(decode=True) or b"").decode(errors="ignore") for part in parts)
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    text += "".join(archive.read(name).decode(errors="ignore") for name in archive.namelist())
            if content[:5] == b"%PDF-":
                text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
                with pikepdf.open(io.BytesIO(content)) as pdf:
                    text += "".join(
                        str(part.get_file().read_bytes(), errors="ignore") for part in pdf.attachments.values()
                    )
            found += [str(path) for needle in needles if needle.casefold() in readable(text)]
    return sorted(set(found))


def test_an_erased_person_stands_nowhere_and_the_record_still_verifies(
    everywhere, philomena, university, client, django_capture_on_commit_callbacks
):
    omar = university.people["omar"]
    canaries = (NAME, EMAIL, "Quarkstätter")
    assert len(where_it_stands(*canaries)) >= 20  # else the search would prove nothing
    decisions = Case.objects.get(proposal=everywhere).decisions.count()
    assert Export.objects.filter(file__isnull=False).count() == 2
    issued = {row.pk: (row.sha256, row.receipt) for row in Report.objects.filter(proposal=everywhere)}
    with django_capture_on_commit_callbacks(execute=True):
        workflow.erase_person(user=User.objects.get(pk=philomena.pk), actor=omar, reason="Asked for it in a letter.")
        run_pending()
    assert where_it_stands(*canaries) == []
    bundle = io.BytesIO()  # a backup from now on: these rows, and of the files above those that rows name
    for model in kept_models().values():
        dump_table(model, bundle)
    assert b"Tides, by" in bundle.getvalue()
    assert "quarkst" not in bundle.getvalue().decode().casefold()
    assert not Export.objects.filter(file__isnull=False).exists()
    assert verify_chain().ok
    former = User.objects.get(pk=philomena.pk)
    assert former.name.startswith("former member")
    assert not former.is_active
    assert Case.objects.get(proposal=everywhere).decisions.count() == decisions  # what was decided stays
    reports = list(Report.objects.filter(proposal=everywhere))
    assert reports
    assert all(report.is_ready for report in reports)
    for report in reports:  # a copy that somebody kept came from here and was replaced; the new one is right
        old = set(issued[report.pk]) - {report.sha256, report.receipt}
        assert old
        for code in old:
            assert look_up(code).outcome == SUPERSEDED
            assert "was made anew on" in client.get(f"/verify?code={code}").content.decode()
        assert look_up(report.sha256).outcome == look_up(report.receipt).outcome == MATCHES
    erased = Event.objects.get(verb="person.erased")
    assert erased.detail.after["reason"] == "Asked for it in a letter."


@pytest.mark.services
def test_redis_never_hears_who_a_job_is_about(everywhere, philomena, redis_server, monkeypatch):
    """A mail to her and a report on her proposal: one is taken out of the queue and done, one waits in it."""
    monkeypatch.setattr(app.conf, "broker_url", redis_server.url)
    monkeypatch.setattr(app.conf, "broker_transport_options", {})
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    jobs = list(Job.objects.order_by("-pk")[:6])
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(state="queued")
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
        assert all(send(job, is_patient=True) for job in jobs)
        with app.connection_for_read() as connection, connection.SimpleQueue(jobs[0].queue) as line:
            delivered = line.get(timeout=2)
            run_job(delivered.payload[0][0])
            assert Job.objects.get(pk=delivered.payload[0][0]).state == "done"
            delivered.ack()
        held = b"".join(_contents_of(client, key) + key for key in client.keys("*"))

    assert held.count(b'"lang": "py"') == len(jobs) - 1  # else the search would prove nothing
    for needle in (NAME, EMAIL, "Quarkst", "philomena", str(philomena.uid), everywhere.title):
        assert needle.casefold().encode() not in held.lower()


def _contents_of(client, key: bytes) -> bytes:
    """Of any kind of key; the body of a message is encoded."""
    kind = client.type(key)
    parts = {
        b"list": lambda: client.lrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"hash": lambda: client.hgetall(key).values(),
        b"zset": lambda: client.zrange(key, 0, -1),
        b"string": lambda: [client.get(key)],
    }[kind]()
    bodies = [b64decode(json.loads(part)["body"]) for part in parts if b'"body"' in part]
    return b"".join([*parts, *bodies])


def test_nobody_is_erased_while_something_waits_for_them(university, filed, philomena):
    draft = filed(owner=philomena, unit=philomena.unit)
    with pytest.raises(Conflict, match=draft.reference):
        workflow.erase_person(user=philomena, actor=university.people["omar"], reason="Asked.")
    with pytest.raises(Conflict, match="role"):
        workflow.erase_person(user=university.people["jonas"], actor=university.people["omar"], reason="Asked.")
    assert User.objects.get(pk=philomena.pk).name == NAME


def test_all_that_is_kept_of_a_person_is_taken_along_and_nothing_of_others(as_user, everywhere, philomena, university):
    client = as_user(philomena)
    answer = client.get("/account/data")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    kept = json.loads(answer.content)
    assert kept["account"]["email"] == EMAIL
    assert kept["proposals.Proposal"]["owner"][0]["reference"] == everywhere.reference
    assert {event["verb"] for event in kept["events"]} >= {"proposal.submit"}
    told = json.dumps(kept)
    assert "password" not in told
    assert university.people["omar"].email not in told
    assert Event.objects.filter(verb="person.data_exported", actor_id=philomena.pk).count() == 1


def test_every_column_that_points_to_a_person_is_searched(philomena):
    """A model that a later day brings is in it by itself: here that the walk over all models misses none."""
    told = {f"{model._meta.label}.{field.name}" for model, field in links_to_people()}
    wanted = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) is User and field.concrete and not field.many_to_many
    }
    assert told == wanted
    assert set(data_about(philomena)) >= {"account", "roles", "events", "reads"}


def test_an_auditor_orders_and_an_officer_confirms(as_user, everywhere, philomena, university):
    david, omar = as_user(university.people["david"]), as_user(university.people["omar"])
    assert david.post("/privacy/erasures", {"email": "nobody@x.example", "reason": "?"}).status_code == 422
    assert david.post("/privacy/erasures", {"email": EMAIL, "reason": ""}).status_code == 422
    assert omar.post("/privacy/erasures", {"email": EMAIL, "reason": "Asked."}).status_code == 403
    assert david.post("/privacy/erasures", {"email": EMAIL, "reason": "Asked."}).status_code == 302
    again = david.post("/privacy/erasures", {"email": EMAIL, "reason": "Asked."})
    assert again.status_code == 422
    assert "waits for an officer" in again.content.decode()
    ordered = Order.objects.get()
    assert Notice.objects.filter(user=university.people["omar"], url="/privacy").exists()
    assert NAME in omar.get("/privacy").content.decode()
    assert david.post(f"/privacy/orders/{ordered.uid}", {"answer": "confirm"}).status_code == 403
    assert omar.post(f"/privacy/orders/{ordered.uid}", {"answer": "refuse", "reason": ""}).status_code == 422
    assert User.objects.get(pk=philomena.pk).name == NAME
    assert omar.post(f"/privacy/orders/{ordered.uid}", {"answer": "confirm"}).status_code == 302
    assert User.objects.get(pk=philomena.pk).name != NAME
    assert as_user(university.ana).get("/privacy").status_code == 403


def test_what_had_its_time_goes_but_not_under_a_legal_hold(
    as_user, everywhere, filed, university, django_capture_on_commit_callbacks
):
    old, kept = filed(), filed(example="04-coastal")
    long_ago = timezone.now() - relativedelta(months=23, days=10)
    Proposal.objects.filter(pk__in=[old.pk, kept.pk]).update(updated_at=long_ago)
    Proposal.objects.filter(pk=everywhere.pk).update(updated_at=timezone.now() - relativedelta(months=121))
    david, omar = as_user(university.people["david"]), as_user(university.people["omar"])
    assert david.post("/privacy/holds", {"what": "RA-1999-0001", "reason": "Court"}).status_code == 422
    assert david.post("/privacy/holds", {"what": kept.reference, "reason": "Court"}).status_code == 302
    page = david.get("/privacy").content.decode()
    assert kept.reference in page
    rows = {row.of.key: (row.now, row.month) for row in workflow.outlook()}
    assert rows["drafts"] == (0, 1)
    assert rows["files"][0] >= 2
    assert workflow.tell_drafts_that_go() == 1
    assert Notice.objects.filter(user=old.owner, reference=old.reference, subject__contains="goes soon").count() == 1
    later = timezone.now() + timedelta(days=29)
    with django_capture_on_commit_callbacks(execute=True):
        gone = workflow.let_go(later)
    assert gone["drafts"] == 1
    assert not Proposal.objects.filter(pk=old.pk).exists()
    assert Proposal.objects.filter(pk=kept.pk).exists()
    files = StoredFile.objects.filter(report__proposal=everywhere)
    assert {file.state for file in files} == {FileState.GONE}
    assert not any((settings.FILES_DIR / file.path).exists() for file in files)
    assert Event.objects.filter(verb="retention.let_go").count() == len(gone)
    hold = LegalHold.objects.get()
    assert david.post(f"/privacy/holds/{hold.uid}/end", {"reason": "The court is done."}).status_code == 302
    assert omar.post(f"/privacy/orders/{Order.objects.get().uid}", {"answer": "confirm"}).status_code == 302
    assert workflow.let_go(later)["drafts"] == 1
    given = {"record_class": "drafts", "months": "6", "reason": "Less is enough."}
    assert david.post("/privacy/months", {**given, "months": "0"}).status_code == 422
    assert david.post("/privacy/months", given).status_code == 302
    waiting = Order.objects.get(state="waiting")
    assert omar.post(f"/privacy/orders/{waiting.uid}", {"answer": "confirm"}).status_code == 302
    assert {row.of.key: row.months for row in workflow.outlook()}["drafts"] == 6
    assert verify_chain().ok
    assert Job.objects.exists()
    assert EventDetail.objects.exists()


def test_accounts_and_talk_go_after_their_time_and_what_was_decided_stays(
    everywhere, philomena, university, django_capture_on_commit_callbacks
):
    def due(key, **after):
        rows = {row.of.key: row for row in workflow.outlook(timezone.now() + relativedelta(**after))}
        return rows[key].now, rows[key].month

    case = Case.objects.get(proposal=everywhere)
    assert due("accounts", months=37) == (0, 0)  # she is still here
    User.objects.filter(pk=philomena.pk).update(is_active=False, orcid="0000-0002-1825-0097")
    hold = LegalHold.objects.create(reference=everywhere.reference, reason="Court", placed_by=university.ana)
    assert due("accounts", months=37) == due("talk", months=121) == (0, 0)  # a court keeps the proposal
    with pytest.raises(Conflict, match="A legal hold keeps"):
        workflow.erase_person(user=philomena, actor=university.people["omar"], reason="Asked.")
    LegalHold.objects.filter(pk=hold.pk).update(released_at=timezone.now())
    assert due("accounts", months=36, days=-10) == (0, 1)
    assert due("talk", months=120, days=-10) == (0, 1)

    with django_capture_on_commit_callbacks(execute=True):
        gone = workflow.let_go(timezone.now() + relativedelta(months=121))

    assert (gone["accounts"], gone["talk"]) == (1, 1)
    former = User.objects.get(pk=philomena.pk)
    assert (former.name[:13], former.orcid, former.email[8:]) == ("former member", "", "@erased.invalid")
    assert {note.text for note in case.notes.all()} == {"(removed after its time)"}
    assert case.decisions.get().reasons == "One more source of money is needed."
    assert due("accounts", months=300) == due("talk", months=300) == (0, 0)
    assert verify_chain().ok
