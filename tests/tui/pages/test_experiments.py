"""The page Runs: its filter, notes, and runs that differ by their seed alone in one row."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from mnist_sum_tui.runs import notes
from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.runs.events import Finished
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.dialogs import AskLine, DeleteRun
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui import fixed, recorded
from tests.tui.pages.test_runs import make, make_three
from tests.tui.recorded import press, settle, until
from tests.tui.shown import lines


def ids(page: RunsPage) -> list[str]:
    return [str(key.value)[16:] for key in page.query_one(RunTable).rows]


def best_of(page: RunsPage) -> str:
    best = page.query_one(RunTable).best
    assert best is not None
    return best.run.id


def words_under(page: RunsPage) -> str:
    return str(page.query_one("#why-best", Static).visual)


async def typed(pilot: Pilot[int], key: str, text: str) -> None:
    await press(pilot, key)
    pilot.app.screen.query_one(Input).value = text
    await press(pilot, "enter")
    await settle(pilot)


async def test_a_filter_leaves_the_best_what_it_was(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        best = best_of(page)
        await typed(pilot, "/", "model=pictured")
        assert ids(page) == ["pictured"]
        assert "1 of 3 runs fit model=pictured (Escape shows all)" in words_under(page)
        assert best_of(page) == best == "20260101-120100-compact", "it has no row"
        await typed(pilot, "/", "seed=9")
        assert ids(page) == []
        assert "0 of 3 runs fit seed=9 (Escape shows all)" in str(page.query_one("#empty", Static).visual)
        footer = page.query_one(KeyFooter).render().plain
        assert "esc All runs" in footer
        assert not any(word in footer for word in ("Open", "Mark"))
        await pilot.press("escape")
        assert len(ids(page)) == 3
        await typed(pilot, "/", "seed=9")
        await pilot.press("r", "e", "d", "y", "t", "space", "enter", "s")  # nothing to do is no error
        await typed(pilot, "/", "")
        assert len(ids(page)) == 3


async def test_a_long_filter_leaves_room_for_how_to_end_it(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage) as (pilot, _):
        await typed(pilot, "/", "x" * 10_000)
        await pilot.pause()
        assert any("(Escape shows all)" in line for line in lines(app))


async def test_marks_outlive_a_filter(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        await pilot.press("space", "space")
        await app.workers.wait_for_complete()
        marked = page.query_one(RunTable).marked
        assert len(marked) == 2
        await typed(pilot, "/", "model=pictured")
        assert len(page.curves) == 1, "of the run that has a row"
        await typed(pilot, "/", "")
        assert page.query_one(RunTable).marked == marked
        assert len(page.curves) == 2


async def test_a_run_that_trains_is_read_again(
    app: MnistSumApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another process, so that no event tells of it."""
    monkeypatch.setattr("mnist_sum_tui.tui.pages.experiments.RENEW_SECONDS", 0.1)
    trained = make_three(tmp_path)[2]
    events = list(recorded.training(2150))
    trained.metrics_file.write_text("".join(to_json(event) + "\n" for event in events[:20]))
    monkeypatch.setattr("mnist_sum_tui.runs.locking.is_locked", lambda path: path == trained.path)
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        table = page.query_one(RunTable)
        row = next(row for row in table.runs if row.run == trained)
        assert (row.state, len(row.epochs)) == ("running", 0)
        trained.metrics_file.write_text("".join(to_json(event) + "\n" for event in events))
        await until(pilot, lambda: any(row.run == trained and len(row.epochs) == 5 for row in table.runs))
        stopped = next(row for row in table.runs if row.run != trained)
        assert stopped.state == "completed"
        monkeypatch.setattr("mnist_sum_tui.runs.locking.is_locked", lambda path: path == stopped.run.path)
        await until(pilot, lambda: any(row.run == stopped.run and row.state == "running" for row in table.runs), 20)


async def test_a_wrong_filter_is_named_and_changes_nothing(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage) as (pilot, page):
        await press(pilot, "/")
        hint = app.screen.query_one("#said", Label)
        assert str(hint.visual).startswith("A state, part of"), "as a sentence"
        assert len(str(hint.visual)) <= hint.size.area, "it has room"
        assert hint.size.height == 2
        await pilot.press("escape")
        await typed(pilot, "/", "=big [b]")
        assert isinstance(app.screen, AskLine)
        said, footer = app.screen.query_one("#said", Label), app.screen.query_one(KeyFooter)
        assert "'=big' is not a filter" in str(said.visual)
        assert footer.render().plain.startswith("enter Accept esc Cancel")
        await press(pilot, "backspace")
        assert str(said.visual) == str(hint.visual), "it may be right by now"
        assert not said.has_class("-error")
        await press(pilot, "escape")
        assert len(ids(page)) == 3


async def test_a_note_is_written_and_shown(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage, (160, 36)) as (pilot, page):
        table = page.query_one(RunTable)
        assert "note" not in [column.title for column in table.shown]
        await typed(pilot, "t", "stopped [b] too early, to be repeated with more epochs")
        assert notes.read(made[2]) == "stopped [b] too early, to be repeated with more epochs"
        assert str(table.get_cell(made[2].id, "note")) == "stopped [b] too early, to be r…"[:29] + "…"
        assert notes.read(made[2]) in str(page.query_one("#details", Static).visual)


