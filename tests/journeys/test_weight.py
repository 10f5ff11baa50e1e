"""What a section page costs somebody who opens it for the first time, and whom it asks."""

from urllib.parse import urlsplit

import pytest

from tests.journeys.filing import start_draft

pytestmark = pytest.mark.xdist_group("journeys")
HEAVIEST = 250_000


def transferred(visitor, path: str) -> dict[str, int]:
    """Bytes on the wire by address, heads of the answers included, with an empty cache and the server's own
    compression (static files lie ready as Brotli and gzip; the page itself is sent as it is)."""
    wire = visitor.context.new_cdp_session(visitor.page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked, sizes = {}, {}
    wire.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    visitor.open(path)
    visitor.page.wait_for_load_state("networkidle")
    return {asked[request]: size for request, size in sizes.items() if not asked[request].startswith("data:")}


def test_section_page_is_light_and_asks_no_other_host(visit, embedded):
    ana = visit(embedded, "ana")
    reference = start_draft(ana, "Light pages")
    ana.open(f"/proposals/{reference}/sections/work")
    pages = ana.page.locator("#rail a[href]").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    weights = {}

    for path in dict.fromkeys(page for page in pages if "/sections/" in page):
        sizes = transferred(ana, path)
        assert {urlsplit(address).netloc for address in sizes} == {urlsplit(embedded.url).netloc}
        assert any(address.endswith(".css") for address in sizes), sizes
        weights[path] = sum(sizes.values())

    assert len(weights) > 5
    assert max(weights.values()) <= HEAVIEST, weights
