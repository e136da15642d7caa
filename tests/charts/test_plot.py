"""The drawn chart as strings: dots, axes, spikes, NaN and widths; and smoothing."""

import math

import numpy as np
import pytest
from rich.cells import cell_len

from mnist_sum_tui.charts.above import read
from mnist_sum_tui.charts.axes import LINEAR, LOG, NINES, SHARE, Floats, Scale, across, steps
from mnist_sum_tui.charts.cells import SAMPLES as PATTERNS
from mnist_sum_tui.charts.plot import Curve, Marks, Plot, draw
from mnist_sum_tui.charts.series import smooth
from tests.charts.drawn import lines_of

RAMP = np.arange(101, dtype=float)


def curve(y: Floats, raw: Floats | None = None, pattern: str = "solid", x: Floats | None = None) -> Curve:
    return Curve("digit", "digit", np.arange(len(y), dtype=float) if x is None else x, y, raw, pattern)


def roles(plot: Plot, width: int, height: int) -> set[str]:
    return {role for line in draw(plot, width, height).lines for part, role in line if part.strip()}


def test_a_straight_line_has_ticks_on_both_axes() -> None:
    assert lines_of(Plot((curve(RAMP),), title="loss"), 34, 8) == [
        "loss  ━ digit                     ",
        " 100 ┤                        ⢀⡠⠤⠒",
        "     │                   ⣀⡠⠤⠒⠉⠁   ",
        "     │              ⣀⡠⠔⠒⠉         ",
        "  50 ┤         ⣀⠤⠔⠊⠉              ",
        "     │   ⢀⣀⠤⠒⠊⠉                   ",
        "   0 ┤⠤⠒⠊⠁                        ",
        "step └┴0────────────┴50───────100┴",
    ]


def test_a_spike_among_many_points_survives_binning() -> None:
    raw = np.ones(100_000)
    raw[50_000] = 3
    lines = lines_of(Plot((curve(np.ones(100_000), raw),)), 34, 8)
    columns = zip(*(line[6:] for line in lines[1:6]), strict=True)
    column = next(cells for cells in columns if cells[0] != " ")
    assert all(cell != " " for cell in column), "the envelope reaches from the line up to the spike"


def test_curves_are_told_apart_without_colour() -> None:
    lines = {pattern: lines_of(Plot((curve(np.ones(60), pattern=pattern),)), 34, 3)[1][5:] for pattern in PATTERNS}
    assert len(set(lines.values())) == len(PATTERNS)
    assert " " not in lines["solid"]
    legend = lines_of(Plot((curve(RAMP), Curve("sum", "sum", RAMP, RAMP, None, "dashed"))), 60, 8)[0]
    assert "━ digit  ╍ sum" in legend


@pytest.mark.parametrize("scale", [LINEAR, LOG, SHARE, NINES])
def test_nan_is_marked_and_leaves_a_gap_in_the_line(scale: Scale) -> None:
    y = np.linspace(0.5, 0.9, 20)
    y[9:11] = math.nan
    lines = lines_of(Plot((curve(y),), scale=scale), 40, 10)
    assert "✗" in lines[1]
    assert "nan" in roles(Plot((curve(y),), scale=scale), 40, 10)


def test_all_nan_and_no_points_draw_empty_axes() -> None:
    assert "✗" in lines_of(Plot((curve(np.full(5, math.nan)),)), 40, 10)[1]
    assert len(lines_of(Plot(()), 40, 10)) == 10
    empty = lines_of(Plot((curve(np.empty(0)),)), 40, 10)
    assert len(empty) == 10
    assert not any(sign.isdecimal() for sign in empty[-1]), "no step is known"


def test_infinite_values_go_to_the_edge_and_do_not_move_the_axis() -> None:
    y = np.ones(20)
    y[10] = math.inf
    lines = lines_of(Plot((curve(np.ones(20), y),)), 40, 10)
    assert lines[1].strip("│┤ ") != ""
    assert "1.1" in "".join(lines)


def test_a_perfect_batch_does_not_pull_the_line_of_all_batches_beside_it_to_the_edge() -> None:
    y = np.tile([0.95, 0.95, 0.95, 1.0], 200)
    *rows, _ = lines_of(Plot((curve(y),), scale=NINES), 40, 12)
    drawn = [row for row, line in enumerate(rows) if set(line.partition("│")[2] or line.partition("┤")[2]) - {" "}]
    assert drawn
    assert min(drawn) > 2, "the mean of four"


