"""Draw a chart as styled text: curves of dots, two by four per cell in braille. Pure functions; numpy only.

Points are binned by column of dots. The line is the mean of a bin, and the envelope behind it goes from the bin's
lowest to its highest raw value, so that a single spike is seen among any number of points. The time depends on the
cells more than on the points; `python -m mnist_sum_tui.bench.chart` measures it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_sum_tui.charts.axes import LINEAR, Floats, Scale, Tick, across, place
from mnist_sum_tui.charts.braille import column_of, dot_rows
from mnist_sum_tui.charts.cells import Cells
from mnist_sum_tui.charts.widths import cells, cut
from mnist_sum_tui.glyphs import BRAILLE, Glyphs, current, shown

Span = tuple[str, str]
"""text and its role: axis, title, legend, cursor, nan, or that of a curve or marks, for envelopes with `-envelope`"""
Heights = tuple[Floats, Floats | None]
"""a curve's `y` and `raw` after the scale's `forward`"""
SAMPLES = dict(zip(("solid", "dashed", "sparse"), BRAILLE.lines, strict=True))
"""the line patterns, and how the legend shows them"""
_Y_AXIS, _Y_TICK, _X_AXIS, _X_TICK, _CORNER = BRAILLE.axes


@dataclass(frozen=True, slots=True)
class Curve:
    """A line. `x` ascends. `raw` is what `y` was smoothed from, and is drawn as the envelope.

    The legend names each role once, by the name up to a comma; at the cursor the whole name is shown.
    """

    name: str
    role: str
    x: Floats
    y: Floats
    raw: Floats | None = None
    pattern: str = "solid"
    """a key of SAMPLES; tells lines apart without colour"""
    is_behind: bool = False
    """covered by all other curves"""


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
    """What to draw. Marks hide curves; curves share the cells that they cross."""

    curves: tuple[Curve, ...]
    marks: tuple[Marks, ...] = ()
    scale: Scale = LINEAR
    x_kind: str = "step"
    """step, epoch or time (in seconds)"""
    cursor: float | None = None
    """a position on the x axis; the legend shows the values there"""
    title: str = ""
    note: str = ""
    """how the chart is drawn; shown on the x axis if there is room"""


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


def draw(plot: Plot, width: int, height: int, glyphs: Glyphs | None = None) -> Drawing:
    """Draw the chart in `width` by `height` cells; legend and axes are left out if there is little room."""
    glyphs = glyphs or current()
    with_legend, with_axis = height >= 6, height >= 4
    rows = max(height - with_legend - with_axis, 0)
    up = plot.scale.forward
    heights = [(up(curve.y), None if curve.raw is None else up(curve.raw)) for curve in plot.curves]
    marked = [up(marks.y) for marks in plot.marks]
    low, high = _range([y for pair in heights for y in pair if y is not None] + marked)
    ticks = plot.scale.ticks(low, high, max(3, rows // 2)) if rows else []
    gutter = max((len(text) for _, text in ticks), default=0) + 2
    left = gutter if width >= gutter + 8 else 0
    columns = max(width - left, 0)
    x_low, x_high = _x_range(plot)
    lines: list[list[Span]] = []
    if with_legend:
        lines.append(_fit((_legend if plot.cursor is None else _reading)(plot, width), width))
    if rows and columns:
        canvas = Cells(rows, columns, (x_low, x_high), (low, high), glyphs)
        _paint(canvas, plot, heights, marked)
        gutter_texts = _gutter(ticks, rows, left, low, high)
        lines += [[(text, "axis"), *spans] for text, spans in zip(gutter_texts, canvas.lines(), strict=True)]
    if with_axis:
        lines.append(_fit(_x_axis(plot, x_low, x_high, left, columns), width))
    lines = lines[:height] + [[(" " * width, "axis")]] * (height - len(lines))
    lines = [[(shown(text, glyphs), role) for text, role in line] for line in lines]
    return Drawing(lines, left, columns, x_low, x_high)


def read(plot: Plot, at: float) -> list[tuple[str, str, float]]:
    """Name, role and value of each curve at x: that of the last point up to x, or else of the first point."""
    found = []
    for curve in plot.curves:
        if len(curve.x):
            row = max(int(np.searchsorted(curve.x, at, side="right")) - 1, 0)
            found.append((curve.name, curve.role, float(curve.y[row])))
    return found


def _range(heights: list[Floats]) -> tuple[float, float]:
    known = np.concatenate([*heights, np.empty(0)])
    known = known[np.isfinite(known)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    pad = (high - low) * 0.03 or abs(high) * 0.1 or 0.5
    return low - pad, high + pad


def _x_range(plot: Plot) -> tuple[float, float]:
    ends = [float(x) for part in _parts(plot) if len(part.x) for x in (part.x[0], part.x[-1])]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    return low, high if high > low else low + 1


def _paint(canvas: Cells, plot: Plot, heights: Sequence[Heights], marked: Sequence[Floats]) -> None:
    """Draw everything in order, because what is drawn later covers what is there."""
    curves = [pair for pair in zip(plot.curves, heights, strict=True) if len(pair[0].x)][::-1]
    curves.sort(key=lambda pair: not pair[0].is_behind)
    for curve, (_, raw) in curves:
        if raw is not None:
            canvas.band(f"{curve.role}-envelope", curve.x, raw)
    for curve, (y, _) in curves:
        canvas.line(curve.role, curve.x, y, curve.pattern, curve.is_behind)
    for marks, at in reversed([*zip(plot.marks, marked, strict=True)]):
        canvas.marks(marks.role, marks.symbol, marks.x, at)
    for part in _parts(plot):
        canvas.top("nan", BRAILLE.wrong, part.x[np.isnan(part.y)])
    if plot.cursor is not None:
        canvas.column("cursor", _Y_AXIS, plot.cursor)


def _parts(plot: Plot) -> list[Curve | Marks]:
    return [*plot.curves, *plot.marks]


def _gutter(ticks: list[Tick], rows: int, left: int, low: float, high: float) -> list[str]:
    """The y axis, one text per row, each `left` wide."""
    if not left:
        return [""] * rows
    lines = [" " * (left - 1) + _Y_AXIS] * rows
    for at, text in ticks:
        row = int(dot_rows(np.array([at]), (low, high), rows * 4)[0]) // 4
        lines[row] = f"{text:>{left - 2}} {_Y_TICK}"
    return lines


def _x_axis(plot: Plot, low: float, high: float, left: int, columns: int) -> list[Span]:
    """The x axis, with each label right of its tick: `└──┴500────┴1,000─── step`."""
    cells = list(_X_AXIS * columns)
    is_noted = plot.note and columns >= 2 * len(plot.note)
    last = f" {plot.note} {BRAILLE.between} {plot.x_kind}" if is_noted else f" {plot.x_kind}"
    free = 0
    for at, text in across(plot.x_kind, low, high, max(2, columns // 9)):
        start = int(column_of(np.array([at]), (low, high), columns)[0]) if columns else 0
        if start >= free and start + len(text) + 1 <= columns - len(last) - 1:
            cells[start : start + len(text) + 1] = list(f"{_X_TICK}{text}")
            free = start + len(text) + 2
    if columns > len(last) + 4:
        cells[columns - len(last) :] = list(last)
    return [(" " * (left - 1) + _CORNER if left else "", "axis"), ("".join(cells), "axis")]


def _legend(plot: Plot, width: int) -> list[Span]:
    """Title, first two curves, marks, envelope, other curves: each item that fits. One name per role."""
    items: list[list[Span]] = [[(plot.title, "title")]] if plot.title else []
    named = list({curve.role: curve for curve in reversed(plot.curves)}.values())[::-1]
    lines = [[(SAMPLES[curve.pattern], curve.role), (f" {curve.name.partition(',')[0]}", "legend")] for curve in named]
    items += lines[:2]
    marked = [(marks.symbol, marks.role) for marks in plot.marks if len(marks.x)]
    if marked:
        items.append([*marked, (f" {plot.marks[0].name}", "legend")])
    if plot.curves and plot.curves[0].raw is not None:
        items.append([(BRAILLE.envelope, f"{plot.curves[0].role}-envelope"), (" raw", "legend")])
    spans: list[Span] = []
    for item in items + lines[2:]:
        gap: list[Span] = [("  ", "legend")] if spans else []
        if sum(cells(text) for text, _ in (*spans, *gap, *item)) <= width:
            spans += [*gap, *item]
    return spans


def _reading(plot: Plot, width: int) -> list[Span]:
    """The cursor's position and the curves' values there."""
    assert plot.cursor is not None
    spans: list[Span] = [(place(plot.x_kind, plot.cursor), "cursor")]
    for name, role, value in read(plot, plot.cursor):
        item: list[Span] = [(f"  {name} ", "legend"), (plot.scale.label(value), role)]
        if sum(cells(text) for text, _ in (*spans, *item)) <= width:
            spans += item
    return spans


def _fit(spans: list[Span], width: int) -> list[Span]:
    """The line cut or filled to exactly `width` cells; a letter of two cells is never cut in half."""
    fitted: list[Span] = []
    room = width
    for text, role in spans:
        shown = cut(text, room)
        if shown:
            fitted.append((shown, role))
            room -= cells(shown)
        if len(shown) < len(text):
            break
    return [*fitted, (" " * room, "axis")] if room > 0 else fitted
