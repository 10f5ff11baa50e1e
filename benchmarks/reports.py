"""Reports: the time of a tagged ten-page one beside Chromium's and an untagged one, and the memory of many in a child.

python benchmarks/reports.py [--rounds 9] [--many 1000] [--chromium /usr/bin/chromium]

The same HTML goes to all three, in turns, so that a busy machine slows each alike; medians are printed.
"""

import argparse
import os
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402

django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402
from weasyprint import HTML  # noqa: E402

from riskassess.core.memory import collecting_after  # noqa: E402
from riskassess.reports.fetching import ClosedFetcher, style_text  # noqa: E402
from riskassess.reports.render import _style, page_text, render_copies, to_pdf  # noqa: E402
from tests.reports.samples import assessment_content  # noqa: E402

MOST_TO_CHROMIUM, MOST_TO_UNTAGGED, MOST_GROWTH = 1.0, 1.3, 50.0
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def ten_pages():
    """A report with findings and answers as a large proposal has them, until it fills ten pages."""
    content = assessment_content()
    findings = tuple(replace(content.findings[n % 3], number=n + 1) for n in range(16))
    return replace(content, findings=findings, answers=content.answers * 5)


def untagged(page: str) -> bytes:
    """As `to_pdf` makes it, with the same parsed style and fonts, but no tags and no variant."""
    with collecting_after():
        css, fonts = _style()
        return HTML(string=page, url_fetcher=ClosedFetcher()).write_pdf(stylesheets=[css], font_config=fonts)


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare(rounds: int, chromium: str) -> bool:
    page = page_text(ten_pages())
    styled = page.replace("</head>", f"<style>{style_text()}</style></head>")
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium, args=FLAGS)
        sheet = browser.new_page()

        def printed():
            sheet.set_content(styled)
            sheet.pdf(format="A4", tagged=True, prefer_css_page_size=True)

        works = {"tagged": lambda: to_pdf(page), "untagged": lambda: untagged(page), "chromium": printed}
        for work in works.values():
            work()  # warm
        seconds = {name: [] for name in works}
        for _round in range(rounds):
            for name, work in works.items():
                seconds[name].append(timed(work))
        browser.close()
    middle = {name: statistics.median(found) for name, found in seconds.items()}
    for name, found in middle.items():
        print(f"{name:10} {found:.2f} s")
    beside, plain = middle["tagged"] / middle["chromium"], middle["tagged"] / middle["untagged"]
    print(f"tagged / chromium {beside:.2f} (at most {MOST_TO_CHROMIUM})")
    print(f"tagged / untagged {plain:.2f} (at most {MOST_TO_UNTAGGED})")
    return beside <= MOST_TO_CHROMIUM and plain <= MOST_TO_UNTAGGED


def grow(count: int) -> bool:
    """Both copies of one report after another in this process, as a worker makes them; a tenth first, to warm up."""
    content, warm = assessment_content(), max(10, count // 10)
    for number in range(count):
        render_copies(replace(content, reference=f"RA-2026-{number:04}"), {"number": number})
        if number + 1 == warm:
            begin = resident()
        if (number + 1) % 50 == 0:
            print(f"{number + 1} reports: {resident():.0f} MB")
    growth = resident() - begin
    print(f"{count} reports in one process: {growth:+.1f} MB after the first {warm} (at most {MOST_GROWTH:.0f})")
    return growth < MOST_GROWTH


def resident() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError("This machine does not say how much memory a process holds.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--many", type=int, default=1000)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    good = compare(given.rounds, given.chromium) if given.rounds else True
    return 0 if (grow(given.many) if given.many else True) and good else 1


if __name__ == "__main__":
    sys.exit(main())
