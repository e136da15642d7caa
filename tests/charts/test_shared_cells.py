"""Curves that cross or run together, and steep ones: each is seen, in its own colour."""

import itertools

import numpy as np
import pytest

from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.charts.plot import Curve, Plot, draw

WIDTH, HEIGHT = 60, 12
Cell = tuple[str, str]


def curve(name: str, y: Floats, pattern: str, is_behind: bool = False) -> Curve:
    return Curve(name, name, np.arange(len(y), dtype=float), y, None, pattern, is_behind)


def cells(*curves: Curve) -> list[Cell]:
    """Character and role of each cell right of the y axis, but for legend and x axis."""
    drawn = draw(Plot(curves), WIDTH, HEIGHT)
    rows = [[(letter, role) for text, role in line for letter in text][drawn.left :] for line in drawn.lines[1:-1]]
    return list(itertools.chain(*rows))


@pytest.mark.parametrize(
    "patterns", [("solid", "dashed"), ("solid", "solid"), ("dashed", "dashed"), ("solid", "sparse")]
)
def test_two_curves_that_run_together_are_both_seen(patterns: tuple[str, str]) -> None:
    y = np.linspace(0.0, 1.0, 200) ** 2
    roles = [role for _, role in cells(*(curve(name, y, way) for name, way in zip("ab", patterns, strict=True)))]
    assert min(roles.count("a"), roles.count("b")) >= 0.3 * max(roles.count("a"), roles.count("b"))


def test_no_dot_has_the_colour_of_another_curve() -> None:
    up, down = np.linspace(0.0, 1.0, 200), np.linspace(1.0, 0.0, 200)
    curves = [curve("a", up, "solid"), curve("b", down, "dashed"), curve("c", down**2, "solid")]
    alone = {one.name: cells(one) for one in curves}
    for place, (letter, role) in enumerate(cells(*curves)):
        assert role == "axis" or letter == alone[role][place][0]


def test_a_curve_behind_covers_nothing_and_is_seen_beside_the_others() -> None:
    y, other = np.linspace(0.0, 1.0, 200), np.linspace(0.0, 0.5, 200)
    front = curve("a", y, "solid")
    drawn = cells(front, curve("ghost", y, "sparse", is_behind=True), curve("ghost", other, "sparse", is_behind=True))
    for (letter, role), (expected, by) in zip(drawn, cells(front), strict=True):
        assert (letter, role) == (expected, by) if by == "a" else role in ("axis", "ghost")
    assert [role for _, role in drawn].count("ghost") > 15


@pytest.mark.parametrize("start", range(20, 32))
def test_a_steep_rise_does_not_fall_into_a_gap_of_the_dashes(start: int) -> None:
    y = np.where(np.arange(110) < start, 0.0, 1.0)
    drawn = cells(curve("a", y, "dashed"))
    columns = len(drawn) // (HEIGHT - 2)
    rows = {place // columns for place, (letter, role) in enumerate(drawn) if role == "a" and letter != " "}
    assert len(rows) >= 0.7 * (HEIGHT - 2)
