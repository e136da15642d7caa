"""Several runs in one chart, and how each is named."""

import inspect
from dataclasses import fields

from mnist_sum_tui.charts.plot import draw
from mnist_sum_tui.charts.run_charts import MOST_RUNS as MOST
from mnist_sum_tui.charts.run_charts import overlay, short_name
from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.cli.train import train
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.commands import command
from tests.tui import recorded


def test_names_and_commands() -> None:
    assert short_name("20261125-102637-compact-wide") == "11-25 10:26 compact-wide"
    assert short_name("mine") == "mine"
    config = TrainConfig.of("original", lr=0.02, all_data=True, data_dir="my data")
    words = command(config)
    assert words.startswith("mnist-sum train --model original --recipe original --epochs 25 --lr 0.02 --seed 0")
    assert words.endswith("--all-data --data-dir 'my data'")
    assert "--hold-out" in command(TrainConfig.of("sprint", all_data=False)).split()
    options = inspect.signature(train).parameters
    assert {item.name for item in fields(TrainConfig)} <= options.keys(), "every setting can be said"


def test_more_runs_than_can_be_told_apart() -> None:
    series = Series(recorded.training(200))
    plot = overlay([(f"run {row}", series) for row in range(9)], "sum loss", "time")
    assert len(plot.curves) == MOST
    assert len({(curve.role, curve.pattern) for curve in plot.curves}) == MOST
    assert draw(plot, 80, 20).lines
