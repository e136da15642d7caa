"""Where the focus is, and that a button is one, is seen in every theme of ours."""

import pytest
from textual.color import Color
from textual.widget import Widget
from textual.widgets import Button, Input

from mnist_sum_tui.tui import looks
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.dialogs import QuitScreen
from mnist_sum_tui.tui.session.session import Session
from tests.tui import shown
from tests.tui.contrast import contrast

pytestmark = pytest.mark.usefixtures("without_form")


def ground(app: MnistSumApp, widget: Widget) -> Color:
    """The colour behind a widget's words, a column after its left edge."""
    at, before = widget.content_region, 0
    for segment in shown.segments(app)[at.y]:
        before += segment.cell_length
        if before > at.x + 1:
            assert segment.style is not None
            colour = segment.style.color if segment.style.reverse else segment.style.bgcolor
            assert colour is not None
            return Color.from_rich_color(colour)
    raise AssertionError


async def test_what_has_the_focus_stands_out_in_the_form(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await shown.form(pilot)
        start, model = app.screen.query_one("#start"), app.screen.query_one("#model")
        minutes = app.screen.query_one("#max_minutes", Input)
        for theme in looks.OWN:
            app.theme = theme.name
            await pilot.pause()
            for widget in (minutes, model, start):
                before = ground(app, widget)
                widget.focus()
                await pilot.pause()
                now, paper = ground(app, widget), app.screen.styles.background
                least = 4.5 if widget is start else 1.2
                assert contrast(now, paper) > least, (theme.name, widget)
                assert now != before, (theme.name, widget)


async def test_each_answer_before_leaving_looks_like_a_button(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "is_training", True)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(QuitScreen("", app.session))
        for theme in looks.OWN:
            app.theme = theme.name
            await pilot.pause()
            paper = app.screen.query_one("#question").styles.background
            buttons = [ground(app, each) for each in app.screen.query(Button)]
            assert min(contrast(each, paper) for each in buttons) > 1.2, theme.name
            assert len({each.hex for each in buttons}) == 3