def test_a_perfect_batch_does_not_stretch_the_axis_of_nines() -> None:
    y = np.array([0.5, 0.9, 0.99, 1.0, 0.99])
    found = "".join(lines_of(Plot((curve(y),), scale=NINES), 40, 12))
    assert "99 %" in found
    assert "99.9 %" not in found


def test_what_was_changed_is_written_where_it_hides_no_curve() -> None:
    top = Curve("digit", "digit", RAMP, np.full(len(RAMP), 100.0))
    for others in ((top,), (top, curve(RAMP)), (top, curve(RAMP[::-1]))):
        with_words, without = (
            "".join(lines_of(Plot(others, signs=((50.0, text),), heights=(0.0, 100.0)), 60, 12)[1:-1])
            for text in ("lr x1 -> x5", "")
        )
        hidden = [was for now, was in zip(with_words, without, strict=True) if now != was]
        assert "lr x1 -> x5" in with_words
        assert set(hidden) == {" "}


def test_marks_hide_curves() -> None:
    marks = Marks("validation", "digit", "●", np.array([50.0]), np.array([50.0]))
    lines = lines_of(Plot((curve(RAMP),), (marks,)), 50, 12)
    assert sum(line.count("●") for line in lines[1:]) == 1
    assert "● validation" in lines[0]


@pytest.mark.parametrize("name", ["日本語の走り", "e\u0301" * 20, "🙂 mixed 走", "한국어"])
@pytest.mark.parametrize("at", [None, 50.0])
def test_every_line_is_as_wide_as_the_chart_with_any_letters_in_a_name(name: str, at: float | None) -> None:
    plot = Plot((Curve(name, "run-1", RAMP, RAMP), Curve("last", "run-2", RAMP, RAMP)), cursor=at)
    for width in range(1, 60):
        assert {cell_len(line) for line in lines_of(plot, width, 8)} == {width}
    assert name in lines_of(plot, 60, 8)[0]
    assert "last" in lines_of(plot, 60, 8)[0]


def test_a_chart_of_five_rows_has_its_title() -> None:
    assert lines_of(Plot((curve(RAMP),), title="loss"), 34, 5)[0].rstrip() == "loss  ━ digit"


def test_the_cursor_shows_the_values_under_it() -> None:
    plot = Plot((curve(RAMP),), cursor=25.0, title="loss")
    lines = lines_of(plot, 40, 10)
    assert lines[0].startswith("loss  step 25  digit 25.00"), "the title stays where there is room"
    assert lines_of(plot, 20, 10)[0].startswith("step 25  digit 25.00")
    assert any("│" in line[6:] for line in lines[1:-1])
    assert any("○" in line for line in lines[1:-1]), "it marks the point that it reads"
    assert read(plot, 25.4) == [("digit", "digit", 25.0)]
    assert read(plot, -5) == [("digit", "digit", 0.0)]
    assert read(plot, 1e9) == [("digit", "digit", 100.0)]


