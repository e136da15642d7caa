from typing import ClassVar

from textual.app import App, ComposeResult
from textual.events import MouseMove, MouseScrollDown, MouseScrollUp

from mnist_sum_tui.tui.widgets.slider import Slider, needed, slider_line, stop_at

NAMES = ("epoch 1", "best", "last")


def test_the_slider_as_text() -> None:
    names = ("epoch 1", "best", "last")
    assert slider_line(names, 1, 60) == "○ epoch 1 ── ● best ── ○ last"
    many = ("epoch 1", "epoch 2", "epoch 3", "epoch 4", "best", "last")
    assert slider_line(many, 2, 45) == "○ epoch 1 ──○──● epoch 3 ──○──○──○ last"
    assert slider_line(names, 1, 20) == "○──● best ──○"
    assert slider_line(names, 2, 8) == "○○● last"
    assert slider_line(names, 0, 5) == "1/3 e"
    assert slider_line((), 0, 5) == ""
    same = ("epoch 1", "epoch 2 = best = last")
    assert slider_line(same, 1, needed(same, 1)) == "○● epoch 2 = best = last"
    assert slider_line(same, 1, needed(same, 1) - 1) == "2/2 epoch 2 = best", "it never ends in ="
    assert slider_line(same, 1, 17) == "2/2 epoch 2"


def test_the_stop_under_the_mouse() -> None:
    line = slider_line(("epoch 1", "best", "last"), 1, 60)
    assert [stop_at(line, column) for column in (0, 5, line.index("●"), len(line) - 1)] == [0, 0, 1, 2]
    assert stop_at("1/3 e", 2) is None


class Sliding(App[None]):
    """A slider alone, which moves as it says."""

    moved: ClassVar[list[int]] = []

    def compose(self) -> ComposeResult:
        yield Slider()

    def on_mount(self) -> None:
        slider = self.query_one(Slider)
        slider.names, slider.chosen = NAMES, 1
        self.moved.clear()

    def on_slider_moved(self, message: Slider.Moved) -> None:
        self.moved.append(NAMES.index(message.name))
        self.query_one(Slider).chosen = self.moved[-1]


async def test_the_wheel_and_dragging_move_it_and_not_beyond_its_ends() -> None:
    app = Sliding()
    async with app.run_test(size=(60, 4)) as pilot:
        slider = app.query_one(Slider)
        for kind in (MouseScrollDown, MouseScrollDown, MouseScrollUp, MouseScrollUp, MouseScrollUp):
            slider.post_message(kind(slider, 3, 0, 0, 0, 0, False, False, False))
            await pilot.pause()
        assert app.moved == [2, 1, 0]
        line = slider_line(NAMES, 0, 60)
        for button, column in (
            (0, line.index("last")),
            (1, line.index("best")),
            (1, line.index("best") + 1),
            (1, line.index("last")),
        ):
            slider.post_message(MouseMove(slider, column, 0, 0, 0, button, False, False, False))
            await pilot.pause()
        assert app.moved[3:] == [1, 2]
