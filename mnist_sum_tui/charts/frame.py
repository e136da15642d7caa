"""The text around a chart: both axes, and lines of items that are cut to a width. Pure functions."""

from collections.abc import Iterable

import numpy as np

from mnist_sum_tui.charts.axes import Tick, across
from mnist_sum_tui.charts.braille import Interval, column_of, dot_rows
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import cells, cut

Span = tuple[str, str]
"""text and its role: axis, title, legend, cursor, nan, or the role of a curve (with `-envelope` for its envelope)"""
LEAST = 2
"""labels that an x axis should have, if there is room"""
_Y_AXIS, _Y_TICK, _X_AXIS, _X_TICK, _CORNER = tuple(BRAILLE.axes)


def y_axis(ticks: list[Tick], rows: int, left: int, up: Interval) -> list[str]:
    """The y axis, one text per row, each `left` wide."""
    if not left:
        return [""] * rows
    lines = [" " * (left - 1) + _Y_AXIS] * rows
    places = dot_rows(np.array([at for at, _ in ticks]), up, rows * 4).tolist()
    for row, (_, text) in reversed([*zip(places, ticks, strict=True)]):  # in a row for two, the first
        lines[row // 4] = f"{text:>{left - 2}} {_Y_TICK}"
    return lines


def x_axis(kind: str, between: Interval | None, left: int, columns: int) -> list[Span]:
    """The x axis with its name on the left, and labels at its ticks: `step └──┴500───1,000┴`.

    Without a range, because nothing is drawn yet, it has no labels.
    """
    line, count = _X_AXIS * columns, 0
    for room in (max(2, columns // 9), 3, 4, 5, 6):  # with few labels, perhaps only one is within the axis
        if between is not None and count < LEAST:  # the most so far, until they are enough
            tried = _ticked(across(kind, *between, room), between, columns)
            line, count = tried if tried[1] > count else (line, count)
    return [(f"{kind:>{left - 2}} {_CORNER}" if left else "", "axis"), (line, "axis")]


def _ticked(ticks: list[Tick], between: Interval, columns: int) -> tuple[str, int]:
    """The axis with the labels that fit, and how many of them are to the right of their ticks.

    That of a tick at the very end is to the left.
    """
    line, free, count = list(_X_AXIS * columns), 0, 0
    starts = column_of(np.array([at for at, _ in ticks]), between, columns or 1).tolist()
    for start, (_, text) in zip(starts, ticks, strict=True):
        end = start + len(text) + 1
        if start >= free and end <= columns:
            line[start:end] = f"{_X_TICK}{text}"
            free, count = end + 1, count + 1
        elif start == columns - 1 >= free + len(text):
            line[start - len(text) :] = f"{text}{_X_TICK}"
    return "".join(line), count


def joined(items: Iterable[list[Span]], width: int) -> list[Span]:
    """The items that fit into a line of `width`, with a gap between them; an item that does not fit is left out."""
    spans: list[Span] = []
    for item in items:
        gap: list[Span] = [("  ", "legend")] if spans else []
        if sum(cells(text) for text, _ in (*spans, *gap, *item)) <= width:
            spans += [*gap, *item]
    return spans


def fits(items: Iterable[list[Span]], width: int) -> bool:
    """Whether all items fit into a line of `width`."""
    return sum(cells(text) for text, _ in joined(items, 10**6)) <= width


def fit(spans: list[Span], width: int) -> list[Span]:
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
