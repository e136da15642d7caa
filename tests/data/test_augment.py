import math
from dataclasses import replace

import pytest
import torch

from mnist_sum_tui.config import AUGMENTATIONS
from mnist_sum_tui.data.augment import AFFINE, BENDS, Affine, _affine, _largest_of_nine, _redrawn, _sturdy, augment
from mnist_sum_tui.data.dataset import PAPER, load, normalise


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return normalise(load("test").images[:64])


@pytest.mark.parametrize("kind", AUGMENTATIONS[1:])
def test_augmentation_depends_on_the_seed_alone(images: torch.Tensor, kind: str) -> None:
    one, same, other = (augment(images, kind, seed) for seed in (1, 1, 2))
    assert one.shape == images.shape
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    torch.testing.assert_close(augment(images[20:50], kind, 1, 20, len(images)), one[20:50])
    assert one.amin() >= images.amin() - 1e-5
    assert one.amax() <= images.amax() + 1e-5


def test_augmentation_none_returns_the_images_themselves(images: torch.Tensor) -> None:
    assert augment(images, "none", 1) is images


@pytest.mark.parametrize(("kind", "moves"), [("nudge", {-1, 0, 1}), ("shift", {-2, -1, 0, 1, 2})])
def test_a_shift_moves_by_whole_pixels(kind: str, moves: set[int]) -> None:
    images = torch.full((200, 1, 28, 28), PAPER)
    images[:, 0, 14, 14] = 1
    places = augment(images, kind, 3).flatten(1).argmax(1)
    rows, columns = places // 28 - 14, places % 28 - 14
    assert set(rows.tolist()) == set(columns.tolist()) == moves
    assert len(set(places.tolist())) == len(moves) ** 2, "rows and columns move independently"
    changed = augment(images, kind, 3)
    assert (changed == 1).sum() == 200
    assert (changed == PAPER).sum() == images.numel() - 200


