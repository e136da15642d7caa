"""The page Runs: what its keys do with the run under the cursor, and with the marked ones."""

from mnist_sum_tui.export.report import compared, report
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet
from mnist_sum_tui.tui.widgets.key_footer import keys_of
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui import fixed
from tests.tui.pages.test_runs import note_of
from tests.tui.recorded import press, settle, until


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
