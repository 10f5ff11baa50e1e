"""The proposal format as a page, and the way to correct what was submitted."""

import json

import pytest
from django.conf import settings
from django.urls import reverse

from riskassess.web.documents import document
from tests.story import join
from tests.web.filing.pages import read, text_of

pytestmark = pytest.mark.django_db


def test_format_is_a_page_for_everybody_that_export_and_import_lead_to(client, as_user, filed, ana):
    page = client.get(reverse("proposal_format"))

    words = text_of(page)
    raw = (settings.BASE_DIR / "docs" / "proposal-format.md").read_text(encoding="utf-8")
    assert raw.count("\n| `") <= page.content.decode().count("<tr>")
    assert ("A proposal as a file" in words, "**" in words, "| ---" in words) == (True, False, False)
    assert "<code>arms_embargo</code>" in page.content.decode()
    assert "can-be-anything" not in words
    schema = client.get(reverse("proposal_schema"))
    assert json.loads(schema.content)["type"] == "object"
    browser = as_user(ana)
    for place in (reverse("proposal_new"), filed().get_absolute_url()):
        assert reverse("proposal_format") in read(browser.get(place)).links


def test_document_shows_marks_as_text_where_they_are_no_marks(settings, tmp_path):
    (tmp_path / "docs").mkdir()
    code, table = '```json\n{"a": 1}\n\n{}\n```\n\n', "| a | b |\n|---|---|\n| 1 | <u> |\n"
    text = "# Title\n\n## A <b>\n\n- one `<i>`\n  goes on\n- **two**\n\n" + code + table
    (tmp_path / "docs" / "odd.md").write_text(text)
    settings.BASE_DIR = tmp_path

    title, heads, body = document("odd")

    assert (title, heads) == ("Title", [("a-b", "A <b>")])
    assert body == (
        '<h2 id="a-b">A &lt;b&gt;</h2><ul><li>one <code>&lt;i&gt;</code> goes on</li><li><b>two</b></li></ul>'
        '<pre class="ra-well ra-mono" tabindex="0"><code>{&quot;a&quot;: 1}\n\n{}</code></pre>'
        '<div class="ra-table-card"><table class="ra-table ra-table-stack"><thead><tr><th scope="col">a</th>'
        '<th scope="col">b</th></tr></thead><tbody><tr><td data-label="a">1</td><td data-label="b">&lt;u&gt;</td></tr>'
        "</tbody></table></div>"
    )


def test_pages_of_what_was_submitted_lead_to_its_correction(as_user, submitted, filed, ana, mateo, omar):
    proposal, draft = submitted(), filed()
    join(proposal, mateo, can_edit=False)
    address = reverse("messages", args=[proposal.reference]) + "?correct=1#correct-head"

    for route in ("proposal", "receipt", "assessment"):
        place = reverse(route, args=[proposal.reference])
        shown = [address in read(as_user(person).get(place)).links for person in (ana, mateo, omar)]
        assert shown == [True, True, False]
    page = as_user(mateo).get(address)
    assert '<details class="ra-fold" open><summary>Say what is right' in page.content.decode()
    assert "Correct a fact" not in text_of(as_user(ana).get(draft.get_absolute_url()))
