"""Takes the pictures of docs/pictures from the demo: `make pictures`. Each is 1280 wide and small."""

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page

from riskassess.management.commands.demo import PASSWORD
from riskassess.management.university import MAIL
from tests.live.browser import launched_chromium
from tests.live.stack import ROOT, Stack, Templates

FOLDER = ROOT / "docs" / "pictures"
WIDTH, HEIGHT, MOST_BYTES = 1280, 1000, 150_000
# Name of the picture -> who looks, and at which page; the names in it are those of STANDING.
PICTURES = {
    "my-page": ("ana", "/home"),
    "section": ("ana", "/proposals/{draft}/sections/use"),
    "assessment": ("ana", "/proposals/{approved}/assessment"),
    "case": ("omar", "/cases/{in_review}"),
    "receipt": ("ana", "/proposals/{registered}/receipt"),
}
STANDING = {
    "draft": "draft",
    "approved": "approved_with_conditions",
    "in_review": "in_review",
    "registered": "registered",
}


def references(stack: Stack) -> dict[str, str]:
    """A proposal of Ana's in each state that a picture shows; of several the first, as the demo tells them."""
    query = (
        "SELECT reference FROM proposals_proposal p JOIN accounts_user u ON u.id = p.owner_id "
        f"WHERE u.email = 'ana@{MAIL}' AND p.state = '%s' ORDER BY p.id"
    )
    return {name: stack.rows(query % state)[0][0] for name, state in STANDING.items()}


def sign_in(page: Page, person: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(f"{person}@{MAIL}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/login" not in address)


def small(png: bytes) -> bytes:
    """The same with as many colours as fit: pages have few of them."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64, 32):
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()


def take(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="riskassess-pictures-") as place, launched_chromium() as chromium:
        Templates(Path(place)).copy_embedded(Path(place) / "demo")
        stack = Stack(Path(place) / "demo").start()
        try:
            found = references(stack)
            for name, (person, path) in PICTURES.items():
                context = chromium.new_context(
                    viewport={"width": WIDTH, "height": HEIGHT}, base_url=stack.url, locale="en-GB"
                )
                page = context.new_page()
                sign_in(page, person)
                answer = page.goto(path.format(**found))
                assert answer.ok, f"{path}: {stack.log('up')}"
                page.wait_for_load_state("networkidle")
                content = small(page.screenshot())
                (folder / f"{name}.png").write_bytes(content)
                sys.stdout.write(f"{folder / name}.png: {len(content) // 1000} kB\n")
                context.close()
        finally:
            stack.stop()
