"""Draw a chart as styled text: curves of dots, two by four per cell in braille. Pure functions; numpy only.

Points are binned by column of dots. The line is the mean of a bin, and the envelope behind it goes from the bin's
lowest to its highest raw value, so that a single spike is seen among any number of points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_sum_tui.charts.above import above, read_at, row_at
from mnist_sum_tui.charts.axes import LINEAR, PAD, Floats, Scale, spanning
from mnist_sum_tui.charts.cells import Cells
from mnist_sum_tui.charts.frame import Span, fit, x_axis, y_axis
from mnist_sum_tui.glyphs import BRAILLE, shown

Heights = tuple[Floats, Floats | None]
"""a curve's `y` and `raw` after the scale's `forward`"""


@dataclass(frozen=True, slots=True)
class Curve:
    """A line. `x` ascends. `raw` is what `y` was smoothed from, and is drawn as the envelope.

    The legend has each name up to a comma once, with the lines it stands for; at the cursor the whole name is shown.
    """

    name: str
    role: str
    x: Floats
    y: Floats
    raw: Floats | None = None
    pattern: str = "solid"
    """a key of SAMPLES; tells lines apart without colour"""
    is_behind: bool = False
    """whether all other curves cover it"""
    short: str = ""
    """a shorter name for a legend with little room"""


@dataclass(frozen=True, slots=True)
class Marks:
    """Single values, each drawn as a character."""

    name: str
    role: str
    symbol: str
    """one of `Glyphs.runs`"""
    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True)
class Plot:
    """What to draw. Marks cover curves; two curves that cross share the cells."""

    curves: tuple[Curve, ...]
    marks: tuple[Marks, ...] = ()
    scale: Scale = LINEAR
    x_kind: str = "step"
    """step, epoch, time (in seconds), rate (log10 of a learning rate), or `% sure` and the like (in percent)"""
    cursor: float | None = None
    """a position on the x axis; the legend shows the values there"""
    title: str = ""
    note: str = ""
    """how the chart is drawn; shown beside the title, and above the legend if the chart is high enough"""
    reading: str = ""
    """whether the values at the cursor are smoothed or those of single batches, in words"""
    reading_keys: str = ""
    """how much they are smoothed, and the keys that change it; shown after `reading` if there is room"""
    signs: tuple[tuple[float, str], ...] = ()
    """vertical lines with what was changed there: a position on the x axis, and a few words"""
    steps_per_epoch: int = 0
    """if it is known, the cursor on an axis of epochs shows the step, too"""
    envelope: tuple[str, str] = ("each batch", "batch")
    """the legend's name for the envelope of the first curve, and its short form"""
    heights: tuple[float, float] | None = None
    """the ends of the y axis; None fits them to the values"""
    short_title: str = ""
    """a shorter title, if any, for a line that has too little room for the title and all curves"""
    empty: str = ""
    """what the chart says if it has no point"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn chart: its lines of text, each exactly as wide as requested, and where its x axis is."""

    lines: list[list[Span]]
    left: int
    """the cell at which the x axis starts"""
    columns: int
    """the length of the x axis in cells"""
    low: float
    """the x axis's first value"""
    high: float
    """its last value"""

    def x_at(self, cell: float) -> float:
        """The value on the x axis at a column of cells, limited to the axis's range."""
        share = (cell - self.left) / max(self.columns - 1, 1)
        return self.low + min(max(share, 0.0), 1.0) * (self.high - self.low)


def draw(plot: Plot, width: int, height: int) -> Drawing:
    """Draw the chart in `width` by `height` cells; without legend or axes if there is too little room for them."""
    heading, with_axis = above(plot, width, height), height >= 4
    rows = max(height - len(heading) - with_axis, 0)
    up = plot.scale.forward
    heights = [(up(curve.y), None if curve.raw is None else up(curve.raw)) for curve in plot.curves]
    marked = [up(marks.y) for marks in plot.marks]
    low, high = plot.heights or _range([y for pair in heights for y in pair if y is not None] + marked)
    low = max(low, plot.scale.least)
    ticks = spanning(plot.scale.ticks(low, high, max(3, rows // 2)), plot.scale, low, high) if rows else []
    gutter = max(len(text) for text in (plot.x_kind, *(text for _, text in ticks))) + 2
    left = gutter if width >= gutter + 8 else 0
    columns = max(width - left, 0)
    x_low, x_high = _x_range(plot)
    between = (x_low, x_high) if any(len(part.x) for part in _parts(plot)) else None
    lines = [fit(spans, width) for spans in heading]
    if rows and columns:
        canvas = Cells(rows, columns, (x_low, x_high), (low, high))
        if between is None:
            canvas.middle("legend", plot.empty)
        _paint(canvas, plot, heights, marked)
        beside = y_axis(ticks, rows, left, (low, high))
        lines += [[(text, "axis"), *spans] for text, spans in zip(beside, canvas.lines(), strict=True)]
    if with_axis:
        lines.append(fit(x_axis(plot.x_kind, between, left, columns), width))
    lines = lines[:height] + [[(" " * width, "axis")]] * (height - len(lines))
    lines = [[(shown(text), role) for text, role in line] for line in lines]
    return Drawing(lines, left, columns, x_low, x_high)


def _range(heights: list[Floats]) -> tuple[float, float]:
    known = np.concatenate([*heights, np.empty(0)])
    known = known[np.isfinite(known)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    pad = (high - low) * PAD or abs(high) * 0.1 or 0.5
    return low - pad, high + pad


def _x_range(plot: Plot) -> tuple[float, float]:
    ends = [float(x) for part in _parts(plot) if len(part.x) for x in (part.x[0], part.x[-1])]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    return low, high if high > low else low + 1


def _paint(canvas: Cells, plot: Plot, heights: Sequence[Heights], marked: Sequence[Floats]) -> None:
    """Draw everything in an order that matters, because later drawings cover earlier ones."""
    curves = [pair for pair in zip(plot.curves, heights, strict=True) if len(pair[0].x)][::-1]
    curves.sort(key=lambda pair: not pair[0].is_behind)
    for curve, (_, raw) in curves:
        if raw is not None:
            canvas.band(f"{curve.role}-envelope", curve.x, raw)
    for curve, (y, _) in curves:
        canvas.line(curve.role, curve.x, y, curve.pattern, curve.is_behind)
    for marks, at in reversed([*zip(plot.marks, marked, strict=True)]):
        canvas.marks(marks.role, marks.symbol, marks.x, at)
    for x, _ in plot.signs:
        canvas.column("legend", BRAILLE.axes[0], x)
    for x, text in plot.signs:  # over the lines, which would cross the texts
        canvas.sign("legend", x, text)
    for part in _parts(plot):
        lost = part.x[np.isnan(part.y)]
        canvas.marks("nan", BRAILLE.wrong, lost, np.full(len(lost), canvas.up[1]))  # at the upper edge
    if plot.cursor is not None:
        canvas.column("cursor", BRAILLE.axes[0], read_at(plot))
        for curve, (y, _) in curves:
            row = [row_at(curve, plot.cursor)]
            canvas.marks(curve.role, BRAILLE.off, curve.x[row], y[row])


def _parts(plot: Plot) -> list[Curve | Marks]:
    return [*plot.curves, *plot.marks]
