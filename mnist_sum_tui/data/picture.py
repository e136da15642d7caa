"""Turn any picture of a digit into an MNIST-like image: bright ink on dark, 20 pixels long, centred."""

import io
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_sum_tui.data.ink import Ink, box_of, find_ink
from mnist_sum_tui.errors import PictureError
from mnist_sum_tui.formatting import array
from mnist_sum_tui.sizes import SIDE

INK_SIDE = 20
"""MNIST's digits fill a box of 20x20 in the 28x28 (LeCun et al. 1998, section III.A)"""
CENTRE = 14.0
"""MNIST's centre of mass, in pixels from the top and from the left; the mean over its test images is (14.0, 14.0)"""
MAX_BYTES = 64 << 20
MAX_PIXELS = 25_000_000
"""at four bytes per pixel, and with the file itself in memory, `predict` stays below 200 MB"""
ENOUGH_PIXELS = 1024
"""along the shorter side; a much larger picture is scaled down to about that first"""
LONGEST = 8192
"""pixels along the longer side, to which a strip is scaled down: what is found in it is padded to squares"""
MODES_WITH_MEANS = {"1": "L", "P": "RGB", "PA": "RGBA", "I;16": "I", "I;16B": "I"}
"""the modes that Pillow cannot average (`Image.reduce`, 13.0), and what they are converted to"""
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "PPM", "WEBP", "TIFF", "ICO", "TGA", "JPEG2000")
"""what is read, whatever a file is called; for others, such as EPS, Pillow would run another program on the file"""
EXIF_ORIENTATION, IMAGE_WIDTH, IMAGE_LENGTH = 0x0112, 0x0100, 0x0101
CLOCKWISE, COUNTER = "by 90 degrees clockwise", "by 90 degrees counterclockwise"
TURNS = {2: "into its mirror image", 3: "by 180 degrees", 4: "upside down", 5: f"{CLOCKWISE} and mirrored",
         6: CLOCKWISE, 7: f"{COUNTER} and mirrored", 8: COUNTER}  # fmt: skip
"""the turn that each EXIF orientation asks for"""

NAMELESS = "the picture"
"""what one without a file is called in an error"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as grey values, and how it lay in its file."""

    grey: NDArray[np.uint8]
    """(H, W); a shorter side of 1,536 pixels or more was scaled down, not below 768; a longer one to 8,192 at most"""
    width: int
    """the width in the file, in pixels"""
    height: int
    turned: str = ""
    """how it was turned because of its EXIF data, such as `by 90 degrees clockwise`; empty if it was not"""


@dataclass(frozen=True, slots=True)
class Preparation:
    """The steps from grey values to an MNIST-like image."""

    grey: NDArray[np.uint8]
    """the picture as it came, (H, W)"""
    ink: Ink
    box: tuple[int, int, int, int]
    """the rectangle of the ink in pixels of `grey`: left, top, width, height"""
    scaled: NDArray[np.float32]
    """the box with its longer side scaled to 20, 0..1"""
    image: NDArray[np.uint8]
    """(28, 28), its centre of mass near the centre"""


def read_picture(source: str | Path) -> NDArray[np.uint8]:
    """The grey values (H, W), uint8, of `open_picture`."""
    return open_picture(source).grey


