import json
import subprocess
import sys
import tracemalloc
import zlib
from io import BytesIO, StringIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from riskassess import workflow
from riskassess.assessments.queries import latest_record
from riskassess.jobs.running import run_pending
from riskassess.proof.checking import read_dossier
from riskassess.proof.claims import read_claim
from riskassess.proof.dossier import NAME
from riskassess.proof.packing import packed
from riskassess.proposals.models import Proposal
from riskassess.reports.models import Report
from riskassess.reports.services import read_archive, read_report


@pytest.fixture
def issued(approved):
    """The decision letter of an approved case, built."""
    proposal = approved()
    run_pending()
    return Report.objects.get(proposal=proposal, kind="decision")


def edited(content: bytes, **changes) -> bytes:
    """The same file with other facts in it, as somebody with a tool for PDFs would leave it."""
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        dossier = json.loads(pdf.attachments[NAME].get_file().read_bytes())
        pdf.attachments[NAME] = pikepdf.AttachedFileSpec(pdf, json.dumps(dossier | changes).encode(), filename=NAME)
        pdf.save(target)
    return target.getvalue()


def torn(content: bytes) -> bytes:
    """With a dossier that breaks off in the middle."""
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        dossier = pdf.attachments[NAME].get_file().read_bytes()
        pdf.attachments[NAME] = pikepdf.AttachedFileSpec(pdf, dossier[:-9], filename=NAME)
        pdf.save(target)
    return target.getvalue()


def told(path) -> str:
    out = StringIO()
    try:
        call_command("verify_report", str(path), stdout=out)
    except SystemExit:
        return out.getvalue()
    return f"GOOD {out.getvalue()}"


def answered(client, content: bytes) -> str:
    given = {"file": SimpleUploadedFile("report.pdf", content, "application/pdf")}
    return client.post(reverse("verify"), given).content.decode()


def test_good_tampered_edited_and_superseded_reports_are_told_apart(issued, tmp_path, client, omar):
    good, reading = read_archive(issued), read_report(issued)
    facts = read_dossier(good)["facts"]
    facts["partners"][0]["label"] = "Somebody else"
    place = good.rindex(b"/Producer") if b"/Producer" in good else 900
    files = {
        "good": good,
        "reading": reading,
        "tampered": good[: place + 3] + b"X" + good[place + 4 :],
        "torn": torn(good),
        "appended": good + b"\n% more\n",
        "facts": edited(good, facts=facts),
    }
    said, answers = {}, {}
    for name, content in files.items():
        (tmp_path / f"{name}.pdf").write_bytes(content)
        said[name], answers[name] = told(tmp_path / f"{name}.pdf"), answered(client, content)

    assert said["good"].startswith("GOOD good.pdf: matches. This report is the one that was issued")
    assert "give the level moderate again under the catalogue" in said["good"]
    assert said["reading"].startswith("GOOD reading.pdf: matches. This is the reading copy")
    assert "tampered.pdf: tampered." in said["tampered"]
    assert "torn.pdf: tampered." in said["torn"]
    assert "The dossier in this file can't be read." in said["torn"]
    assert "appended.pdf: tampered." in said["appended"]
    assert "facts.pdf: facts edited." in said["facts"]
    for name in ("good", "reading"):
        assert "This report is the one that was issued" in answers[name]
    for name in ("tampered", "appended", "torn"):
        assert "the file was changed since" in answers[name]
    assert "the facts or the decision in it were edited" in answers["facts"]
    assert "We don&#x27;t know this report" in answered(client, edited(good, receipt="0" * 64))

    workflow.reopen(proposal=Proposal.objects.get(pk=issued.proposal_id), actor=omar, reasons="The partner changed.")

    assert "good.pdf: superseded." in told(tmp_path / "good.pdf")
    assert "no longer stands" in answered(client, good)
    by_receipt = client.get(reverse("verify"), {"code": issued.receipt}).content.decode()
    assert "no longer stands" in by_receipt


def test_verify_tells_outcome_and_day_and_nothing_else(issued, client):
    page = client.get(reverse("verify"), {"code": f"{issued.receipt[:32]} {issued.receipt[32:]}"})

    assert page.status_code == 200
    assert not page.cookies
    text = page.content.decode()
    assert "This report is the one that was issued" in text
    for secret in (issued.proposal.reference, issued.proposal.title, issued.proposal.owner.name):
        assert secret not in text


@pytest.mark.parametrize("code", ["", "abc", "f" * 63, "g" * 64])
def test_verify_asks_again_for_what_is_no_receipt(client, university, code):
    answer = client.post(reverse("verify"), {"code": code})

    assert answer.status_code == 422
    assert "last page.</" in answer.content.decode()


def test_assessment_report_is_superseded_by_a_later_version(submitted, client, omar):
    proposal = submitted(example="04-coastal")
    report = Report.objects.get(proposal=proposal)
    workflow.request_changes(case=proposal.case, actor=omar, reasons="Say more.")
    proposal = Proposal.objects.get(pk=proposal.pk)
    workflow.submit(proposal=proposal, actor=proposal.owner)
    run_pending()

    assert latest_record(proposal).version.number == 2
    assert "was replaced by version 2" in answered(client, read_archive(report))


def test_checker_needs_neither_django_nor_the_project(issued, tmp_path):
    checker, report, broken = tmp_path / "verify_report.pyz", tmp_path / "a.pdf", tmp_path / "b.pdf"
    checker.write_bytes(packed())
    good = read_archive(issued)
    report.write_bytes(good)
    broken.write_bytes(edited(good, as_of="2020-01-01"))
    code = (
        "import runpy, sys\n"
        "class Wall:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in {'django', 'celery', 'weasyprint', 'partners'}: raise ImportError(name)\n"
        "sys.meta_path.insert(0, Wall())\n"
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('no network')\n"
        "socket.socket.connect = refuse\n"
        f"sys.argv = ['verify_report', {str(report)!r}, {str(broken)!r}]\n"
        f"runpy.run_path({str(checker)!r}, run_name='__main__')\n"
    )

    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ended.returncode == 1, ended.stderr
    assert "a.pdf: This report is the one that was issued" in ended.stdout
    assert "ok  The facts give the level moderate again" in ended.stdout
    assert "b.pdf: This file was changed" in ended.stdout or "b.pdf: The embedded facts" in ended.stdout


def test_report_keeps_key_and_certificate_to_itself(issued, settings):
    assert settings.REPORT_SIGNER.stat().st_mode & 0o777 == 0o600
    assert issued.signer
    assert b"PRIVATE KEY" not in read_archive(issued)


def test_claim_of_a_bomb_is_read_with_little():
    bomb = b"%PDF-1.7\n" + (b"stream\n" + zlib.compress(bytes(16 << 20))) * 40

    tracemalloc.start()
    assert read_claim(bomb) is None
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()
