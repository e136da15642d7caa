"""What the augmentation `sturdy` does to images after it has turned and bent them."""

import pytest
import torch

from mnist_sum_tui.data import photographed
from mnist_sum_tui.data.dataset import load
from mnist_sum_tui.data.photographed import KINDS, MOVED, ROUGH, Spoil, roughen

COUNT = 64


@pytest.fixture(scope="module")
def ink() -> torch.Tensor:
    return load("test").images[:COUNT] / 255


def _dice(*values: float) -> torch.Tensor:
    """The same five values for all images."""
    return torch.tensor(values).view(5, 1, 1, 1).expand(5, COUNT, 1, 1)


def _random(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(5, COUNT, 1, 1, generator=generator), torch.rand(COUNT, 28, 28, generator=generator)


def test_each_kind_gets_its_share_and_the_rest_stay_as_they_are(ink: torch.Tensor) -> None:
    which = torch.arange(COUNT) / COUNT
    changed = roughen(ink.clone(), which, *_random(1))
    same = (changed == ink).flatten(1).all(1)
    assert same[which >= ROUGH].all()
    assert not same[which < ROUGH].any()
    assert sum(share for share, _ in KINDS) == ROUGH < 1
    assert changed.amin() >= 0
    assert changed.amax() <= 1
    one = torch.tensor([(1 + ROUGH) / 2])
    assert torch.equal(roughen(ink[:1].clone(), one, *(each[..., :1, :, :] for each in _random(1))), ink[:1])


@pytest.mark.parametrize("spoil", [spoil for _, spoil in KINDS], ids=lambda spoil: spoil.__name__)
def test_a_kind_treats_each_image_by_itself(ink: torch.Tensor, spoil: Spoil) -> None:
    dice, noise = _random(2)
    noise[:, 0, 0] = 0  # as one in 16 million is, whose normal value is infinite
    whole = spoil(ink, dice, noise)
    assert whole.shape == ink.shape
    assert whole.isfinite().all()
    torch.testing.assert_close(spoil(ink[5:6], dice[:, 5:6], noise[5:6]), whole[5:6])


@pytest.mark.parametrize(
    "spoil",
    [photographed._unsharp, photographed._grainy, photographed._specked, photographed._hazy, photographed._jittered],
)
def test_nothing_of_a_kind_leaves_an_image_as_it_is(ink: torch.Tensor, spoil: Spoil) -> None:
    torch.testing.assert_close(spoil(ink, _dice(0, 0.9, 0.5, 0.5, 0.5), _random(3)[1]), ink, atol=1e-4, rtol=0)


def test_an_unsharp_dot_is_longer_along_its_direction_and_has_the_same_ink() -> None:
    dot = torch.zeros(COUNT, 28, 28)
    dot[:, 14, 14] = 1.0
    for direction, longer, shorter in ((0.0, 2, 1), (0.25, 1, 2)):  # columns and rows
        for kind, most in ((MOVED + 0.1, (0.7 * 3.8, 0.7 * 2.4 * 0.3**2)), (MOVED - 0.1, (14 * (0.7 / 12) ** 0.5, 0))):
            seen = photographed._unsharp(dot, _dice(0.7, 0.3, direction, kind, 0), dot)
            torch.testing.assert_close(seen.sum((1, 2)), torch.ones(COUNT), atol=1e-4, rtol=0)
            squares = [(torch.arange(28) - 14.0) ** 2 @ seen[0].sum(2 - axis) for axis in (longer, shorter)]
            assert [square.clamp(min=0).sqrt().item() for square in squares] == pytest.approx(most, abs=0.15)


def test_coarse_pixels_are_of_one_value_unless_their_edges_are_smooth(ink: torch.Tensor) -> None:
    for edge, is_hard in ((0.1, True), (0.9, False)):
        coarse = photographed._coarse(ink, _dice(0.75, 0, edge, 0, 0), ink)  # four of our pixels a side
        cells = coarse.unfold(1, 4, 4).unfold(2, 4, 4).flatten(3)
        assert ((cells.amax(3) - cells.amin(3)).amax() < 1e-5) == is_hard


def test_a_band_is_in_negative_and_what_is_beside_it_stays(ink: torch.Tensor) -> None:
    banded = photographed._banded(ink, _dice(0.5, 0.25, 0.5, 0.1, 0), ink)  # upright, in the middle, four pixels wide
    inside = torch.zeros(28, dtype=torch.bool)
    inside[12:16] = True
    torch.testing.assert_close(banded[..., inside], 1 - ink[..., inside])
    assert torch.equal(banded[..., ~inside], ink[..., ~inside])


def test_a_line_and_drops_add_ink_and_take_none(ink: torch.Tensor) -> None:
    for seed in range(5):
        dice, noise = _random(seed)
        dice[1] *= 0.7  # drops, not worn places
        for spoil in (photographed._crossed, photographed._blotted):
            assert (spoil(ink, dice, noise) >= ink).all()
    assert (photographed._crossed(ink, _dice(0.5, 0.1, 0.9, 0.9, 0.5), ink) > ink).flatten(1).any(1).all()


def test_specks_are_as_many_as_said() -> None:
    grey = torch.full((COUNT, 28, 28), 0.5)
    specked = photographed._specked(grey, _dice(0.5, 0.5, 0, 0, 0), _random(4)[1])
    assert (specked != 0.5).float().mean().item() == pytest.approx(0.15, abs=0.01)
    assert (specked == 1).float().mean().item() == pytest.approx(0.075, abs=0.01)


def test_grain_is_stronger_in_bright_places_and_there_may_be_none_on_the_paper() -> None:
    x = torch.zeros(COUNT, 28, 28)
    x[:, :14] = 1.0
    for dice, on_paper in ((0.2, 0.0), (0.9, 0.5 * 0.35 * 0.5)):
        seen = photographed._grainy(x, _dice(0.5, dice, 0, 0, 0), _random(5)[1]) - x
        assert seen[:, 14:].std().item() == pytest.approx(on_paper, abs=0.01)
        assert seen[:, :14].std().item() == pytest.approx(0.35 + on_paper, abs=0.01)


def test_haze_is_of_clouds_and_takes_contrast() -> None:
    dice = _dice(0.4, 0.5, 0, 0, 0)  # a density of a half
    for x in (torch.zeros(COUNT, 28, 28), torch.ones(COUNT, 28, 28)):
        for light in (0.0, 1.0):
            seen = photographed._hazy(x, dice, torch.full_like(x, light))
            torch.testing.assert_close(seen, x * 0.8 + light / 2, atol=1e-4, rtol=0)
        assert photographed._hazy(x, dice, _random(6)[1]).std((1, 2)).amin() > 0.05


def test_a_bright_image_is_lit_all_over_or_from_one_side_or_has_little_contrast(ink: torch.Tensor) -> None:
    all_over, from_left, pale = (
        photographed._bright(ink, _dice(0.5, 0, side, contrast, 0), ink) - ink
        for side, contrast in ((0.5, 0.5), (0.1, 0.5), (0.5, 0.1))
    )
    torch.testing.assert_close(all_over, torch.full_like(ink, 0.425))
    torch.testing.assert_close(from_left[:, :, -1] - from_left[:, :, 0], torch.full((COUNT, 28), 0.425 * 27 / 28))
    torch.testing.assert_close(pale, -0.4 * ink)


def test_jittered_pixels_come_from_above_and_beside_independently() -> None:
    inside, dice, noise = slice(4, -4), _dice(1, 0.9, 0, 0, 0), _random(7)[1]
    ramp = torch.arange(28.0).expand(COUNT, 28, 28)
    beside = photographed._jittered(ramp, dice, noise) - ramp
    above = photographed._jittered(ramp.mT, dice, noise) - ramp.mT
    both = torch.stack([part[:, inside, inside].flatten() for part in (above, beside)])
    assert (both.abs().amax(1) - 3.2).abs().amax() < 0.01
    assert torch.corrcoef(both)[0, 1].abs() < 0.05


def test_a_band_may_be_of_one_grey_and_worn_places_take_ink(ink: torch.Tensor) -> None:
    banded = photographed._banded(ink, _dice(0.5, 0.25, 0.5, 0.9, 0), ink)
    torch.testing.assert_close(banded[..., 12:16], torch.full((COUNT, 28, 4), 0.5))
    worn = photographed._blotted(ink, _dice(0.9, 0.9, 0, 0, 0), _random(8)[1])
    assert (worn <= ink).all()
    assert (worn < ink).flatten(1).any(1).all()


def test_a_line_is_straight_or_wavy_and_solid_or_dotted() -> None:
    blank = torch.zeros(COUNT, 28, 28)
    solid, dotted, wavy = (
        photographed._crossed(blank, _dice(0.5, 0, *kind, 0.5), blank)[0] > 0.5
        for kind in ((0.6, 0.6), (0.6, 0.4), (0.4, 0.6))
    )
    assert solid.any(0).all()
    assert 5 < dotted.any(0).sum() < 25
    assert solid.any(1).sum() <= 4 < wavy.any(1).sum()


def test_coarse_pixels_stay_where_they_were_wherever_their_grid_begins() -> None:
    dot = torch.zeros(COUNT, 28, 28)
    dot[:, 14, 14] = 1.0
    for edge in (0.1, 0.9):
        seen = photographed._coarse(dot, _dice(1, 0.9, edge, 0, 0), dot)[0]
        assert abs(float(torch.arange(28.0) @ seen.sum(0) / seen.sum()) - 14) < 2.5


def test_rough_glass_may_be_milky_and_is_so_up_to_the_edge(ink: torch.Tensor) -> None:
    clear, milky = (photographed._jittered(ink, _dice(1, kind, 0, 0, 0), _random(9)[1]) for kind in (0.8, 0.6))
    assert milky.std() < 0.9 * clear.std()
    white = torch.ones_like(ink)
    torch.testing.assert_close(photographed._jittered(white, _dice(0, 0.6, 0, 0, 0), _random(9)[1]), white)
