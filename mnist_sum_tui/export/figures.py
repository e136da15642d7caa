"""Charts of a report as SVG coordinates, and pictures of digits as PNG, for the HTML templates. numpy and Pillow."""

import base64
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image as Pictures

from mnist_sum_tui.charts.axes import LOG, NINES, PAD, SHARE, Floats, Scale, across, spanning
from mnist_sum_tui.charts.series import HEADS, Series
from mnist_sum_tui.charts.sureness import LEAST_ANSWERS
from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.event_words import changed_words
from mnist_sum_tui.runs.events import Changed

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 84, 16, 8, 28
"""margins of a chart, in SVG units; on a telephone `99.995 %` takes 76"""
LABEL_GAP, DIGIT_WIDTH = 3, 11.5
"""the gap beside the number of a change, and the most that a letter of it takes, on a telephone, in SVG units"""
MOST_MARKS = 500
"""the most marks of a curve, because more would cover each other"""
PLACES = 200
"""at how many positions of a comparison the mouse pointer shows the values"""
Point = tuple[float, float]
Label = tuple[float, str]
"""a position in SVG units, and the text there"""


Curves = Mapping[str, tuple[Floats, Floats]]
"""x and y of each curve, by the CSS class that gives it its look"""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, in SVG units."""

    title: str
    x_ticks: list[Label]
    y_ticks: list[Label]
    lines: dict[str, str]
    """the path of each curve, by its CSS class"""
    marks: dict[str, list[Point]]
    """the single points that belong to each curve, by its CSS class"""
    values: list[tuple[float, str]]
    """what the mouse pointer shows: a position x, and the text there"""
    turns: list[Label]
    """where a setting was changed, and what was changed there"""
    turn_labels: list[Label]
    """where the numbers of these changes stand, counted from 1; one label for several that are close together"""


def figure(series: Series, quantity: str, changed: Sequence[Changed] = ()) -> Figure | None:
    """The training curves and validations of `loss` or `accuracy` over the steps, and where settings were changed.

    None with fewer than two values.
    """
    scale = LOG if quantity == "loss" else NINES
    steps = series.training.column(0)
    curves = {head: (steps, series.smoothed(quantity, head)) for head in HEADS}
    marks = {head: (series.validation.column(0), series.y(quantity, head, series.validation)) for head in HEADS}
    rows = zip(*(values.tolist() for values in (steps, curves["digit"][1], curves["sum"][1])), strict=True)
    said = [(at, f"step {at:,.0f}: digit {scale.label(digit)}, sum {scale.label(total)}") for at, digit, total in rows]
    turns = [(event.at, changed_words(event)) for event in changed]
    return _figure(f"{quantity} over the steps", scale, "step", curves, marks, said, turns)


def comparison(runs: Mapping[str, Series], quantity: str) -> Figure | None:
    """`sum accuracy`, `digit loss` and so on of several runs over the epochs; the classes are `run-1`, `run-2`, ..."""
    head, what = quantity.split()
    scale = LOG if what == "loss" else NINES
    curves, marks = {}, {}
    for place, series in enumerate(runs.values()):
        x, y = series.x("epoch", series.training), series.smoothed(what, head, runs.values())
        curves[f"run-{place + 1}"] = x, y
        marks[f"run-{place + 1}"] = series.x("epoch", series.validation), series.y(what, head, series.validation)
    longest = max((float(x[-1]) for x, _ in curves.values() if len(x)), default=0.0)
    said = []
    for at in np.linspace(0, longest, PLACES).tolist():
        there = ((name, x, y) for name, (x, y) in zip(runs, curves.values(), strict=True) if len(x))
        known = [(name, float(np.interp(at, x, y))) for name, x, y in there if x[0] <= at <= x[-1]]
        if known:  # not before the first value
            said.append((at, f"epoch {at:.2f}: " + ", ".join(f"{name} {scale.label(value)}" for name, value in known)))
    curves = dict(sorted(curves.items(), key=lambda named: -max(named[1][0], default=0.0)))  # a short one lies on top
    return _figure(f"{quantity} over the epochs", scale, "epoch", curves, marks, said)


def reliability(bins: Mapping[str, Sequence[Sequence[float]]]) -> Figure | None:
    """The reliability diagram: accuracy over sureness, by head; a bin is (answers, mean sureness, accuracy)."""
    ends = np.array([0.0, 1.0])
    curves, said = {"ideal": (100 * ends, ends)}, []
    for head, parts in bins.items():
        known = [part for part in parts if len(part) == 3 and part[0] >= LEAST_ANSWERS[head] and max(part[1:]) <= 1]
        curves[head] = tuple(np.array([part[1:] for part in known]).reshape(-1, 2).T * [[100], [1]])
        for answers, sure, right in known:
            shares = f"{percent(sure, 1)} sure, {percent(right, 1)} right"
            said.append((100 * sure, f"{head}: {answers:,.0f} answers, {shares}"))
    marks = {head: curves[head] for head in bins}
    return _figure("right, over how sure in %", SHARE, "epoch", curves, marks, said)


def _figure(
    title: str,
    scale: Scale,
    kind: str,
    curves: Curves,
    marks: Curves,
    said: Sequence[tuple[float, str]],
    turns: Sequence[tuple[float, str]] = (),
) -> Figure | None:
    """The chart, with an x axis of that kind; None if there is nothing to see."""
    heights = scale.forward(np.concatenate([y for _, y in (*curves.values(), *marks.values())]))
    along, finite = np.concatenate([x for x, _ in curves.values()]), heights[np.isfinite(heights)]
    if not len(finite) and scale is NINES and np.isinf(heights).any():  # all of it is 100 %, at the upper edge
        finite = scale.forward(np.array([0.9, 0.999]))
    if not (said and len(finite)) or max(len(x) for x, _ in curves.values()) < 2:
        return None
    low, high = float(finite.min()), float(finite.max())
    pad, first, last = PAD * (high - low) or 1.0, float(along.min()), float(along.max())
    frame = _Frame(scale, low - pad, high + pad, first, max(last, first + 1))
    numbered = [(frame.x(at), place, words) for place, (at, words) in enumerate(turns, 1) if first <= at <= frame.last]
    ticks = spanning(scale.ticks(frame.low, frame.high, 6), scale, frame.low, frame.high)
    return Figure(
        title=title,
        x_ticks=[(frame.x(at), text) for at, text in across(kind, frame.first, frame.last, 6)],
        y_ticks=[(frame.y_at(at), text) for at, text in ticks],
        lines={name: _path(frame.points(x, y)) for name, (x, y) in curves.items()},
        marks={name: frame.dots(x, y) for name, (x, y) in marks.items()},
        values=[(round(frame.x(at), 1), words) for at, words in said],
        turns=[(round(x, 1), words) for x, _, words in numbered],
        turn_labels=_labels([(x, number) for x, number, _ in numbered]),
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
        """The points in SVG units: an infinite height, as of 100 %, is at the edge, and what is no number is None."""
        heights = np.clip(self.scale.forward(values), self.low, self.high).tolist()
        places = [(round(self.x(step), 1), height) for step, height in zip(steps.tolist(), heights, strict=True)]
        return [None if math.isnan(height) else (x, round(self.y_at(height), 1)) for x, height in places]

    def dots(self, steps: Floats, values: Floats) -> list[Point]:
        """The points that can be shown; if there are too many, every second, third, ... and the last."""
        gap = -(-len(steps) // MOST_MARKS) or 1
        steps, values = (np.append(found[:-1:gap], found[-1:]) for found in (steps, values))
        return [point for point in self.points(steps, values) if point is not None]


def _labels(numbered: Sequence[tuple[float, int]]) -> list[Label]:
    """The numbers beside these positions; those that would overlap share a label, such as `1-3, 5`."""
    groups: list[tuple[float, list[int]]] = []
    for x, number in sorted(numbered):
        group = x, [number]
        while groups and _label(*group)[0] < _end(_label(*groups[-1])):
            group = x, [*groups.pop()[1], *group[1]]  # right of all their lines
        groups.append(group)
    return [_label(*group) for group in groups]


def _label(x: float, numbers: Sequence[int]) -> Label:
    """A label with the numbers, right of a position, but within the chart."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return round(min(x + LABEL_GAP, WIDTH - DIGIT_WIDTH * len(words)), 1), words


def _end(label: Label) -> float:
    return label[0] + DIGIT_WIDTH * len(label[1]) + LABEL_GAP


def _path(points: list[Point | None]) -> str:
    """An SVG path through the points, with a gap at each None."""
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
