"""Sound files of each kind that is taken, as programs write them; the hostile ones are made from these."""

import io
import zipfile

import pikepdf
from PIL import Image, PngImagePlugin

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ODT = "application/vnd.oasis.opendocument.text"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def pdf(change=None, **saving) -> bytes:
    """One page; `change` is called with the document before it is saved."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 100))
    document.docinfo["/Author"] = "Ana Duarte"
    if change is not None:
        change(document)
    return saved(document, **saving)


def saved(document, **saving) -> bytes:
    target = io.BytesIO()
    document.save(target, **saving)
    return target.getvalue()


def picture(kind: str = "PNG", size=(40, 30), **saving) -> bytes:
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, kind, **saving)
    return target.getvalue()


def photo(orientation: int = 1) -> bytes:
    """A JPEG that says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0131], exif[0x0112] = "Camera maker", "Editor 1.0", orientation
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 51.0, 0.0), 3: "E", 4: (4.0, 21.0, 0.0)})
    return picture("JPEG", exif=exif.tobytes(), comment=b"taken by Ana")


def png_with_text() -> bytes:
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", "Ana Duarte")
    return picture("PNG", pnginfo=said)


def packed(members: dict[str, str | bytes], *, stored=()) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return target.getvalue()


def types(main: str, place: str, more: str = "") -> str:
    return (
        f'{DECLARED}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="{place}" ContentType="{main}"/>{more}</Types>'
    )


def relations(*rows: tuple[str, str] | tuple[str, str, str]) -> str:
    lines = ""
    for number, (kind, target, *mode) in enumerate(rows, start=1):
        told = f' TargetMode="{mode[0]}"' if mode else ""
        lines += f'<Relationship Id="rId{number}" Type="{OFFICE}/relationships/{kind}" Target="{target}"{told}/>'
    return f'{DECLARED}<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'


def core(author: str = "Ana Duarte") -> str:
    return (
        f'{DECLARED}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{author}</dc:creator></cp:coreProperties>'
    )


def app(company: str = "Norderhaven") -> str:
    space = f"{OFFICE}/extended-properties"
    return f'{DECLARED}<Properties xmlns="{space}"><Company>{company}</Company></Properties>'


def docx_members(body: str = "", *, main: str = WORD, **more: str | bytes) -> dict[str, str | bytes]:
    """The parts of a Word document; names of `more` use "__" for "/" and "_dot_" for "."."""
    members = {
        "[Content_Types].xml": types(main, "/word/document.xml"),
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/document.xml": f'{DECLARED}<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>Letter of intent</w:t></w:r>'
        f"</w:p>{body}</w:body></w:document>",
        "docProps/core.xml": core(),
        "docProps/app.xml": app(),
    }
    return {**members, **{name.replace("__", "/").replace("_dot_", "."): part for name, part in more.items()}}


def docx(body: str = "", **more) -> bytes:
    return packed(docx_members(body, **more))


def xlsx_members(cells: str = "<c r='A1'><v>1</v></c>", *, main: str = SHEET, **more) -> dict[str, str | bytes]:
    members = {
        "[Content_Types].xml": types(main, "/xl/workbook.xml"),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{DECLARED}<workbook xmlns="{S}"><sheets><sheet name="A" sheetId="1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'{DECLARED}<worksheet xmlns="{S}"><sheetData><row r="1">{cells}</row></sheetData>'
        "</worksheet>",
        "docProps/core.xml": core(),
    }
    return {**members, **{name.replace("__", "/").replace("_dot_", "."): part for name, part in more.items()}}


def xlsx(cells: str = "<c r='A1'><v>1</v></c>", **more) -> bytes:
    return packed(xlsx_members(cells, **more))


def odt_members(body: str = "<text:p>Letter</text:p>", **more) -> dict[str, str | bytes]:
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
        'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"'
    )
    members = {
        "mimetype": ODT,
        "content.xml": f"{DECLARED}<office:document-content {spaces}><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>",
        "meta.xml": f"{DECLARED}<office:document-meta {spaces}><office:meta>Ana Duarte</office:meta>"
        "</office:document-meta>",
        "META-INF/manifest.xml": manifest(),
    }
    return {**members, **{name.replace("__", "/").replace("_dot_", "."): part for name, part in more.items()}}


def manifest(kind: str = ODT, more: str = "") -> str:
    return (
        f'{DECLARED}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>{more}'
        "</manifest:manifest>"
    )


def odt(body: str = "<text:p>Letter</text:p>", **more) -> bytes:
    return packed(odt_members(body, **more), stored=("mimetype",))


SOUND = {
    "letter.pdf": pdf,
    "plan.png": picture,
    "photo.jpg": photo,
    "letter.docx": docx,
    "budget.xlsx": xlsx,
    "letter.odt": odt,
    "note.txt": lambda: b"Dear colleagues,\r\nwe intend to work with you.\r\n",
}
