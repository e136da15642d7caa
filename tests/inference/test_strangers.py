"""Images that are no digits: counting what they are taken for, and what the command prints."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mnist_sum_tui.cli import layout
from mnist_sum_tui.cli.pictures import print_pictures
from mnist_sum_tui.cli.spoken import spoken
from mnist_sum_tui.cli.strangers import COLUMNS, caption, print_strangers
from mnist_sum_tui.data.strange_images import Images
from mnist_sum_tui.glyphs import current
from mnist_sum_tui.inference import strangers
from mnist_sum_tui.inference.confidence import Confidence
from mnist_sum_tui.inference.infer import Outputs
from mnist_sum_tui.inference.predict import from_outputs
from tests.cli.test_layout import printed, terminal
from tests.conftest import Cli, header


def _outputs(count: int, seed: int, threshold: float | None = 0.5) -> Outputs:
    generator = torch.Generator().manual_seed(seed)
    digits = torch.randn(count, 10, generator=generator).mul(4).log_softmax(1)
    sums = torch.randn(count, 10, 19, generator=generator).mul(5).log_softmax(2)
    scores = None if threshold is None else torch.rand(count, generator=generator)
    return Outputs(digits, sums, scores, Confidence(0.5, 0.5, threshold))


@pytest.mark.parametrize("threshold", [0.5, None])
def test_the_counts_are_those_of_single_predictions(threshold: float | None) -> None:
    outputs, digits = _outputs(200, 1, threshold), _outputs(50, 2, threshold)
    images = Images(torch.zeros(200, 28, 28), tuple(map(str, range(200))), left_out=("a", "b", "c"))
    found = strangers.report(outputs, images, digits)
    singles = [from_outputs(outputs, row, row % 10) for row in range(200)]
    verdicts = [single.verdict.value for single in singles]
    counts = tuple(map(verdicts.count, ("sure", "unsure", "stranger")))
    assert (found.sure, found.unsure, found.refused) == counts
    assert all(counts[:2])
    surest = sorted((s.confidence for s in singles if s.verdict.value != "stranger"), reverse=True)[:12]
    assert [taken.confidence for taken in found.worst] == pytest.approx(surest)
    assert all(singles[taken.place].digit == taken.digit for taken in found.worst)
    assert (found.auroc is None) == (threshold is None)
    if outputs.scores is not None and digits.scores is not None:
        is_higher = (digits.scores[:, None] > outputs.scores).double()
        assert found.auroc == pytest.approx(is_higher.mean().item()), "a digit's score is the higher one"
        assert found.digits_refused == pytest.approx((digits.scores < 0.5).double().mean().item())
        assert found.digits_refused != pytest.approx(found.refused / 200)
    assert (found.images, found.left_out) == (200, 3)


def test_what_was_left_out_is_named_with_the_reasons() -> None:
    images = Images(torch.zeros(3, 28, 28, dtype=torch.uint8), ("a", "b", "c"), left_out=("x.png", "y.txt"))
    out = terminal(100)
    found = strangers.report(_outputs(3, 1), images, _outputs(50, 2))
    print_strangers(out, replace(found, sure=2, unsure=1, refused=0), images, "pictures")
    words = "pictures: 3 images; 2 files left out (blank, too faint, too large, or no picture): x.png, y.txt"
    assert printed(out)[0] == words
    assert [line.split()[:2] for line in printed(out)[1:4]] == [["2", "66.67"], ["1", "33.33"], ["0", "0.00"]]


def test_a_sentence_says_what_an_image_was_taken_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_is_plain", True)
    assert spoken(caption(strangers.Taken(0, "at 1/2.png", 7, 0.253))) == "7, 25.3 percent: at 1/2.png"


@pytest.mark.parametrize(("area", "shown"), [(1.0, "1.0000"), (0.99997, "0.9999"), (0.98766, "0.9877")])
def test_an_auroc_is_1_only_if_no_stranger_scores_higher_than_a_digit(area: float, shown: str) -> None:
    images = Images(torch.zeros(3, 28, 28, dtype=torch.uint8), ("a", "b", "c"))
    out = terminal(100)
    print_strangers(out, replace(strangers.report(_outputs(3, 1), images, _outputs(50, 2)), auroc=area), images, "")
    assert any(line.startswith(f"AUROC {shown}: ") for line in printed(out))


def test_the_command_says_it_in_words_and_in_json(tmp_path: Path, small_data: str, cli: Cli) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (30, 28, 28), np.uint8)
    (tmp_path / "noise").write_bytes(header(2051, 30, 28, 28) + noise.tobytes())
    asked = ("evaluate", "--strangers", "noise", "--data-dir", small_data)
    told = json.loads(cli(*asked, "--json").stdout)
    assert told["images"] == told["sure"] + told["unsure"] + told["refused"] == 30
    shown = cli(*asked).stdout
    assert "noise: 30 images\n" in shown
    assert f"{told['sure']:>9,}" in shown
    assert f"AUROC {told['auroc']:.4f}: " in shown
    assert f"of the test digits {100 * told['digits_refused']:.2f} % are refused, too" in shown
    assert "not calibrated" not in shown, "the network in the package"
    assert max(map(len, shown.splitlines())) <= 80


def test_long_names_are_told_apart_by_their_ends() -> None:
    """A picture has room for nine characters of them."""
    taken = [strangers.Taken(0, f"letters/capital_letter_{letter}.png", 4, 0.999) for letter in "AB"]
    assert [caption(each) for each in taken] == [f"4 99.9 % {current().cut}letter_{letter}" for letter in "AB"]
    assert all(len(caption(each)) == COLUMNS for each in taken)
    assert caption(strangers.Taken(1234, "1,234", 4, 0.999)) == "4 99.9 % 1,234"


@pytest.mark.parametrize("letters", [5, 4])
def test_a_name_in_wide_letters_is_as_wide_as_its_picture(letters: int) -> None:
    """Each of these letters takes two columns, so four of them fit, and the pictures beside it stay in line."""
    name, out = chr(0x56FE) * letters, terminal(80)
    shown = name if letters == 4 else f"{current().cut}{name[:4]}"
    assert caption(strangers.Taken(0, f"{name}.png", 4, 0.999)) == f"4 99.9 % {shown}"
    image = np.full((28, 28), 255, np.uint8)
    print_pictures(out, [("4 99.9 % " + chr(0x56FE) * 9, image), ("next", image)], COLUMNS)
    assert printed(out)[-1] == f"4 99.9 % {chr(0x56FE) * 4}   next"
