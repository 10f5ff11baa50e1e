"""PNG and JPEG: decoded and written anew, so that nothing but the picture itself is kept."""

import io
import struct
import warnings
import zlib

from PIL import ExifTags, Image, ImageOps

from riskassess.files.cleaning import LARGEST, Cleaned, Refused

MOST_PIXELS = 24_000_000
LONGEST_SIDE = 20_000
FORMATS = {"png": ["PNG"], "jpeg": ["JPEG", "MPO"]}
QUALITY = 92  # where a picture has to be turned, so that its own tables no longer fit
PNG_LEVEL = 3
BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
BROKEN += (struct.error, zlib.error, MemoryError)


def clean(kind: str, content: bytes) -> Cleaned:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("ignore")
    try:
        return _written_anew(kind, content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("picture_pixels", most=MOST_PIXELS // 1_000_000) from None
    except BROKEN:
        raise Refused("picture_broken") from None


def _written_anew(kind: str, content: bytes) -> Cleaned:
    picture = Image.open(io.BytesIO(content), formats=FORMATS[kind])
    width, height = picture.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise Refused("picture_pixels", most=MOST_PIXELS // 1_000_000)
    left_out = ["metadata"]
    if getattr(picture, "n_frames", 1) > 1:
        left_out.append("frames")
    exif = picture.getexif()
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        left_out.append("place")
    picture.load()
    is_turned = exif.get(ExifTags.Base.Orientation, 1) in range(2, 9)
    plain = ImageOps.exif_transpose(picture) if is_turned else picture
    see_through = picture.info.get("transparency")
    plain.info = {} if see_through is None else {"transparency": see_through}
    target = io.BytesIO()
    if kind == "png":
        plain.save(target, "PNG", compress_level=PNG_LEVEL)
    elif plain is picture and picture.format == "JPEG":
        plain.save(target, "JPEG", quality="keep", exif=b"")
    else:
        plain.save(target, "JPEG", quality=QUALITY, exif=b"")
    if target.tell() > 2 * LARGEST:
        raise Refused("picture_pixels", most=MOST_PIXELS // 1_000_000)
    return Cleaned(target.getvalue(), tuple(left_out))
