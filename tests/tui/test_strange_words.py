"""Strange text from files and folder names in the dashboard: markup, escape sequences, invalid and wide characters.

It is shown as it is written, and disturbs neither the terminal nor the layout.
"""

from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from mnist_sum_tui import glyphs
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.events import Notice
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.plain_app import ShownOnly
from mnist_sum_tui.tui.session.messages import RunEvent, TrainingEnded
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui.recorded import begin, until

pytestmark = pytest.mark.usefixtures("without_form")

WORDS = ("[/foo]", "[bold", "[b]not bold[/b]", "a\x1b[31mred \x1b]52;c;aGk=\x07", "back\u202eward \udcff.txt 日本語")


def shown(app: MnistSumApp) -> list[str]:
    """The lines on the screen, after checking that they are printable and as wide as the screen."""
    strips = app.screen._compositor.render_strips()
    lines = [strip.text for strip in strips]
    assert {cell_len(line) for line in lines} == {app.size.width}
    assert all(line.isprintable() for line in lines), "only printable characters reach the terminal"
    return lines


async def toasts(pilot: Pilot[int], app: MnistSumApp, count: int) -> str:
    await until(pilot, lambda: len(app.screen.query(Toast)) == count)
    return "\n".join(shown(app))


async def test_toasts_notices_and_errors_of_a_training_show_their_text_unchanged(app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.pause(0.1)
        for words in WORDS:
            app.train_page.notify(words, title=words)
            assert (await toasts(pilot, app, 1)).count(printable(words)) == 2
            app.clear_notifications()
            await toasts(pilot, app, 0)
            begin(app)
            app.post_message(RunEvent(Notice(step=0, epoch=1, elapsed=0.0, message=f"1 {words}")))
            app.post_message(TrainingEnded(UsageError(f"2 {words}")))
            text = await toasts(pilot, app, 2)
            assert f"1 {printable(words)}" in text
            assert text.count(f"2 {printable(words)}") == 2, "in a toast and in the form"
            app.clear_notifications()
            await toasts(pilot, app, 0)


async def test_the_message_about_a_screenshot_shows_brackets_of_the_path(
    app: MnistSumApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app.session.runs_folder = Path("[") / "foo]"
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.pause(0.1)
        app.save_screen()
        await until(pilot, lambda: any("'[/foo]/drawings/screen-" in line for line in shown(app)))


async def test_a_picture_of_the_screen_is_saved_where_drawings_are(app: MnistSumApp, tmp_path: Path) -> None:
    folder = app.session.runs_folder / "drawings"
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.pause(0.1)
        for _ in range(2):
            app.save_screen()
            await until(pilot, lambda: list(folder.glob("screen-*.svg")))
        await until(pilot, lambda: len([*folder.glob("screen-*.svg")]) == 2, 30)
        assert all("<svg" in file.read_text(encoding="utf-8") for file in folder.iterdir())
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
        app.save_screen()
        await until(pilot, lambda: any("is a link" in line for line in shown(app)))  # the toasts before it may be gone
        assert len([*folder.iterdir()]) == 2


@pytest.mark.parametrize("marker", ["blocks", "ascii"])
def test_what_a_marker_has_no_character_for_takes_as_much_room(marker: str) -> None:
    glyphs.choose(marker)
    for words in ("👩\u200d👩\u200d👧 ab", "👍\U0001f3fd", "❤\ufe0f", "日本語", "e\u0301"):
        (segment,) = ShownOnly().apply([Segment(words)], Color(0, 0, 0))
        assert cell_len(segment.text) == cell_len(words)
        assert segment.text != words or marker == "blocks"


async def test_a_run_may_have_any_name(app: MnistSumApp, tmp_path: Path) -> None:
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.pause(0.1)
        for words in [word for word in WORDS if "/" not in word] + ["[b] [ " + "e\u0301" * 9 + " 👩\u200d🔬 ❤\ufe0f"]:
            await evaluate_and_delete(pilot, app, Run(tmp_path / f"run {words} 1"))


async def evaluate_and_delete(pilot: Pilot[int], app: MnistSumApp, run: Run) -> None:
    run.path.mkdir()
    run.write_config(TrainConfig.of("standard", model="compact"))
    await pilot.press("f1", "f5")
    await until(pilot, lambda: isinstance(app.screen, RunsPage) and app.screen.query_one(RunTable).runs)
    await until(pilot, lambda: sum(printable(run.id) in line for line in shown(app)) == 2)
    await pilot.press("space", "e")
    await until(pilot, lambda: sum(printable(run.id) in line for line in shown(app)) == 3)
    await pilot.press("d")
    await until(pilot, lambda: any(f"Delete run {printable(run.id)}?" in line for line in shown(app)))
    await pilot.press("y")
    await until(pilot, lambda: not run.path.exists())