def open_picture(source: str | Path) -> Picture:
    """Read a picture from a file, or from standard input for `-`.

    It is rotated as its EXIF data says. Transparent parts become white, or black if the ink is bright. Of an animation
    the first frame is read.

    Raises:
        PictureError: the file is missing, empty, too large or not a picture.
    """
    raw, source = _read(source), name_of(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns about large pictures; the size is checked here
            with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
                width, height = image.size
                if _draft(image) > MAX_PIXELS:
                    raise Image.DecompressionBombError
                exif = image.getexif()  # decodes a PNG
                if image.format == "TIFF":  # newer versions of Pillow have turned its size already
                    width, height = exif[IMAGE_WIDTH], exif[IMAGE_LENGTH]
                turned = TURNS.get(exif.get(EXIF_ORIENTATION, 1), "")
                return Picture(_grey(_upright(image)), width, height, turned)
    except Image.DecompressionBombError as error:
        raise PictureError(f"{source} is too large (over 25 million pixels); scale it down to 5,000 x 5,000") from error
    except UnidentifiedImageError as error:
        raise PictureError(f"{source} is not a picture in a known format; use PNG or JPEG") from error
    except Exception as error:  # Pillow's decoders raise all kinds of errors for damaged files
        raise PictureError(f"{source} is a damaged or incomplete picture; save it again as PNG") from error


def name_of(source: str | Path) -> str:
    """What a picture's source is called in words."""
    return "standard input" if source == "-" else str(source)


def prepare(grey_hw: NDArray[np.uint8], name: str = NAMELESS) -> NDArray[np.uint8]:
    """Turn grey values (H, W) of any size, dark on light or light on dark, into an MNIST-like digit (28, 28), uint8.

    This is how MNIST was made: crop to the ink, scale the longer side to 20 pixels with antialiasing, keep the aspect
    ratio, and move the centre of mass to the centre.

    Raises:
        PictureError: the picture is blank, or too faint; the message begins with `name`.
        ValueError: it is no numpy array of grey values.
    """
    return steps(grey_hw, name).image


def steps(grey_hw: NDArray[np.uint8], name: str = NAMELESS) -> Preparation:
    """The result of `prepare` and of each step on the way to it.

    Raises:
        PictureError, ValueError: as `prepare`.
    """
    shape = getattr(grey_hw, "shape", ())
    is_grey = str(getattr(grey_hw, "dtype", "")) == "uint8" and len(shape) == 2 and 0 not in shape
    if not is_grey:  # values of 0..1, for example, would be called blank
        found = array(grey_hw)
        raise ValueError(f"grey values must be uint8 (H, W), not {found}: data.picture.read_picture reads them")
    ink = find_ink(grey_hw, name)
    left, top, width, height = box = box_of(ink.share)
    scaled = _scaled(ink.share[top : top + height, left : left + width])
    return Preparation(grey_hw, ink, box, scaled, place(scaled))


def place(digit_hw: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Place a digit of at most 28x28, values 0..1, in an image (28, 28), uint8, its centre of mass near the centre."""
    height, width = digit_hw.shape
    total = float(digit_hw.sum())
    centre_y = float((digit_hw.sum(axis=1) * np.arange(height)).sum()) / total
    centre_x = float((digit_hw.sum(axis=0) * np.arange(width)).sum()) / total
    top = min(max(round(CENTRE - centre_y), 0), SIDE - height)
    left = min(max(round(CENTRE - centre_x), 0), SIDE - width)
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    canvas[top : top + height, left : left + width] = np.rint(digit_hw * 255).astype(np.uint8)
    return canvas


def _read(source: str | Path) -> bytes:
    try:
        if source == "-":
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            path = Path(source)
            if not path.is_file():  # reading a pipe or a device might never end
                what = "is a folder" if path.is_dir() else ("is not a file" if path.exists() else "does not exist")
                raise PictureError(f"{source} {what}; give the path of a picture")
            with path.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError, AttributeError) as error:
        raise PictureError(
            f"{name_of(source)} cannot be read ({getattr(error, 'strerror', None) or error}); check the file"
        ) from error
    if not raw:
        raise PictureError(f"{name_of(source)} is empty; give the path of a picture")
    if len(raw) > MAX_BYTES:
        raise PictureError(f"{name_of(source)} is too large (over 64 MiB); scale it down")
    return raw


def _draft(image: Image.Image) -> int:
    """Have a JPEG decoded at a reduced size; returns how many pixels the decoder will hold in memory.

    A progressive JPEG always needs all of them.
    """
    whole = image.width * image.height
    image.draft("L", (ENOUGH_PIXELS, ENOUGH_PIXELS))
    return whole if "progressive" in image.info else image.width * image.height


def _upright(image: Image.Image) -> Image.Image:
    """Rotate the picture as its EXIF data says; first scale it down, because each copy takes memory."""
    image.load()  # turns a TIFF, whose orientation is then gone
    orientation = image.getexif().get(EXIF_ORIENTATION)
    factor = max(round(min(image.size) / ENOUGH_PIXELS), -(-max(image.size) // LONGEST))
    if factor > 1:
        image = _reduced(image, factor)
    if orientation is not None:
        image.getexif()[EXIF_ORIENTATION] = orientation
    return ImageOps.exif_transpose(image)


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """Average blocks of factor x factor pixels, one strip at a time, so that only a strip is copied."""
    mode = "RGBA" if "transparency" in image.info else MODES_WITH_MEANS.get(image.mode, image.mode)
    small = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    rows = 64
    for top in range(0, small.height, rows):
        bottom = min((top + rows) * factor, image.height)
        strip = image.crop((0, top * factor, image.width, bottom)).convert(mode)
        small.paste(strip.reduce(factor), (0, top))
    return small


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith(("I", "F")):  # 16 or 32 bits per pixel: Pillow's own conversion would clip them
        deep = np.asarray(image, np.float64)
        known = deep[np.isfinite(deep)]  # scientific pictures have NaN where they lack data
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
        deep = np.where(np.isfinite(deep), deep, np.median(known) if known.size else 0)
        return ((deep - low) * (255 / (high - low) if high > low else 0)).astype(np.uint8)
    if image.mode == "LAB":
        return np.asarray(image.getchannel(0), np.uint8)
    if image.mode in ("LA", "PA", "RGBA", "La") or "transparency" in image.info:
        layered = image.convert("RGBA").convert("LA")
        grey, alpha = (np.asarray(band, np.float32) for band in layered.split())
        seen = float((grey * alpha).sum() / max(float(alpha.sum()), 1.0))
        is_see_through = float(alpha.mean()) < 250
        paper = 0.0 if is_see_through and seen > 127 else 255.0
        return (paper + (grey - paper) * alpha / 255).astype(np.uint8)
    return np.asarray(image.convert("L"), np.uint8)


def _scaled(box_hw: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = box_hw.shape
    ratio = INK_SIDE / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    small = np.asarray(Image.fromarray(box_hw).resize(size, Image.Resampling.BICUBIC), np.float32)
    small = np.clip(small, 0, 1)
    return small / max(float(small.max()), 1e-6)  # a thin stroke fades when a large picture is scaled down
