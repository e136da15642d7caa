"""How many digits a network reads in photos with shadows, lines, tables and specks. Not a test.

    python -m tests.photos RUN [--images 200] [--seed 1]

The photos are made: a training image, enlarged and with crisp strokes, is written somewhere on a page, which is then
lit, lined, laid on a table or dusted, and saved as a JPEG.
"""

import argparse
import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.picture import prepare
from mnist_sum_tui.inference.predict import from_outputs, load_predictor

Grey = NDArray[np.float64]
"""a picture (H, W), 0 black to 255 white"""
HEIGHT, WIDTH, SIDE = 600, 800, 260
LARGE = HEIGHT * 3 // 2, WIDTH * 3 // 2
"""of a photo that shows a page and the table around it"""
PAPER, INK, TABLE = 225.0, 50.0, 85.0


def written(image_hw: NDArray[np.uint8], rng: np.random.Generator, side: int = SIDE) -> Grey:
    """A page with the digit somewhere, as shares of ink, 0..1."""
    large = Image.fromarray(image_hw).resize((side, side), Image.Resampling.BICUBIC)
    page = np.zeros((HEIGHT, WIDTH))
    top, left = int(rng.integers(30, HEIGHT - side - 30)), int(rng.integers(30, WIDTH - side - 30))
    page[top : top + side, left : left + side] = np.clip(np.asarray(large) / 85 - 1, 0, 1)
    return page


def slope(rng: np.random.Generator, darkest: float, height: int = HEIGHT, width: int = WIDTH) -> Grey:
    """Light that falls from 1 to `darkest` across the page, in any direction."""
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[0:height, 0:width]
    along = np.cos(angle) * columns / width + np.sin(angle) * rows / height
    share: Grey = (along - along.min()) / np.ptp(along)
    return darkest + (1 - darkest) * share


def shape(points: list[tuple[int, int]], blur: float) -> Grey:
    """A soft polygon, 0..1."""
    picture = Image.new("L", (WIDTH, HEIGHT))
    ImageDraw.Draw(picture).polygon(points, fill=255)
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(blur)), np.float64) / 255


def hand(rng: np.random.Generator, page: Grey) -> Grey:
    """The shadow of an arm."""
    left = int(rng.integers(0, WIDTH))
    return page * (1 - 0.35 * shape([(left, HEIGHT), (left + 300, HEIGHT), (left + 500, 0), (left + 150, 0)], 25))


def phone(rng: np.random.Generator, ink: Grey) -> Grey:
    """The shadow of a phone, which ends somewhere on the digit and somewhere outside the picture."""
    row, column = rng.permutation(np.argwhere(ink > 0.5))[0]
    across, down = rng.uniform(-0.3, 0.3), int(rng.choice([-1, 1]))
    left, right, far = int(column - rng.uniform(150, 300)), int(column + rng.uniform(150, 300)), int(down * HEIGHT)
    lean = int(across * HEIGHT)
    corners = [(left, int(row)), (right, int(row)), (right + lean, int(row) + far), (left + lean, int(row) + far)]
    return plain(ink) * (1 - rng.uniform(0.25, 0.5) * shape(corners, rng.uniform(5, 20)))


def turned(page: Grey, degrees: float, around: float = PAPER) -> Grey:
    """The page, turned, with this grey around it."""
    picture = Image.fromarray(page.astype(np.uint8))
    return np.asarray(picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=int(around)), np.float64)


def boxed(rng: np.random.Generator, ink: Grey) -> Grey:
    """The printed box of a form around the digit, turned a little."""
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    top, left = (max(int(each[0]) - int(rng.integers(15, 60)), 8) for each in (rows, columns))
    bottom, right = int(rows[-1]) + int(rng.integers(15, 60)), int(columns[-1]) + int(rng.integers(15, 60))
    picture = Image.fromarray(plain(ink).astype(np.uint8))
    corners = (left, top, min(right, WIDTH - 9), min(bottom, HEIGHT - 9))
    ImageDraw.Draw(picture).rectangle(corners, outline=int(rng.integers(40, 130)), width=int(rng.integers(2, 7)))
    return turned(np.asarray(picture, np.float64), rng.uniform(-4, 4))


def lined(rng: np.random.Generator, ink: Grey, grey: float, *, both_ways: bool, degrees: float = 0.0) -> Grey:
    """Paper with printed lines two pixels wide, or squares, and the digit on it."""
    paper, gap = np.full((HEIGHT, WIDTH), PAPER), int(rng.integers(35, 60))
    for side in paper, paper.T if both_ways else paper:
        start = int(rng.integers(gap))
        side[start::gap] = side[start + 1 :: gap] = grey
    return turned(paper * (1 - ink) + INK * ink, degrees)


def at_the_edge(rng: np.random.Generator, page: Grey) -> Grey:
    """The table, seen on one side of the page."""
    width, found = int(rng.integers(10, 40)), page.copy()
    side = [found[:width], found[-width:], found[:, :width], found[:, -width:]][int(rng.integers(4))]
    side[:] = TABLE
    return found


