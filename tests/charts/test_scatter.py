"""The map of the digits: its points, letters and marks."""

from collections import Counter

import numpy as np
import pytest

from mnist_sum_tui.charts.scatter import WRONG, DigitMap
from mnist_sum_tui.glyphs import BRAILLE, MARKERS, choose

CENTRES = np.array([(np.cos(angle), np.sin(angle)) for angle in np.arange(10) * np.pi / 5])
"""of the digits: 0 at the right, then to the left round"""


def map_of(count: int = 200, wrong: int = 1, spread: float = 0.05) -> DigitMap:
    labels = np.arange(10).repeat(count)
    points = CENTRES[labels] + np.random.default_rng(3).normal(0, spread, (len(labels), 2))
    digits = labels.copy()
    digits[:wrong] = 8
    return DigitMap(points, labels, digits)


def cells(shown: DigitMap, columns: int, rows: int) -> list[list[tuple[str, int]]]:
    """Each character with its role."""
    return [[(letter, role) for text, role in line for letter in text] for line in shown.drawn(columns, rows)]


@pytest.mark.parametrize("marker", MARKERS)
def test_each_digit_has_its_place_its_letters_and_its_role(marker: str) -> None:
    choose(marker)
    lines = cells(map_of(), 60, 24)
    assert (len(lines), {len(line) for line in lines}) == (24, {60})
    for digit, (x, y) in enumerate(CENTRES):
        column, row = round((x + 1.15) / 2.3 * 59), round((1.15 - y) / 2.3 * 23)
        near = [
            lines[r][c]
            for r in range(max(row - 2, 0), min(row + 3, 24))
            for c in range(max(column - 4, 0), min(column + 5, 60))
        ]
        assert Counter(role for _, role in near if role not in (-1, WRONG)).most_common(1)[0][0] == digit
        assert str(digit) in {letter for letter, _ in near}
    assert {letter for line in lines for letter, role in line if role == -1} == {" "}


def test_a_mistake_is_marked_while_there_are_few() -> None:
    marks = [
        (c, r) for r, line in enumerate(cells(map_of(), 60, 24)) for c, cell in enumerate(line) if cell[1] == WRONG
    ]
    assert len(marks) == 1
    assert cells(map_of(), 60, 24)[marks[0][1]][marks[0][0]][0] == BRAILLE.wrong
    assert map_of().labels[map_of().nearest(marks[0], 60, 24)] == 0
    scattered = map_of(wrong=1000, spread=2.0)
    scattered.digits[:] = np.where(np.arange(2000) % 3 == 0, (scattered.labels + 1) % 10, scattered.labels)
    lines = cells(scattered, 20, 8)
    assert sum(role == WRONG for line in lines for _, role in line) < 60, "not each of the 667"
    scattered.digits[:] = (scattered.labels + 1) % 10
    assert not [role for line in cells(scattered, 20, 8) for _, role in line if role == WRONG], "untrained"


def test_the_nearest_image_is_that_under_the_cell() -> None:
    shown = map_of(20)
    x, y = shown.dots(60, 24)
    for index in range(0, 200, 7):
        cell = int(x[index]) // 2, int(y[index]) // 4
        found = shown.nearest(cell, 60, 24)
        assert (int(x[found]) // 2, int(y[found]) // 4) == cell
    assert shown.labels[shown.nearest((59, 12), 60, 24)] == 0


def test_points_in_one_place_and_far_ones_do_no_harm() -> None:
    labels = np.zeros(500, np.int64)
    same = DigitMap(np.zeros((500, 2)), labels, labels)
    assert sum(role == 0 for line in cells(same, 10, 4) for _, role in line) == 1
    far = map_of()
    far.points[0] = 1e9, -1e9
    assert far.dots(60, 24)[0].std() > 20, "one outlier does not shrink the rest to a dot"
