"""Several runs in one chart, and how each is named."""

import inspect
from dataclasses import fields

import numpy as np
import pytest

from mnist_sum_tui.charts.plot import draw
from mnist_sum_tui.charts.run_charts import MOST_RUNS as MOST
from mnist_sum_tui.charts.run_charts import RUN_SYMBOLS, X_KINDS, View, overlay, plot, short_name, short_names
from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.cli.train import train
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.commands import command
from mnist_sum_tui.runs.events import Changed
from tests.charts.drawn import lines_of
from tests.tui import recorded


def test_names_and_commands() -> None:
    assert short_name("20261125-102637-compact-wide") == "11-25 10:26 compact-wide"
    assert short_name("mine") == "mine"
    two = ["20261125-102637-swift", "20261125-102605-swift"]
    assert short_names(two) == ["11-25 10:26:37 swift", "11-25 10:26:05 swift"], "both began in one minute"
    assert short_names([two[0], "mine"]) == ["11-25 10:26 swift", "mine"]
    config = TrainConfig.of("original", lr=0.02, all_data=True, data_dir="my data")
    words = command(config)
    assert words.startswith("mnist-sum train --model original --recipe original --epochs 25 --lr 0.02 --seed 0")
    assert words.endswith("--all-data --data-dir 'my data'")
    assert "--hold-out" in command(TrainConfig.of("sprint", all_data=False)).split()
    options = inspect.signature(train).parameters
    assert {item.name for item in fields(TrainConfig)} <= options.keys(), "every setting can be said"


def test_more_runs_than_can_be_told_apart() -> None:
    series = Series(recorded.training(200))
    drawn = overlay([("run", [series])], "sum accuracy", "step")
    assert drawn.title == "sum accuracy in training"
    assert drawn.note.startswith("y log, smoothed")
    several = overlay([(f"run {row}", [series]) for row in range(9)], "sum loss", "time")
    assert len(several.curves) == MOST
    assert len({curve.role for curve in several.curves}) == len({curve.pattern for curve in several.curves}) == MOST
    assert draw(several, 80, 20).lines


def test_where_the_names_of_runs_do_not_fit_their_signs_do() -> None:
    """The table of runs says which run has which sign."""
    runs = [(f"11-29 16:0{row} swift", [Series(recorded.training(200))]) for row in range(3)]
    for looks, names in (((0, 1, 2), [*RUN_SYMBOLS[:3]]), ((), [f"{RUN_SYMBOLS[0]} 11-29 16:00 swift"])):
        above = lines_of(overlay(runs, "sum loss", "step", looks), 50, 8)[0]
        assert all(name in above for name in names), above


def test_several_series_are_their_mean_with_a_band_between_the_lowest_and_the_highest() -> None:
    one, other = Series(recorded.training(200)), Series(recorded.training(150, slower=2.0))
    (alone,), (both,) = (overlay([("run", several)], "sum loss", "step").curves for several in ([one], [one, other]))
    (third,) = overlay([("run", [other])], "sum loss", "step").curves
    assert alone.raw is None
    assert both.name == "run n=2"
    assert both.raw is not None
    at = {float(x): row for row, x in enumerate(both.x)}
    shared = float(third.x[-1])
    here = alone.y[list(alone.x).index(shared)]
    low, high = sorted((float(here), float(third.y[-1])))
    pair = both.raw[both.x == shared]
    assert [pair.min(), pair.max()] == pytest.approx([low, high])
    assert both.y[at[shared]] == pytest.approx((low + high) / 2)
    assert both.y[-1] == pytest.approx(float(alone.y[-1])), "where only one has values"
    drawn = draw(overlay([("run", [one, other])], "sum loss", "step"), 80, 20).lines
    assert any(role == "run-1-envelope" for line in drawn for _, role in line)


def test_the_mean_of_several_goes_as_far_as_the_longest_in_whatever_order_they_come() -> None:
    """The newest comes first, and may have just begun."""
    begun, half, whole = (Series(recorded.training(steps)) for steps in (0, 500, 900))
    for several in ([begun, half, whole], [whole, half, begun]):
        drawn = overlay([("run", several)], "sum accuracy", "epoch")
        for part, table in ((drawn.curves[0], whole.training), (drawn.marks[0], whole.validation)):
            assert [*part.x[:: len(several)]] == [*whole.x("epoch", table)]
            assert np.isfinite(part.y).all()


