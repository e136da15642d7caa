"""How well a network reads digits that are not MNIST's: printed in many fonts, and of other writers. Not a test.

    python -m tests.other_digits RUN [--tune] [--fonts FOLDER] [--digits FILE]...

The fonts are those below the folder, one for each first word of a family's name. The writers are those of
scikit-learn's 8x8 digits (`pip install scikit-learn`). With --tune, the half of the fonts and the first half of the
writers' digits by which settings may be chosen; without, the other halves. More digits by which settings were chosen
are in two files of the UCI Machine Learning Repository: `optdigits.tra` (30 writers) and `semeion.data` (some 80).
"""

import argparse
import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFont
from torch import Tensor

from mnist_sum_tui.data import picture
from mnist_sum_tui.inference.predict import load_predictor
from tests.strangers import page

NO_DIGITS = ("Symbol", "Emoji", "Dingbat", "Math", "D050000L", "Keyboard", "Icons", "Color")
"""parts of the names of fonts whose digits are none"""
PLAIN = ("Regular", "Book", "Medium", "Roman")
OF_EACH = 4
"""how often a font's digit is drawn, each time turned and sized anew"""
Set = tuple[Tensor, NDArray[np.int64]]
"""images (N, 28, 28) and labels"""


def is_for_tuning(family: str) -> bool:
    """Whether a font is of the half by which settings may be chosen."""
    return hashlib.sha256(f"other digits {family}".encode()).digest()[0] % 2 == 0


def fonts(folder: Path) -> dict[str, Path]:
    """A font for each first word of a family's name, the plainest there is."""
    known: dict[str, list[tuple[bool, int, str]]] = {}
    for path in sorted(folder.rglob("*.[to]tf")):
        family, style = ImageFont.truetype(path).getname()
        if family and not any(word in f"{family} {style}" for word in NO_DIGITS):
            known.setdefault(family.split()[0], []).append((style not in PLAIN, len(family), str(path)))
    return {word: Path(min(found)[2]) for word, found in sorted(known.items())}


def has_digits(path: Path) -> bool:
    """Whether the ten digits are all drawn, and differ."""
    pages = [page(path, str(digit), 64, 0.0, side=128) for digit in range(10)]
    return len({each.tobytes() for each in pages}) == 10 and all((each < 128).sum() > 15 for each in pages)


def printed(folder: Path, *, tune: bool) -> tuple[Set, list[str]]:
    """Printed digits, prepared as a picture is, and the font of each."""
    images, labels, names = [], [], list[str]()
    for word, path in fonts(folder).items():
        if is_for_tuning(word) != tune or not has_digits(path):
            continue
        rng = np.random.default_rng(len(names))
        for digit in np.repeat(np.arange(10), OF_EACH).tolist():
            size, degrees = int(rng.integers(24, 140)), float(rng.uniform(-8, 8))
            images.append(picture.prepare(page(path, str(digit), size, degrees, side=2 * size)))
            labels.append(digit)
            names.append(word)
    return (torch.from_numpy(np.stack(images)), np.array(labels)), names


def written(*, tune: bool) -> Set:
    """Digits of other writers; the file is ordered by writer, so the halves are of different writers."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images = placed(found.images / 16)
    half = slice(len(images) // 2) if tune else slice(len(images) // 2, None)
    return images[half], found.target[half]


def from_file(path: Path) -> Set:
    """Digits of `optdigits.tra` (8x8 values 0..16, the label) or `semeion.data` (16x16 of 0 and 1, ten for which)."""
    rows = np.array([line.replace(",", " ").split() for line in path.read_text().splitlines()], dtype=np.float64)
    if rows.shape[1] == 8 * 8 + 1:
        return placed(rows[:, :-1].reshape(-1, 8, 8) / 16), rows[:, -1].astype(np.int64)
    return placed(rows[:, :256].reshape(-1, 16, 16)), rows[:, 256:].argmax(1)


def placed(ink: NDArray[np.float64]) -> Tensor:
    """Digits (N, side, side), 0..1, enlarged and put anywhere, half dark on bright, prepared as pictures are."""
    rng, images = np.random.default_rng(28), []
    for each in ink:
        side = int(rng.integers(40, 200))
        digit = Image.fromarray((each * 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
        width, height = (int(side * rng.uniform(1.1, 2)) for _ in range(2))
        sheet = Image.new("L", (width, height), 0)
        sheet.paste(digit, (int(rng.integers(width - side + 1)), int(rng.integers(height - side + 1))))
        pixels = np.asarray(sheet)
        images.append(picture.prepare(255 - pixels if rng.random() < 0.5 else pixels))
    return torch.from_numpy(np.stack(images))


def main() -> None:
    """Print the accuracies, the share that is refused, and what is mistaken for what."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--fonts", default="/usr/share/fonts", type=Path)
    parser.add_argument("--digits", action="append", default=[], type=Path)
    asked = parser.parse_args()
    predictor = load_predictor(None if asked.run == "package" else asked.run)
    by_font, names = printed(asked.fonts, tune=asked.tune)
    print(f"{predictor.source}; {len(set(names))} fonts")
    others = {path.name: from_file(path) for path in asked.digits}
    for name, (images, labels) in {"fonts": by_font, "writers": written(tune=asked.tune), **others}.items():
        outputs = predictor.infer(images)
        read = outputs.digits.argmax(1).numpy()
        wrong = Counter(f"{label} as {digit}" for label, digit in zip(labels, read, strict=True) if label != digit)
        told = ", ".join(f"{what} {count}" for what, count in wrong.most_common(8))
        refused = 0.0
        if outputs.scores is not None and predictor.confidence.threshold is not None:
            refused = (outputs.scores < predictor.confidence.threshold).double().mean().item()
        print(f"{name:<8} {(read == labels).mean():.2%} right, {refused:.2%} refused, n={len(labels):,}: {told}")


if __name__ == "__main__":
    main()
