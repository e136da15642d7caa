"""The lines above a chart: title and legend, or the values at the cursor. Pure functions; numpy only."""

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from mnist_sum_tui.charts.axes import place
from mnist_sum_tui.charts.cells import SAMPLES
from mnist_sum_tui.charts.frame import Span, fits, joined
from mnist_sum_tui.glyphs import BRAILLE

if TYPE_CHECKING:
    from mnist_sum_tui.charts.plot import Curve, Plot

ROWS_FOR_A_LEGEND, ROWS_FOR_TWO_LINES, ROWS_WITHOUT_A_NOTE = 5, 14, 9
"""the fewest rows for a legend; for a title in a line of its own; and for that if the legend leaves it no room"""
LONGEST_TITLE, LONGEST_VALUE = len("accuracy"), len("0.007118")
"""the room that each has at the cursor, so that the title stays in both charts of a run, or in neither"""


def above(plot: "Plot", width: int, height: int) -> list[list[Span]]:
    """Title and legend in two lines, in one, or none; the cursor's values replace the title.

    Each line has the items that fit, the most important first.
    """
    title = [[(plot.title, "title")]] if plot.title else []
    note = [[(plot.note, "legend")]] if plot.note else []
    if height < ROWS_FOR_A_LEGEND:
        return []
    is_one_line = height < ROWS_FOR_TWO_LINES or not note
    first, others = _legend(plot)
    if not fits([*(title if is_one_line else []), *first, *others], width):
        first, others = _legend(plot, is_short=True)
        is_one_line &= bool(note) or height < ROWS_WITHOUT_A_NOTE or fits([*title, *first, *others], width)
    reading = [] if plot.cursor is None else [joined(_reading(plot, title, width), width)]
    if not is_one_line:
        return [*(reading or [joined([*title, *note], width)]), _named(plot, [*first, *others], width)]
    if plot.short_title and not fits([*title, *first, *others], width):
        title = [[(plot.short_title, "title")]]
    return reading or [_named(plot, [*title, *_with_scale(plot, title, [*first, *others], width)], width)]


def _with_scale(plot: "Plot", title: list[list[Span]], legend: list[list[Span]], width: int) -> list[list[Span]]:
    """The legend and the note in the longest form that fits: the scale is more than the name of an envelope."""
    scale = plot.note.partition(",")[0]
    has_signs = any(curve.short and not curve.is_behind for curve in plot.curves)  # instead of names: too short here
    shorter = legend if has_signs else list(chain(*_legend(plot, is_short=True)))
    brief, bare = scale.removeprefix("y "), shorter[: -len(_envelope(plot)) or None]
    forms = [(legend, plot.note), (legend, scale), (shorter, scale), (shorter, brief)]
    forms += [] if fits([*title, *shorter], width) else [(bare, scale), (bare, brief)]
    for items, note in forms if scale else ():
        if fits([*title, *items, [(note, "legend")]], width):
            return [*items, [(note, "legend")]]
    return [*legend, [(scale, "legend")]] if scale else legend


def _named(plot: "Plot", items: list[list[Span]], width: int) -> list[Span]:
    """The items of a legend that fit; at the end how many curves are missing, `+2`, but for those behind the others."""
    for room in (width, width - len("  +9")):
        line = joined(items, room)
        roles = {role for _, role in line}
        missing = sum(not curve.is_behind and curve.role not in roles for curve in plot.curves)
        if not missing:
            return line
    return [*line, (f"  +{missing}", "legend")]


def _legend(plot: "Plot", is_short: bool = False) -> tuple[list[list[Span]], list[list[Span]]]:
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
    return lines[:2] + validation, lines[2:] + _envelope(plot, is_short)


def _envelope(plot: "Plot", is_short: bool = False) -> list[list[Span]]:
    raw = [curve for curve in plot.curves[:1] if curve.raw is not None]
    return [[(BRAILLE.envelope, f"{curve.role}-envelope"), (f" {plot.envelope[is_short]}", "legend")] for curve in raw]


def _reading(plot: "Plot", title: list[list[Span]], width: int) -> list[list[Span]]:
    """The cursor's position, the values of the curves there and how they are smoothed; then those of curves behind.

    The title stays in front of the position and the values if there is room for them.
    """
    at = read_at(plot)
    items: list[list[Span]] = [[(place(plot.x_kind, at), "cursor")]]
    values = [[(f"{name} ", "legend"), (plot.scale.label(value), role)] for name, role, value in read(plot, at)]
    front = sum(len(curve.x) > 0 and not curve.is_behind for curve in plot.curves)
    widest = [[name, (value.ljust(LONGEST_VALUE), role)] for name, (value, role) in values[:front]]
    if title and fits([[(plot.title.ljust(LONGEST_TITLE), "title")], *items, *widest], width):
        items = [*title, *items]
    step: list[list[Span]] = []
    if plot.x_kind == "epoch" and plot.steps_per_epoch:
        step = [[(place("step", at * plot.steps_per_epoch), "cursor")]]
    forms = [[[(word, "legend")]] for word in (plot.reading + plot.reading_keys, plot.reading) if word]
    for inner in ([*step, *values[:front], *word] for word in forms):
        if fits(items + inner, width):
            return items + inner + values[front:]
    return items + values[:front] + (forms[-1] if forms else []) + step + values[front:]


def read(plot: "Plot", at: float) -> list[tuple[str, str, float]]:
    """Name, role and value of each curve at x; the value is that of the last point up to x, or else of the first."""
    return [(curve.name, curve.role, float(curve.y[row_at(curve, at)])) for curve in plot.curves if len(curve.x)]


def row_at(curve: "Curve", at: float) -> int:
    """The index of the point of a curve that is read at x."""
    return max(int(np.searchsorted(curve.x, at, side="right")) - 1, 0)


def read_at(plot: "Plot") -> float:
    """Where the cursor is drawn: at the point of the first curve that it reads, or where it was put, beyond the end."""
    assert plot.cursor is not None
    x = plot.curves[0].x if plot.curves else np.empty(0)
    return float(x[row_at(plot.curves[0], plot.cursor)]) if len(x) and plot.cursor <= x[-1] else plot.cursor
