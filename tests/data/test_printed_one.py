"""The flag and the foot that straight strokes get, as printed ones have them."""

import pytest
import torch

from mnist_sum_tui.data.dataset import load
from mnist_sum_tui.data.printed_one import SHARE, flagged


def _upright(column: int, lean: float = 0.0) -> torch.Tensor:
    """A stroke that goes `lean` columns to the right for each row down."""
    image = torch.zeros(1, 28, 28)
    for row in range(4, 24):
        middle = round(column + lean * (row - 13.5))
        image[:, row, middle - 1 : middle + 1] = 1.0
    return image


def _dice(*values: float) -> torch.Tensor:
    return torch.tensor(values).view(4, 1)


def test_only_ones_are_changed_and_most_of_them() -> None:
    split = load("test")
    ink = split.images[:1000] / 255
    dice = torch.rand(4, 1000, generator=torch.Generator().manual_seed(0))
    dice[0] = 0
    changed = (flagged(ink, dice) != ink).flatten(1).any(1)
    labels = split.labels[:1000]
    assert changed[labels == 1].float().mean() > 0.6
    assert changed[labels != 1].float().mean() < 0.005
    dice[0] = torch.arange(1000) / 1000
    assert not (flagged(ink, dice) != ink).flatten(1).any(1)[dice[0] >= SHARE].any()


@pytest.mark.parametrize(
    ("kind", "has_flag", "has_foot"), [(0.3, True, False), (0.7, True, True), (0.9, False, True)]
)  # fmt: skip
def test_a_flag_hangs_to_the_left_of_the_top_and_a_foot_stands_on_both_sides(
    kind: float, has_flag: bool, has_foot: bool
) -> None:
    ink = _upright(15)
    added = flagged(ink, _dice(0, 0.5, 0.5, kind))[0] - ink[0]
    assert added.amin() >= 0
    assert (added[4:12, 8:13].sum() > 2) == has_flag
    assert added[4:20, 17:].sum() == 0, "nothing to the right of the stroke but a foot"
    left, right = added[21:25, 8:14].sum(), added[21:25, 16:22].sum()
    assert (left > 2) == (right > 2) == has_foot


@pytest.mark.parametrize("length", [0.0, 1.0])
def test_some_become_as_wide_as_a_marker_and_stay_in_the_image(length: float) -> None:
    ink = _upright(15)
    wide = flagged(ink, _dice(0, length, 0.5, 0.1))[0]
    across = wide[8:20].sum(1)
    assert across.std() < 0.1, "as wide above as below, without a flag or a foot"
    assert across.mean().item() == pytest.approx(2 * (2.5 + 3 * length) + 1, abs=1)
    assert wide[:2].sum() == wide[26:].sum() == 0


@pytest.mark.parametrize(("lean", "top", "bottom"), [(0.3, 12, 18), (-0.3, 18, 12)])
def test_a_leaning_stroke_has_its_flag_at_its_own_top_and_its_foot_at_its_own_bottom(
    lean: float, top: int, bottom: int
) -> None:
    ink = _upright(15, lean)
    added = flagged(ink, _dice(0, 0.5, 0.5, 0.7))[0] - ink[0]
    columns = torch.arange(28.0)
    for rows, middle in ((slice(0, 12), top - 3), (slice(21, 28), bottom)):
        assert added[rows].sum() > 4
        assert (added[rows].sum(0) @ columns / added[rows].sum()).item() == pytest.approx(middle, abs=1.5)


def test_a_flag_hangs_lower_on_a_stroke_that_leans_right_because_it_would_make_a_7() -> None:
    rows, heights = torch.arange(28.0), []
    for lean in (-0.3, 0, 0.3):  # to the right at the top, upright, to the left at the top
        added = flagged(_upright(15, lean), _dice(0, 0.5, 0, 0.3))[0] - _upright(15, lean)[0]
        heights.append((added.sum(1) @ rows / added.sum()).item())
    assert heights[0] > heights[1] + 0.3
    assert heights[2] < heights[1] + 0.3


def test_a_long_flag_hangs_lower_because_it_would_make_a_7() -> None:
    rows = torch.arange(28.0)
    steepness = []
    for length in (0.4, 1.0):
        added = flagged(_upright(20), _dice(0, length, 0, 0.3))[0] - _upright(20)[0]
        columns = added.amax(0).nonzero().flatten()
        tip = added[:, columns[1]]
        steepness.append(((tip @ rows / tip.sum()).item() - 4) / (19 - columns[1].item()))
        assert 19 - columns[0] == pytest.approx(2.5 + 8 * length, abs=2)
    assert steepness[1] > steepness[0] + 0.2


@pytest.mark.parametrize("lean", [0.6, -0.6])
def test_a_stroke_that_leans_far_is_no_1(lean: float) -> None:
    ink = _upright(14, lean)
    assert torch.equal(flagged(ink, _dice(0, 0.5, 0.5, 0.7)), ink)


def test_each_image_is_changed_by_itself() -> None:
    ink = load("test").images[:200] / 255
    dice = torch.rand(4, 200, generator=torch.Generator().manual_seed(1))
    whole = flagged(ink, dice)
    torch.testing.assert_close(flagged(ink[50:90], dice[:, 50:90]), whole[50:90])
    assert torch.equal(flagged(torch.zeros(2, 28, 28), dice[:, :2]), torch.zeros(2, 28, 28))
