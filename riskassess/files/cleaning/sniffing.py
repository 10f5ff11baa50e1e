"""What a file is by its content, whatever its name says."""

import io
import zipfile

from riskassess.files.cleaning import KINDS

SIGNS = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf'\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\0", "archive"),
    (b"\xfe\xff", "utf16"),
    (b"\xff\xfe", "utf16"),
)
ZIP_SIGNS = (b"PK\x03\x04", b"PK\x05\x06")


def kind_in(content: bytes) -> str:
    """One of KINDS, or the name of something that is not taken; empty where it is nothing that we know."""
    if content.startswith(ZIP_SIGNS):
        return _kind_of_package(content)
    for sign, kind in SIGNS:
        if content.startswith(sign) and (kind != "program" or not _is_text(content)):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp":
        return "heic" if content[8:12] in {b"heic", b"heix", b"mif1", b"avif"} else "video"
    if content.count(b"\0", 0, 4000) > len(content[:4000]) // 4:
        return "utf16" if _is_wide_text(content) else ""
    return "txt" if _is_text(content) else ""


def _kind_of_package(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
            if "mimetype" in names:
                told = package.getinfo("mimetype")
                said = package.read(told) if told.file_size < 200 and not told.flag_bits & 1 else b""
                return "odt" if said.startswith(KINDS["odt"][0].encode()) else "zip"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        return "broken_zip"
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "slides")):
            if any(name.startswith(folder) for name in names):
                return kind
    return "zip"


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def _is_wide_text(content: bytes) -> bool:
    part = content[:4000]
    return part[1::2].count(0) > len(part) // 3 or part[::2].count(0) > len(part) // 3
