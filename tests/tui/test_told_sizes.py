"""A widget whose size changes is told so, even if something was scrolled and somebody asks where it is."""

from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.events import Resize
from textual.widgets import Static

from mnist_sum_tui.tui.textual_fixes import mend


class Told(Static):
    """Notes the widths that it is told."""

    def on_mount(self) -> None:
        self.widths: list[int] = []

    def on_resize(self, event: Resize) -> None:
        self.widths.append(event.size.width)


class Scrolled(App[None]):
    CSS = "#aside { width: 30; } Told { width: 1fr; } #long { height: 50; }"

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Told()
            with VerticalScroll(id="aside"):
                yield Static("long", id="long")


async def test_a_widget_is_told_its_size_when_what_was_scrolled_beside_it_closes() -> None:
    mend()
    app = Scrolled()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        told, aside = app.query_one(Told), app.query_one("#aside")
        aside.scroll_relative(y=5, animate=False)
        await pilot.pause()
        await aside.remove()
        assert Static() not in app.screen._compositor, "Textual lays the screen out for this"
        await pilot.pause()
        assert told.widths == [50, 80]
