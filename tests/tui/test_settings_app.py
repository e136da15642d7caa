"""The dashboard's settings: used at once, kept in the file, and read from it at the next start."""

import os
from pathlib import Path

import pytest
from textual.command import CommandList
from textual.widgets import Input

from mnist_sum_tui import glyphs, settings
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.launch import LaunchOptions, run_dashboard
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.train import TrainPage
from mnist_sum_tui.tui.settings_app import choices
from mnist_sum_tui.tui.web.visitor import watching_app
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from tests.tui import recorded
from tests.tui.fake_train import CONFIG
from tests.tui.recorded import until
from tests.tui.shown import form

pytestmark = pytest.mark.usefixtures("without_form")


async def test_the_palette_keeps_a_setting(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        for typed, name, value in (("marker blocks", "marker", "blocks"), ("theme light", "theme", "mnist-sum-light")):
            app.search_settings()
            await pilot.press(*typed.replace(" ", "_").replace("_", " "))
            choices = app.screen.query_one(CommandList)
            await until(pilot, lambda: choices.option_count == 1)  # noqa: B023
            await pilot.press("enter")
            await until(pilot, lambda: settings.find(name).value == value)  # noqa: B023
        assert glyphs.current() is glyphs.BLOCKS
        assert app.theme == "mnist-sum-light"
    assert settings.read() == ({"theme": "mnist-sum-light", "marker": "blocks"}, [])


async def test_all_settings_are_listed_with_their_origin(app: MnistSumApp) -> None:
    settings.keep("mouse", False)
    async with app.run_test(size=(120, 60)) as pilot:
        app.search_settings()
        await until(pilot, lambda: app.screen.query(CommandList) and app.screen.query_one(CommandList).option_count)
        choices = app.screen.query_one(CommandList)
        listed = [str(choices.get_option_at_index(at).prompt) for at in range(choices.option_count)]
    assert {line.split()[0] for line in listed} == settings.KNOWN.keys() - {"plain"}
    assert [line for line in listed if "now, settings.toml" in line] == [
        "mouse false\nthe mouse: the terminal keeps it, for selecting text; now, settings.toml"
    ]


def test_the_list_says_which_value_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("marker", "blocks"), ("fps", 30), ("theme", "mnist-sum-light")):
        settings.keep(name, value)
    monkeypatch.setenv("MNIST_SUM_FPS", "60")
    here = {"marker": settings.find("marker", "ascii"), "theme": settings.find("theme", "mnist-sum-dark")}
    said = {choice.words: choice.about.rpartition("; ")[2] for choice in choices(here)}
    assert said["marker ascii"] == "now, --marker"
    assert said["marker blocks"] == "in settings.toml, but --marker counts"
    assert said["fps 60"] == "now, MNIST_SUM_FPS"
    assert said["fps 30"] == "in settings.toml, but MNIST_SUM_FPS counts"
    assert said["theme mnist-sum-light"] == "in settings.toml, but --theme counts"
    assert said["digits numbers"] == "now, usual"


async def test_what_is_chosen_in_the_list_counts_at_once(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.here = {"marker": settings.find("marker", "ascii"), "fps": settings.find("fps", 10)}
        app.keep_setting("marker", "blocks")
        app.keep_setting("fps", 60)
        app.keep_setting("notify", "bell")
        assert app.way == "bell"
        monkeypatch.setenv("MNIST_SUM_THEME", "nord")
        app.keep_setting("theme", "mnist-sum-dark")
        await pilot.pause()
        kept = [note.message.partition("kept in ")[2] for note in app._notifications]
        beyond = [
            "",
            " It holds from the next start.",
            "",
            " But MNIST_SUM_THEME is set, and overrides it at the next start.",
        ]
        assert kept == [f"{settings.path()}.{words}" for words in beyond]
        said = {choice.words: choice.about.rpartition("; ")[2] for choice in choices(app.here)}
    assert said["marker blocks"] == "now, settings.toml"
    assert said["fps 60"] == "in settings.toml, but --fps counts"


async def test_a_theme_from_the_palette_of_themes_is_kept(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.search_themes()
        await pilot.press(*"nord")
        choices = app.screen.query_one(CommandList)
        await until(pilot, lambda: choices.option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "nord")
    assert settings.read() == ({"theme": "nord"}, [])


async def test_what_cannot_be_kept_is_used_and_said(app: MnistSumApp) -> None:
    settings.path().mkdir(parents=True)
    async with app.run_test(size=(80, 24)) as pilot:
        app.keep_setting("theme", "nord")
        assert app.theme == "nord"
        await pilot.pause()
        unread, unkept = app._notifications
        assert unread.title == "Settings"
        assert "cannot be used" in unread.message, "which a note on the terminal says, too, but the dashboard covers it"
        assert unkept.title == "The setting is not kept"
        app.keep_setting("theme", "mnist-sum-light")
        now = [choice.words for choice in choices(app.here) if "; now, " in choice.about and choice.name == "theme"]
        assert now == ["theme mnist-sum-light"]


async def test_an_unknown_theme_is_told_where_one_sees_it(app: MnistSumApp) -> None:
    settings.keep("theme", "nrod")
    async with app.run_test(size=(80, 24)):
        (toast,) = app._notifications
        assert "unknown theme 'nrod': did you mean 'nord'?" in toast.message


async def test_digits_choose_pages_and_alt_the_number(tmp_path: Path) -> None:
    settings.keep("digits", "pages")
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
        app.keep_setting("digits", "numbers")
        await until(pilot, lambda: "Alt+0-9 Number" not in shown(app))
        await pilot.press("4")
        await until(pilot, lambda: page.number == 4)
        await pilot.press("alt+1")
        await until(pilot, lambda: isinstance(app.screen, TrainPage))


async def test_in_a_field_a_digit_is_a_digit(tmp_path: Path) -> None:
    settings.keep("digits", "pages")
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
        here = {name: found.origin for name, found in app.here.items()}
        seen.append((app.theme, app.takes_mouse, os.environ.pop("TEXTUAL_FPS"), here))
        return 0

    monkeypatch.setattr("mnist_sum_tui.tui.launch.can_draw", lambda: True)
    monkeypatch.setattr("mnist_sum_tui.tui.launch._run_to_the_end", ends)
    monkeypatch.setenv("TEXTUAL_FPS", "")  # so that it is as before afterwards
    monkeypatch.delenv("TEXTUAL_FPS")
    monkeypatch.setenv("COLORTERM", "truecolor")
    settings.keep("theme", "nord")
    settings.keep("mouse", False)
    settings.keep("fps", 30)
    run_dashboard(LaunchOptions(tmp_path, CONFIG, False, None, None))
    run_dashboard(LaunchOptions(tmp_path, CONFIG, False, None, "dracula", mouse=True, fps=9))
    settings.keep("theme", "nrod")
    run_dashboard(LaunchOptions(tmp_path, CONFIG, False, None, None))
    options = {"theme": "--theme", "mouse": "--mouse", "fps": "--fps"}
    assert seen == [
        ("nord", False, "30", {}), ("dracula", True, "9", options), ("mnist-sum-dark", False, "30", {}),
    ]  # fmt: skip
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
