"""Fifteen ways to spoil images, each in five strengths; they follow MNIST-C (arXiv:1906.02337), but not its code.

    spoiled = corrupt(images, "fog", 3)

Each function below takes and returns grey values, 0 background and 1 ink. Brightness and fog exceed 1; only `corrupt`
cuts that off. What is random (where a line goes, which way an image is turned) depends only on the way's name
and the image's place, so a higher strength does the same to an image, only more of it; shot noise falls elsewhere.
"""

import math
from collections.abc import Callable
from zlib import crc32

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from mnist_sum_tui.sizes import SIDE

AT_ONCE = 500
"""images per call, because the distances from each pixel to a line's points then take 140 MB"""
SAMPLES = 9
"""how many places along a movement are averaged for motion blur"""
PIXELS = torch.stack(torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij"), -1).float()
"""row and column of each pixel, (28, 28, 2)"""


def _angles(n: int, generator: Generator) -> Tensor:
    return torch.rand(n, generator=generator) * (2 * math.pi)


def _moved(x: Tensor, rows: list[list[Tensor | float]]) -> Tensor:
    """Each image transformed by a matrix (2, 3) from a pixel to its source; 1 is half the image's side."""
    entries = [[torch.as_tensor(entry).expand(len(x)) for entry in row] for row in rows]
    matrices = torch.stack([torch.stack(row, 1) for row in entries], 1)
    grid = F.affine_grid(matrices, [len(x), 1, SIDE, SIDE], align_corners=False)
    return F.grid_sample(x.unsqueeze(1), grid, align_corners=False).squeeze(1)


def _shifted(x: Tensor, angles: Tensor, pixels: float) -> Tensor:
    step = 2 * pixels / SIDE
    return _moved(x, [[1.0, 0.0, angles.cos() * step], [0.0, 1.0, angles.sin() * step]])


def _blurred(x: Tensor, sigma: float) -> Tensor:
    weights = torch.exp(-(torch.arange(-6, 7) ** 2) / (2 * sigma**2))
    weights = (weights / weights.sum()).view(1, 1, 1, -1)
    across = F.conv2d(x.unsqueeze(1), weights, padding=(0, 6))
    return F.conv2d(across, weights.transpose(2, 3), padding=(6, 0)).squeeze(1)


def _smooth(n: int, cells: int, generator: Generator) -> Tensor:
    """Clouds of `cells` by `cells` random values, smoothed to 28 by 28."""
    coarse = torch.rand(n, 1, cells, cells, generator=generator)
    return F.interpolate(coarse, (SIDE, SIDE), mode="bicubic", align_corners=True).squeeze(1).clamp(0, 1)


def _inked(x: Tensor, points_nk2: Tensor, thickness: float = 0.8) -> Tensor:
    """Images with ink added around points, which are given as row and column."""
    gaps = torch.cdist(PIXELS.view(1, -1, 2), points_nk2).amin(2).view_as(x)
    return torch.maximum(x, (1 + thickness - gaps).clamp(0, 1))


def _line(n: int, points: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Points (N, K, 2) on a line from edge to edge near the centre, and the direction across it (N, 1, 2)."""
    angle = _angles(n, generator)
    along = torch.stack([angle.sin(), angle.cos()], 1).unsqueeze(1)
    across = along.flip(2) * torch.tensor([1.0, -1.0])
    middle = (SIDE - 1) / 2 + (torch.rand(n, 1, 1, generator=generator) * 8 - 4) * across
    return middle + torch.linspace(-18, 18, points).view(1, -1, 1) * along, across


def _impulse(x: Tensor, share: float, g: Generator) -> Tensor:
    dice = torch.rand(x.shape, generator=g)
    return torch.where(dice < share / 2, 0.0, torch.where(dice > 1 - share / 2, 1.0, x))


def _glass(x: Tensor, pixels: float, g: Generator) -> Tensor:
    off = (torch.rand(len(x), SIDE, SIDE, 2, generator=g) * 2 - 1) * pixels
    grid = (PIXELS.flip(-1) + off + 0.5) * (2 / SIDE) - 1
    return _blurred(F.grid_sample(x.unsqueeze(1), grid, align_corners=False).squeeze(1), 0.5)


def _motion(x: Tensor, pixels: float, g: Generator) -> Tensor:
    angles = _angles(len(x), g)
    places = [(place / (SAMPLES - 1) - 0.5) * pixels for place in range(SAMPLES)]
    return torch.stack([_shifted(x, angles, place) for place in places]).mean(0)


def _sheared(x: Tensor, share: float, g: Generator) -> Tensor:
    return _moved(x, [[1.0, share * _angles(len(x), g).sin().sign(), 0.0], [0.0, 1.0, 0.0]])


def _rotated(x: Tensor, degrees: float, g: Generator) -> Tensor:
    angle = _angles(len(x), g).sin().sign() * math.radians(degrees)
    return _moved(x, [[angle.cos(), -angle.sin(), 0.0], [angle.sin(), angle.cos(), 0.0]])


def _stripe(x: Tensor, width: float, g: Generator) -> Tensor:
    left = torch.randint(9, 14, (len(x), 1, 1), generator=g)
    column = torch.arange(SIDE)
    return torch.where((column >= left) & (column < left + width), 1 - x, x)


def _zigzag(x: Tensor, height: float, g: Generator) -> Tensor:
    points, across = _line(len(x), 72, g)
    wave = (torch.arange(72) / 9 % 2 - 1).abs() * 2 - 1  # up and down four times
    return _inked(x, points + height * wave.view(1, -1, 1) * across, 0.3)


def _spatter(x: Tensor, share: float, g: Generator) -> Tensor:
    clouds = _smooth(len(x), 10, g)
    return torch.maximum(x, ((clouds - clouds.flatten(1).quantile(1 - share, 1).view(-1, 1, 1)) * 12).clamp(0, 1))


def _fog(x: Tensor, density: float, g: Generator) -> Tensor:
    clouds = (2 * _smooth(len(x), 4, g) + _smooth(len(x), 9, g)) / 3
    return x * (1 - density / 2) + clouds * density


CORRUPTIONS: dict[str, tuple[tuple[float, ...], Callable[[Tensor, float, Generator], Tensor]]] = {
    "shot noise": ((30, 12, 6, 3, 1.5), lambda x, light, g: torch.poisson(x * light, g) / light),
    "impulse noise": ((0.03, 0.07, 0.13, 0.2, 0.3), _impulse),
    "glass blur": ((0.8, 1.2, 1.7, 2.3, 3), _glass),
    "motion blur": ((3, 5, 7, 10, 13), _motion),
    "soft blur": ((0.8, 1.2, 1.6, 2.0, 2.6), lambda x, sigma, _: _blurred(x, sigma)),
    "shear": ((0.2, 0.35, 0.5, 0.65, 0.8), _sheared),
    "scale": ((0.85, 0.7, 0.6, 0.5, 0.4), lambda x, a, _: _moved(x, [[1 / a, 0.0, 0.0], [0.0, 1 / a, 0.0]])),
    "rotation": ((10, 20, 30, 40, 50), _rotated),
    "brightness": ((0.15, 0.3, 0.45, 0.6, 0.75), lambda x, more, _: x + more),
    "translation": ((2, 3.5, 5, 6.5, 8), lambda x, a, g: _shifted(x, _angles(len(x), g), a)),
    "stripe": ((1, 2, 3, 4, 6), _stripe),
    "dotted line": ((4, 6, 8, 11, 15), lambda x, a, g: _inked(x, _line(len(x), int(a), g)[0])),
    "zigzag": ((1, 2, 3, 4.5, 6), _zigzag),
    "spatter": ((0.03, 0.06, 0.1, 0.15, 0.22), _spatter),
    "fog": ((0.3, 0.5, 0.7, 0.9, 1.2), _fog),
}  # fmt: skip
"""by name: the amount at each of the five strengths, and the function that takes images, amount and generator"""


def corrupt(images_nhw: Tensor, name: str, strength: int) -> Tensor:
    """Spoil uint8 images (N, 28, 28) in one of CORRUPTIONS' ways; strength 1..5.

    Strength 0 leaves them as they are, whatever the name.
    """
    if strength == 0:
        return images_nhw
    (amounts, spoil), generator = CORRUPTIONS[name], Generator().manual_seed(crc32(name.encode()))
    parts = [spoil(part / 255, amounts[strength - 1], generator) for part in images_nhw.split(AT_ONCE)]
    return (torch.cat(parts) * 255).round().clamp(0, 255).to(torch.uint8)
