"""The pictures of the documentation: there, of one width, and small enough to read online."""

import re

from PIL import Image

from tests.live.pictures import FOLDER, MOST_BYTES, PICTURES, WIDTH
from tests.live.stack import ROOT


def test_each_picture_is_there_wide_and_small():
    for name in PICTURES:
        file = FOLDER / f"{name}.png"
        with Image.open(file) as picture:
            assert picture.width == WIDTH
        assert file.stat().st_size <= MOST_BYTES


def test_pictures_in_the_readme_exist_and_say_what_they_show():
    shown = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))

    assert shown
    assert all(words and (ROOT / path).exists() for words, path in shown)
