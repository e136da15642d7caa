"""Several runs in step: cut at the same place, and who leads there."""

import re
from math import nan

import numpy as np
import pytest

from mnist_sum_tui.charts.in_step import answers_at, cut, end_of, lead_line
from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.runs.events import Progress, Samples
from tests.altered import altered
from tests.training.test_coach import progress
from tests.tui import recorded

RUNS = [("quick", [Series(recorded.training(2150))]), ("slow", [Series(recorded.training(1075, slower=2))])]


def test_each_is_cut_at_the_same_place() -> None:
    assert end_of(RUNS, "step") == 2150
    assert end_of(RUNS, "epoch") == 5
    assert end_of([], "time") == 0
    for kind, at, steps in (("step", 500.0, (500, 500)), ("time", 10.0, (400, 345)), ("epoch", 9.0, (2150, 1075))):
        shown = cut(RUNS, kind, at)
        assert [int(series.training.column(0)[-1]) for _, (series,) in shown] == list(steps), kind
    assert [len(series.validation) for _, (series,) in cut(RUNS, "step", 430)] == [1, 1]
    assert len(RUNS[0][1][0].training) == 430, "the runs themselves stay whole"
    assert np.shares_memory(RUNS[0][1][0].training.column(0), shown[0][1][0].training.column(0)), "nothing is copied"


def test_the_answers_of_a_run_are_those_of_the_same_place() -> None:
    events = list(recorded.training(1075))
    samples, series = [event for event in events if isinstance(event, Samples)], Series(events)
    for kind, at, step in (("step", 399.0, 360), ("time", 10.0, 400), ("epoch", 1.0, 400), ("step", 1e9, 1040)):
        found = answers_at(samples, series, kind, at)
        assert found is not None
        assert found.step == step, kind
    assert answers_at(samples, series, "step", 39) is None


def test_who_leads() -> None:
    for quantity in ("sum accuracy", "digit loss"):
        line = lead_line(cut(RUNS, "step", 300), quantity)
        assert line.startswith(f"quick leads, {quantity} in training ")
        line = lead_line(cut(RUNS[::-1], "step", 300), quantity)
        assert "quick leads" in line, "in whichever order"
        assert lead_line(cut(RUNS, "step", 300), quantity, ["slow"]) == f"{line} (slow ended before)"
    same = [RUNS[0], ("twin", RUNS[0][1])]
    assert lead_line(same, "sum loss").startswith("about equal, sum loss in training 0.0")
    one_later = [("early", cut(same, "step", 120)[0][1]), ("late", cut(same, "step", 121)[0][1])]
    assert "about equal" in lead_line(one_later, "sum accuracy"), "the same run, at its next value"
    assert "about equal" in lead_line(cut(same, "step", 5), "sum accuracy"), "at their first value"
    assert lead_line(cut(RUNS, "time", 0), "sum loss") == "waiting for the first values"


def test_of_three_each_is_named_with_its_value() -> None:
    three = cut([*RUNS[::-1], ("late", [Series(recorded.training(1075, slower=4))])], "step", 300)
    line = lead_line(three, "sum accuracy", signs="oxv")
    assert re.fullmatch(r"x quick leads, sum accuracy in training: x [\d.]+ %, o [\d.]+ %, v [\d.]+ %", line)
    short = line.replace(" quick leads, sum accuracy in training", " leads")
    assert lead_line(three, "sum accuracy", width=40, signs="oxv") == short
    alike = lead_line([*three, ("twin", three[1][1])], "sum accuracy", signs="oxvz")
    assert re.match("(x and z|z and x) about equal, sum accuracy in training: [xz] ", alike)


def test_runs_that_differ_by_their_seed_lead_by_their_mean() -> None:
    (_, (quick,)), (_, (slow,)) = RUNS
    line = lead_line(cut([("both", [quick, slow]), ("slow", [slow])], "step", 300), "sum loss")
    assert "both leads" in line
    assert "quick leads" in lead_line(cut([("both", [quick, slow]), ("quick", [quick])], "step", 300), "sum loss")
    lost = Series(altered(recorded.training(300), Progress, sum_loss=nan))
    assert lead_line([("both", [quick, lost]), ("slow", [slow])], "sum loss") == "waiting for the first values"


def test_a_slow_run_with_more_rows_is_smoothed_over_as_many_steps() -> None:
    often = Series(progress(step, 1.0, step / 400, step / 400) for step in range(1, 401))
    seldom = Series(progress(step, 1.0, (step - 3.5) / 400, (step - 3.5) / 400) for step in range(8, 401, 8))
    ends = [each.smoothed("accuracy", "sum", [often, seldom])[-1] for each in (often, seldom)]
    assert ends[0] == pytest.approx(ends[1], abs=0.005), "the same training"
    assert often.smoothed("accuracy", "sum")[-1] > ends[0] + 0.1, "alone it is smoothed as page Train does"
    assert "about equal" in lead_line([("often", [often]), ("seldom", [seldom])], "sum accuracy")
    assert np.isfinite(Series([progress(7, 1.0, 0.5, 0.5)]).smoothed("accuracy", "sum", [often, Series()])).all()
