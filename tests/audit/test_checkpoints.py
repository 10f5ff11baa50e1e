"""What only signed notes outside the database can show: attacks by somebody who also holds the key of the log."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import override_settings

from riskassess.audit import export, log, services, verifier
from riskassess.audit.checkpoints import guard_start, read_checkpoints, refusal_to_start, take_now
from riskassess.audit.models import ChainHead, Event, EventDetail
from riskassess.audit.queries import EventFilters
from riskassess.audit.signing import public_key, sign
from riskassess.audit.verification import walk_chain
from tests.audit.conftest import default_database
from tests.audit.writing import DAVID, write_event

LENGTH = 210


@pytest.fixture(scope="module")
def noted_files(empty_file, tmp_path_factory, django_db_blocker):
    """A log of 210 events with checkpoints at 100 and 200, its triggers taken off by an intruder."""
    folder = tmp_path_factory.mktemp("noted")
    shutil.copy(empty_file, folder / "log.sqlite3")
    with (
        django_db_blocker.unblock(),
        default_database(f"sqlite:///{folder / 'log.sqlite3'}"),
        override_settings(CHECKPOINTS_DIR=folder / "checkpoints"),
    ):
        for end in (100, 200, LENGTH):
            with log.story():
                for number in range(Event.objects.count(), end):
                    write_event(after={"number": number})
        with connection.cursor() as cursor:
            for name in ("event_no_update", "event_no_delete", "detail_only_emptied", "detail_no_delete"):
                cursor.execute(f"DROP TRIGGER audit_{name}")
    return folder


@pytest.fixture
def noted(noted_files, settings, tmp_path, django_db_blocker):
    shutil.copytree(noted_files, tmp_path, dirs_exist_ok=True)
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    with django_db_blocker.unblock(), default_database(f"sqlite:///{tmp_path / 'log.sqlite3'}"):
        yield settings.CHECKPOINTS_DIR


def cut(number: int) -> None:
    """Take the tail off and sign the new end, as somebody with the key can."""
    EventDetail.objects.filter(event_id__gte=number)._raw_delete("default")
    Event.objects.filter(sequence__gte=number)._raw_delete("default")
    last = Event.objects.last()
    end = {"sequence": last.sequence, "hash": last.hash} if last else {"sequence": 0, "hash": log.FIRST_HASH}
    ChainHead.objects.update(**end, hmac=log.sign_head(*end.values()))


def rewrite(number: int) -> None:
    """Tell event `number` anew and sign everything that follows, with the key."""
    detail = EventDetail.objects.get(event_id=number)
    EventDetail.objects.filter(pk=number).update(after={"number": "another"})
    detail.after = {"number": "another"}
    previous = Event.objects.get(sequence=number).previous_hash
    for event in Event.objects.filter(sequence__gte=number).order_by("sequence"):
        if event.sequence == number:
            event.commitment = log.commitment_of(detail)
        event.previous_hash = previous
        event.hash = previous = log.hash_of(event)
        Event.objects.filter(pk=event.pk).update(
            commitment=event.commitment,
            previous_hash=event.previous_hash,
            hash=event.hash,
            hmac=log.sign_event(event.hash),
        )
    ChainHead.objects.update(hash=previous, hmac=log.sign_head(LENGTH, previous))


def found():
    verified = services.verify_chain()
    return verified.kind, verified.position


def exported(path: Path) -> Path:
    begun = services.open_export(filters=EventFilters(), file_format="jsonl", content=True, **DAVID)
    with path.open("w", encoding="utf-8", newline="") as stream:
        export.write_jsonl(stream, begun.events, True, begun.manifest)
    return path


def run_alone(*arguments) -> tuple[int, str]:
    """The stand-alone verifier, outside the project, isolated from all installed packages."""
    done = subprocess.run(
        [sys._base_executable, "-I", "-S", verifier.__file__, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd="/",
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_checkpoint_is_written_at_each_hundred_events_and_agrees(noted):
    assert [each.sequence for each in read_checkpoints(noted)] == [100, 200]
    assert found() == ("", None)


def test_an_hour_adds_the_present_end_once_and_mails_it(noted, settings):
    settings.CHECKPOINTS_MAIL = "dpo@norderhaven.example"

    assert take_now().sequence == LENGTH
    assert take_now() is None

    assert f"checkpoint {LENGTH} " in mail.outbox[0].body
    assert len(mail.outbox) == 1


def test_cut_tail_that_was_signed_again_is_found(noted):
    cut(150)

    assert walk_chain().ok  # the chain alone can't tell
    assert found() == ("checkpoint_ahead", 150)


def test_cut_tail_that_was_written_anew_is_found(noted):
    cut(150)
    with log.story():
        for _ in range(150, LENGTH + 1):
            write_event(after={"number": 0})

    assert walk_chain().ok
    assert found() == ("checkpoint_differs", 200)


@pytest.mark.parametrize(("number", "position"), [(1, 100), (100, 100), (101, 200), (200, 200)])
def test_log_that_was_rewritten_with_its_key_is_found(noted, number, position):
    rewrite(number)

    assert walk_chain().ok
    assert found() == ("checkpoint_differs", position)


def test_rewriting_after_the_last_checkpoint_is_what_nothing_shows(noted):
    """Said openly in docs/audit-log.md."""
    rewrite(205)

    assert found() == ("", None)


@pytest.mark.parametrize("field", ["sequence", "hash", "at", "signature", "key"])
def test_every_edit_of_a_checkpoint_is_found(noted, field):
    path = noted / "000000000200.json"
    content = json.loads(path.read_text())
    content[field] = content[field] - 1 if field == "sequence" else content[field][::-1]
    path.chmod(0o600)
    path.write_text(json.dumps(content))

    assert found() == ("checkpoint_forged", content["sequence"])


def test_unreadable_checkpoint_is_found(noted):
    (noted / "000000000100.json").chmod(0o600)
    (noted / "000000000100.json").write_text("{")

    assert found() == ("checkpoint_forged", 100)


def test_older_database_is_not_started_before_somebody_says_why(noted, capsys):
    guard_start()
    cut(150)

    assert "ends at event 149, but a signed checkpoint says that event 200" in refusal_to_start()
    with pytest.raises(SystemExit):
        guard_start()
    with pytest.raises(CommandError, match="Say why"):
        call_command("accept_older_log", reason=" ")
    call_command("accept_older_log", reason="The disk broke; this is last night's copy.")

    guard_start()
    event = Event.objects.last()
    assert (event.verb, event.sequence, event.detail.before["checkpoint"]) == ("audit.older_log_accepted", 150, 200)
    assert [path.name for path in noted.glob("set-aside-*/*.json")] == ["000000000200.json"]
    assert found() == ("", None)


def test_report_and_paper_are_witnesses(noted, tmp_path, capsys):
    event = Event.objects.get(sequence=205)
    report = pikepdf.new()
    report.docinfo["/Keywords"] = f"RiskAssess event 205 {event.hash}"
    report.save(tmp_path / "report.pdf")

    call_command("verify_audit", "--from-pdf", str(tmp_path / "report.pdf"))
    call_command("verify_audit", "--printed", f"205:{event.hash.upper()}", "--checkpoints", str(noted))
    rewrite(203)
    with pytest.raises(SystemExit):
        call_command("verify_audit", "--from-pdf", str(tmp_path / "report.pdf"))
    cut(204)
    with pytest.raises(SystemExit):
        call_command("verify_audit", "--printed", f"205:{event.hash}")

    said = capsys.readouterr()
    assert said.out.count("It agrees with the fingerprint of event 205") == 2
    assert "Event 205 is not the one whose fingerprint was printed" in said.err
    assert "Event 204 is missing" in said.err


def test_stand_alone_verifier_is_short_and_knows_nothing_of_the_project():
    text = Path(verifier.__file__).read_text()

    assert len(text.splitlines()) < 200
    assert "django" not in text.lower()
    assert "riskassess." not in text


def test_stand_alone_verifier_checks_chain_and_signatures_with_the_public_key_alone(noted, tmp_path):
    path = exported(tmp_path / "audit.jsonl")

    code, said = run_alone(path, "--checkpoints", noted, "--key", public_key())
    assert (code, said) == (0, "In order: 210 events, 2 checkpoints.\n")
    assert run_alone(path, "--checkpoints", noted, "--key", "00" * 32)[0] == 1

    for attack, words in {
        (150, "edit"): "Event 150 was edited",
        (150, "detail"): "The detail of event 150 was edited",
        (150, "delete"): "Event 150 is missing",
        (150, "double"): "Event 150 is in the log twice",
        (150, "swap"): "Event 150 is missing",
        (150, "insert"): "Event 150 does not follow",
        (150, "tail"): "Event 150 and those after it are missing",
        (150, "short"): "cut short",
    }.items():
        tampered = tmp_path / "tampered.jsonl"
        tampered.write_text(tamper(path.read_text(), *attack))
        code, said = run_alone(tampered, "--checkpoints", noted)
        assert (code, words.lower() in said.lower()) == (1, True), (attack, said)


def tamper(text: str, number: int, how: str) -> str:
    lines = text.splitlines()
    at, event = number - 1, json.loads(lines[number - 1])
    if how == "edit":
        lines[at] = json.dumps({**event, "role": "officer"})
    elif how == "detail":
        lines[at] = json.dumps({**event, "after": {"number": "x"}})
    elif how == "delete":
        del lines[at]
    elif how == "double":
        lines.insert(at, lines[at])
    elif how == "swap":
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    elif how == "insert":
        event = log.Event(**{name: event[name] for name in [*log.CHAINED, "sequence"]}, at=Event.objects.get(pk=9).at)
        event.previous_hash = "1" * 64
        row = {**json.loads(lines[at]), "previous_hash": event.previous_hash, "time": log.instant(event.at)}
        lines[at] = json.dumps({**row, "hash": log.hash_of(event)})
    elif how == "tail":
        del lines[at:-1]
    elif how == "short":
        del lines[-1]
    return "\n".join(lines) + "\n"


def test_stand_alone_verifier_finds_what_was_rewritten_with_the_key(noted, tmp_path):
    rewrite(150)
    assert (
        "Event 200 is not the one of its signed checkpoint"
        in run_alone(exported(tmp_path / "rewritten.jsonl"), "--checkpoints", noted)[1]
    )

    cut(150)
    assert (
        "Event 150 is missing: a signed checkpoint says that event 200"
        in run_alone(exported(tmp_path / "cut.jsonl"), "--checkpoints", noted)[1]
    )


def test_own_signature_check_agrees_with_the_library():
    for text in ("", "a", "Kältere Meere", "x" * 300):
        signature = sign(text)
        assert verifier.ed25519(bytes.fromhex(public_key()), text.encode(), bytes.fromhex(signature))
        for place in (0, 31, 32, 63):
            broken = bytearray.fromhex(signature)
            broken[place] ^= 1
            assert not verifier.ed25519(bytes.fromhex(public_key()), text.encode(), bytes(broken))
        assert not verifier.ed25519(bytes.fromhex(public_key()), text.encode() + b"x", bytes.fromhex(signature))
