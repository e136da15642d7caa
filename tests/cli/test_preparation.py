"""`predict image --explain`: the steps of the preparation, in words, as pictures and in JSON."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_sum_tui.cli.preparation import preparation_words
from mnist_sum_tui.data.picture import EXIF_ORIENTATION, open_picture, prepare, steps
from tests.conftest import Cli


def _page(height: int, width: int, box: tuple[int, int, int, int], *, is_bright: bool = False) -> Image.Image:
    left, top, wide, high = box
    page = np.full((height, width), 20 if is_bright else 240, np.uint8)
    page[top : top + high, left : left + wide] = 250 if is_bright else 10
    return Image.fromarray(page)


def _words(file: Path) -> list[str]:
    picture = open_picture(str(file))
    return preparation_words(picture, steps(picture.grey))


@pytest.mark.parametrize("is_bright", [True, False])
def test_the_steps_end_with_the_image_that_the_network_gets(is_bright: bool, tmp_path: Path) -> None:
    _page(400, 300, (200, 100, 4, 9), is_bright=is_bright).save(tmp_path / "tiny.png")
    picture = open_picture(str(tmp_path / "tiny.png"))
    found = steps(picture.grey)
    assert found.box == (200, 100, 4, 9)
    assert np.count_nonzero(found.ink.share) == 36
    assert found.scaled.shape == (20, 9)
    assert np.array_equal(found.image, prepare(picture.grey))
    assert found.ink.is_dark != is_bright
    words = "\n".join(_words(tmp_path / "tiny.png"))
    assert "the digit's longer side, its height, filled 9 pixels of 400; it was cut out and enlarged to 20" in words
    assert ("ink and paper were swapped" in words) != is_bright


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_a_large_photo_that_lies_on_its_side(kind: str, tmp_path: Path) -> None:
    page = _page(3300, 2200, (800, 1000, 200, 1100))
    exif = page.getexif()
    exif[EXIF_ORIENTATION] = 6
    page.save(tmp_path / f"photo.{kind}", exif=exif)
    words = _words(tmp_path / f"photo.{kind}")
    assert words[0] == "it was turned by 90 degrees clockwise, as its EXIF data says"
    assert words[1] == "2,200 x 3,300 pixels were averaged to 1,650 x 1,100"
    assert (
        "the digit's longer side, its width, filled 550 pixels of 1,650; it was cut out and scaled down to 20"
        in words[4]
    )


def test_grain_is_told(tmp_path: Path) -> None:
    page = np.asarray(_page(200, 150, (60, 50, 20, 90))) - np.random.default_rng(0).integers(0, 9, (200, 150))
    Image.fromarray(page.astype(np.uint8)).save(tmp_path / "photo.png")
    words = _words(tmp_path / "photo.png")
    assert words[2] == "the paper has grain, so single dark or bright pixels count as paper, too"
    assert "its height, filled 90 pixels of 200" in words[3]


def test_what_is_left_out_is_told(tmp_path: Path, cli: Cli) -> None:
    page = np.array(_page(200, 150, (60, 50, 20, 90)))
    page[:, :8] = 90
    Image.fromarray(page).save(tmp_path / "photo.png")
    words = _words(tmp_path / "photo.png")
    assert words[2] == "shadows, lines on the paper, a printed box, what reaches the edge, and specks are left out"
    assert "its height, filled 90 pixels of 200" in words[3]
    told = json.loads(cli("predict", "photo.png", "3", "--explain", "--json").stdout)["preparation"]
    assert (told["cleared"], told["grain"]) == (True, False)


def test_the_command(tmp_path: Path, cli: Cli) -> None:
    _page(40, 40, (18, 10, 3, 20)).save(tmp_path / "one.png")
    shown = cli("predict", "one.png", "3", "--explain").stdout
    assert "as it came          ink found           boxed               centred\n- ink and paper were swapped" in shown
    assert " + 3 = " in shown
    assert max(map(len, shown.splitlines())) <= 80
    told = json.loads(cli("predict", "one.png", "3", "--explain", "--json").stdout)["preparation"]
    assert (told["swapped"], told["box"], told["turned"]) == (True, [18, 10, 3, 20], None)
    assert not told["grain"]
