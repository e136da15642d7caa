"""The panel of `?`: every line of it can be read, at every size."""

from textual.events import MouseDown, MouseMove, MouseUp
from textual.widgets import Static

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.mistakes import MistakesPage
from mnist_sum_tui.tui.widgets.gallery import Gallery
from mnist_sum_tui.tui.widgets.help_panel import MORE, HelpPanel, key_lines
from tests.tui import fixed, recorded
from tests.tui.pages.training import play
from tests.tui.recorded import press, until
from tests.tui.shown import lines


async def test_page_down_reaches_the_end_of_the_help(app: MnistSumApp) -> None:
    async with app.run_test(size=(70, 22)) as pilot:
        for page in ("train", "inspect", "draw"):
            await fixed.open_page(pilot, page)
            await press(pilot, "question_mark")
            text = str(app.screen.query_one("#help-text").render())
            assert ("mnist-sum demo plays a whole training" in text) == (page == "train")
            keys = str(app.screen.query_one("#help-keys").render())
            assert ("Picture style" in keys) == (page == "inspect"), "on other pages it changed nothing"
            panel, more = app.screen.query_one(HelpPanel), app.screen.query_one("#help-more")
            await until(pilot, lambda: more.region.area > 0)  # noqa: B023
            assert more.region.bottom == panel.region.bottom
            await press(pilot, *["pagedown"] * 4)
            assert panel.scroll_y == panel.max_scroll_y > 0, page
            assert not more.display
            await press(pilot, *["pageup"] * 4)
            assert panel.scroll_y == 0
            assert more.display


async def test_no_line_of_the_help_is_skipped_from_page_to_page(app: MnistSumApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await play(pilot, recorded.training(100), Control())
        await press(pilot, "question_mark")
        panel = app.screen.query_one(HelpPanel)
        area = panel.scrollable_content_region

        async def readable() -> list[str]:
            await pilot.pause()
            rows = [line[area.x : area.right].strip() for line in lines(app)[area.y : area.bottom]]
            return [row for row in rows if row and row != MORE]

        whole = set[str]()
        for row in range(0, int(panel.max_scroll_y) + 10, 10):  # few rows at a time, as the mouse wheel shows them
            panel.scroll_to(y=row, animate=False)
            whole.update(await readable())
        for key in ("pageup", "pagedown"):  # from the end, where the wheel has left it, and back
            read = set(await readable())
            for _ in range(4):
                await press(pilot, key)
                read.update(await readable())
            assert read == whole


async def test_without_the_help_page_down_is_the_gallery_s(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, page):
        await press(pilot, "pagedown")
        assert page.query_one(Gallery).scroll_y > 0


async def test_a_click_on_a_line_of_the_help_is_its_key(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (120, 50)) as (pilot, page):
        await press(pilot, "question_mark")
        panel = page.query_one(HelpPanel)

        async def click(words: str, at: int) -> None:
            row, line = next((row, line) for row, line in enumerate(lines(app)) if words in line[panel.region.x :])
            await pilot.click(offset=(line.index(words, panel.region.x) + at, row))
            await pilot.pause()

        arrows = " ".join(BRAILLE.arrows[:2])
        for words, at, index in ((f"{arrows} Image", 2, 1), (f"{arrows} Image", 0, 0), (f"{arrows} Image", 6, 999)):
            await click(words, at)
            assert page.index == index
        await click("w Wrong", 4)
        assert page.index == min(fixed.WRONG)
        await click("0-9", 0)
        await click("F5 Alt+5 Runs", 11)
        assert app.current_mode == "runs"


async def test_text_of_the_help_can_be_selected(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (120, 50)) as (pilot, page):
        await press(pilot, "question_mark")
        listed = page.query_one("#help-keys")
        x, y = listed.region.x + 12, listed.region.y
        for kind, row in ((MouseDown, y), (MouseMove, y + 2), (MouseUp, y + 2)):  # Pilot makes no click of these
            app.post_message(kind(None, x, row, 0, 0, 1, False, False, False, x, row))
            await pilot.pause()
        await pilot.pause()
        assert page.get_selected_text()
        assert (page.index, page.number) == (0, 7)
        for kind in (MouseDown, MouseUp):
            app.post_message(kind(None, x - 1, y + 1, 0, 0, 1, False, False, False, x - 1, y + 1))
        await until(pilot, lambda: page.number == 8)


def test_what_a_key_does_goes_on_below_itself() -> None:
    lines = key_lines([("s", "Stop and save"), ("F1 Alt+1", "Train")], 20).plain.split("\n")
    assert lines == ["       s Stop and", "         save", "F1 Alt+1 Train"]


async def test_the_help_survives_a_new_size_while_it_closes(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "question_mark")
        panel = app.screen.query_one(HelpPanel)
        await panel.query(Static).remove()  # as Textual does, which removes the panel only then
        panel.show_keys()
        panel.on_resize()
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.query(HelpPanel))
