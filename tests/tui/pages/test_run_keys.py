"""The page Runs: what its keys do with the run under the cursor, and with the marked ones."""

import threading
from dataclasses import replace

import pytest

from mnist_sum_tui.charts.run_charts import RUN_SYMBOLS
from mnist_sum_tui.export.report import compared, report
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet
from mnist_sum_tui.tui.session.run_curves import curves_of
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.common import Line
from mnist_sum_tui.tui.widgets.in_step_bar import InStepBar
from mnist_sum_tui.tui.widgets.key_footer import WIDE, keys_of
from mnist_sum_tui.tui.widgets.run_table import RunTable
from mnist_sum_tui.tui.widgets.sample_strip import Sample
from mnist_sum_tui.tui.widgets.scrub_bar import ScrubBar
from mnist_sum_tui.tui.widgets.strips_in_step import StripsInStep
from tests.tui import fixed, recorded
from tests.tui.pages.test_runs import note_of
from tests.tui.recorded import press, settle, until
from tests.tui.shown import lines


async def test_copy_and_evaluate(app: MnistSumApp, made: list[Run]) -> None:
    made[2].best_file.write_bytes(b"")
    async with fixed.on(app, RunsPage) as (pilot, page):
        await pilot.press("y")
        assert note_of(page).startswith("Copied: ")
        assert app.clipboard == "mnist-sum train --model compact --recipe standard --epochs 5 --seed 0"
        await press(pilot, "e")
        request = fixed.predictions_in(app).requests[-1]
        assert isinstance(request, EvaluateTestSet)
        assert request.weights is not None
        assert request.weights.path == made[2].best_file
        assert note_of(page).startswith("01-01 12:00 compact, epoch 3 on 10,000 test pairs: digit 98.80 %")
        await pilot.press("left")
        assert note_of(page) == "", "a message is gone with the next key"
        await pilot.press("down", "e")
        assert "has no weights: choose another run" in note_of(page)


async def test_of_a_damaged_run_no_command_is_offered_to_copy(app: MnistSumApp, made: list[Run]) -> None:
    made[2].config_file.write_text("{")
    async with fixed.on(app, RunsPage, (200, 48)) as (pilot, _):
        assert "Copy command" in {key.words for key in keys_of(app.screen)[0]}
        await press(pilot, "end")
        assert "Copy command" not in {key.words for key in keys_of(app.screen)[0]}


async def test_the_footer_says_what_to_train_further_means(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage, (160, 48)) as (pilot, page):
        for words in ("Resume", "More epochs"):  # the newest was stopped
            await until(pilot, lambda: any(key.words == words for key in keys_of(app.screen)[0]))  # noqa: B023
            await pilot.press("down")
        assert page.current is not None
        assert page.current.state == "completed"


async def test_the_report_of_a_run_goes_into_its_folder_and_that_of_marked_runs_beside_them(
    app: MnistSumApp, made: list[Run]
) -> None:
    async with fixed.on(app, RunsPage, (160, 40)) as (pilot, page):
        await pilot.press("h")
        await settle(pilot)
        written = made[2].path / "report.html"
        assert note_of(page) == f"Wrote {written}: a browser opens it, offline too"
        assert written.read_bytes() == report(made[2])
        first, second = page.listed[:2]
        await pilot.press("space", "space", "h")
        await settle(pilot)
        both = app.session.runs_folder / "compared.html"
        assert note_of(page) == f"Wrote {both}: a browser opens it, offline too"
        assert both.read_bytes() == compared({"A": first, "B": second})
        await pilot.press("ctrl+r")
        await app.workers.wait_for_complete()
        assert len(page.listed) == 3, "it is no run"
        page.query_one(RunTable).marked = ()
        await pilot.press("home")
        written.unlink()
        made[2].config_file.write_text("{")
        await pilot.press("h")
        await settle(pilot)
        assert "damaged" in note_of(page)
        assert not written.exists()
    made[0].write_json(made[0].path / "report.html", {})
    made[0].delete()
    assert not made[0].path.exists(), "it is a file of the run"


async def test_marked_runs_are_played_in_step(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.pages.in_step_keys.SECONDS", 12.0)
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):

        def newest() -> list[float]:
            return [float(max(curve.x, default=0)) for curve in page.query_one(Chart).plot.curves]

        await pilot.press("p")
        assert "Mark two runs" in note_of(page)
        await pilot.press("space", "down", "space")
        await settle(pilot)
        assert len(newest()) == 2
        await pilot.press("x", "x")
        whole, bar, leads = newest(), page.query_one(ScrubBar), page.query_one(InStepBar).query_one(Line)
        assert not bar.display
        await pilot.press("p")
        await recorded.until(pilot, lambda: "leads, sum accuracy" in str(leads.render()))
        assert max(newest()) < 53, "seconds, of which there are 53.75"
        assert 0 < bar.place.played < 1
        await pilot.press("p")
        waiting = newest()
        await pilot.pause(0.2)
        assert newest() == waiting
        bar.post_message(ScrubBar.Dragged(0.5))
        await recorded.until(pilot, lambda: bar.place.words == "26.9 s of 53.8 s")
        assert bar.place[:2] == (False, 2), "it still pauses"
        await pilot.press("plus", "plus", "plus", "minus", "space")
        assert bar.place[:2] == (True, 4)
        bar.post_message(ScrubBar.Dragged(0.95))
        await recorded.until(pilot, lambda: max(newest()) == 53.75)
        await pilot.press("left")
        assert "leads" in str(leads.render()), "it stays at the end"
        assert "short ended before)" in str(leads.render())
        chosen = [replace(row, state="running") for row in page._chosen()]
        with monkeypatch.context() as trains:
            trains.setattr(page, "_chosen", lambda: chosen)
            page.draw_curves()
        assert "ended before" not in str(leads.render()), "what trains has not ended"
        assert len(page.curves) == 2, "space marks nothing meanwhile"
        bar.post_message(ScrubBar.Dragged(0.2))
        await recorded.until(pilot, lambda: 0 < bar.place.played < 1)
        assert not bar.place.is_playing, "what is over does not go on by itself"
        await pilot.press("p")
        await recorded.until(pilot, lambda: 0 < max(newest()) < 53)
        page._share, page._at = 0.1, page._at - 60
        page._next_frame()
        assert page._share == pytest.approx(0.1 + 4 * 0.5 / 12), "at speed 4, and a busy machine skips nothing"
        assert "ended before" not in str(leads.render()), "not yet"
        await pilot.press("question_mark", "escape")
        assert bar.display, "Escape closes the help first"
        await pilot.press("escape")
        await recorded.until(pilot, lambda: newest() == whole)
        assert not bar.display
        await pilot.press("p")
        await recorded.until(pilot, lambda: 0 < max(newest()) < 53)
        await pilot.press("escape", "up", "space")
        await recorded.until(pilot, lambda: len(newest()) == 3)
        await pilot.pause(0.2)
        assert max(newest()) > 60, "others are marked: they are shown whole"


