"""Why a file was not kept, and what was left out of one that was: each code of the cleaning as a sentence."""

from django.utils.translation import gettext_lazy as _

KIND_WORDS = {
    "pdf": _("a PDF"),
    "png": _("a PNG picture"),
    "jpeg": _("a JPEG picture"),
    "docx": _("a Word document"),
    "xlsx": _("an Excel workbook"),
    "odt": _("an OpenDocument text"),
    "txt": _("plain text"),
    "ole": _("an older Office file, or one with a password"),
    "program": _("a program"),
    "gif": _("a GIF picture"),
    "bmp": _("a BMP picture"),
    "tiff": _("a TIFF picture"),
    "webp": _("a WebP picture"),
    "heic": _("a HEIC picture"),
    "video": _("a film"),
    "archive": _("a packed archive"),
    "zip": _("a zip archive"),
    "broken_zip": _("a damaged zip archive or Office document"),
    "slides": _("a presentation"),
    "utf16": _("text that is not saved as UTF-8"),
    "": _("of a kind that we do not know"),
}
SHORT_KINDS = {
    "application/pdf": "PDF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.oasis.opendocument.text": "ODT",
    "text/plain": _("Text"),
}
# What can be done with a file of a kind that is not taken.
WAYS_OUT = {
    "ole": _("Save it as DOCX or XLSX without a password, or as PDF, and add that."),
    "gif": _("Save it as PNG and add that."),
    "bmp": _("Save it as PNG and add that."),
    "tiff": _("Save it as PDF or PNG and add that."),
    "webp": _("Save it as PNG or JPEG and add that."),
    "heic": _("Save it as JPEG and add that."),
    "archive": _("Unpack it and add the files one by one."),
    "zip": _("Unpack it and add the files one by one."),
    "broken_zip": _("Open it in its program, save it anew and add that."),
    "slides": _("Save it as PDF and add that."),
    "utf16": _("Save it again with the encoding UTF-8 and add that."),
    "video": _("Add a note that says where it can be seen."),
}
OTHER_WAY_OUT = _("Save it as PDF, PNG, JPEG, DOCX, XLSX, ODT or TXT and add that.")
EMPTY = _("The file is empty. Look whether it opens on your computer, then choose it again.")
TOO_LARGE = _(
    "%(size)s MB is more than the %(most)s MB we can keep. Add a smaller version, or a text that links to it."
)
NO_NAME = _("The file has no name. Give it one and choose it again.")
OTHER_KIND = _("Its content is %(found)s, which we do not take. %(way_out)s")
OTHER_ENDING = _("Its content is %(found)s, its name ends with “%(ending)s”. Look which file you chose, or rename it.")
NO_ENDING = _("Its content is %(found)s, and its name has no ending that says so. Rename it to end with %(wanted)s.")
NOT_TAKEN_ENDING = _("Its name ends with “%(ending)s”, which we do not take. %(way_out)s")

REFUSED = {
    "empty": EMPTY,
    "text_not_utf8": _("The text is not saved as UTF-8 (line %(line)s). Save it with that encoding and add it again."),
    "text_control": _(
        "Line %(line)s of the text holds a hidden control character. Remove it, or save the text as PDF."
    ),
    "picture_broken": _("The picture is damaged or breaks off. Open it in its program, save it anew and add that."),
    "picture_pixels": _("The picture has more than %(most)s million pixels. Save it smaller and add that."),
    "pdf_locked": _(
        "The PDF is protected by a password or against changes. Save a copy without protection and add it."
    ),
    "pdf_broken": _("The PDF is damaged or breaks off. Print it to a new PDF and add that."),
    "pdf_too_much": _("The PDF is built of more than %(most)s parts. Print it to a new PDF, or split it."),
    "pdf_xfa": _("The PDF is a form (XFA) that builds itself when opened. Print it to a new PDF and add that."),
    "zip_broken": _("The document is damaged or breaks off. Open it in its program, save it anew and add that."),
    "zip_members": _("The document is packed of more than %(most)s parts. Save it as PDF and add that."),
    "zip_bomb": _("Unpacked, the document would be far larger than it looks. Save it as PDF and add that."),
    "zip_path": _("The document holds a part that would unpack outside of it. Save it anew, or as PDF, and add that."),
    "zip_twice": _(
        "The document holds one part twice, so programs may read it differently. Save it anew and add that."
    ),
    "xml_broken": _("A part of the document can't be read. Open it in its program, save it anew and add that."),
    "xml_entities": _("The document declares a document type or entities, which none needs. Save it anew or as PDF."),
    "office_locked": _("The document is protected by a password. Save a copy without one and add that."),
    "office_macros": _("The document holds macros or scripts. Save it without them (DOCX, XLSX, ODT) or as PDF."),
    "office_embedded": _(
        "The document has another file inside it. Put a picture or a table in its place, or save it as PDF."
    ),
    "office_program": _("The document has a program inside it. Remove it and add the document again."),
    "office_fetches": _(
        "The document would fetch something from elsewhere when it is opened (a linked picture, sheet or field). "
        "Break the links, or save it as PDF, and add that."
    ),
    "office_other": _("The document does not say of itself that it is what its name says. Save it anew or as PDF."),
    "office_too_much": _("The document is too large to be looked through. Split it, or save it as PDF, and add that."),
    "too_heavy": _("It takes too much time or memory to look through this file. Save it anew or as PDF and add that."),
    "too_strange": _("This file could not be looked through. Open it in its program, save it anew and add that."),
}
LEFT_OUT = {
    "metadata": _("who made it, when and with what"),
    "place": _("where the picture was taken"),
    "frames": _("all pictures but the first"),
    "scripts": _("scripts"),
    "actions": _("what would run or open by itself"),
    "files_inside": _("files inside it: add them on their own"),
    "media": _("films and sounds"),
    "links": _("links to places on a computer"),
    "template": _("the link to its template"),
}
