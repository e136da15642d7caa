"""Charts of a report as SVG coordinates, and pictures of digits as PNG; the template draws them. numpy and Pillow."""

import base64
import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image as Pictures

from mnist_sum_tui.charts.axes import LOG, NINES, PAD, Floats, Scale, across
from mnist_sum_tui.charts.series import HEADS, Series, smooth
from mnist_sum_tui.charts.thumbnail import Image

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 8, 28
"""margins of a chart, in SVG units"""
SMOOTHING = 0.9
Point = tuple[float, float]
Label = tuple[float, str]
"""a position in SVG units, and what stands there"""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart of loss or accuracy over the steps, in SVG units."""

    title: str
    x_ticks: list[Label]
    y_ticks: list[Label]
    lines: dict[str, str]
    """by head the path of the training curve"""
    marks: dict[str, list[Point]]
    """by head the validations"""
    values: list[tuple[float, int, str, str]]
    """for the mouse: x, the step, and digit and sum as text"""


def figure(series: Series, quantity: str) -> Figure | None:
    """The chart of `loss` or `accuracy`; None if the run has fewer than two values."""
    scale = LOG if quantity == "loss" else NINES
    steps = series.training.column(0)
    curves = {head: smooth(series.y(quantity, head, series.training), SMOOTHING) for head in HEADS}
    measured = {head: series.y(quantity, head, series.validation) for head in HEADS}
    heights = scale.forward(np.concatenate([*curves.values(), *measured.values()]))
    heights = heights[np.isfinite(heights)]
    if len(steps) < 2 or not len(heights):
        return None
    low, high = float(heights.min()), float(heights.max())
    pad = PAD * (high - low) or 1.0
    frame = _Frame(scale, low - pad, high + pad, float(steps[0]), max(float(steps[-1]), float(steps[0]) + 1))
    return Figure(
        title=quantity,
        x_ticks=[(frame.x(at), text) for at, text in across("step", frame.first, frame.last, 6)],
        y_ticks=[(frame.y_at(at), text) for at, text in scale.ticks(frame.low, frame.high, 6)],
        lines={head: _path(frame.points(steps, curve)) for head, curve in curves.items()},
        marks={head: _known(frame.points(series.validation.column(0), values)) for head, values in measured.items()},
        values=_values(frame, steps, curves),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    scale: Scale
    low: float
    high: float
    first: float
    last: float

    def x(self, step: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (step - self.first) / ((self.last - self.first) or 1)

    def y_at(self, height: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - height) / (self.high - self.low)

    def points(self, steps: Floats, values: Floats) -> list[Point | None]:
        """None where a value cannot be shown."""
        heights = self.scale.forward(values).tolist()
        places = [(round(self.x(step), 1), height) for step, height in zip(steps.tolist(), heights, strict=True)]
        return [(x, round(self.y_at(height), 1)) if math.isfinite(height) else None for x, height in places]


def _values(frame: _Frame, steps: Floats, curves: dict[str, Floats]) -> list[tuple[float, int, str, str]]:
    """What is said where the mouse is."""
    label = frame.scale.label
    rows = zip(steps.tolist(), curves["digit"].tolist(), curves["sum"].tolist(), strict=True)
    return [(round(frame.x(step), 1), int(step), label(digit), label(total)) for step, digit, total in rows]


def _known(points: list[Point | None]) -> list[Point]:
    return [point for point in points if point is not None]


def _path(points: list[Point | None]) -> str:
    """The points joined, with a gap where there is none."""
    parts, is_down = [], False
    for point in points:
        if point is not None:
            parts.append(f"{'L' if is_down else 'M'}{point[0]:g} {point[1]:g}")
        is_down = point is not None
    return "".join(parts)


def png(image: Image) -> str:
    """A picture as a data URI, dark ink on white."""
    stream = io.BytesIO()
    Pictures.fromarray(255 - image).save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