def on_a_table(rng: np.random.Generator, page: Grey, grey: float = TABLE) -> Grey:
    """The whole page, turned a little, on a table."""
    table = np.full(LARGE, grey)
    table[HEIGHT // 4 : HEIGHT // 4 + HEIGHT, WIDTH // 4 : WIDTH // 4 + WIDTH] = page
    return turned(table, float(rng.uniform(-12, 12)), grey)


def dusty(rng: np.random.Generator, page: Grey) -> Grey:
    """Specks as dark as the ink."""
    found = page.copy()
    for _ in range(6):
        top, left = int(rng.integers(HEIGHT - 3)), int(rng.integers(WIDTH - 3))
        found[top : top + 3, left : left + 3] = INK
    return found


def plain(ink: Grey, paper: float = PAPER, dark: float = INK) -> Grey:
    """The page with nothing but the digit."""
    return paper * (1 - ink) + dark * ink


KINDS: dict[str, Callable[[np.random.Generator, Grey], Grey]] = {
    "nothing else": lambda _, ink: plain(ink),
    "pencil": lambda _, ink: plain(ink, dark=140),
    "weak shadow": lambda rng, ink: plain(ink) * slope(rng, 0.75),
    "strong shadow": lambda rng, ink: plain(ink) * slope(rng, 0.45),
    "shadow of an arm": lambda rng, ink: hand(rng, plain(ink)),
    "ruled paper": lambda rng, ink: lined(rng, ink, 190, both_ways=False),
    "squared paper": lambda rng, ink: lined(rng, ink, 175, both_ways=True),
    "squared paper, turned": lambda rng, ink: lined(rng, ink, 175, both_ways=True, degrees=rng.uniform(-5, 5)),
    "squared paper in a shadow": lambda rng, ink: lined(rng, ink, 190, both_ways=True) * slope(rng, 0.5),
    "table on one side": lambda rng, ink: at_the_edge(rng, plain(ink)),
    "page on a table": lambda rng, ink: on_a_table(rng, plain(ink)),
    "specks": lambda rng, ink: dusty(rng, plain(ink)),
    "chalk, uneven light": lambda rng, ink: plain(ink, 50, 220) + 70 * slope(rng, 0.0),
    "printed box of a form": boxed,
    "printed box in a shadow": lambda rng, ink: boxed(rng, ink) * slope(rng, 0.5),
    "dark ruled paper": lambda rng, ink: lined(rng, ink, rng.uniform(50, 120), both_ways=False),
    "dark squared paper": lambda rng, ink: lined(rng, ink, rng.uniform(50, 120), both_ways=True),
    "dark squared paper, turned": lambda rng, ink: lined(rng, ink, 85, both_ways=True, degrees=rng.uniform(-5, 5)),
    "grey note on a white desk": lambda rng, ink: on_a_table(rng, plain(ink, rng.uniform(130, 190)), 235),
    "lined page on a table": lambda rng, ink: on_a_table(rng, lined(rng, ink, 190, both_ways=False)),
    "squared page on a table": lambda rng, ink: on_a_table(rng, lined(rng, ink, 175, both_ways=True)),
    "page on a table, in shadow": lambda rng, ink: on_a_table(rng, plain(ink)) * slope(rng, 0.5, *LARGE),
    "pencil in a strong shadow": lambda rng, ink: plain(ink, dark=140) * slope(rng, 0.45),
    "shadow of a phone": phone,
}


def photo(kind: str, image_hw: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The grey values of a photo of this kind: with grain, and saved as a JPEG."""
    page = KINDS[kind](rng, written(image_hw, rng))
    grainy = np.clip(page + rng.normal(0, 3, page.shape), 0, 255).astype(np.uint8)
    stored = io.BytesIO()
    Image.fromarray(grainy).save(stored, "JPEG", quality=90)
    return np.asarray(Image.open(stored).convert("L"))


def main() -> None:
    """Print how many are read right, right and sure, wrong and sure, and said to be no digits."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--images", default=200, type=int)
    parser.add_argument("--seed", default=1, type=int)
    asked = parser.parse_args()
    predictor, images = load_predictor(asked.run), dataset.load("train")
    print(predictor.source)
    for kind in KINDS:
        rng = np.random.default_rng(asked.seed)
        rows = rng.choice(len(images), asked.images, replace=False)
        pictures = np.stack([prepare(photo(kind, images.images[row].numpy(), rng)) for row in rows])
        outputs, labels = predictor.infer(pictures), images.labels[rows].tolist()
        told = [(from_outputs(outputs, at, 0), label) for at, label in enumerate(labels)]
        sure = [answer.digit == label for answer, label in told if answer.verdict.value == "sure"]
        right = sum(answer.digit == label for answer, label in told)
        strange = sum(answer.verdict.value == "stranger" for answer, _ in told)
        print(f"{kind:<26} right {right}, sure and right {sum(sure)}, sure and wrong {len(sure) - sum(sure)}, "
              f"no digit? {strange}, of {len(told)}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
