import gc
import hashlib
import json
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import OverlapMode, instantiateVariableFont

LATIN = (
    "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122, "
    "U+2190-2193, U+2212, U+2215, U+2248, U+2260, U+2264-2265, U+FEFF, U+FFFD"
)
LATIN_EXT = (
    "U+0100-0130, U+0132-0151, U+0154-02BA, U+02BD-02C5, U+02C7-02D9, U+02DB, U+02DD-02FF, U+0300-036F, "
    "U+1E00-1EFF, U+2070-209F, U+20A0-20AB, U+20AD-20C0, U+2113, U+2C60-2C7F, U+A720-A7FF"
)
GREEK_CYRILLIC = "U+0370-03FF, U+0400-052F, U+1F00-1FFF, U+2DE0-2DFF, U+A640-A69F"
PARTS = {"latin": LATIN, "latin-ext": LATIN_EXT, "greek-cyrillic": GREEK_CYRILLIC}
FEATURES = ["kern", "liga", "tnum", "lnum", "ccmp", "locl", "mark", "mkmk"]

SANS, SERIF, MONO = "SourceSans3[wght].ttf", "SourceSerif4[opsz,wght].ttf", "IBMPlexMono-Regular.ttf"

# What pages load by range (static/css/fonts.css names the same ranges) and what reports embed.
WEB = [
    ("ra-sans", "RA Sans", "fontpkg_source_sans_3", SANS, {"wght": (400, 700)}, PARTS),
    ("ra-serif", "RA Serif", "fontpkg_source_serif_4", SERIF, {"opsz": 20, "wght": 600}, PARTS),
    ("ra-mono", "RA Mono", "fontpkg_ibm_plex_mono", MONO, {}, {"latin": LATIN}),
]
REPORT = [
    ("RASans-Regular", "RA Sans", 400, "fontpkg_source_sans_3", SANS, {"wght": 400}),
    ("RASans-SemiBold", "RA Sans", 600, "fontpkg_source_sans_3", SANS, {"wght": 600}),
    ("RASans-Bold", "RA Sans", 700, "fontpkg_source_sans_3", SANS, {"wght": 700}),
    (
        "RASerif-SemiBold",
        "RA Serif",
        600,
        "fontpkg_source_serif_4",
        "SourceSerif4[opsz,wght].ttf",
        {"opsz": 20, "wght": 600},
    ),
    ("RAMono-Regular", "RA Mono", 400, "fontpkg_ibm_plex_mono", MONO, {}),
]
PACKAGES = {
    "fontpkg_source_sans_3": "fontpkg-source-sans-3",
    "fontpkg_source_serif_4": "fontpkg-source-serif-4",
    "fontpkg_ibm_plex_mono": "fontpkg-ibm-plex-mono",
}
STYLES = {400: "Regular", 600: "SemiBold", 700: "Bold"}


class Command(BaseCommand):
    help = "Make the web fonts and the report fonts from the font packages. Does nothing when they are up to date."

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help="make them again even when they are up to date")

    def handle(self, *args, force=False, **options):
        target = Path(settings.BASE_DIR) / "static" / "generated" / "fonts"
        stamp, made_from = target / "made-from.json", fingerprint()
        if not force and stamp.exists() and stamp.read_text() == made_from:
            return
        draft = target.with_name(f"fonts-draft-{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        (draft / "report").mkdir(parents=True)
        # Kerning takes long to instance: each font is made by a process of its own, the heavy ones first.
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), initializer=gc.disable) as pool:
            sources = dict.fromkeys((package, file) for _, _, _, package, file, _ in REPORT)
            made = [pool.submit(make_for_report, draft / "report", *source) for source in sources]
            made += [pool.submit(make_for_web, draft, *row[:-1], *part) for row in WEB for part in row[-1].items()]
            for each in made:
                each.result()
        for package, distribution in PACKAGES.items():
            shutil.copyfile(files(package).joinpath("LICENSE"), draft / f"LICENSE-{distribution}.txt")
        (draft / "made-from.json").write_text(made_from)
        shutil.rmtree(target, ignore_errors=True)
        try:
            draft.rename(target)
        except OSError:  # another set-up at the same time was faster; its fonts are the same
            shutil.rmtree(draft, ignore_errors=True)
        self.stdout.write(f"Made the fonts in {target.relative_to(settings.BASE_DIR)}.")


def fingerprint() -> str:
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    return json.dumps({"recipe": recipe, **{name: version(name) for name in sorted(PACKAGES.values())}})


def make_for_web(folder: Path, name: str, family: str, package: str, file: str, axes: dict, part: str, ranges: str):
    font = instance(package, file, ranges, axes)
    rename(font, family, "Regular")
    font.flavor = "woff2"
    font.save(folder / f"{name}-{part}.woff2")


def make_for_report(folder: Path, package: str, file: str):
    """All weights of one font file, cut from one subset."""
    cut = subset(package, file, ", ".join(PARTS.values()))
    for name, family, weight, _package, row_file, axes in REPORT:
        if row_file == file:
            font = at_axes(cut, axes)
            rename(font, family, STYLES[weight], weight)
            font.save(folder / f"{name}.ttf")


def subset(package: str, file: str, ranges: str) -> bytes:
    """The font with these characters alone, all its axes kept: instancing few glyphs is many times faster."""
    font = TTFont(str(files(package).joinpath("files", file)), recalcTimestamp=False)
    options = Options()
    options.layout_features = FEATURES
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["meta"]
    subsetter = Subsetter(options=options)
    subsetter.populate(unicodes=list(codepoints(ranges)))
    subsetter.subset(font)
    compiled = BytesIO()
    font.save(compiled)
    return compiled.getvalue()


def instance(package: str, file: str, ranges: str, axes: dict) -> TTFont:
    return at_axes(subset(package, file, ranges), axes)


def at_axes(cut: bytes, axes: dict) -> TTFont:
    font = TTFont(BytesIO(cut), recalcTimestamp=False)
    return instantiateVariableFont(font, axes, overlap=OverlapMode.KEEP_AND_SET_FLAGS) if axes else font


def rename(font: TTFont, family: str, style: str, weight: int | None = None) -> None:
    """Two of the licences reserve the original names, so a changed font must carry another one everywhere."""
    names, full = font["name"], family if style == "Regular" else f"{family} {style}"
    names.names = [record for record in names.names if record.nameID in {0, 5, 13, 14}]
    # Families of more than one weight are told apart by the typographic names 16 and 17.
    legacy = {1: full if style not in {"Regular", "Bold"} else family, 2: style if style == "Bold" else "Regular"}
    for number, text in {
        **legacy,
        3: f"RiskAssess: {full}",
        4: full,
        6: full.replace(" ", "") if style == "Regular" else f"{family.replace(' ', '')}-{style}",
        16: family,
        17: style,
    }.items():
        names.setName(text, number, 3, 1, 0x409)
    if weight is not None:
        font["OS/2"].usWeightClass = weight
    if "STAT" in font and "fvar" not in font:
        del font["STAT"]


def codepoints(ranges: str):
    for part in ranges.replace("U+", "").split(","):
        first, _, last = part.strip().partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)
