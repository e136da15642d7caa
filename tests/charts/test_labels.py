"""The labels of both axes: they span what is drawn, and no caption takes their room."""

import itertools
import re

import numpy as np
import pytest

from mnist_sum_tui.charts.axes import LINEAR, LOG, NINES, SHARE, Scale
from mnist_sum_tui.charts.plot import Curve, Plot
from mnist_sum_tui.charts.run_charts import View, overlay, plot
from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.runs.events import Progress
from tests.altered import altered
from tests.charts.drawn import lines_of
from tests.tui import recorded


def labels(lines: list[str]) -> dict[int, str]:
    return {row: line.partition("┤")[0].strip() for row, line in enumerate(lines) if "┤" in line}


@pytest.mark.parametrize("scale", [LINEAR, LOG, SHARE, NINES])
@pytest.mark.parametrize(
    ("low", "high"), [(0.1094, 0.1121), (0.09, 0.1), (0.5, 0.5), (0.0313, 0.9), (0.98721, 0.98733), (0.1, 0.999)]
)
@pytest.mark.parametrize("height", [6, 9, 12, 20, 40])
def test_a_y_axis_has_labels_near_both_ends_that_tell_apart(scale: Scale, low: float, high: float, height: int) -> None:
    curve = Curve("digit", "digit", np.arange(6.0), np.linspace(low, high, 6))
    lines = lines_of(Plot((curve,), scale=scale), 40, height)
    found = labels(lines)
    assert len(set(found.values())) == len(found) >= 2
    rows = height - 2
    assert min(found) - 1 <= rows / 3
    assert max(found) - 1 >= rows * 2 / 3 - 1


def test_the_average_of_accuracies_of_100_percent_does_not_climb_beyond_what_is_measured() -> None:
    """The nearer it comes to 100 %, the higher it is on this scale, and no label told it from 100 %."""
    events = altered(recorded.training(2150), Progress, sum_accuracy=lambda event: 1.0 if event.step > 600 else 0.9)
    found = [*labels(lines_of(plot(Series(events), None, View(), "accuracy"), 90, 16)).values()]
    assert len(found) == len(set(found)) > 2
    assert max(map(len, found)) <= len("99.9999 %")


def test_a_linear_loss_is_labelled_to_where_it_begins() -> None:
    curve = Curve("sum", "sum", np.arange(60.0), np.linspace(3.4, 0.1, 60))
    values = [float(text) for text in labels(lines_of(Plot((curve,)), 40, 9)).values()]
    assert max(values) >= 2.4
    assert min(values) <= 1


def test_four_steps_of_a_run_have_labels_at_each_size() -> None:
    series = Series(recorded.training(20))
    for width, height in ((39, 7), (29, 6), (78, 8)):
        for shown in (plot(series, None, View(), name) for name in ("loss", "accuracy")):
            assert len(labels(lines_of(shown, width, height))) >= 2
        assert len(labels(lines_of(overlay([("run", [series])], "sum loss", "epoch"), width, height))) >= 2


@pytest.mark.parametrize("width", range(24, 60))
@pytest.mark.parametrize("kind", ["step", "epoch", "time"])
def test_no_caption_costs_the_x_axis_its_ticks(width: int, kind: str) -> None:
    series = Series(recorded.training(1300))
    without = lines_of(plot(series, None, View(x_kind=kind, smoothing=0), "loss"), width, 9)[-1]
    cursor = plot(series, None, View(x_kind=kind, smoothing=0, cursor=series.x(kind, series.training)[-1]), "loss")
    line = lines_of(cursor, width, 9)[-1]
    assert line.count("┴") >= without.count("┴") >= 2
    assert len(line) == width
    if kind == "step" and width >= 28:
        assert "1,000" in line


def test_the_cursor_says_the_step_of_an_epoch_and_the_keys_of_the_smoothing() -> None:
    series = Series(recorded.training(1075))
    wide = lines_of(plot(series, None, View(x_kind="epoch", cursor=2.5), "loss"), 90, 12)[0]
    assert wide.startswith("loss  epoch 2.50  step 1,075  digit ")
    assert wide.rstrip().endswith("smoothed 0.9, [ ] change it")
    narrow = lines_of(plot(series, None, View(cursor=1075.0), "loss"), 58, 12)[0]
    assert narrow.rstrip().endswith("smoothed")


