"""`predict --explain`: where the network looked, for digit and sum, in shades and in JSON."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_sum_tui.cli.where_it_looked import place
from mnist_sum_tui.data import dataset
from mnist_sum_tui.glyphs import MARKERS
from mnist_sum_tui.inference.heat import occlusion
from mnist_sum_tui.inference.predict import load_predictor
from tests.conftest import Cli


@pytest.mark.parametrize("name", MARKERS)
def test_both_heads_beside_each_other_and_what_the_shades_mean(name: str, cli: Cli) -> None:
    glyphs = MARKERS[name]
    shown = cli("predict", "idx", "247", "4", "--explain", "--marker", name).stdout.splitlines()
    at = shown.index("Where it looked")
    drawing, caption, meaning = shown[at + 1 : at + 15], shown[at + 15], " ".join(shown[at + 16 : at + 20])
    left, right = ([line.ljust(60)[part].strip() for line in drawing] for part in (slice(0, 28), slice(30, 58)))
    assert any(glyphs.shades[3] in line for line in left)
    assert any(glyphs.between in line for line in right)
    assert left != right
    assert caption.startswith("digit 4: from ")
    assert " sum 8: from " in caption
    assert f"the denser the shade ({glyphs.shades[1:]}), the less sure the answer is" in meaning.lower()
    assert any("4 + 4 = 8" in line for line in shown[at + 17 :])


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [(0, 27, "at the top right"), (14, 14, "in the middle"), (19, 9, "at the bottom left"), (9, 10, "at the top")],
)
def test_who_cannot_see_the_picture_is_told_where(row: int, column: int, words: str) -> None:
    heat = np.zeros((28, 28), np.float32)
    heat[row, column] = 1
    assert place(heat) == words


def test_json_has_the_same_figures(cli: Cli, tmp_path: Path) -> None:
    image = dataset.load("test").images[3]
    heat = occlusion(load_predictor(None), image, 4)
    told = json.loads(cli("predict", "idx", "3", "4", "--explain", "--json").stdout)["where"]
    assert np.allclose(told["digit"], heat.digit, atol=0.01)
    assert np.allclose(told["sum"], heat.sum, atol=0.01)
    assert "where" not in json.loads(cli("predict", "idx", "3", "4", "--json").stdout)

    Image.fromarray(255 - image.numpy()).resize((90, 90)).save(tmp_path / "zero.png")
    shown = cli("predict", "zero.png", "3", "--explain").stdout
    assert shown.index("How the picture was prepared") < shown.index("Where it looked") < shown.index("0 + 3 = 3")
    assert "by the built-in network" in shown, "because there is no run"
    told = json.loads(cli("predict", "zero.png", "3", "--explain", "--json").stdout)
    assert np.array(told["where"]["sum"]).shape == (28, 28)
