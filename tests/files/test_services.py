import hashlib
from pathlib import Path

import pytest

from riskassess.core.errors import DomainError
from riskassess.files.models import StoredFile
from riskassess.files.services import read_bytes, store_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


def stored(content=b"%PDF-1.7 report", name="report.pdf"):
    return store_bytes(content=content, name=name, content_type="application/pdf")


def test_stored_bytes_come_back_with_their_hash_and_size():
    file = stored(b"\x00\xff" * 1000)

    assert read_bytes(file) == b"\x00\xff" * 1000
    assert (file.size, file.sha256) == (2000, hashlib.sha256(b"\x00\xff" * 1000).hexdigest())


def test_path_is_random_and_tells_nothing(folder):
    first, second = stored(), stored()

    assert first.path != second.path
    assert "report" not in first.path
    assert (folder / first.path).stat().st_mode & 0o007 == 0
    assert list(folder.rglob("*.part")) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\plan.pdf", "plan.pdf"),
        ("line\r\nbreak\x00.pdf", "linebreak.pdf"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("  .hidden. ", "hidden"),
        ("Übersicht 研究.pdf", "Übersicht 研究.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("y" * 300, "y" * 200),
    ],
)
def test_name_is_kept_without_what_could_mislead(given, kept):
    assert stored(name=given).name == kept


@pytest.mark.parametrize("name", ["", "..", "a/", "\u202e", "\x00"])
def test_name_without_a_visible_sign_is_refused(name):
    with pytest.raises(ValueError, match="no file name"):
        stored(name=name)

    assert StoredFile.objects.count() == 0


def test_changed_file_is_not_handed_out_as_the_recorded_one(folder):
    file = stored()
    (folder / file.path).write_bytes(b"%PDF-1.7 forgery")

    with pytest.raises(DomainError, match="not the one that was recorded"):
        read_bytes(file)


def test_lost_file_is_said_in_words(folder):
    file = stored()
    (folder / file.path).unlink()

    with pytest.raises(DomainError, match="no longer in the store"):
        read_bytes(file)


def test_failed_write_leaves_neither_row_nor_half_a_file(folder, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("riskassess.files.services.os.fsync", full)

    with pytest.raises(OSError, match="No space"):
        stored()

    assert StoredFile.objects.count() == 0
    assert [path for path in Path(folder).rglob("*") if path.is_file()] == []
