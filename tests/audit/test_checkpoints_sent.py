"""Checkpoints as they leave the machine: received by a socket of the system log, by its network port, and by a mail
server, all of them real. What was received is then enough to check the log with the public key alone."""

import re
import socket
import socketserver
import threading
from email import message_from_bytes, policy

import pytest
from django.conf import settings
from django.db import transaction

from riskassess.audit.checkpoints import read_checkpoints, take_now
from riskassess.audit.models import Event
from riskassess.audit.signing import is_signed, public_key
from tests.audit.writing import write_event

LINE = re.compile(r"checkpoint (\d+) ([0-9a-f]{64}) (\S+) ([0-9a-f]{128})")


class OneMail(socketserver.StreamRequestHandler):
    """As much of SMTP as one mail needs."""

    def handle(self):
        self.wfile.write(b"220 ready\r\n")
        while command := self.rfile.readline():
            if command.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self.wfile.write(b"250 fine\r\n")


@pytest.fixture
def mail_server(settings):
    with socketserver.TCPServer(("127.0.0.1", 0), OneMail) as server:
        server.mails = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server
        server.shutdown()


@pytest.fixture(params=["socket", "network"])
def system_log(request, settings, tmp_path):
    family, address = (
        (socket.AF_UNIX, str(tmp_path / "log")) if request.param == "socket" else (socket.AF_INET, ("127.0.0.1", 0))
    )
    with socket.socket(family, socket.SOCK_DGRAM) as receiver:
        receiver.bind(address)
        receiver.settimeout(5)
        name = receiver.getsockname()
        settings.CHECKPOINTS_SYSLOG = name if isinstance(name, str) else f"{name[0]}:{name[1]}"
        yield receiver


@pytest.fixture
def one_event(log_on_sqlite, settings, tmp_path):
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    with transaction.atomic():
        write_event()
    return Event.objects.get()


@pytest.fixture
def a_hundred_events(one_event):
    """The log ends where a checkpoint was taken by itself."""
    with transaction.atomic():
        for _ in range(99):
            write_event()
    assert [each.sequence for each in read_checkpoints(settings.CHECKPOINTS_DIR)] == [100]
    return Event.objects.last()


def holds(text: str, event: Event) -> bool:
    sequence, fingerprint, at, signature = LINE.search(text).groups()
    signed = f"RiskAssess checkpoint\n{sequence}\n{fingerprint}\n{at}"
    return (int(sequence), fingerprint) == (event.sequence, event.hash) and is_signed(signed, signature, public_key())


def test_the_system_log_receives_each_checkpoint(one_event, system_log):
    take_now()

    received = system_log.recv(2000).decode()
    assert received.startswith("<38>riskassess checkpoint 1 ")  # facility auth, severity info
    assert holds(received, one_event)


def test_the_mail_server_receives_each_checkpoint_with_its_key(one_event, mail_server, settings):
    settings.CHECKPOINTS_MAIL = "dpo@norderhaven.example"

    take_now()

    (mail,) = mail_server.mails
    assert mail["To"] == "dpo@norderhaven.example"
    assert mail["Subject"] == "Audit log at event 1"
    assert holds(mail.get_content(), one_event)
    assert f"key {public_key()}" in mail.get_content()


def test_a_receiver_that_is_away_stops_nobody_and_is_told(one_event, settings, caplog, tmp_path):
    settings.CHECKPOINTS_SYSLOG, settings.CHECKPOINTS_MAIL = str(tmp_path / "nobody"), "dpo@norderhaven.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert take_now().sequence == 1

    assert len(list(read_checkpoints(settings.CHECKPOINTS_DIR))) == 1
    assert "the system log" in caplog.text
    assert "the mail server did not take a checkpoint" in caplog.text


def test_a_log_that_ends_on_a_hundred_is_mailed_all_the_same_and_once(a_hundred_events, mail_server, settings):
    settings.CHECKPOINTS_MAIL = "dpo@norderhaven.example"

    assert [take_now(), take_now()] == [None, None]

    (mail,) = mail_server.mails
    assert holds(mail.get_content(), a_hundred_events)


def test_what_no_receiver_took_is_told_an_hour_later(one_event, mail_server, system_log, settings):
    away = (settings.CHECKPOINTS_SYSLOG, settings.EMAIL_PORT)
    settings.CHECKPOINTS_MAIL = "dpo@norderhaven.example"
    settings.CHECKPOINTS_SYSLOG, settings.EMAIL_PORT = "nowhere/log", 1
    take_now()
    settings.CHECKPOINTS_SYSLOG, settings.EMAIL_PORT = away

    take_now()
    take_now()

    assert [holds(mail.get_content(), one_event) for mail in mail_server.mails] == [True]
    assert holds(system_log.recv(2000).decode(), one_event)
    system_log.setblocking(False)
    with pytest.raises(BlockingIOError):
        system_log.recv(2000)
