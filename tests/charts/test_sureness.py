"""The charts of how sure a network is: their titles, legends and labels."""

import re

import pytest

from mnist_sum_tui.charts.sureness import coverage_curve, figures_line, reliability_diagram
from mnist_sum_tui.export.figures import reliability
from mnist_sum_tui.inference.reliability import Bin, Reliability
from tests.charts.drawn import lines_of

LEGEND = "━ digit  ╍ sum  ┈ ideal"


def heads(shares: list[float]) -> dict[str, Reliability]:
    found = Reliability(0.01, 0.02, 0.03, (), tuple(shares))
    return {"digit": found, "sum": found}


def of(images: int, wrong: int) -> list[float]:
    """The accuracy of the surest 1 %, ... 100 % of so many images, of which the least sure are wrong."""
    answered = [-(-images * share // 100) for share in range(1, 101)]
    return [min(count, images - wrong) / count for count in answered]


@pytest.mark.parametrize(("images", "wrong"), [(5, 0), (200, 1), (300, 1), (10_000, 29), (10_000, 1), (100, 90)])
@pytest.mark.parametrize(("width", "height"), [(36, 9), (39, 7), (120, 20)])
def test_all_right_among_the_surest_is_labelled_100(images: int, wrong: int, width: int, height: int) -> None:
    shares = of(images, wrong)
    lines = lines_of(coverage_curve(heads(shares)), width, height)
    labels = {row: line.partition("┤")[0].strip() for row, line in enumerate(lines) if "┤" in line}
    assert labels[min(labels)] == "100 %"
    assert re.search("[⠁-⣿]", lines[min(labels)].partition("┤")[2])  # the curve begins there
    assert all(len(label) <= len("99.995 %") for label in labels.values())


def test_a_figure_is_0_only_if_nothing_is_amiss() -> None:
    found = Reliability(0.0, 0.0089, 0.0000163, (), (1.0,) * 100)
    assert figures_line("sum", found) == "sum    mean gap (ECE) 0.0000  NLL 0.0089  Brier 1.6e-5"


@pytest.mark.parametrize("width", [36, 39, 60, 80])
def test_the_diagram_has_its_title_and_names_all_three_lines(width: int) -> None:
    found = Reliability(0.01, 0.02, 0.03, (Bin(100, 0.5, 0.4), Bin(100, 0.9, 0.95)), (1.0,) * 100)
    above = "\n".join(
        line.rstrip() for line in lines_of(reliability_diagram({"digit": found, "sum": found}), width, 9)[:2]
    )
    title = "Right, by how sure"
    assert above.startswith(f"{title}  {LEGEND}\n" if width >= 60 else f"{title}\n{LEGEND}")


def test_a_point_is_of_ten_images_or_more() -> None:
    """An image has one digit and ten sums, one for each number."""
    bins = tuple(Bin(answers, 0.5, 0.5) for answers in (9, 10, 99, 100))
    found = Reliability(0.01, 0.02, 0.03, bins, (1.0,) * 100)
    assert [len(marks.x) for marks in reliability_diagram({"digit": found, "sum": found}).marks] == [3, 1]
    drawn = reliability({"digit": bins, "sum": [*bins, (200, 0.9, 0.9)]})
    assert drawn is not None
    assert [len(drawn.marks[head]) for head in ("digit", "sum")] == [3, 2]


def test_an_axis_of_shares_ends_at_100_and_has_a_span() -> None:
    for share in (0.0, 0.5, 1.0):
        plot = coverage_curve(heads([share] * 100))
        assert plot.heights is not None
        assert 0 <= plot.heights[0] < plot.heights[1] <= 1


@pytest.mark.parametrize("width", [36, 120])
def test_the_curve_ends_at_the_accuracy_of_all(width: int) -> None:
    """Here it is the lowest value, to which the mean of a column does not reach."""
    lines = lines_of(coverage_curve(heads(of(10_000, 56))), width, 9)
    assert lines[-2].endswith("\u25cf"), "below it is the x axis"