@pytest.mark.parametrize("height", [9, 20])
def test_the_dots_of_the_batches_stay_in_the_legend_beside_the_validation(height: int) -> None:
    series = Series(recorded.training(1075))
    legend = lines_of(plot(series, None, View(), "loss"), 39, height)[height // 20]
    assert "●◆ val  ⣿ batch" in legend
    at_100_columns = lines_of(plot(series, None, View(), "accuracy"), 49, height)[0]
    assert "accuracy  y log" in at_100_columns or at_100_columns.rstrip().endswith("⣿ batch  y log")
    assert "●◆ validation  ⣿ each batch" in lines_of(plot(series, None, View(), "loss"), 58, height)[height // 20]


@pytest.mark.parametrize("width", range(64, 90))
@pytest.mark.parametrize("quantity", ["loss", "accuracy"])
def test_the_best_earlier_run_leaves_the_legend_room_for_the_scale(quantity: str, width: int) -> None:
    series = Series(recorded.training(1075))
    legend = lines_of(plot(series, series, View(), quantity), width, 7)[0]
    assert legend.rstrip().endswith(" batch  y log")
    assert "earlier" in legend


@pytest.mark.parametrize("kind", ["step", "% sure", "% answered"])
@pytest.mark.parametrize("width", [36, 39, 58, 100])
def test_the_name_of_the_x_axis_stands_left_of_its_numbers_at_every_size(kind: str, width: int) -> None:
    curve = Curve("digit", "digit", np.arange(1.0, 101.0), np.linspace(0.98, 0.99999, 100))
    axis = lines_of(Plot((curve,), scale=NINES, x_kind=kind), width, 9)[-1]
    numbers = [int(text) for text in re.findall(r"┴(\d+)", axis)]
    assert axis.index(kind) < axis.index("└")
    assert max(numbers) >= 80
    assert width < 58 or axis.endswith("─100┴"), "the last tick has a figure, too"
    assert len(axis) == width


@pytest.mark.parametrize("scale", [LINEAR, LOG])
def test_the_labels_of_a_loss_that_diverges_leave_the_chart_its_room(scale: Scale) -> None:
    curve = Curve("digit", "digit", np.arange(6.0), np.geomspace(2.3, 3e15, 6))
    found = labels(lines_of(Plot((curve,), scale=scale), 40, 18))
    assert "1e15" in found.values()
    assert max(map(len, found.values())) <= len("2.5e15")
    assert "digit 3.000e15" in lines_of(Plot((curve,), scale=scale, cursor=5.0), 40, 18)[0]


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.03, 0.094, "5 %"), (0.03, 0.126, "10 %"), (0.1, 0.45, "30 %")]
)
def test_an_accuracy_below_half_has_round_labels(low: float, high: float, expected: str) -> None:
    curve = Curve("digit", "digit", np.arange(6.0), np.linspace(low, high, 6))
    found = [*labels(lines_of(Plot((curve,), scale=NINES), 40, 18)).values()]
    assert expected in found
    assert len(found) >= 3
    assert all(float(label.split()[0]).is_integer() for label in found)


def test_an_accuracy_is_drawn_evenly_up_to_90_percent_where_the_sum_begins_to_rise() -> None:
    assert NINES.forward(np.array([0, 0.45, 0.9, 0.99, 0.999])) == pytest.approx(np.array([0, 0.5, 1, 2, 3]))
    assert [NINES.back(height) for height in (0.5, 1.0, 2.0)] == pytest.approx([0.45, 0.9, 0.99])
    for low, high, room in ((0, 2, 9), (0, 0.95, 5), (0.3, 1.4, 20), (0, 3, 4), (1.2, 2.5, 7)):
        ticks = NINES.ticks(low, high, room)
        shares = np.array([float(text[:-2]) / 100 for _, text in ticks])
        assert NINES.forward(shares) == pytest.approx(np.array([at for at, _ in ticks])), "each is where its value is"
    for steps, width, height, lowest in ((300, 39, 7, "10 %"), (300, 58, 12, "10 %"), (1075, 98, 20, "20 %")):
        lines = lines_of(plot(Series(recorded.training(steps)), None, View(), "accuracy"), width, height)
        assert [*labels(lines).values()][-1] == lowest
        assert "log" in lines[0], "although there is little room"


def test_beside_the_best_run_the_scale_has_its_name_where_the_dashboard_has_100_columns() -> None:
    series = Series(recorded.training(1075))
    assert lines_of(plot(series, series, View(), "accuracy"), 49, 9)[0].endswith("┈┄ earlier  log")


def test_a_tick_that_would_share_the_row_of_another_one_is_left_out() -> None:
    curve = Curve("digit", "digit", np.arange(6.0), np.linspace(0, 0.98, 6))
    assert [*labels(lines_of(Plot((curve,), scale=NINES), 40, 7)).values()][-1] == "0 %"


def test_an_accuracy_axis_begins_at_zero() -> None:
    never_right = Curve("digit", "digit", np.array([1.0]), np.array([0.0]))
    assert [*labels(lines_of(Plot((never_right,), scale=NINES), 40, 9)).values()][-1] == "0 %"


def test_the_cursor_s_values_keep_their_zeros_so_that_no_text_moves() -> None:
    curve = Curve("digit", "digit", np.arange(3.0), np.array([0.1278, 0.127, 0.13]))
    for scale in (LINEAR, LOG):
        read = [lines_of(Plot((curve,), scale=scale, cursor=at), 40, 9)[0].rstrip() for at in (0.0, 1.0, 2.0)]
        assert read == [f"step {at}  digit {value}" for at, value in enumerate(("0.1278", "0.1270", "0.1300"))]


def test_the_title_stays_beside_the_cursor_s_values_in_both_charts_of_a_run_or_in_neither() -> None:
    kept = set()
    usual = [*recorded.training(1075)]
    small = altered(usual, Progress, digit_loss=0.007118, sum_loss=0.008123)
    for width, events in itertools.product((39, 41, *range(46, 52), 58, 78, 98), (usual, small)):
        series = Series(events)
        for at in (12.0, 700.0, 1075.0):
            titles = []
            for name in ("loss", "accuracy"):
                line = lines_of(plot(series, None, View(cursor=at), name), width, 9)[0]
                assert "digit " in line
                assert "  sum " in line or width == 39
                titles.append(line.startswith(name))
            assert titles[0] == titles[1], (width, at)
            kept.add(titles[0])
    assert kept == {False, True}
