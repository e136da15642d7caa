"""How long it takes to draw a chart: `python -m mnist_sum_tui.bench.chart` prints the median in milliseconds."""

import statistics
import time

import numpy as np

from mnist_sum_tui.charts.axes import LOG
from mnist_sum_tui.charts.plot import Curve, Plot, draw
from mnist_sum_tui.charts.series import smooth

POINTS, WIDTH, HEIGHT, FRAMES = 10_000, 120, 40, 200


def milliseconds() -> float:
    """Median time to smooth and draw two series of POINTS points in WIDTH x HEIGHT cells, over FRAMES drawings."""
    chance = np.random.default_rng(0)
    x = np.arange(POINTS, dtype=float)
    raw = [np.exp(-x / 3000) * chance.lognormal(0, 0.3, POINTS) for _ in range(2)]
    took = []
    for _ in range(FRAMES):
        begin = time.perf_counter()
        curves = (
            Curve("digit", "digit", x, smooth(raw[0], 0.9), raw[0]),
            Curve("sum", "sum", x, smooth(raw[1], 0.9), raw[1], "dashed"),
        )
        draw(Plot(curves, scale=LOG), WIDTH, HEIGHT)
        took.append(time.perf_counter() - begin)
    return statistics.median(took) * 1000


if __name__ == "__main__":
    what = f"{WIDTH}x{HEIGHT} cells, two series of {POINTS:,} points, median of {FRAMES}"
    print(f"{milliseconds():.2f} ms per frame: {what}")
