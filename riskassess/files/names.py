"""The name of a file as it is kept and shown: nothing in it can mislead a reader, a header or a save dialogue."""

import re
import unicodedata

LENGTH = 200
LONGEST_ENDING = 20
UNFIT = re.compile(r'[<>:"|?*]')
# Windows takes these for devices, whatever their ending.
RESERVED = re.compile(r"^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.I)


def plain_name(name: str) -> str:
    """No folders, no control or direction characters, no name of a device; shortened before its ending."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(_visible(sign) for sign in last)
    visible = UNFIT.sub("_", " ".join(visible.split())).strip(" .")
    if not visible:
        raise ValueError(f"{name!r} is no file name.")
    if RESERVED.match(visible):
        visible = f"_{visible}"
    if len(visible) <= LENGTH:
        return visible
    stem, dot, ending = visible.rpartition(".")
    if not stem or len(ending) >= LONGEST_ENDING:
        return visible[:LENGTH]
    return stem[: LENGTH - len(ending) - 1] + dot + ending


def _visible(sign: str) -> str:
    kind = unicodedata.category(sign)
    return "" if kind[0] == "C" else " " if kind[0] == "Z" else sign
