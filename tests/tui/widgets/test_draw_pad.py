"""Drawing on the sheet, and the draw pad with mouse and keyboard."""

import numpy as np
import pytest
from textual.app import App, ComposeResult

from mnist_sum_tui.tui.widgets import strokes
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad
from tests.tui.shown import lines


def test_a_dot_has_the_size_of_the_pen() -> None:
    sheet = strokes.stroke(strokes.blank(), (28, 28), (28, 28), 2.6)
    rows = np.flatnonzero(sheet.any(axis=1))
    assert 5 <= len(rows) <= 7
    assert sheet[28, 28] == 255


def test_a_line_has_no_gaps() -> None:
    sheet = strokes.stroke(strokes.blank(), (5, 5), (50, 30), 1.6)
    assert all(sheet[:, column].max() > 200 for column in range(6, 50))


def test_the_eraser_removes_ink() -> None:
    drawn = strokes.stroke(strokes.blank(), (10, 28), (46, 28), 2.6)
    rubbed = strokes.stroke(drawn, (28, 10), (28, 46), 4, rubs_out=True)
    assert rubbed[28, 28] == 0
    assert rubbed[28, 12] == drawn[28, 12] == 255


def test_drawing_does_not_change_the_old_sheet() -> None:
    before = strokes.blank()
    strokes.stroke(before, (10, 10), (20, 20), 3)
    assert not before.any()


@pytest.mark.parametrize(
    ("room", "scale"), [((28, 14), 1), ((56, 28), 2), ((112, 56), 4), ((500, 500), 4), ((27, 14), 1), ((0, 0), 1)]
)
def test_the_pad_is_as_large_as_fits(room: tuple[int, int], scale: int) -> None:
    assert strokes.scale_for(*room) == scale


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_a_stroke_appears_under_the_mouse(scale: int) -> None:
    column, row = 10 * scale, 5 * scale
    place = strokes.to_sheet(column + 0.5, row + 0.5, scale)
    shown = strokes.shown(strokes.stroke(strokes.blank(), place, place, 2.6), scale)
    assert shown.shape == (28 * scale, 28 * scale)
    assert shown[2 * row : 2 * row + 2, column].max() > 200


class PadApp(App[None]):
    CSS = "DrawPad { width: 58; height: 30; border: round white; }"

    def __init__(self) -> None:
        super().__init__()
        self.drawn = 0

    def compose(self) -> ComposeResult:
        yield DrawPad(id="pad")

    def on_draw_pad_drawn(self) -> None:
        self.drawn += 1


async def test_mouse_positions_are_joined_by_lines() -> None:
    app = PadApp()
    async with app.run_test(size=(80, 40)) as pilot:
        pad = app.query_one(DrawPad)
        await pilot.mouse_down(pad, offset=(6, 11))
        await pilot.hover(pad, offset=(46, 11))
        await pilot.mouse_up(pad, offset=(46, 11))
        middle = pad.sheet[21]
        assert (middle[6:45] > 200).all()
        assert not pad.sheet[30:].any()
        before = app.drawn
        assert before > 0
        await pilot.hover(pad, offset=(20, 20))
        await pilot.pause()
        assert app.drawn == before  # no button is held


async def test_the_right_button_erases() -> None:
    app = PadApp()
    async with app.run_test(size=(80, 40)) as pilot:
        pad = app.query_one(DrawPad)
        await pilot.mouse_down(pad, offset=(20, 11))
        await pilot.mouse_up(pad, offset=(20, 11))
        assert pad.sheet.any()
        await pilot.mouse_down(pad, offset=(20, 11), button=3)
        await pilot.mouse_up(pad, offset=(20, 11))
        assert not pad.sheet.any()
        assert app.mouse_captured is None, "the next click may be elsewhere"

        async def dot(pen: str, button: int = 1) -> int:
            """The columns that a dot changes."""
            pad.pen, before = pen, pad.sheet
            await pilot.mouse_down(pad, offset=(20, 11), button=button)
            await pilot.mouse_up(pad, offset=(20, 11))
            return int((pad.sheet != before).any(axis=0).sum())

        widths = []
        for pen in ("thin", "medium", "thick"):
            widths.append(await dot(pen))
            await pilot.pause()
            assert any(ink in line for line in lines(app) for ink in "▀▄█")
            pad.clear()
            await pilot.pause()
            assert not any(ink in line for line in lines(app) for ink in "▀▄█")
        assert widths == sorted({*widths})
        full = np.full_like(pad.sheet, 255)
        pad.show(full)
        assert await dot("medium", button=3) > widths[1], "the rubber is wider than the pen"
        assert await dot("medium", button=3) == 0, "there is no ink any more"
        assert pad.undo()
        assert (pad.sheet == full).all(), "what has changed nothing is not undone by a key of its own"


async def test_the_keyboard_cursor_is_drawn_in_the_cell_that_it_is_in() -> None:
    app = PadApp()
    async with app.run_test(size=(80, 40)) as pilot:
        pad = app.query_one(DrawPad)
        pad.styles.width, pad.styles.height = 30, 16  # 28 x 14 cells
        pad.focus()
        await pilot.press(*["left"] * 15, *["up"] * 15)

        def place() -> tuple[int, int]:
            """Column and row of the cursor."""
            rows = str(pad.render()).split("\n")
            ((column, row),) = ((line.index("○"), at) for at, line in enumerate(rows) if "○" in line)
            return column, row

        steps = []
        for key in ("right", "down"):
            for _ in range(30):
                steps.append(place())
                await pilot.press(key)
        right, down = steps[:30], steps[30:]
        assert [column for column, _ in right] == [*range(28), 27, 27]
        assert [row for _, row in down] == [*(press // 2 for press in range(28)), 13, 13]


async def test_the_keyboard_draws_while_the_pen_is_down() -> None:
    app = PadApp()
    async with app.run_test(size=(80, 40)) as pilot:
        pad = app.query_one(DrawPad)
        pad.focus()
        await pilot.press("down", "down")
        assert not pad.sheet.any()
        await pilot.press("space", *["right"] * 5)
        assert (pad.sheet > 0).any(axis=0).sum() >= 10
        await pilot.press("space")
        before = pad.sheet
        await pilot.press("down")
        assert pad.sheet is before
        assert "○" in str(pad.render())
        await pilot.press("space")
        assert "●" in str(pad.render())
        await pilot.mouse_down(pad, offset=(20, 11))
        await pilot.mouse_up(pad, offset=(20, 11))
        before = pad.sheet
        await pilot.press("down")
        assert pad.sheet is before, "a stroke of the mouse lifts the pen, else a line would begin where nobody put it"
        pad.show(np.full_like(before, 255))
        pad.rubs_out = True
        await pilot.press("space", "right")
        assert (pad.sheet == 0).any()
        for lift in (pad.undo, pad.clear):
            pad.is_pen_down = True
            lift()
            assert not pad.is_pen_down, "what one does not draw is not drawn on"


async def test_the_cursor_stays_on_the_sheet() -> None:
    app = PadApp()
    async with app.run_test(size=(80, 40)) as pilot:
        pad = app.query_one(DrawPad)
        pad.focus()
        for corner, keys in (((1, 1), ("left", "up")), ((55, 55), ("right", "down"))):
            pad.cursor = (abs(corner[0] - 4), abs(corner[1] - 4))
            await pilot.press(*keys * 3)
            assert pad.cursor == corner
        pad.cursor = 21.0, 30.0
        assert str(pad.render()).splitlines()[15].index("○") == 21, "where the ink would be"
