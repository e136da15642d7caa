"""Reading images that may be no digits."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_sum_tui.data import strange_images
from mnist_sum_tui.errors import MnistSumError
from tests.conftest import header


def test_a_folder_of_pictures_and_a_gzipped_file(tmp_path: Path) -> None:
    pixels = np.arange(2 * 784, dtype=np.uint8).reshape(2, 28, 28)
    packed = tmp_path / "odd.gz"
    packed.write_bytes(gzip.compress(header(2051, 2, 28, 28) + pixels.tobytes()))
    read = strange_images.read(str(packed))
    assert np.array_equal(read.pixels.numpy(), pixels)
    assert read.names == ("0", "1")
    folder = tmp_path / "pictures" / "inner"
    folder.mkdir(parents=True)
    page = np.full((50, 40), 255, np.uint8)
    page[10:40, 10:30:2] = 0
    Image.fromarray(page).save(folder / "comb.png")
    Image.fromarray(page[:5]).save(folder / "blank.png")
    (folder / "note.txt").write_text("no picture")
    (folder / "link.png").symlink_to(folder / "comb.png")
    read = strange_images.read(str(folder.parent))
    assert read.names == ("inner/comb.png",)
    assert read.left_out == ("inner/blank.png", "inner/note.txt")
    assert read.pixels.shape == (1, 28, 28)
    alone = strange_images.read(str(folder / "comb.png"))
    assert alone.names == ("comb.png",)
    assert np.array_equal(alone.pixels.numpy(), read.pixels.numpy())


def test_a_picture_called_dash_is_no_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = np.full((50, 40), 255, np.uint8)
    page[10:40, 10:30:2] = 0
    Image.fromarray(page).save(tmp_path / "-", format="png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", None)
    assert strange_images.read(".").names == ("-",)


@pytest.mark.parametrize("name", ["", "missing", "empty", "text.txt", "labels", "blank.png"])
def test_a_line_about_what_cannot_be_used(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("no images\x1b[2J")
    (tmp_path / "labels").write_bytes(header(2049, 1) + b"\x03")
    Image.new("L", (40, 40), 255).save(tmp_path / "blank.png")
    with pytest.raises(
        MnistSumError, match=r"give an IDX file of 28x28 images, a picture, or a folder of pictures$"
    ) as raised:
        strange_images.read(name and str(tmp_path / name))
    assert ("is a blank picture, or too faint" in str(raised.value)) == (name == "blank.png")
    assert ("neither an IDX file of images nor a picture" in str(raised.value)) == (name in ("text.txt", "labels"))
