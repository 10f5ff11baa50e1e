from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from riskassess.core.management.commands import build_fonts


@pytest.fixture
def mono():
    """The smallest of the fonts, so that the test stays quick."""
    return build_fonts.instance("fontpkg_ibm_plex_mono", build_fonts.MONO, "U+0020-007E", {})


def test_rename_leaves_no_reserved_name(mono):
    build_fonts.rename(mono, "RA Mono", "Regular")

    kept = [str(record) for record in mono["name"].names if record.nameID not in {0, 5, 13, 14}]
    assert kept
    assert not any("Plex" in text or "Source" in text for text in kept)


def test_rename_keeps_the_licence(mono):
    build_fonts.rename(mono, "RA Mono", "Regular")

    assert any("Open Font License" in str(record) for record in mono["name"].names if record.nameID == 13)


def test_subset_holds_what_was_asked_for(mono):
    assert set(mono.getBestCmap()) == set(range(0x20, 0x7F))


def test_web_font_opens_again(mono, tmp_path):
    build_fonts.rename(mono, "RA Mono", "Regular")
    mono.flavor = "woff2"
    packed = BytesIO()
    mono.save(packed)
    packed.seek(0)

    assert TTFont(packed)["name"].getDebugName(1) == "RA Mono"


def test_ranges_are_the_ones_the_style_sheet_asks_for(settings):
    sheet = (settings.BASE_DIR / "static" / "css" / "fonts.css").read_text()

    for ranges in build_fonts.PARTS.values():
        assert f"unicode-range: {ranges};" in sheet


def test_command_does_nothing_when_up_to_date(settings, tmp_path, capsys):
    settings.BASE_DIR = tmp_path
    fonts = tmp_path / "static" / "generated" / "fonts"
    fonts.mkdir(parents=True)
    (fonts / "made-from.json").write_text(build_fonts.fingerprint())

    build_fonts.Command().handle()

    assert [each.name for each in fonts.iterdir()] == ["made-from.json"]
    assert capsys.readouterr().out == ""