@pytest.mark.parametrize("kind", ["affine", "strong"])
def test_affine_keeps_the_digit_near_its_place(
    images: torch.Tensor, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(AFFINE, kind, replace(AFFINE[kind], strokes=0.0))  # strokes change the amount of ink
    paper = images.amin()
    ink, changed = images - paper, augment(images, kind, 4) - paper
    ratio = changed.sum((1, 2, 3)) / ink.sum((1, 2, 3))
    assert ratio.min() > 0.7
    assert ratio.max() < 1.4
    grid = torch.arange(28.0)
    moved = (changed.sum((1, 2)) @ grid) / changed.sum((1, 2, 3)) - (ink.sum((1, 2)) @ grid) / ink.sum((1, 2, 3))
    assert 0.2 < moved.abs().mean() < 2.5


def test_written_is_strong_after_some_ones_got_more_ink(images: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(AFFINE, "written", Affine(0.0, 0.0, 0.0, 0.0, is_stretched=False, has_flags=True))
    labels = load("test").labels[: len(images)]
    more = (augment(images, "written", 4) - images).clamp(min=1e-3).sub(1e-3).sum((1, 2, 3)) > 1
    ones = labels == 1
    assert 0 < more[ones].sum() < ones.sum()
    assert not more[~ones].any()


def _spread(*values: float) -> torch.Tensor:
    """The random values of one image: angle, width, shear, shift left, shift up, height; each -1..1."""
    return torch.tensor(values).view(6, 1)


def _dot(row: int, column: int) -> torch.Tensor:
    image = torch.zeros(1, 1, 28, 28)
    image[0, 0, row, column] = 1.0
    return image


def _centre(image: torch.Tensor) -> tuple[float, float]:
    """Row and column of the ink's centre of mass, relative to the middle of the image."""
    share, grid = image[0, 0] / image.sum(), torch.arange(28.0) - 13.5
    return float(share.sum(1) @ grid), float(share.sum(0) @ grid)


def test_a_stroke_becomes_thicker_or_thinner_or_stays_the_same() -> None:
    image = torch.zeros(1, 1, 9, 9)
    image[..., 3:6, :] = 1.0  # a horizontal stroke of three pixels
    spreads = torch.tensor([1.0, 0.75, 0.5, -0.5, -0.75, -1.0])
    profile = _redrawn(image.expand(6, -1, -1, -1), 0.6, spreads)[:, 0, :, 4]
    expected = [  # at the stroke's edge: the pixels inside, and those just outside
        (1.0, 0.6), (1.0, 0.3), (1.0, 0.0), (1.0, 0.0), (0.7, 0.0), (0.4, 0.0)
    ]  # fmt: skip
    for row, (inside, outside) in zip(profile, expected, strict=True):
        wanted = torch.tensor([0, 0, outside, inside, 1, inside, outside, 0, 0])
        torch.testing.assert_close(row, wanted)


def test_largest_of_nine_equals_max_pool(images: torch.Tensor) -> None:
    expected = torch.nn.functional.max_pool2d(images, 3, stride=1, padding=1)
    assert torch.equal(_largest_of_nine(images), expected)


def test_an_affine_change_of_zero_keeps_every_pixel(images: torch.Tensor) -> None:
    ink = images - PAPER
    most = Affine(15.0, 0.15, 0.15, 2.0, is_stretched=True)
    same = _affine(ink, most, torch.zeros(6, len(ink)))
    torch.testing.assert_close(same, ink, atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("most", "spread", "expected"),
    [
        (Affine(90.0, 0.0, 0.0, 0.0, is_stretched=False), (1, 0, 0, 0, 0, 0), (-6.5, -3.5)),
        (Affine(0.0, 0.0, 0.0, 2.0, is_stretched=False), (0, 0, 0, 1, 0.5, 0), (-4.5, 4.5)),
        (Affine(0.0, 0.2, 0.0, 0.0, is_stretched=False), (0, 1, 0, 0, 0, 0), (-3.5 * 1.2, 6.5 * 1.2)),
        (Affine(0.0, 0.2, 0.0, 0.0, is_stretched=True), (0, 0, 0, 0, 0, 1), (-3.5 * 1.2, 6.5)),
        (Affine(0.0, 0.0, 0.4, 0.0, is_stretched=False), (0, 0, 1, 0, 0, 0), (-3.5, 6.5 + 0.4 * 3.5)),
    ],
    ids=["turned", "moved", "larger", "taller", "slanted"],
)
def test_an_affine_change_moves_a_dot_as_the_formula_says(
    most: Affine, spread: tuple[float, ...], expected: tuple[float, float]
) -> None:
    found = _centre(_affine(_dot(10, 20), most, _spread(*spread)))
    assert found == pytest.approx(expected, abs=0.15)


DICE = ("which", "turn", "stretch", "shear", "right", "down", "crisp", "stroke", "shrink", "bend")
"""the first of the random values that `sturdy` takes for an image"""
COS, SIN = math.cos(math.radians(48)), math.sin(math.radians(48))


@pytest.fixture
def unspoiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.data.augment.roughen", lambda ink, *_: ink)


def _sturdied(image: torch.Tensor, which: float = 0.999, bends: float = 0.5, **given: float) -> torch.Tensor:
    """An image (1, 1, 28, 28) as `sturdy` redraws it; it changes nothing but what the given values, 0..1, ask for."""
    extent = 0.5 if which < 0.7 else 1.0
    neutral = {"which": which, "bend": 0.0, "shrink": (0.1 / (0.7 * extent)) ** (1 / 3)} | given
    dice = torch.full((19, 1), 0.5)
    dice[15] = 1.0  # no flag
    for name, value in neutral.items():
        dice[DICE.index(name)] = value
    return _sturdy(image[0], dice, torch.full((1, BENDS), bends), torch.zeros(1, 784)).unsqueeze(1)


@pytest.mark.usefixtures("unspoiled")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (-1.5, 2.5)),
        ({"right": 1}, (-1.5, 2.5 - 8)),
        ({"down": 1}, (-1.5 - 8, 2.5)),
        ({"right": 0.75}, (-1.5, 2.5 - 1)),
        ({"right": 1, "which": 0.1}, (-1.5, 2.5 - 4)),
        ({"turn": 1}, (-1.5 * COS - 2.5 * SIN, 2.5 * COS - 1.5 * SIN)),
        ({"shear": 1}, (-1.5, 2.5 + 0.8 * 1.5)),
        ({"shrink": 1}, (-1.5 * 0.4, 2.5 * 0.4)),
        ({"stretch": 1}, (-1.5 / math.exp(0.22), 2.5 * math.exp(0.22))),
        ({"bend": 1, "bends": 1.0}, (-1.5 - 0.18 * 14, 2.5 - 0.18 * 14)),
        ({"bend": 1}, (-1.5, 2.5)),
    ],
    ids=["same", "left", "up", "mostly little", "half", "turned", "slanted", "smaller", "wider", "bent", "not bent"],
)
def test_sturdy_moves_a_blot_as_far_as_it_says(given: dict[str, float], expected: tuple[float, float]) -> None:
    image = torch.zeros(1, 1, 28, 28)
    image[..., 11:14, 15:18] = 1.0
    assert _centre(_sturdied(image, **given)) == pytest.approx(expected, abs=0.2)


