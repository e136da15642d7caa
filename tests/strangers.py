"""How well a network knows what is no digit, on pictures that are made here. Not a test: a measurement.

    python -m tests.strangers RUN [--tune] [--fashion FOLDER] [--fonts FOLDER]

With --tune, the sets by which `digit_score` was chosen: the digits held out, half of the letters in some fonts,
scribbles by random turns, Fashion-MNIST's training images. Without, the sets by which nothing was chosen: MNIST's test,
the other letters in other fonts, scribbles along sines, Fashion-MNIST's test.
"""

import argparse
import itertools
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from mnist_sum_tui.data import dataset, idx, picture
from mnist_sum_tui.inference.infer import Outputs
from mnist_sum_tui.inference.predict import load_predictor
from mnist_sum_tui.inference.reliability import reliability
from mnist_sum_tui.inference.sturdy import confidences
from mnist_sum_tui.tui.widgets import strokes
from mnist_sum_tui.verdict import SURE

LETTERS = {True: "AFKNRWaehnrx", False: "EHMPVXdfkmptw"}
FONTS = {True: "Liberation*.ttf", False: "DejaVuS*.ttf"}
COUNT = 2000
Generator = np.random.Generator


def auroc(of_digits: Tensor, of_strangers: Tensor) -> float:
    """The probability that a digit scores higher than a stranger, a tie counting half: the area under the ROC curve."""
    scores = torch.cat([of_digits, of_strangers]).double()
    _, places, counts = scores.unique(return_inverse=True, return_counts=True)
    ranks = counts.cumsum(0) - (counts - 1).double() / 2  # the mean rank of equal scores
    n, m = len(of_digits), len(of_strangers)
    return float((ranks[places[:n]].sum().item() - n * (n + 1) / 2) / (n * m))


def noise(rng: Generator) -> Tensor:
    """Uniform grey values."""
    return torch.from_numpy(rng.integers(0, 256, (COUNT, 28, 28), dtype=np.uint8))


def page(font: Path, text: str, size: int, degrees: float, side: int) -> NDArray[np.uint8]:
    """Grey values (side, side) of a printed text, dark on bright, turned by so many degrees."""
    sheet = Image.new("L", (side, side), 255)
    middle = side // 2, side // 2
    ImageDraw.Draw(sheet).text(middle, text, font=ImageFont.truetype(font, size), fill=0, anchor="mm")
    return np.asarray(sheet.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255))


def printed(rng: Generator, characters: str, fonts: list[Path]) -> tuple[Tensor, list[str]]:
    """Printed characters, slightly turned, prepared as a picture is; and which they are."""
    drawn, which = [], []
    for _ in range(COUNT):
        character = str(rng.choice(list(characters)))
        font, size = fonts[int(rng.integers(len(fonts)))], int(rng.integers(30, 120))
        drawn.append(picture.prepare(page(font, character, size, float(rng.uniform(-8, 8)), side=200)))
        which.append(character)
    return torch.from_numpy(np.stack(drawn)), which


def turns(rng: Generator) -> strokes.Sheet:
    """A scribble of one to three lines that turn at random."""
    sheet, radius = strokes.blank(), float(rng.choice([*strokes.RADII.values()]))
    for _ in range(int(rng.integers(1, 4))):
        (x, y), angle = rng.uniform(10, 46, 2), rng.uniform(0, 2 * math.pi)
        for _ in range(int(rng.integers(6, 30))):
            angle += rng.normal(0, 0.9)
            end = strokes.kept_inside((x + 4 * math.cos(angle), y + 4 * math.sin(angle)))
            sheet = strokes.stroke(sheet, (x, y), end, radius)
            x, y = end
    return sheet