async def test_columns_are_chosen_also_settings(app: MnistSumApp, made: list[Run]) -> None:
    def titles() -> list[str]:
        return [column.title for column in page.query_one(RunTable).shown]

    async with fixed.on(app, RunsPage) as (pilot, page):
        table, usual = page.query_one(RunTable), titles()
        await press(pilot, "c")
        assert app.screen.query_one(Input).value == ",".join(usual), "to be changed"
        await pilot.press("escape")
        await typed(pilot, "c", "sum, lr,batch-size,mean val.,time")
        assert titles() == ["run", "sum", "lr", "batch-size", "mean val.", "time"], "whatever the width"
        assert str(table.get_cell(made[2].id, "lr")) == "0.002"
        await pilot.press("s", "s")
        assert table.order[0].title == "lr"
        await typed(pilot, "c", "run,sums")
        assert "'sums'" in str(app.screen.query_one("#said", Label).visual)
        await pilot.press("escape")
        await typed(pilot, "c", "")
        assert titles() == usual
        assert table.order[0].title == "run", "the order of a column that is gone cannot be seen"


async def test_runs_that_differ_by_their_seed_are_one_row_and_one_curve_with_a_band(
    app: MnistSumApp, tmp_path: Path
) -> None:
    done = recorded.finished()
    assert isinstance(done, Finished)
    for seed, (total, slower) in enumerate(((0.97, 1.0), (0.99, 2.0))):
        events = [*recorded.training(2150, slower=slower), replace(done, sum_accuracy=total)]
        make(tmp_path, f"20260101-12010{seed}-compact-seed{seed}", events, seed=seed)
    make(tmp_path, "20260101-120300-pictured", [*recorded.training(700)], model="pictured")
    async with fixed.on(app, RunsPage, (160, 40)) as (pilot, page):
        assert len(ids(page)) == 3
        await press(pilot, "g")
        assert ids(page) == ["pictured", "compact-seed1"]
        table = page.query_one(RunTable)
        row = {
            column.title: str(table.get_cell("20260101-120101-compact-seed1", column.title)) for column in table.shown
        }
        assert row["run"].endswith("compact-seed1 n=2")
        assert row["sum"] == "98.00 +-1.41"
        assert "one row: mean +- standard deviation (g: each)" in str(page.query_one("#why-best", Static).content)
        assert row["state"].endswith("done, best")
        await press(pilot, "down")
        await settle(pilot)
        (curve,) = page.query_one(Chart).plot.curves
        assert curve.name.endswith("n=2")
        assert curve.raw is not None
        assert len(curve.raw) == len(curve.x) == len(curve.y)
        await press(pilot, "g")
        assert len(ids(page)) == 3


async def test_a_run_that_another_process_makes_comes_by_itself(
    app: MnistSumApp, made: list[Run], tmp_path: Path
) -> None:
    async with fixed.on(app, RunsPage, (160, 36)) as (pilot, page):
        assert len(ids(page)) == 3
        make(tmp_path, "20260101-120500-swift", [recorded.started()])
        await until(pilot, lambda: len(ids(page)) == 4)


async def test_a_run_comes_although_the_folder_was_read_before_it_had_its_settings(
    app: MnistSumApp, made: list[Run], tmp_path: Path
) -> None:
    """Another process has just made the run's folder; what is written into that changes the folder of runs no more."""
    async with fixed.on(app, RunsPage, (160, 36)) as (pilot, page):
        begun = Run(tmp_path / "20260101-120500-swift")
        begun.path.mkdir()
        await until(pilot, lambda: page.read_at == page.changed_at)
        await settle(pilot)
        assert len(ids(page)) == 3
        begun.write_config(made[0].read_config())
        await until(pilot, lambda: len(ids(page)) == 4)


async def test_a_run_that_another_process_resumes_is_shown_as_running(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed = set[Path]()
    monkeypatch.setattr("mnist_sum_tui.runs.locking.is_locked", lambda path: path in resumed)
    async with fixed.on(app, RunsPage, (160, 36)) as (pilot, page):
        assert page.current is not None
        assert (page.current.run, page.current.state) == (made[2], "stopped")
        resumed.add(made[2].path)
        made[2].write_config(made[2].read_config())  # as each training does when it begins
        await until(pilot, lambda: page.current is not None and page.current.state == "running")


async def test_before_the_newest_of_several_seeds_is_deleted_its_own_figure_is_told(
    app: MnistSumApp, tmp_path: Path
) -> None:
    for seed, right in enumerate((0.90, 0.95)):
        end = replace(recorded.finished(), sum_accuracy=right)
        make(tmp_path, f"20260101-12000{seed}-compact", [*recorded.training(860), end], seed=seed)
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, _):
        for key, words in (("g", "The newest of 2 runs in this row; the others stay.\n"), ("g", "")):
            await pilot.press(key, "d")
            assert isinstance(app.screen, DeleteRun)
            assert app.screen.detail == f"{words}2 epochs, 95.00 % of the sums right. It cannot be brought back."
            await pilot.press("n")
    for step, words in ((1, "Not one whole epoch"), (430, "1 epoch, 88.12 % of the sums right")):
        begun = summarise(make(tmp_path / "others", f"20260101-120500-{step}", list(recorded.training(step))))
        assert DeleteRun(begun).detail == f"{words}. It cannot be brought back."
