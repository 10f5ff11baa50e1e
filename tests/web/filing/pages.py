"""Reading pages as a browser without JavaScript does: what a form would send, and where links lead."""

import re
from html.parser import HTMLParser


class FormReader(HTMLParser):
    """All that the forms of a page would send, one list of (name, value) a form; buttons apart."""

    def __init__(self):
        super().__init__()
        self.forms: dict[str, list[tuple[str, str]]] = {}
        self.actions: dict[str, str] = {}
        self.ids: set[str] = set()
        self.links: list[str] = []
        self._form = ""
        self._select = self._area = None
        self._count = 0

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"] or "")
        if tag == "form":
            self._form = given.get("id") or f"form{self._count}"
            self._count += 1
            self.forms.setdefault(self._form, [])
            self.actions[self._form] = given.get("action", "")
        form = given.get("form") or self._form
        if tag == "input" and given.get("name") and (form or given.get("form")):
            kind = given.get("type", "text")
            if kind not in {"radio", "checkbox"} or "checked" in given:
                value = given.get("value", "on" if kind in {"radio", "checkbox"} else "")
                self.forms.setdefault(form, []).append((given["name"], value or ""))
        elif tag == "select" and form:
            self._select = [form, given["name"], None, None]
        elif tag == "option" and self._select:
            value = given.get("value", "")
            self._select[3] = value if self._select[3] is None else self._select[3]
            if "selected" in given:
                self._select[2] = value
        elif tag == "textarea" and form:
            self._area = [form, given["name"], ""]

    def handle_data(self, data):
        if self._area:
            self._area[2] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = ""
        elif tag == "select" and self._select:
            form, name, chosen, first = self._select
            self.forms[form].append((name, chosen if chosen is not None else first or ""))
            self._select = None
        elif tag == "textarea" and self._area:
            form, name, text = self._area
            self.forms[form].append((name, text.removeprefix("\r\n").removeprefix("\n")))
            self._area = None


def read(response) -> FormReader:
    reader = FormReader()
    reader.feed(response.content.decode())
    return reader


def filled(response, form: str, **changes) -> dict[str, list[str]]:
    """What this form of the page would send, with these values changed. Names use "__" for "-"."""
    found: dict[str, list[str]] = {}
    for name, value in read(response).forms[form]:
        found.setdefault(name, []).append(value)
    for name, value in changes.items():
        found[name.replace("__", "-")] = value if isinstance(value, list) else [value]
    return found


def text_of(response) -> str:
    """The words of a page, without its tags."""
    body = re.sub(r"(?s)<(script|style|svg).*?</\1>", " ", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#x27;", "'").replace("&quot;", '"').split())