def sines(rng: Generator) -> strokes.Sheet:
    """A scribble along sums of two sines in x and in y."""
    sheet, radius = strokes.blank(), float(rng.choice([*strokes.RADII.values()]))
    speed, phase = rng.integers(1, 7, 4), rng.uniform(0, 2 * math.pi, 4)
    share, t = rng.uniform(0.3, 0.7), np.linspace(0, 2 * math.pi * rng.uniform(0.5, 1), 60)
    wave = np.sin(speed[:, None] * t + phase[:, None])
    x, y = (28 + 20 * (share * wave[i] + (1 - share) * wave[i + 1]) for i in (0, 2))
    points = [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
    for start, end in itertools.pairwise(points):
        sheet = strokes.stroke(sheet, start, end, radius)
    return sheet


def scribbles(rng: Generator, draw: Callable[[Generator], strokes.Sheet]) -> Tensor:
    """Scribbles by the draw pad's pen."""
    return torch.from_numpy(np.stack([picture.prepare(draw(rng)) for _ in range(COUNT)]))


def overlays(rng: Generator, digits: dataset.Split) -> Tensor:
    """Two different digits laid over each other."""
    first, second = torch.from_numpy(rng.integers(0, len(digits), (2, 2 * COUNT)))
    apart = digits.labels[first] != digits.labels[second]
    return torch.maximum(digits.images[first[apart][:COUNT]], digits.images[second[apart][:COUNT]])


def strangers(tune: bool, digits: dataset.Split, fashion: str | None, fonts: str) -> dict[str, Tensor]:
    """The sets by name."""
    rng = np.random.default_rng(1 if tune else 2)
    found = {"uniform noise": noise(rng)}
    paths = sorted(Path(fonts).rglob(FONTS[tune]))
    if fashion:
        clothes = idx.read_images(Path(fashion) / f"{'train' if tune else 't10k'}-images-idx3-ubyte.gz")
        found["Fashion-MNIST"] = torch.from_numpy(clothes[:10_000].copy())
    found["letters"] = printed(rng, LETTERS[tune], paths)[0]
    found["scribbles"] = scribbles(rng, turns if tune else sines)
    found["two digits"] = overlays(rng, digits)
    return found


def accepted(outputs: Outputs) -> tuple[float, float]:
    """The shares that count as digits, and as sure digits beside one number each."""
    passed = outputs.are_digits
    sure = passed & (confidences(outputs) >= SURE)
    return passed.double().mean().item(), sure.double().mean().item()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--fashion")
    parser.add_argument("--fonts", default="/usr/share/fonts")
    asked = parser.parse_args()
    predictor = load_predictor(None if asked.run == "package" else asked.run)
    held_out = dataset.hold_out(dataset.load("train"), predictor.config.seed)[1]
    digits = held_out if asked.tune else dataset.load("test")
    outputs, own = predictor.infer(digits.images), predictor.confidence
    sums = (digits.labels.unsqueeze(1) + torch.arange(10)).flatten()
    print(f"{predictor.source}; temperatures {own.digit_temperature:.3f}, {own.sum_temperature:.3f}")
    for name, labels, raw, calibrated in (
        ("digit", digits.labels, outputs.digits.exp(), outputs.digit_probabilities),
        ("sum", sums, outputs.sums.exp().flatten(0, 1), outputs.sum_probabilities.flatten(0, 1)),
    ):
        for kind, p in (("raw", raw), ("calibrated", calibrated)):
            r = reliability(p, labels)
            print(f"{name:<6}{kind:<11} ECE {r.ece:.4f}  NLL {r.nll:.4f}  Brier {r.brier:.4f}  n={len(labels):,}")
    if outputs.scores is None:
        return
    passed, sure = accepted(outputs)
    print(f"threshold {own.threshold:.4f}: digits accepted {passed:.2%}, as sure {sure:.2%}, n={len(digits):,}")
    for name, images in strangers(asked.tune, digits, asked.fashion, asked.fonts).items():
        found = predictor.infer(images)
        assert found.scores is not None
        passed, sure = accepted(found)
        highest = auroc(outputs.digits.max(1).values, found.digits.max(1).values)
        area = auroc(outputs.scores, found.scores)
        told = f"AUROC {area:.4f} (highest probability {highest:.4f})  accepted {passed:.2%}, as sure {sure:.2%}"
        print(f"{name:<14} {told}  n={len(images):,}")


if __name__ == "__main__":
    main()