async def test_runs_are_played_as_soon_as_their_curves_are_read(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a long run take seconds, in which p said that two runs must be marked, or played only the first two."""
    is_free = threading.Event()
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        await settle(pilot)
        monkeypatch.setattr("mnist_sum_tui.tui.pages.runs.curves_of", lambda run: is_free.wait(20) and curves_of(run))
        await pilot.press("space", "down", "space", "p")
        assert len(page.curves) == 1, "they are being read"
        assert note_of(page) == ""
        is_free.set()
        await until(pilot, lambda: page._moves and len(page.curves) == 2)
        is_free.clear()
        await pilot.press("escape", "up", "space", "p")
        assert not page._moves, "not the two without the third"
        await pilot.press("escape")
        is_free.set()
        await until(pilot, lambda: len(page.curves) == 3)
        assert not page._moves, "Escape has ended the waiting"
        is_free.clear()
        table = page.query_one(RunTable)
        table.marked = table.marked[:2]
        await pilot.press("p")
        table.marked = ()
        is_free.set()
        await until(pilot, lambda: len(page.curves) == 1)
        assert not page._moves, "one alone is not played"


@pytest.mark.parametrize("size", [(60, 20), (120, 36), (200, 60)])
async def test_two_runs_in_step_show_what_both_answer(
    size: tuple[int, int], app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.pages.in_step_keys.SECONDS", 1e9)
    async with fixed.on(app, RunsPage, size) as (pilot, page):
        await pilot.press("down", "space", "down", "space", "x", "x")
        await recorded.until(pilot, lambda: len(page.curves) == 2)
        await pilot.press("p")
        await recorded.until(pilot, lambda: page.has_class("-in-step"))
        strips = page.query_one(StripsInStep)
        assert strips.display == (size[0] >= 120)
        samples = list(strips.query(Sample))
        assert {sample.answer for sample in samples} == {None}, "nothing is played yet"
        page._share = 10.01 / 61.8125  # of the seconds that the slower one took
        page.draw_curves()
        for start, step in ((0, 320), (8, 400)):
            event = recorded.samples(step, 1, 10.0, right=step // 80)
            answers = list(zip(event.labels, event.numbers, event.digits, event.sums, strict=True))
            assert [sample.answer for sample in samples[start : start + 8]] == answers
        assert all(sample.image is not None for sample in samples)
        await press(pilot, "p")
        shown = [line.strip() for line in lines(app)]
        (bar,) = (row for row, line in enumerate(shown) if line.startswith(f"{BRAILLE.paused} x2 "))
        assert "10.0 s of 61.8 s" in shown[bar]
        assert " leads, " in shown[bar - 1]
        assert "%" in shown[bar - 1]
        legend = shown[bar + (2 if size[1] == 60 else 1)]  # in a high chart, the title has a line of its own
        assert all(mark in legend for mark in RUN_SYMBOLS[:2]), "the legend names both"
        assert not any("setting" in line and size[0] < 80 for line in shown), "the curves need the room"
        before = page.curves
        page.action_reload()
        await recorded.until(pilot, lambda: page.curves is not before)
        assert page.has_class("-in-step"), "the same runs play on when their curves are read anew"
        if strips.display:
            await pilot.resize_terminal(WIDE - 1, size[1])
            await recorded.until(pilot, lambda: not strips.display)
        await pilot.press("escape", "home", "space")
        await recorded.until(pilot, lambda: len(page.curves) == 3)
        assert not strips.display


async def test_a_report_replaces_only_an_earlier_one(app: MnistSumApp, made: list[Run]) -> None:
    mine, linked = app.session.runs_folder / "compared.html", made[2].path / "report.html"
    mine.write_text("precious")
    linked.symlink_to(mine)
    async with fixed.on(app, RunsPage, (160, 40)) as (pilot, page):
        await pilot.press("h")
        await settle(pilot)
        assert note_of(page) == f"{linked}: cannot be used (is a link); move it away first"
        await pilot.press("space", "space", "h")
        await settle(pilot)
        assert note_of(page) == f"{mine}: exists already and was not written by mnist-sum; move it away first"
        assert (mine.read_text(), linked.is_symlink()) == ("precious", True)
        mine.write_bytes(earlier := report(made[0]))
        await pilot.press("h")
        await settle(pilot)
        assert note_of(page).startswith("Wrote ")
        assert mine.read_bytes() not in (earlier, b"")
