"""Pictures of many megapixels: refused, or read with little memory as the digit that a small one gives."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mnist_sum_tui.data.picture import prepare, read_picture
from mnist_sum_tui.errors import PictureError
from tests.conftest import PEAK
from tests.data.test_picture import drawn, save


def _png_header(width: int, height: int) -> bytes:
    """The start of a PNG that claims this size; a reader needs no more to refuse it."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


@pytest.mark.parametrize("size", [5_001, 20_000, 50_000])
def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path: Path, size: int) -> None:
    path = tmp_path / "huge.png"
    data = zlib.compress(b"")
    chunk = struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    path.write_bytes(_png_header(size, size) + chunk)
    with pytest.raises(PictureError, match="is too large"):
        read_picture(str(path))


def test_a_file_of_more_than_64_mebibytes_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(PictureError, match="over 64 MiB"):
        read_picture(str(tmp_path / "huge.png"))


def test_a_huge_jpeg_is_refused_if_it_cannot_be_decoded_at_a_reduced_size(tmp_path: Path) -> None:
    path, page = tmp_path / "huge.jpg", Image.fromarray(drawn(5000, 6000, (500, 600), 1500))
    path.write_bytes(save(page, "JPEG"))
    assert max(read_picture(str(path)).shape) < 3000
    path.write_bytes(save(page, "JPEG", progressive=True))
    with pytest.raises(PictureError, match="is too large"):
        read_picture(str(path))


def _large(kind: str) -> bytes:
    """One of the largest pictures that are accepted: of 25 million pixels."""
    page = np.full((5000, 5000), 235, np.uint8)
    page[1200:3800, 2300:2700] = 20
    image = Image.fromarray(page)
    match kind:
        case "strip":
            thin = np.full((8, 3_000_000), 235, np.uint8)
            thin[3:5, 1_200_000:1_800_000] = 20
            return save(Image.fromarray(thin), compress_level=1)
        case "16 bit":
            return save(Image.fromarray(page.astype(np.uint16) * 257), compress_level=1)
        case "alpha":
            image = image.convert("RGBA")
            image.putalpha(Image.fromarray(np.where(page < 128, 255, 0).astype(np.uint8)))
            return save(image, compress_level=1)
        case _:
            return save(image.convert("RGB"), "JPEG", progressive=True, subsampling=0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak memory from /proc")
@pytest.mark.parametrize("kind", ["16 bit", "alpha", "progressive", "strip"])
def test_a_large_picture_takes_less_than_200_megabytes(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "large"
    path.write_bytes(_large(kind))
    script = f"""
from mnist_sum_tui.data.picture import prepare, read_picture

before = peak()
assert prepare(read_picture({str(path)!r})).any()
print(peak() - before)
"""
    done = subprocess.run([sys.executable, "-c", PEAK + script], capture_output=True, text=True, check=True)
    assert 20_000 < int(done.stdout) < 200_000


@pytest.mark.parametrize(
    ("stored", "read"), [((1530, 1600), (1530, 1600)), ((2040, 2700), (1020, 1350)), ((20, 8193), (10, 4097))]
)
def test_only_a_large_picture_is_scaled_down(tmp_path: Path, stored: tuple[int, int], read: tuple[int, int]) -> None:
    (tmp_path / "photo").write_bytes(save(Image.fromarray(drawn(*stored)), compress_level=1))
    assert read_picture(str(tmp_path / "photo")).shape == read


def test_a_large_picture_gives_the_same_digit_as_a_small_one(tmp_path: Path) -> None:
    ink = Image.fromarray(255 - drawn())
    transparent = Image.new("RGBA", ink.size)
    transparent.putalpha(ink)
    grey = Image.fromarray(drawn())
    palette = grey.convert("P").convert("PA")
    palette.putalpha(ink)
    pictures = {
        "grey": grey,
        "one bit": grey.convert("1"),
        "palette": grey.convert("P"),
        "16 bit": Image.fromarray(drawn().astype(np.uint16) * 257),
        "transparent": transparent,
        "palette, transparent": palette,
        "one colour transparent": ink.point(lambda grey: min(grey, 20)).convert(
            "RGB"
        ),  # faint beside the black that is none
    }
    for name, image in pictures.items():
        path = tmp_path / name
        colour: dict[str, Any] = {"transparency": (0, 0, 0)} if name == "one colour transparent" else {}
        kind = "TIFF" if image is palette else "PNG"
        path.write_bytes(save(image.resize((4500, 3001), Image.Resampling.NEAREST), kind, **colour))
        assert np.abs(prepare(read_picture(str(path))).astype(int) - prepare(drawn())).mean() < 6, name
