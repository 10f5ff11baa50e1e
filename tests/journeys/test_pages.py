"""Every page that a link leads to has no barrier, juts out nowhere and needs nothing but keys."""

from collections import Counter

import pytest
from django.urls import Resolver404, resolve

pytestmark = pytest.mark.xdist_group("journeys")
MOST_OF_A_KIND = 2
FILES = {
    "package_file",
    "account_data",
    "audit_dossier",
    "audit_export",
    "condition_file",
    "export_file",
    "export_manifest",
    "hold_file",
    "letterhead_logo",
    "match_evidence",
    "period_archive",
    "period_report",
    "report_archive",
    "report_batch_file",
    "verify_checker",
    "evidence_file",
    "proposal_crate",
    "proposal_file",
    "proposal_form",
    "proposal_schema",
    "questionnaire_form",
    "questionnaire_pdf",
    "report",
}


@pytest.mark.parametrize("person", ["", "ana", "omar", "david"])
def test_every_page_that_a_link_leads_to_is_in_order(visit, embedded, person):
    visitor = visit(embedded, person, is_strict=True)
    seen, kinds, waiting = set(), Counter(), ["/", "/home"] if person else ["/", "/login"]
    while waiting:
        path = waiting.pop(0)
        kind = route_of(path)
        if path in seen or kind in FILES or kinds[kind] == MOST_OF_A_KIND:
            continue
        seen.add(path)
        kinds[kind] += 1
        visitor.open(path)
        links = visitor.page.locator("a[href]").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
        waiting += [link.partition("#")[0] for link in links if link.startswith("/")]
    assert len(kinds) >= (6 if person else 2), kinds


def route_of(path: str) -> str:
    try:
        return resolve(path.partition("?")[0]).url_name
    except Resolver404:
        pytest.fail(f"A link leads to {path}, which is no page.")


def test_keys_alone_sign_in_open_the_next_case_and_recommend(visit, embedded):
    lena = visit(embedded)
    lena.open("/login")
    keys = lena.page.keyboard
    tab_to(lena, "E-mail")
    keys.type("lena@norderhaven.example")
    tab_to(lena, "Password")
    keys.type("open-door-2026")
    press_enter(lena)
    tab_to(lena, "Open the next case")
    press_enter(lena)
    tab_to(lena, "Nothing stands against it")
    press_enter(lena)
    tab_to(lena, "Recommend")
    press_enter(lena)
    tab_to(lena, "Approve")
    keys.press("ArrowDown")
    tab_to(lena, "Why")
    keys.type("The contract leaves room for the safeguards that are proposed.")
    tab_to(lena, "Recommend")
    press_enter(lena)

    lena.expect("Your recommendation is in. Somebody else decides.")
    lena.expect("Approve with conditions · Lena Vogt")


def press_enter(visitor) -> None:
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


NAME_AND_RING = """() => {
  const here = document.activeElement, label = here.labels && here.labels.length ? here.labels[0] : here;
  const is_drawn = (part) => {
    const style = getComputedStyle(part);
    return style.outlineStyle !== "none" || style.boxShadow !== "none";
  };
  const is_seen = is_drawn(here) || is_drawn(label) || here.classList.contains("ra-skip");  // that one slides in
  return here === document.body ? ["", true] : [label.innerText.trim(), is_seen];  // after the last stop
}"""


def tab_to(visitor, words: str) -> None:
    """Press Tab until the focus is there; each stop on the way must be seen."""
    for _ in range(80):
        visitor.page.keyboard.press("Tab")
        name, has_ring = visitor.page.evaluate(NAME_AND_RING)
        assert has_ring, f"{visitor.page.url}: nobody sees that the focus is on {name!r}"
        if name.startswith(words):
            return
    pytest.fail(f"{visitor.page.url}: Tab never comes to {words!r}")
