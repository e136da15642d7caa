import contextlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mnist_sum_tui.data import picture
from mnist_sum_tui.data.picture import open_picture, prepare, read_picture
from mnist_sum_tui.errors import PictureError


def drawn(height: int = 200, width: int = 300, at: tuple[int, int] = (20, 30), size: int = 60) -> NDArray[np.uint8]:
    """A dark L on a white page, off centre."""
    page = np.full((height, width), 255, np.uint8)
    top, left = at
    page[top : top + size, left : left + size // 6] = 0
    page[top + size - size // 6 : top + size, left : left + size // 2] = 0
    return page


def _centre(image: NDArray[np.uint8]) -> tuple[float, float]:
    weights = image.astype(float) / image.sum()
    axis = np.arange(28)
    return float((weights.sum(1) * axis).sum()), float((weights.sum(0) * axis).sum())


def test_a_picture_is_prepared_as_mnist_was() -> None:
    digit = prepare(drawn())
    assert digit.shape == (28, 28)
    assert digit.dtype == np.uint8
    rows, columns = np.flatnonzero(digit.any(1)), np.flatnonzero(digit.any(0))
    assert rows[-1] - rows[0] + 1 == 20
    assert columns[-1] - columns[0] + 1 == 10
    assert _centre(digit) == pytest.approx((14, 14), abs=0.51)
    assert digit.max() == 255


def test_position_size_and_inverted_colours_do_not_matter() -> None:
    wanted = prepare(drawn())
    for other in (drawn(at=(120, 200)), drawn(600, 900, (60, 90), 180), 255 - drawn(), drawn() // 2 + 60):
        assert np.abs(prepare(other).astype(int) - wanted).mean() < 6


@pytest.mark.parametrize(
    "page", [np.zeros((9, 9), np.uint8), np.full((1, 1), 7, np.uint8), np.full((50, 2), 99, np.uint8), drawn() // 12]
)
def test_a_blank_page_is_refused(page: NDArray[np.uint8]) -> None:
    with pytest.raises(PictureError, match="blank"):
        prepare(page)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (drawn() / 255, r"float64 \(200, 300\)"),
        (drawn() < 128, r"bool \(200, 300\)"),
        (np.stack([drawn()] * 3, -1), r"uint8 \(200, 300, 3\)"),
        (np.zeros((0, 5), np.uint8), r"uint8 \(0, 5\)"),
        (Image.fromarray(drawn()), "Image"),
    ],
)
def test_what_is_no_array_of_grey_values_is_refused_with_what_to_do(page: Any, found: str) -> None:
    with pytest.raises(ValueError, match=rf"^grey values must be uint8 \(H, W\), not {found}: .*read_picture"):
        prepare(page)


@pytest.mark.parametrize(("height", "width"), [(1, 400), (400, 1), (2, 3)])
def test_pictures_of_unusual_shape_are_prepared(height: int, width: int) -> None:
    page = np.full((height, width), 255, np.uint8)
    page[height // 2, width // 2] = 0
    assert prepare(page).shape == (28, 28)


@pytest.mark.parametrize("turns", range(4))
def test_a_digit_that_is_heavy_at_one_end_stays_inside(turns: int) -> None:
    """Its centre of mass cannot be in the middle."""
    page = np.full((300, 300), 255, np.uint8)
    page[20:280, 148:152] = page[240:280, 100:200] = 0
    assert np.count_nonzero(prepare(np.rot90(page, turns)).any(1 - turns % 2)) == 20


def save(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of the picture's file."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _modes() -> dict[str, bytes]:
    grey = Image.fromarray(drawn())
    ink = Image.fromarray(255 - drawn())
    black, white = Image.new("RGBA", grey.size, (0, 0, 0, 0)), Image.new("RGBA", grey.size, (255, 255, 255, 0))
    black.putalpha(ink)
    white.putalpha(ink)
    palette = grey.convert("P").convert("PA")
    palette.putalpha(ink)
    corner = grey.convert("LA")
    corner.putpixel((299, 199), (0, 0))
    gaps = drawn().astype(np.float32)
    gaps[0, 0], gaps[1, 1], gaps[2, 2] = np.nan, np.inf, -np.inf
    turned = grey.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown rotated clockwise by 90 degrees
    return {
        "grey": save(grey),
        "rgb": save(grey.convert("RGB")),
        "palette": save(grey.convert("P")),
        "one bit": save(grey.convert("1")),
        "16 bit": save(Image.fromarray(drawn().astype(np.uint16) * 257)),
        "cmyk": save(grey.convert("CMYK"), "JPEG", quality=95),
        "jpeg": save(grey, "JPEG", quality=95),
        "black ink, transparent": save(black),
        "white ink, transparent": save(white),
        "palette, transparent": save(palette, "TIFF"),
        "a transparent corner": save(corner),
        "white ink, opaque": save(ink.convert("LA")),
        "one colour transparent": save(ink.point(lambda grey: min(grey, 20)).convert("RGB"), transparency=(0, 0, 0)),
        "floating point": save(Image.fromarray(drawn().astype(np.float32) / 255), "TIFF"),
        "floating point with gaps": save(Image.fromarray(gaps), "TIFF"),
        "brightness and two colours": save(Image.merge("LAB", [grey, *[Image.new("L", grey.size, 128)] * 2]), "TIFF"),
        "turned by EXIF": save(turned, "JPEG", quality=95, exif=exif),
        "animated": save(grey, "GIF", save_all=True, append_images=[ink]),
        **{kind: save(grey, kind) for kind in ("BMP", "PPM", "WEBP", "TIFF", "TGA", "JPEG2000", "ICO")},
    }


@pytest.mark.parametrize("kind", _modes())
def test_every_file_format_and_mode_gives_the_same_digit(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "digit"
    path.write_bytes(_modes()[kind])
    assert np.abs(prepare(read_picture(path)).astype(int) - prepare(drawn())).mean() < 6


@pytest.mark.parametrize("kind", ["TIFF", "JPEG"])
@pytest.mark.parametrize("factor", [1, 11])
def test_a_picture_is_turned_once(tmp_path: Path, kind: str, factor: int) -> None:
    ways = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_90"}
    ways |= {7: "TRANSVERSE", 8: "ROTATE_270"}
    for orientation, way in ways.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        lying = Image.fromarray(drawn()).transpose(Image.Transpose[way])
        lying = lying.resize((lying.width * factor, lying.height * factor))
        (tmp_path / "digit").write_bytes(save(lying, kind, exif=exif, quality=95))
        found = open_picture(str(tmp_path / "digit"))
        assert np.abs(prepare(found.grey).astype(int) - prepare(drawn())).mean() < 6, way
        assert (found.width, found.height, found.turned) == (*lying.size, picture.TURNS[orientation])


def test_a_damaged_picture_is_refused_in_our_own_words(tmp_path: Path) -> None:
    """Pillow's sentences, such as "image file is truncated", help nobody who has only a photo."""
    file = tmp_path / "photo.png"
    Image.fromarray(drawn()).save(file)
    whole = file.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:60] + bytes(40) + whole[100:]):
        file.write_bytes(content)
        with pytest.raises(PictureError) as caught:
            read_picture(str(file))
        assert str(caught.value) == f"{file} is a damaged or incomplete picture; save it again as PNG"


def test_a_file_that_is_not_a_picture_is_refused(tmp_path: Path) -> None:
    whole = save(Image.fromarray(drawn()))
    for name, content in {"text": b"hello", "cut": whole[: len(whole) // 2], "empty": b""}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(PictureError):
            read_picture(str(path))
    os.mkfifo(tmp_path / "pipe")
    for name, message in {"pipe": "is not a file", ".": "is a folder", "none": "does not exist"}.items():
        with pytest.raises(PictureError, match=message):
            read_picture(tmp_path / name)
    with pytest.raises(PictureError):
        read_picture("\0")


def test_a_picture_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(save(Image.fromarray(drawn())))

    monkeypatch.setattr(picture.sys, "stdin", Stdin)  # type: ignore[attr-defined]
    assert read_picture("-").shape == (200, 300)


def test_mnists_own_images_stay_nearly_unchanged() -> None:
    from mnist_sum_tui.data import dataset

    images = dataset.load("test").images[:200].numpy()
    changes = [np.abs(prepare(image).astype(int) - image).mean() for image in images]
    assert np.median(changes) < 0.5


def test_no_other_program_is_run_on_a_picture_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow gives PostScript to Ghostscript, which executes it."""
    ghost, called = tmp_path / "gs", tmp_path / "called"
    ghost.write_text(f"#!/bin/sh\necho $* >> {called}\n")
    ghost.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", None, raising=False)
    path = tmp_path / "digit.png"
    path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\nshowpage\n%%EOF\n")
    with pytest.raises(PictureError, match="not a picture in a known format"):
        read_picture(str(path))
    assert not called.exists()
    with contextlib.suppress(OSError), Image.open(path) as image:
        image.load()
    assert called.exists(), "so Pillow itself would have run it"
