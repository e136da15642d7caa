"""The best earlier run, drawn behind the curves of the page Train: which one it is."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.color import Color
from textual.widgets import Static

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.runs.events import EpochDone, Event
from mnist_sum_tui.runs.ghost import find_ghost
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary, summarise
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.session.messages import RunEvent
from tests.tui import recorded
from tests.tui.pages.test_runs import make
from tests.tui.recorded import until


def training(slower: float) -> list[Event]:
    """Five epochs that are worse the slower they learn."""
    return list(recorded.training(2150, slower))


def without_validation(events: list[Event]) -> list[Event]:
    return [replace(event, val_digit_accuracy=None) if isinstance(event, EpochDone) else event for event in events]


async def test_the_ghost_is_a_run_that_can_be_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.without_torch(monkeypatch)
    folder = tmp_path / "runs"
    make(folder, "tested", [*without_validation(training(1)), replace(recorded.finished(), digit_accuracy=1.0)])
    make(folder, "elsewhere", training(1), data_dir="/data/easy")
    make(folder, "other-model", training(1), model="pictured")
    make(folder, "worse", training(3))
    make(folder, "better", training(2))
    mine = make(folder, "mine", [], data_dir="/data/easy")
    make(folder, "later", training(1), data_dir="/data/easy")
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        recorded.begin(app)
        await until(pilot, lambda: app.train_page.run_view.ghost_name)
        assert app.train_page.run_view.ghost_name == "better"
        config = TrainConfig.of("standard", model="compact", data_dir="/data/easy")
        app.session.begin(config, mine, Control())
        app.train_page.show_run()
        await until(pilot, lambda: app.train_page.run_view.ghost_name)
        assert app.train_page.run_view.ghost_name == "elsewhere"


def test_the_runs_are_read_once_for_the_dashboard_and_the_coach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    best, other = make(tmp_path, "best", training(1)), make(tmp_path, "other", training(2))
    mine, read = make(tmp_path, "mine", []), list[Run]()

    def reading(run: Run) -> Summary:
        read.append(run)
        return summarise(run)

    monkeypatch.setattr("mnist_sum_tui.runs.ghost.summarise", reading)
    config = mine.read_config()
    assert find_ghost(tmp_path, config, mine) == best
    assert find_ghost(tmp_path, config, mine) == best
    assert sorted(read, key=lambda run: run.id) == [best, other]
    best.delete()
    assert find_ghost(tmp_path, config, mine) == other, "of the runs that are there"


def test_the_demo_has_no_ghost_among_the_user_s_runs(tmp_path: Path) -> None:
    config = RECORDED.read_config()
    make(tmp_path / "runs", "mine", training(1), model=config.model)
    another = make(tmp_path / "runs", "another", [], model=config.model)
    assert find_ghost(tmp_path / "runs", config, another) is not None, "of this network there is one to run against"
    assert find_ghost(tmp_path / "runs", config, RECORDED) is None


async def test_the_race_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.without_torch(monkeypatch)
    make(tmp_path / "runs", "better", training(2), lr=0.001, seed=5)
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        recorded.begin(app)
        await until(pilot, lambda: app.train_page.run_view.ghost_name)
        for event in training(1):
            app.on_run_event(RunEvent(event))
        app.train_page.redraw(at_once=True)
        await pilot.pause()
        said = str(app.train_page.query_one("#race", Static).visual)
        assert "sooner than the best earlier compact run" in said
        assert said.endswith(": that one had lr 0.001")


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_the_ghost_stands_out_from_each_batch(theme: str, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path, theme)
    async with app.run_test() as pilot:
        await pilot.pause()
        app.train_page.prepare()
        await until(pilot, lambda: app.train_page.query("#loss"))
        chart = app.train_page.query_one("#loss")

        def contrast(role: str) -> float:
            colour = Color.from_rich_color(chart.get_component_rich_style(f"chart--{role}").color)
            return abs(colour.brightness - chart.background_colors[1].brightness)

        for head in ("digit", "sum"):
            assert 1.3 * contrast(f"{head}-envelope") <= contrast(f"{head}-ghost") <= 0.8 * contrast(head)
