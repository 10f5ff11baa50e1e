"""The whole story of a researcher without JavaScript: each form is sent as the page that came before shows it."""

import pytest

from riskassess.management.filing import read_example
from riskassess.proposals.models import Proposal
from riskassess.web.forms.questionnaire import field_name
from tests.web.filing.pages import filled, read, text_of

pytestmark = pytest.mark.django_db


def test_ana_files_from_an_empty_page_to_the_receipt(as_user, ana, listed, run_jobs):
    browser, example = as_user(ana), read_example("03-plankton")

    page = browser.post("/proposals/new", filled(browser.get("/proposals/new"), "new", title=example["title"]))
    proposal = Proposal.objects.get(owner=ana)
    assert page["Location"] == f"/proposals/{proposal.reference}/collaboration"

    page = browser.get(page["Location"])
    page = browser.post(page.request["PATH_INFO"], filled(page, "collaboration", do="add-partner"))
    partners, changes = example["partners"], {"kinds": example["kinds"], "starts": "2027-02-01"}
    for number, row in enumerate(partners):
        changes |= {
            f"partner__{number}__name": row["name"],
            f"partner__{number}__country": row["country"],
            f"partner__{number}__ror_id": row["ror"],
        }
    changes |= {"funder__0__name": "Norderhaven University", "funder__0__kind": "own"}
    page = browser.post(page.request["PATH_INFO"], filled(page, "collaboration", **changes))
    assert page.status_code == 302, text_of(page)
    assert [row.partner.name for row in proposal.participations.all()] == [row["name"] for row in partners]

    steps = []
    while "/sections/" in page["Location"]:
        steps.append(page["Location"].partition("#")[0].rpartition("/")[2])
        assert len(steps) < 20, steps
        page = browser.get(page["Location"].partition("#")[0])
        changes = answers_for(proposal, example)
        names = {name.rpartition(":")[0] for name in filled(page, "questions").get("shown", [])}
        sent = filled(page, "questions", **{name: value for name, value in changes.items() if name in names})
        if "item-0-label" in sent and not sent["item-0-label"][0]:
            sent["item-0-label"] = [example["technology"][0]["label"]]
        page = browser.post(page.request["PATH_INFO"], sent)
        assert page.status_code == 302, text_of(page)
    # a page comes back while an answer calls up more on it; nothing is left to ask of a funder at home
    assert list(dict.fromkeys(steps)) == [
        "work", "use", "data", "partners", "technology", "people", "freedom", "terms", "close",
    ]  # fmt: skip

    assert page["Location"] == f"/proposals/{proposal.reference}/safeguards"
    assert "Low" in text_of(browser.get(page["Location"]))
    page = browser.get(f"/proposals/{proposal.reference}/check")
    assert "missing before you can submit" not in text_of(page)
    page = browser.post(f"/proposals/{proposal.reference}/submit", filled(page, "submit", statement="on"), follow=True)
    assert "The partners are being compared with public lists." in text_of(page)

    run_jobs()

    page = browser.get(f"/proposals/{proposal.reference}")
    assert "Registered" in text_of(page)
    receipt, record = [link for link in read(page).links if link.startswith("/reports/")]
    assert record == receipt.replace(".pdf", "/record.pdf")
    pdf = browser.get(receipt)
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Disposition"].startswith("attachment;")
    assert pdf["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in pdf["Content-Security-Policy"]


def answers_for(proposal, example) -> dict:
    """The example's answers by the names of the fields, for the rows that are there by now."""
    found = dict(example["answers"])
    for name, rows in (
        ("partners", proposal.participations.all()),
        ("technology", proposal.technology_items.all()),
        ("funders", proposal.funders.all()),
    ):
        for given, row in zip(example[name], rows, strict=False):
            found |= {field_name(question, str(row.uid)): value for question, value in given["answers"].items()}
    return found


def test_links_to_what_is_missing_lead_to_the_very_field(as_user, ana, filed):
    proposal = filed(example="02-quantum", answers={}, partners=[], technology=[])
    browser = as_user(ana)

    page = browser.get(f"/proposals/{proposal.reference}/check")

    links = [link for link in read(page).links if "#" in link and link.startswith("/proposals/")]
    assert len(links) >= 4
    for link in links:
        path, _sign, place = link.partition("#")
        assert place in read(browser.get(path)).ids, link
