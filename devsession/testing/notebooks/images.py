"""Two images, pixel by pixel."""

from __future__ import annotations

import binascii
from base64 import b64decode
from io import BytesIO
from typing import TYPE_CHECKING

from devsession.render import counted
from devsession.testing.notebooks.comparison_report import Difference

if TYPE_CHECKING:
    from PIL.Image import Image

IMAGES = {"image/png", "image/jpeg", "image/webp"}
# A pixel is another one when red, green, blue or opacity differ by more than this, of 255: less is
# how fonts and edges come out elsewhere.
_SLACK = 16


def image_difference(place: str, stored: str, got: str, tolerance: float) -> Difference | None:
    """How two images in base64 differ, None when they do not.

    tolerance: the share of pixels that may be others, from 0 to 1.
    """
    if stored == got:
        return None
    ours, theirs = _data(stored), _data(got)
    if ours is not None and ours == theirs:
        return None
    pictures = _read(ours), _read(theirs)
    if pictures[0] is None or pictures[1] is None:
        broken = "what is stored" if pictures[0] is None else "what came now"
        where = f"{place}, other bytes; {broken} cannot be read as one image"
        return Difference(where, _sized(stored, pictures[0]), _sized(got, pictures[1]))
    if pictures[0].size != pictures[1].size:
        return Difference(place, _sized(stored, pictures[0]), _sized(got, pictures[1]))
    changed, box = _changed(pictures[0], pictures[1])
    width, height = pictures[0].size
    if changed <= tolerance * width * height:
        return None
    share = f"{changed:,} of {counted(width * height, 'pixel')} are others"
    left, top, right, bottom = box
    within = f"within x {left} to {right - 1}, y {top} to {bottom - 1}"
    allowed = f"at most {tolerance:g} of them" if tolerance else "the same image"
    return Difference(place, allowed, f"{share}, {within}")


def _data(text: str) -> bytes | None:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _read(data: bytes | None) -> Image | None:
    """The image with its colours weighed by opacity: what is seen of it."""
    from PIL import Image, UnidentifiedImageError

    if data is None:
        return None
    try:
        with Image.open(BytesIO(data)) as image:
            if getattr(image, "n_frames", 1) > 1:
                return None
            return image.convert("RGBA").convert("RGBa")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def _changed(stored: Image, got: Image) -> tuple[int, tuple[int, int, int, int]]:
    """How many pixels differ, and the box around them: left, top, right, bottom."""
    from PIL import ImageChops

    bands = [
        ImageChops.difference(one, other)
        for one, other in zip(stored.split(), got.split(), strict=True)
    ]
    most = bands[0]
    for band in bands[1:]:
        most = ImageChops.lighter(most, band)
    mask = most.point([255 if level > _SLACK else 0 for level in range(256)])
    return mask.histogram()[255], mask.getbbox() or (0, 0, 0, 0)


def _sized(text: str, image: Image | None) -> str:
    if image is None:
        return f"{counted(len(text), 'character')} of base64"
    return f"{image.width} by {image.height} pixels"
