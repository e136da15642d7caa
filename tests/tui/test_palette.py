"""The command palette, in haste and in little room."""

import asyncio

import pytest
from textual.command import CommandList, Hits, SearchIcon
from textual.events import Click
from textual.widgets import Input

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import PAGES, Page
from mnist_sum_tui.tui.pages.dialogs import Confirm, QuitScreen
from mnist_sum_tui.tui.pages.guide import GuideScreen
from mnist_sum_tui.tui.pages.quiz import QuizScreen
from mnist_sum_tui.tui.palette import Commands
from mnist_sum_tui.tui.patient_palette import Palette
from mnist_sum_tui.tui.session.messages import StartTraining
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui import fixed
from tests.tui.fake_train import CONFIG, FakeTrain
from tests.tui.recorded import press, settle, until
from tests.tui.shown import lines

pytestmark = pytest.mark.usefixtures("without_form")


async def test_the_palette_s_quit_asks_too(fake: FakeTrain, app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: app.session.progress)
        await pilot.press("ctrl+p", *"quit")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, QuitScreen))
        await pilot.press("s")
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == 0
    assert fake.saved


async def test_enter_waits_for_what_the_typed_word_finds(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """And does not choose from the list that is shown until then, whose first entry is the page Train."""
    may_find, search = asyncio.Event(), Commands.search

    async def search_late(provider: Commands, query: str) -> Hits:
        await may_find.wait()
        async for hit in search(provider, query):
            yield hit

    monkeypatch.setattr(Commands, "search", search_late)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f5", "ctrl+p")
        await until(pilot, lambda: app.screen.query(CommandList) and app.screen.query_one(CommandList).option_count)
        await pilot.press(*"guide", "enter")
        await pilot.pause()
        may_find.set()
        await until(pilot, lambda: not isinstance(app.screen, Palette))
        assert isinstance(app.screen, GuideScreen)


async def test_a_palette_opens_over_a_page_alone(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "q Quit" in lines(app)[-1]
        app.search_themes()
        assert isinstance(app.screen, Palette)
        await until(pilot, lambda: app.screen.query(CommandList) and app.screen.query_one(CommandList).option_count)
        assert lines(app)[-1].split() == ["enter", "Choose", "esc", "Close"], "the page's keys do nothing here"
        app.action_command_palette()
        await press(pilot, "escape")
        assert isinstance(app.screen, Page)
        await app.push_screen(Confirm("Delete?", ""))
        await pilot.press("ctrl+p")
        assert isinstance(app.screen, Confirm)


async def test_a_click_before_the_palette_is_laid_out_ends_nothing(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.action_command_palette()
        app.screen.post_message(Click(app.screen, 3, 14, 0, 0, 1, False, False, False, 3, 140))
        await pilot.pause()
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Page))


async def test_a_palette_in_a_few_columns_ends_nothing(app: MnistSumApp) -> None:
    async with app.run_test(size=(1, 24)) as pilot:
        for width in (1, 4, 6):  # in 4 and in 6 columns, some text has none left
            await pilot.resize_terminal(width, 24)
            app.action_command_palette()
            await until(pilot, lambda: app.screen.query(CommandList) and app.screen.query_one(CommandList).option_count)
            await pilot.press("down", "pagedown", "end")
            await pilot.resize_terminal(80, 24)
            await until(pilot, lambda: app.screen.query_one(CommandList).virtual_size.height > 0)
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, Page))


async def test_our_own_themes_are_offered(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.search_themes()
        await pilot.press(*"sum-light")
        choices = app.screen.query_one(CommandList)
        await until(pilot, lambda: choices.option_count and "light" in str(choices.get_option_at_index(0).prompt))
        assert "mnist-sum-light" in str(choices.get_option_at_index(0).prompt)
        assert str(app.screen.query_one(SearchIcon).render()) == BRAILLE.chosen


async def test_the_palette_goes_to_each_page_in_our_words(app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+p", *"misreads")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count == 0)
        await pilot.press("escape", "escape")
        offered = {command.title: command.help for command in app.get_system_commands(app.screen)}
        assert not any("application" in said or "widget" in said for said in offered.values())
        assert offered["Keys"].startswith("Show the keys")
        await pilot.press("question_mark")
        offered = {command.title: command.help for command in app.get_system_commands(app.screen)}
        assert offered["Keys"] == "Hide the help of this page"
        await pilot.press("ctrl+p", *"mistakes")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count)
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.screen is app.pages.get("mistakes"))