@pytest.mark.usefixtures("unspoiled")
def test_sturdy_makes_strokes_crisper_thicker_and_thinner() -> None:
    grey, bar = torch.full((1, 1, 28, 28), 0.6), torch.zeros(1, 1, 28, 28)
    bar[..., 13:16] = 1.0
    assert _sturdied(grey, crisp=1)[0, 0, 14, 14].item() == pytest.approx(0.96, abs=0.01)
    thick, thin = (_sturdied(bar, stroke=stroke)[0, 0, 14, 11:16].tolist() for stroke in (1, 0))
    assert thick == pytest.approx([0.49, 0.91, 1, 1, 1], abs=0.01)
    assert thin == pytest.approx([0, 0, 0.3, 1, 0.3], abs=0.01)


def test_sturdy_gives_ones_flags_and_spoils_images_each_with_its_own_random_values(
    images: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: dict[str, torch.Tensor] = {}

    def flagged(ink: torch.Tensor, dice: torch.Tensor) -> torch.Tensor:
        taken["flags"] = dice
        return ink * 0

    def roughen(ink: torch.Tensor, which: torch.Tensor, dice: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        assert not ink.any(), "of what has got its flag"
        taken.update(which=which, spoil=dice)
        return ink

    monkeypatch.setattr("mnist_sum_tui.data.augment.flagged", flagged)
    monkeypatch.setattr("mnist_sum_tui.data.augment.roughen", roughen)
    dice = torch.rand(19, len(images), generator=torch.Generator().manual_seed(0))
    _sturdy(images.squeeze(1), dice, torch.full((len(images), BENDS), 0.5), torch.zeros(len(images), 784))
    assert torch.equal(taken["which"], dice[0])
    assert torch.equal(taken["spoil"][..., 0, 0], dice[10:15])
    assert torch.equal(taken["flags"], dice[15:])


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("nudge", [0.6, -25.32, 8.99, -34.9]),
        ("shift", [25.14, -53.46, -17.65, -33.69]),
        ("affine", [-20.7, -30.81, 0.29, 6.42]),
        ("strong", [-21.04, -35.23, -0.12, -0.05]),
        ("written", [15.2, -41.54, -15.32, 70.87]),
        ("sturdy", [0.3, -10.49, -281.51, 30.79]),
    ],
)
def test_a_seed_changes_an_image_as_it_always_has(images: torch.Tensor, kind: str, wanted: list[float]) -> None:
    """Else a run that an earlier version began would end otherwise; where the ink has gone is told by a ramp."""
    ramp = torch.linspace(-1, 1, 28 * 28).view(28, 28)
    moved = ((augment(images, kind, 1) - images) * ramp).sum((1, 2, 3))
    assert moved[:4].tolist() == pytest.approx(wanted, abs=0.02)
