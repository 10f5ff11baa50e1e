"""PDF: written anew by qpdf without what acts by itself, what is hidden inside, and who made it."""

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from riskassess.files.cleaning import Cleaned, Refused

MOST_OBJECTS = 400_000
DEEPEST = 60
# Key of any dictionary -> what leaving it out takes away.
KEYS = {
    "/AA": "actions",
    "/JS": "scripts",
    "/JavaScript": "scripts",
    "/EmbeddedFiles": "files_inside",
    "/EF": "files_inside",
    "/AF": "files_inside",
    "/RichMediaContent": "media",
    "/RichMediaSettings": "media",
    "/Collection": "files_inside",
    "/Ref": "actions",
    "/Metadata": "metadata",
    "/PieceInfo": "metadata",
    "/LastModified": "metadata",
    "/Thumb": "metadata",
}
ACTIONS = {
    "/JavaScript": "scripts",
    "/Launch": "actions",
    "/GoToR": "actions",
    "/GoToE": "actions",
    "/GoToDp": "actions",
    "/ImportData": "actions",
    "/SubmitForm": "actions",
    "/ResetForm": "actions",
    "/Rendition": "media",
    "/RichMediaExecute": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/GoTo3DView": "media",
}
MARKS = {
    "/FileAttachment": "files_inside",
    "/RichMedia": "media",
    "/Screen": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/3D": "media",
}
SAFE_LINKS = ("http://", "https://", "mailto:")


def clean(_kind: str, content: bytes) -> Cleaned:
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            return _written_anew(document)
    except pikepdf.PasswordError:
        raise Refused("pdf_locked") from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, RuntimeError, OSError):
        raise Refused("pdf_broken") from None
    except (AttributeError, KeyError, IndexError, RecursionError):
        raise Refused("pdf_broken") from None


def _written_anew(document: pikepdf.Pdf) -> Cleaned:
    if document.is_encrypted:
        raise Refused("pdf_locked")
    if len(document.objects) > MOST_OBJECTS:
        raise Refused("pdf_too_much", most=MOST_OBJECTS)
    if not len(document.pages):
        raise Refused("pdf_broken")
    root, left_out = document.Root, set()
    form = root.get("/AcroForm")
    if isinstance(form, Dictionary) and ("/XFA" in form or root.get("/NeedsRendering") is True):
        raise Refused("pdf_xfa")
    opening = root.get("/OpenAction")
    if isinstance(opening, Dictionary):
        left_out.add("actions")
    if opening is not None:
        del root["/OpenAction"]
    for page in document.pages:
        _without_marks(page.obj, left_out)
    for thing in document.objects:
        _without_keys(thing, left_out)
    if "/Info" in document.trailer:
        if len(document.docinfo):
            left_out.add("metadata")
        del document.trailer["/Info"]
    document.remove_unreferenced_resources()
    target = io.BytesIO()
    document.save(target, deterministic_id=True, fix_metadata_version=False)
    return Cleaned(target.getvalue(), tuple(sorted(left_out)))


def _without_marks(page: Dictionary, left_out: set[str]) -> None:
    """Leaves out the marks on a page that hold a file, a film or a sound."""
    marks = page.get("/Annots")
    if not isinstance(marks, Array):
        return
    kept = []
    for mark in marks:
        kind = str(mark.get("/Subtype", "")) if isinstance(mark, Dictionary) else ""
        if kind in MARKS:
            left_out.add(MARKS[kind])
        else:
            kept.append(mark)
    if len(kept) < len(marks):
        page["/Annots"] = Array(kept)


def _without_keys(thing, left_out: set[str]) -> None:
    """Cleans one object of the file with all that is written inside it; what it points to is an object of its own."""
    waiting = [(thing, 0)]
    while waiting:
        now, depth = waiting.pop()
        if depth > DEEPEST:
            raise Refused("pdf_broken")
        if isinstance(now, (Dictionary, Stream)):
            _without_keys_here(now, left_out)
            inner = [now[key] for key in now.keys()]  # noqa: SIM118  a dictionary of a PDF yields nothing else
        elif isinstance(now, Array):
            inner = list(now)
        else:
            continue
        waiting += [(one, depth + 1) for one in inner if isinstance(one, pikepdf.Object) and not one.is_indirect]


def _without_keys_here(now, left_out: set[str]) -> None:
    keys = set(now.keys())
    for key in keys & KEYS.keys():
        left_out.add(KEYS[key])
        del now[key]
    if isinstance(now, Stream):
        if "/F" in keys:  # the data of this stream would be read from another file
            left_out.add("actions")
            del now["/F"]
        return
    action = str(now.get("/S", "")) if isinstance(now.get("/S"), Name) else ""
    if action in ACTIONS:
        left_out.add(ACTIONS[action])
        _empty(now)
    elif action == "/URI" and not _is_safe_link(now):
        left_out.add("links")
        _empty(now)


def _is_safe_link(action: Dictionary) -> bool:
    try:
        return bytes(action["/URI"]).strip().lower().startswith(tuple(each.encode() for each in SAFE_LINKS))
    except (KeyError, TypeError, ValueError):
        return False


def _empty(now: Dictionary) -> None:
    """An action without a type does nothing."""
    for key in list(now.keys()):
        del now[key]
