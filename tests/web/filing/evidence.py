"""Adding and changing evidence as its page does."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.files import making

NOTE = making.SOUND["note.txt"]()


def url(proposal):
    return reverse("evidence", args=[proposal.reference])


def upload(name="letter.pdf", content=None):
    return SimpleUploadedFile(name, making.SOUND[name]() if content is None else content)


def add(client, proposal, *files, about=""):
    return client.post(url(proposal), {"files": files or [upload()], "about": about})


def change(client, proposal, evidence, **given):
    return client.post(reverse("evidence_change", args=[proposal.reference, evidence.uid]), given)


def kept_in(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]
