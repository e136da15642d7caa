"""Draw a chart as styled text: curves of dots, two by four per cell in braille. Pure functions; numpy only.

Points are binned by column of dots. The line is the mean of a bin, and the envelope behind it goes from the bin's
lowest to its highest raw value, so that a single spike is seen among any number of points. The time depends on the
cells more than on the points; `python -m mnist_sum_tui.bench.chart` measures it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_sum_tui.charts.axes import LINEAR, PAD, Floats, Scale, place, spanning
from mnist_sum_tui.charts.cells import SAMPLES, Cells
from mnist_sum_tui.charts.frame import Span, fit, fits, joined, x_axis, y_axis
from mnist_sum_tui.glyphs import BRAILLE, Glyphs, current, shown

Heights = tuple[Floats, Floats | None]
"""a curve's `y` and `raw` after the scale's `forward`"""
ROWS_FOR_A_LEGEND, ROWS_FOR_TWO_LINES, ROWS_WITHOUT_A_NOTE = 6, 14, 9
"""the fewest rows for a legend; for a title in a line of its own; and for that if the legend leaves it no room"""


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
    """step, epoch or time (in seconds)"""
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
    """Draw the chart in `width` by `height` cells; without legend or axes if there is too little room for them."""
    glyphs = glyphs or current()
    above, with_axis = _above(plot, width, height), height >= 4
    rows = max(height - len(above) - with_axis, 0)
    up = plot.scale.forward
    heights = [(up(curve.y), None if curve.raw is None else up(curve.raw)) for curve in plot.curves]
    marked = [up(marks.y) for marks in plot.marks]
    low, high = plot.heights or _range([y for pair in heights for y in pair if y is not None] + marked)
    ticks = spanning(plot.scale.ticks(low, high, max(3, rows // 2)), plot.scale, low, high) if rows else []
    gutter = max(len(text) for text in (plot.x_kind, *(text for _, text in ticks))) + 2
    left = gutter if width >= gutter + 8 else 0
    columns = max(width - left, 0)
    x_low, x_high = _x_range(plot)
    lines = [fit(spans, width) for spans in above]
    if rows and columns:
        canvas = Cells(rows, columns, (x_low, x_high), (low, high), glyphs)
        _paint(canvas, plot, heights, marked)
        beside = y_axis(ticks, rows, left, (low, high))
        lines += [[(text, "axis"), *spans] for text, spans in zip(beside, canvas.lines(), strict=True)]
    if with_axis:
        between = (x_low, x_high) if any(len(part.x) for part in _parts(plot)) else None
        lines.append(fit(x_axis(plot.x_kind, between, left, columns), width))
    lines = lines[:height] + [[(" " * width, "axis")]] * (height - len(lines))
    lines = [[(shown(text, glyphs), role) for text, role in line] for line in lines]
    return Drawing(lines, left, columns, x_low, x_high)


def read(plot: Plot, at: float) -> list[tuple[str, str, float]]:
    """Name, role and value of each curve at x; the value is that of the last point up to x, or else of the first."""
    return [(curve.name, curve.role, float(curve.y[_row(curve, at)])) for curve in plot.curves if len(curve.x)]


def _row(curve: Curve, at: float) -> int:
    return max(int(np.searchsorted(curve.x, at, side="right")) - 1, 0)


def _read_at(plot: Plot) -> float:
    """Where the cursor is drawn: at the point of the first curve that it reads, or where it was put, beyond the end."""
    assert plot.cursor is not None
    x = plot.curves[0].x if plot.curves else np.empty(0)
    return float(x[_row(plot.curves[0], plot.cursor)]) if len(x) and plot.cursor <= x[-1] else plot.cursor


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
        canvas.top("nan", BRAILLE.wrong, part.x[np.isnan(part.y)])
    if plot.cursor is not None:
        canvas.column("cursor", BRAILLE.axes[0], _read_at(plot))
        for curve, (y, _) in curves:
            row = [_row(curve, plot.cursor)]
            canvas.marks(curve.role, BRAILLE.off, curve.x[row], y[row])


def _parts(plot: Plot) -> list[Curve | Marks]:
    return [*plot.curves, *plot.marks]


def _above(plot: Plot, width: int, height: int) -> list[list[Span]]:
    """The lines above the chart: title and legend in two lines, in one, or none; the cursor's values replace the title.

    Each line has the items that fit, the most important first.
    """
    title = [[(plot.title, "title")]] if plot.title else []
    note = [[(plot.note, "legend")]] if plot.note else []
    if height < ROWS_FOR_A_LEGEND:
        return []
    is_one_line = height < ROWS_FOR_TWO_LINES or not note
    curves, others = _legend(plot)
    whole = [*(title if is_one_line else []), *curves, *others]
    if not fits(whole, width):
        curves, others = _legend(plot, is_short=True)
        is_one_line &= bool(note) or height < ROWS_WITHOUT_A_NOTE or fits([*title, *curves, *others], width)
    reading = [] if plot.cursor is None else [joined(_reading(plot, width), width)]
    titled = [*title, *reading]
    if reading and title and fits(titled, width):
        # the title stays in front of the reading where both fit
        reading = [joined(titled, width)]
    if is_one_line:
        return reading or [joined([*title, *curves, *others, *note], width)]
    return [*(reading or [joined([*title, *note], width)]), joined([*curves, *others], width)]


def _legend(plot: Plot, is_short: bool = False) -> tuple[list[list[Span]], list[list[Span]]]:
    """The items of the legend: first two curves and the marks, then other curves and the envelope; one per name."""
    named: dict[str, list[Span]] = {}
    for curve in plot.curves:
        sample = (SAMPLES[curve.pattern], curve.role)
        name = (is_short and curve.short) or curve.name.partition(",")[0]
        samples = named.setdefault(name, [])
        samples += [sample] if sample not in samples else []
    lines = [[*samples, (f" {name}", "legend")] for name, samples in named.items()]
    marked = [(marks.symbol, marks.role) for marks in plot.marks if len(marks.x)]
    name = plot.marks[0].name[: 3 if is_short else None] if marked else ""
    validation = [[*marked, (f" {name}", "legend")]] if name else []
    raw = [curve for curve in plot.curves[:1] if curve.raw is not None]
    envelope = [
        [(BRAILLE.envelope, f"{curve.role}-envelope"), (f" {plot.envelope[is_short]}", "legend")] for curve in raw
    ]
    return lines[:2] + validation, lines[2:] + envelope


def _reading(plot: Plot, width: int) -> list[list[Span]]:
    """The cursor's position, the values of the curves there and how they are smoothed; then those of curves behind."""
    at = _read_at(plot)
    items: list[list[Span]] = [[(place(plot.x_kind, at), "cursor")]]
    values = [[(f"{name} ", "legend"), (plot.scale.label(value), role)] for name, role, value in read(plot, at)]
    front = sum(len(curve.x) > 0 and not curve.is_behind for curve in plot.curves)
    step: list[list[Span]] = []
    if plot.x_kind == "epoch" and plot.steps_per_epoch:
        step = [[(place("step", at * plot.steps_per_epoch), "cursor")]]
    forms = [[[(word, "legend")]] for word in (plot.reading + plot.reading_keys, plot.reading) if word]
    for inner in ([*step, *values[:front], *word] for word in forms):
        if fits(items + inner, width):
            return items + inner + values[front:]
    return items + values[:front] + (forms[-1] if forms else []) + step + values[front:]
