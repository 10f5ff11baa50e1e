"""PostgreSQL and Redis of our own on free loopback ports: started as plain processes, ended by their pid."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psycopg2
import redis

AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


class Missing(Exception):
    """A program is not installed; the sentence says which Debian package has it."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end(process: subprocess.Popen, seconds: float = 10) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Postgres:
    def __init__(self, folder: Path, *, is_durable: bool = False):
        self.folder = folder
        self.is_durable = is_durable  # as on a server; tests can do without
        self.port = free_port()
        self.prefix = AS_POSTGRES if os.geteuid() == 0 else []
        self.process: subprocess.Popen | None = None

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        if not found:
            raise Missing("PostgreSQL is not installed (Debian package postgresql).")
        self.bin = found[-1].parent
        self.folder.mkdir(parents=True)
        if self.prefix:  # initdb refuses root, and the user postgres must reach the folder
            shutil.chown(self.folder, "postgres", "postgres")
            for above in self.folder.parents:
                if above.stat().st_uid == os.geteuid() and above.is_relative_to("/tmp") and above != Path("/tmp"):
                    above.chmod(above.stat().st_mode | 0o011)
        subprocess.run(
            [*self.prefix, self.bin / "initdb", "-D", self.folder / "data", "--no-sync", "-A", "trust",
             "-U", "postgres", "-E", "UTF8", "--locale=C"],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder,
            "max_connections": 200,
        }  # fmt: skip
        if not self.is_durable:
            options |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, self.bin / "postgres", "-D", self.folder / "data", *settings],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
            )  # fmt: skip
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg2.connect(self.url("postgres")).close()
                return
            except psycopg2.OperationalError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(2)  # SIGINT: end now, in order, without waiting for clients
            self.process.wait(20)

    def run(self, statement: str) -> None:
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def copy(self, template: str, name: str) -> str:
        """A new database that holds what the template holds, triggers included."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Redis:
    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        if not program:
            raise Missing("Redis is not installed (Debian package redis-server).")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [program, "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no",
             "--maxmemory-policy", "noeviction", "--dir", self.folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 15
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.ConnectionError:
                    if time.monotonic() > deadline or self.process.poll() is not None:
                        raise
                    time.sleep(0.02)

    def stop(self) -> None:
        if self.process:
            end(self.process)
            self.process = None


@contextmanager
def running_postgres(folder: Path, *, is_durable: bool = False) -> Iterator[Postgres]:
    server = Postgres(folder, is_durable=is_durable)
    try:
        server.create()
        yield server
    finally:
        server.stop()


@contextmanager
def running_redis(folder: Path) -> Iterator[Redis]:
    server = Redis(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@dataclass(frozen=True)
class Clamd:
    """A virus scanner that knows one signature: `sign` is the virus."""

    address: str
    sign: ClassVar[bytes] = b"RISKASSESS-TEST-SIGNATURE-7F3A"


@contextmanager
def running_clamd(folder: Path) -> Iterator[Clamd]:
    """It asks nobody for other signatures."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        raise Missing("clamd is not installed (Debian package clamav-daemon).")
    (folder / "signatures").mkdir(parents=True)
    (folder / "signatures" / "own.ndb").write_text(f"Own.Test:0:*:{Clamd.sign.hex()}\n")
    address = folder / "clamd.sock"
    said = {"DatabaseDirectory": folder / "signatures", "LocalSocket": address, "Foreground": "yes"}
    (folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in said.items()))
    with (folder / "clamd.log").open("ab") as log:
        process = subprocess.Popen([program, "-c", folder / "clamd.conf"], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not address.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"clamd did not start: {(folder / 'clamd.log').read_text()[-500:]}")
            time.sleep(0.1)
        yield Clamd(str(address))
    finally:
        end(process)
