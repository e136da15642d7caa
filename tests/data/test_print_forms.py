"""The flag and the foot that straight strokes get, and the bent ends of 6s and 9s."""

import pytest
import torch

from mnist_sum_tui.data.dataset import load
from mnist_sum_tui.data.print_forms import BENT, SHARE, bent, flagged


def _upright(column: int) -> torch.Tensor:
    image = torch.zeros(1, 28, 28)
    image[:, 4:24, column - 1 : column + 1] = 1.0
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


def test_only_sixes_and_nines_are_bent_and_as_many_as_there_should_be() -> None:
    split = load("test")
    ink, labels = split.images[:1000] / 255, split.labels[:1000]
    dice = torch.rand(4, 1000, generator=torch.Generator().manual_seed(2))
    changed = (bent(ink, labels, dice) != ink).flatten(1).any(1)
    assert torch.equal(changed, torch.isin(labels, torch.tensor([6, 9])) & (dice[0] < BENT))
    torch.testing.assert_close(bent(ink[5:90], labels[5:90], dice[:, 5:90]), bent(ink, labels, dice)[5:90])


@pytest.mark.parametrize("drop", [0.0, 1.0])
def test_the_upper_end_of_a_six_is_bent_to_the_right_and_a_nine_is_a_six_upside_down(drop: float) -> None:
    six = torch.zeros(1, 28, 28)
    six[:, 4:24, 10:12] = 1.0
    six[:, 14:24, 10:18] = 1.0
    six[:, 16:22, 12:16] = 0.0
    dice = torch.tensor([[0.0], [0.0], [1.0], [drop]])
    more = bent(six, torch.tensor([6]), dice) - six
    assert more.amin() >= 0
    assert more[0, 2:12, 12:22].sum() > 8
    assert more[0, 2:12, 12:22].sum() > 0.9 * more.sum(), "a stroke from the upper end to the right"
    lowest = int(more[0].sum(1).nonzero().amax())
    assert lowest >= 9 if drop else lowest <= 6
    nine = six.flip(1, 2)
    assert torch.equal(bent(nine, torch.tensor([9]), dice), (six + more).flip(1, 2))
    assert torch.equal(bent(nine, torch.tensor([5]), dice), nine)
    assert not bent(torch.zeros(1, 28, 28), torch.tensor([6]), dice).any(), "a blank image stays blank"
    assert bent(torch.ones(1, 28, 28), torch.tensor([6]), dice).isfinite().all()


def test_a_six_and_a_nine_keep_their_ink_and_get_little_more() -> None:
    split = load("test")
    both = torch.isin(split.labels, torch.tensor([6, 9])).nonzero().squeeze(1)
    ink, dice = split.images[both] / 255, torch.rand(4, len(both), generator=torch.Generator().manual_seed(3))
    dice[0] = 0
    ratio = bent(ink, split.labels[both], dice).sum((1, 2)) / ink.sum((1, 2))
    assert ratio.amin() > 0.95
    assert 1.05 < ratio.mean() < 1.25
    assert ratio.amax() < 1.5


def test_each_image_is_changed_by_itself() -> None:
    ink = load("test").images[:200] / 255
    dice = torch.rand(4, 200, generator=torch.Generator().manual_seed(1))
    whole = flagged(ink, dice)
    torch.testing.assert_close(flagged(ink[50:90], dice[:, 50:90]), whole[50:90])
    assert torch.equal(flagged(torch.zeros(2, 28, 28), dice[:, :2]), torch.zeros(2, 28, 28))
