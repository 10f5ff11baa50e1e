import csv
import hashlib
import json
import stat

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from riskassess.audit.models import ChainCheck, Event
from tests.audit.writing import write_event, write_events


def refusal(*arguments):
    """The exit code and the words of a refused command."""
    with pytest.raises(CommandError) as refused:
        call_command(*arguments)
    return refused.value.returncode, str(refused.value)


def test_verify_audit_says_that_the_log_is_whole(log_url, capsys):
    write_events(rounds=2)

    call_command("verify_audit")

    head = Event.objects.last()
    said = capsys.readouterr().out
    assert f"{head.sequence} events" in said
    assert head.hash in said
    assert ChainCheck.objects.get().is_good


def test_verify_audit_names_the_place_of_a_fault(log_on_sqlite, capsys):
    write_events(rounds=2)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_event_no_update")
        cursor.execute("UPDATE audit_event SET role = 'officer' WHERE sequence = 7")

    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")

    assert ended.value.code == 1
    assert "Event 7 was edited" in capsys.readouterr().err
    assert (ChainCheck.objects.get().kind, ChainCheck.objects.get().position) == ("edited", 7)


def test_verify_audit_reads_a_copy_that_nobody_may_write(log_on_sqlite, capsys):
    write_event()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")

    call_command("verify_audit")

    assert "The audit log is whole: 1 events" in capsys.readouterr().out


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
@pytest.mark.parametrize("without", [[], ["--without-content"]])
def test_export_audit_writes_file_and_manifest(log_url, tmp_path, file_format, without):
    write_events(rounds=2)
    path = tmp_path / f"a file.{file_format}"

    call_command("export_audit", "--format", file_format, "--from", "2026-01-01", "-o", str(path), *without)

    manifest = json.loads((tmp_path / f"a file.{file_format}.manifest.json").read_text())
    content = path.read_bytes()
    if file_format == "csv":
        lines = len(list(csv.reader(path.open(newline="")))) - 1
    else:
        lines = len(content.splitlines()) - 1
    assert manifest["count"] == lines == Event.objects.count() - 1
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert manifest["filter"] == {"since": "2026-01-01"}
    assert manifest["content"] is (not without)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.glob("*a file*")) == [path.name, f"{path.name}.manifest.json"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "2026-02-30"], "'2026-02-30' is no day of the calendar"),
        (["--to", "23.11.2026"], "such as 2026-11-23"),
        (["--from", "2026-02-02", "--to", "2026-02-01"], "--to: The last day lies before the first."),
        (["--from", "0001-01-01"], "--from: The day must lie between"),
    ],
)
def test_export_audit_refuses_bad_days(log_on_sqlite, tmp_path, arguments, words):
    code, said = refusal("export_audit", "--format", "csv", "-o", str(tmp_path / "x.csv"), *arguments)

    assert words in said
    assert code in {1, 2}  # the parser's own refusals end a real command line with 2
    assert not (tmp_path / "x.csv").exists()
    assert not Event.objects.exists()


def test_export_audit_refuses_places_that_are_none(log_on_sqlite, tmp_path):
    assert refusal("export_audit", "--format", "csv", "-o", str(tmp_path / "no" / "x.csv")) == (
        2,
        f"--output: there is no folder {tmp_path / 'no'}. Make it first.",
    )
    assert refusal("export_audit", "--format", "csv", "-o", str(tmp_path))[0] == 2
    assert not Event.objects.exists()


def test_export_audit_leaves_no_half_file_when_it_fails(log_on_sqlite, tmp_path):
    write_event()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_event_no_update")
        cursor.execute("UPDATE audit_event SET at = 'long ago'")
    path = tmp_path / "x.csv"
    path.write_text("the export of yesterday")

    with pytest.raises(AttributeError):
        call_command("export_audit", "--format", "csv", "-o", str(path))

    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".csv"] == ["x.csv"]
    assert path.read_text() == "the export of yesterday"