def test_a_turned_setting_stands_as_a_line_with_its_old_and_new_value() -> None:
    at = {"epoch": 1, "elapsed": 3.0}
    events = list(recorded.training(200))
    events += [
        Changed(step=100, **at, at=100, setting="lr", before="x1", value="x0.5"),  # type: ignore[arg-type]
        Changed(step=100, **at, at=10_000, setting="augment", before="none", value="shift"),  # type: ignore[arg-type]
    ]
    for kind in X_KINDS:
        lines = lines_of(plot(Series(events), None, View(x_kind=kind), "loss"), 100, 20)
        (row,) = [row for row, line in enumerate(lines) if "lr x1 -> x0.5" in line]
        place = lines[row].index("lr x1") - 1
        assert 40 < place < 60, "half of the 200 steps"
        column = [line[place] for line in lines[row:-1]]
        assert column.count(BRAILLE.axes[0]) > len(column) / 2
        assert not any("augment" in line for line in lines), "the step is still to come"
    assert {len(line) for line in lines_of(plot(Series(events), None, View(), "loss"), 20, 20)} == {20}


def test_quick_turns_of_a_setting_are_one_sign_and_no_text_covers_the_lower_half() -> None:
    turns = [("lr", "x1", "x2"), ("lr", "x2", "x5"), ("lr", "x5", "x2"), ("augment", "none", "shift")]
    turns += [("sum_weight", f"0.{place}", f"0.{place + 1}") for place in range(1, 9)]
    steps = [100, 104, 108, 112, *range(120, 200, 10)]
    events = [
        Changed(step=at, epoch=1, elapsed=float(at), at=at, setting=setting, before=before, value=value)
        for at, (setting, before, value) in zip(steps, turns, strict=True)
    ]
    drawn = plot(Series([*recorded.training(200), *events]), None, View(), "loss")
    found = [words for _, words in drawn.signs]
    assert found[:2] == ["lr x1 -> x2", "augment none -> shift"]
    assert 3 < len(found) < 8, "turns that are further apart are not joined"
    lines = lines_of(drawn, 60, 12)
    written = [row for row, line in enumerate(lines) if "->" in line]
    assert len(written) > 3
    assert max(written) <= len(lines) * 2 / 3


def test_the_ghost_run_s_two_lines_differ_in_role_and_in_pattern_and_share_a_legend() -> None:
    charts = plot(Series(recorded.training()), Series(recorded.training(2150)), View(), "loss")
    ghosts = [curve for curve in charts.curves if curve.is_behind]
    assert [(curve.role, curve.pattern) for curve in ghosts] == [("digit-ghost", "sparse"), ("sum-ghost", "dotted")]
    assert lines_of(charts, 100, 20)[1].count("best earlier run") == 1
    samples = [role for text, role in draw(charts, 100, 20).lines[1] if text in BRAILLE.lines[-2:]]
    assert samples == ["digit-ghost", "sum-ghost"]


@pytest.mark.parametrize(("count", "legend"), [(3, "━ ●  ╍ ◆  ┈ ▲"), (5, "┈ ▲  ┅ ■  ╾ ▼")])
def test_a_narrow_legend_names_all_marked_runs_beside_a_shorter_title(count: int, legend: str) -> None:
    runs = [(f"11-29 16:0{row} swift", [Series(recorded.training(200))]) for row in range(count)]
    above = lines_of(overlay(runs, "sum accuracy", "epoch", range(count)), 40, 8)[0].rstrip()
    assert above.startswith("sum accuracy")
    assert above.endswith(legend)


def test_a_legend_without_all_of_the_runs_says_how_many_are_missing() -> None:
    runs = [(f"11-29 16:0{row} swift", [Series(recorded.training(200))]) for row in range(6)]
    for width, height in ((40, 8), (25, 8), (27, 20)):
        legend = lines_of(overlay(runs, "sum accuracy", "epoch", range(6)), width, height)[height // 20].rstrip()
        missing = sum(symbol not in legend for symbol in RUN_SYMBOLS[:6])
        assert missing
        assert legend.endswith(f"  +{missing}")
    whole = lines_of(overlay(runs, "sum accuracy", "epoch", range(6)), 43, 8)[0]
    assert whole.endswith(f"{RUN_SYMBOLS[5]} ")


def test_a_chart_of_runs_without_a_step_says_so() -> None:
    runs = [("11-29 16:00 swift", [Series([recorded.started()])])]
    for width, height in ((40, 8), (20, 4), (100, 30), (12, 8)):
        lines = lines_of(overlay(runs, "sum accuracy", "epoch"), width, height)
        assert {len(line) for line in lines} == {width}
        assert any("no step is recorded" in line for line in lines) == (width >= 40)