def test_the_cursor_stands_at_the_point_that_it_reads_and_says_what_the_values_are() -> None:
    x = np.arange(0.0, 101, 10)
    curves = (curve(x, x=x), Curve("sum", "sum", x, x))
    plot = Plot(curves, cursor=27.0, note="y log, smoothed 0.9", reading="smoothed")
    for height in (9, 20):
        lines = lines_of(plot, 60, height)
        assert lines[0].rstrip() == "step 20  digit 20.00  sum 20.00  smoothed"
        column = next(line.index("○") for line in lines if "○" in line)
        assert {line[column] for line in lines[height // 10 + 1 : -1]} == {"│", "○"}
    assert lines_of(plot, 32, 9)[-1] == "step └┴0───────────┴50──────100┴", "no word costs the axis its labels"


def test_the_caption_stands_beside_the_title_and_leaves_the_axis_its_ticks() -> None:
    plot = Plot((curve(RAMP, RAMP),), title="loss", note="y log, smoothed 0.9")
    high = lines_of(plot, 60, 20)
    assert [line.rstrip() for line in high[:2]] == ["loss  y log, smoothed 0.9", "━ digit  ⣿ each batch"]
    assert high[-1] == lines_of(Plot((curve(RAMP, RAMP),)), 60, 20)[-1]
    assert lines_of(plot, 60, 9)[0].rstrip() == "loss  ━ digit  ⣿ each batch  y log, smoothed 0.9"


def test_the_envelope_gets_fewer_dots_the_more_of_the_chart_it_fills() -> None:
    def share(spread: float) -> float:
        raw = 50 + spread * np.where(np.arange(4000) % 2, 1.0, -1.0)
        raw[[0, -1]] = 0, 100
        lines = draw(Plot((curve(np.full(4000, 50.0), raw, x=np.linspace(0, 100, 4000)),)), 60, 20).lines[1:-1]
        dots = [(ord(a) - 0x2800).bit_count() for line in lines for part, role in line if "env" in role for a in part]
        return sum(dots) / (spread / 100)

    assert share(45) < 0.3 * share(3)


def test_x_at_gives_the_ends_of_the_axis_at_its_ends() -> None:
    drawn = draw(Plot((curve(RAMP),)), 60, 10)
    assert drawn.x_at(drawn.left) == 0
    assert drawn.x_at(59) == 100
    assert drawn.x_at(-10) == 0
    assert drawn.x_at(500) == 100


@pytest.mark.parametrize("scale", [LINEAR, LOG, SHARE, NINES])
@pytest.mark.parametrize("kind", ["step", "epoch", "time"])
def test_the_chart_has_exactly_the_requested_size(scale: Scale, kind: str) -> None:
    y = np.linspace(0.01, 0.99, 57)
    plot = Plot((curve(y, y[::-1]), curve(y[::-1])), (Marks("v", "d", "●", y, y),), scale, kind, 0.5, "title")
    for width in (0, 1, 2, 5, 9, 13, 30, 77):
        for height in (0, 1, 2, 3, 4, 5, 6, 9, 20):
            lines = lines_of(plot, width, height)
            assert len(lines) == height
            assert {len(line) for line in lines} <= {width}


def test_few_points_are_joined_by_straight_lines() -> None:
    lines = lines_of(Plot((curve(np.array([0.0, 1.0])),)), 40, 8)
    assert all(line[5:].strip() for line in lines[1:-1])


def test_ticks_are_round_and_within_the_axis() -> None:
    assert steps(0, 10, 6).tolist() == [0, 2, 4, 6, 8, 10]
    assert steps(0.13, 0.68, 3).tolist() == pytest.approx([0.2, 0.4, 0.6])
    assert [label for _, label in LOG.ticks(-2, 1, 4)] == ["0.01", "0.1", "1", "10"]
    assert [label for _, label in NINES.ticks(0, 3, 4)] == ["0 %", "90 %", "99 %", "99.9 %"]
    assert [label for _, label in across("time", 0, 125, 4)] == ["0 s", "1:00", "2:00"]
    assert [label for _, label in across("step", 0, 2, 9)] == ["0", "1", "2"]
    assert [label for _, label in across("rate", -6, 1, 9)][:4] == ["1e-6", "1e-5", "0.0001", "0.001"], (
        "as one types it"
    )


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.9, 0.99])
def test_smoothing_leaves_a_constant_and_agrees_with_the_plain_loop(weight: float) -> None:
    assert smooth(np.full(1000, 0.7), weight) == pytest.approx(np.full(1000, 0.7))
    values = np.random.default_rng(0).normal(size=3000)
    values[[0, 7, 8, 2999]] = math.nan
    total = count = 0.0
    expected = []
    for past, value in enumerate(values):
        fade = min(weight, past / (past + 3))
        total, count = total * fade, count * fade
        if not math.isnan(value):
            total, count = total + value, count + 1
        expected.append(math.nan if math.isnan(value) else total / count)
    assert smooth(values, weight) == pytest.approx(np.array(expected), nan_ok=True)


def test_a_smoothed_curve_follows_a_steep_rise_at_the_start() -> None:
    """The sum of `sprint`, which rises from 10 to 90 % within four of its 40 records."""
    rise = np.array([0.1, 0.1, 0.3, 0.7, 0.9, *[0.95] * 35])
    assert smooth(rise, 0.9)[5] > 0.8
    assert smooth(rise, 0.9)[-1] > 0.949


def test_smoothing_of_nothing_is_nothing() -> None:
    assert len(smooth(np.empty(0), 0.9)) == 0