async def test_the_palette_lists_the_pages_by_their_keys_and_leaving_last(app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: app.screen.query(CommandList) and app.screen.query_one(CommandList).option_count)
        choices = app.screen.query_one(CommandList)
        listed = [str(choices.get_option_at_index(at).prompt).split("\n")[0] for at in range(choices.option_count)]
    assert listed[:6] == [f"{name.title()} (F{place})" for place, name in enumerate(PAGES, 1)]
    assert listed[-1] == "Quit"


async def test_each_command_of_the_palette_does_what_its_name_says(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = []
    monkeypatch.setattr(app, "save_screen", lambda: saved.append("a picture"))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.train_page.is_composed)
        does = {command.title: command.callback for command in app.get_system_commands(app.screen)}
        does["Theme"]()
        await until(pilot, lambda: app.screen.query(Input) and isinstance(app.screen, Palette))
        assert app.screen.query_one(Input).placeholder == "Search for themes ..."
        await press(pilot, "escape")
        does["Keys"]()
        await until(pilot, lambda: app.screen.query("HelpPanel"))
        does["Screenshot"]()
        await until(pilot, lambda: saved)
        fixed.predictions_in(app)
        does["Quiz"]()
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))


async def test_a_visitor_s_palette_has_no_other_page(app: MnistSumApp) -> None:
    app.session.is_read_only = True
    async with app.run_test(size=(120, 36)):
        assert not any("(F" in command.title for command in app.get_system_commands(app.screen))


@pytest.mark.parametrize("is_visitor", [False, True])
async def test_only_who_can_open_the_palette_is_told_its_key(is_visitor: bool, app: MnistSumApp) -> None:
    app.session.is_read_only = is_visitor
    async with app.run_test(size=(160, 50)) as pilot:
        await until(pilot, lambda: "Guide" in lines(app)[-1])
        await pilot.press("question_mark")
        await until(pilot, lambda: "select text" in "\n".join(lines(app)))
        assert ("^p Palette" in lines(app)[-1]) is not is_visitor
        assert ("Palette: theme" in "\n".join(lines(app))) is not is_visitor


async def test_the_palette_finds_what_the_keys_and_buttons_of_the_page_do(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        fixed.predictions_in(app)
        await press(pilot, "f2")
        offered = {command.title: command for command in app.get_system_commands(app.screen)}
        assert offered["Random"].help == "On this page: key r"
        assert not offered["Random"].discover, "the footer lists it"
        called = []
        monkeypatch.setattr(type(app.screen), "action_random", lambda _: called.append("random"))
        await pilot.press("ctrl+p", *"random")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count)
        await pilot.press("down", "enter")
        await until(pilot, lambda: called)
        await app.push_screen(asks := Confirm("Delete?", ""))
        buttons = {each.title: each for each in app.get_system_commands(asks) if "button" in each.help}
        assert len(buttons) == len(asks.query("Button"))


async def test_the_palette_finds_what_the_keys_of_the_other_pages_do(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.train_page.is_composed)
        await pilot.press("ctrl+p", *"report")
        choices = app.screen.query_one(CommandList)
        await until(pilot, lambda: choices.option_count)
        assert "Goes to page Runs (F5), where key h does it" in str(choices.get_option_at_index(0).prompt)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.pages.get("runs"))
        offered = [command.title for command in app.get_system_commands(app.screen)]
        assert len(offered) == len(set(offered)), "each once"


async def test_a_key_of_page_runs_leads_to_the_run_that_was_looked_at(app: MnistSumApp, made: list[Run]) -> None:
    older = made[0]
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.train_page.is_composed)
        app.session.open(older.read_config(), older, [])
        offered = {command.title: command.callback for command in app.get_system_commands(app.screen)}
        app.call_later(offered["Report"])
        await until(pilot, lambda: app.screen is app.pages.get("runs"))
        table = app.screen.query_one(RunTable)
        await until(pilot, lambda: table.row_id == older.id)
        assert table.cursor_row > 0, "it is not the newest"
        await pilot.press("home", "ctrl+r")
        await settle(pilot)
        assert table.cursor_row == 0, "only once"
