"""The dashboard's settings: read from the file at its start."""

import os
from pathlib import Path

import pytest
from textual.command import CommandList
from textual.widgets import Input

from mnist_sum_tui import settings
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.launch import LaunchOptions, run_dashboard
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.train import TrainPage
from mnist_sum_tui.tui.web.visitor import watching_app
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from tests.settings_file import keep
from tests.tui import recorded
from tests.tui.fake_train import CONFIG
from tests.tui.recorded import until
from tests.tui.shown import form

pytestmark = pytest.mark.usefixtures("without_form")


async def test_a_theme_from_the_palette_of_themes_is_used(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.search_themes()
        await pilot.press(*"nord")
        choices = app.screen.query_one(CommandList)
        await until(pilot, lambda: choices.option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "nord")


async def test_an_unknown_theme_is_told_where_one_sees_it(app: MnistSumApp) -> None:
    keep("theme", "nrod")
    async with app.run_test(size=(80, 24)):
        (toast,) = app._notifications
        assert "unknown theme 'nrod': did you mean 'nord'?" in toast.message


async def test_digits_choose_pages_and_alt_the_number(tmp_path: Path) -> None:
    keep("digits", "pages")
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.train_page.is_composed)
        await pilot.press("3")
        await until(pilot, lambda: app.current_mode == "draw")
        assert "Alt+0-9 + - Number" in app.screen.query_one(KeyFooter).render().plain
        await pilot.press("2")
        await until(pilot, lambda: isinstance(app.screen, InspectPage))
        page = app.screen
        assert isinstance(page, InspectPage)
        await pilot.press("alt+3")
        await until(pilot, lambda: page.number == 3)
        await pilot.press("question_mark")
        await until(pilot, lambda: "F2 2 Inspect" in shown(app))
        assert "Alt+0-9 Number" in shown(app)


async def test_in_a_field_a_digit_is_a_digit(tmp_path: Path) -> None:
    keep("digits", "pages")
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await form(pilot)
        field = app.screen.query(Input).first()
        field.focus()
        field.value = ""
        await pilot.press("2")
        await until(pilot, lambda: field.value == "2")
        assert isinstance(app.screen, TrainPage)


def shown(app: MnistSumApp) -> str:
    return "\n".join(str(keys.render()) for keys in app.screen.query("#help-keys, #general-keys"))


def test_the_dashboard_starts_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []

    def ends(app: MnistSumApp) -> int:
        seen.append((app.theme, app.takes_mouse, os.environ.pop("TEXTUAL_FPS")))
        return 0

    monkeypatch.setattr("mnist_sum_tui.tui.launch.can_draw", lambda: True)
    monkeypatch.setattr("mnist_sum_tui.tui.launch._run_to_the_end", ends)
    monkeypatch.setenv("TEXTUAL_FPS", "")  # so that it is as before afterwards
    monkeypatch.delenv("TEXTUAL_FPS")
    monkeypatch.setenv("COLORTERM", "truecolor")
    keep("theme", "nord")
    keep("mouse", False)
    keep("fps", 30)
    run_dashboard(LaunchOptions(tmp_path, CONFIG, False, None, None))
    run_dashboard(LaunchOptions(tmp_path, CONFIG, False, None, "dracula", mouse=True, fps=9))
    keep("theme", "nrod")
    run_dashboard(LaunchOptions(tmp_path, CONFIG, False, None, None))
    assert seen == [("nord", False, "30"), ("dracula", True, "9"), ("mnist-sum-dark", False, "30")]
    assert capsys.readouterr().err == f"note: {settings.path()}: unknown theme 'nrod': did you mean 'nord'?\n"


async def test_the_settings_of_the_server_are_not_a_visitors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visitor's process ended with a traceback for the variable, and told every visitor where the file is."""
    settings.path().parent.mkdir()
    settings.path().write_text('digits = "letters"')
    monkeypatch.setenv("MNIST_SUM_DIGITS", "letters")
    app = watching_app(tmp_path, None)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert not len(app._notifications)
