"""The keys that every page has: pages, digits, Escape, the footer, and the help beside the page."""

import itertools

import pytest
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot
from textual.widgets import Input

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.about import ABOUT
from mnist_sum_tui.tui.pages.base import PAGES, Tab
from mnist_sum_tui.tui.pages.draw import DrawPage
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.mistakes import MistakesPage
from mnist_sum_tui.tui.widgets import help_panel
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad
from mnist_sum_tui.tui.widgets.help_panel import HelpPanel, key_lines, page_keys
from mnist_sum_tui.tui.widgets.key_footer import MORE, Key, KeyFooter, footer_line, placed
from tests.tui import fixed
from tests.tui.recorded import press, until
from tests.tui.shown import lines as lines_of


def footer_of(pilot: Pilot[int]) -> str:
    return pilot.app.screen.query_one(KeyFooter).render().plain


def test_each_name_is_that_of_its_page() -> None:
    assert [MnistSumApp.page_class(name).page_name for name in PAGES] == [*PAGES]


async def test_one_key_per_page_works_on_every_page_and_no_digit_or_escape_does(app: MnistSumApp) -> None:
    walk = [0]
    for last in reversed(range(len(PAGES))):  # the last page, to itself, and to each before it and back
        walk += [last, *(page for before in reversed(range(last)) for page in (last, before))]
    assert len(set(itertools.pairwise(walk))) == len(walk) - 1 == len(PAGES) ** 2, "from each page to each"
    async with app.run_test(size=(120, 36)) as pilot:
        for modifier, page in itertools.product(("f", "alt+"), walk):
            await pilot.press(f"{modifier}{page + 1}")
            assert app.current_mode == PAGES[page], modifier
        for place, name in enumerate(PAGES, 1):
            await fixed.open_page(pilot, name)
            assert f"F{place} {name.title()}" in [str(tab.render()) for tab in app.screen.query(Tab)]
            app.screen.set_focus(None)
            await press(pilot, *"12345", "escape", "escape")
            assert app.current_mode == name


async def test_alt_and_a_digit_as_terminals_send_them(app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        driver = app._driver
        assert driver is not None

        def send(text: str) -> None:
            for event in XTermParser().feed(text):
                driver.process_message(event)

        send("\x1b3")
        await until(pilot, lambda: app.current_mode == "draw")
        send("\xb2")  # xterm's and st's
        await until(pilot, lambda: app.current_mode == "inspect")
        send("\xb1")
        await until(pilot, lambda: app.current_mode == "train")
        field = app.train_page.form.query_one("#epochs", Input)
        field.focus()
        send("\xb2\xb5")
        await until(pilot, lambda: field.value.endswith("\xb2\xb5"))
        assert app.current_mode == "train"


async def test_in_a_field_the_page_keys_leave_the_text_alone(app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        field = app.train_page.form.query_one("#epochs", Input)
        field.focus()
        before = field.value
        await pilot.press("3")
        assert field.value != before, "a digit is text"
        changed = field.value
        await pilot.press("end", "shift+left", "ctrl+c")
        assert app.clipboard == changed[-1], "what is selected is copied"
        await press(pilot, "alt+2")
        assert app.current_mode == "inspect"
        assert field.value == changed


@pytest.mark.usefixtures("without_form")
@pytest.mark.parametrize("page", ["train", "inside"])
async def test_a_key_acts_on_the_page_on_which_it_was_typed(page: str, app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await fixed.open_page(pilot, page)
        for key in ("question_mark", "f2", "question_mark", "escape", "f5"):
            app.simulate_key(key)
        await until(pilot, lambda: app.current_mode == "runs")
        await pilot.pause()
        helped = {name for name, opened in app.pages.items() if opened.query(HelpPanel)}
        assert helped == {page}, "the help of Inspect is closed again"


@pytest.mark.parametrize("size", [(60, 20), (200, 24)])
async def test_the_footer_ends_in_a_sign_where_a_key_is_missing(size: tuple[int, int], app: MnistSumApp) -> None:
    async with app.run_test(size=size) as pilot:
        for name in PAGES:
            await fixed.open_page(pilot, name)
            line = footer_of(pilot)
            assert len(line) <= size[0]
            assert line.endswith("q Quit")
            assert "? Keys" in line
            assert "F9 Guide" in line
            shown = [b.binding.description for b in app.screen.active_bindings.values() if b.binding.show]
            is_whole = all(words in line or words.startswith("Smooth") for words in shown)
            assert (MORE in line) != is_whole


def test_keys_are_left_out_whole_from_the_end() -> None:
    own, always = [Key("a", "a", "Alpha"), Key("b", "b", "Beta"), Key("c", "c", "Gamma")], [Key("q", "q", "Quit")]
    for width, line in (
        (30, "a Alpha b Beta c Gamma  q Quit"),
        (29, "a Alpha b Beta c Gamma q Quit"),
        (28, "a Alpha b Beta …      q Quit"),
        (20, "a Alpha …     q Quit"),
    ):
        assert footer_line(*placed(own, always, width)).plain == line


async def test_a_click_on_the_footer_is_its_key_and_on_the_sign_the_help(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (60, 20)) as (pilot, page):
        line = footer_of(pilot)
        await pilot.click(KeyFooter, offset=(line.index("w Wrong") + 3, 0))
        await pilot.pause()
        assert page.index == min(fixed.WRONG)
        await pilot.click(KeyFooter, offset=(line.index(MORE), 0))
        await pilot.pause()
        assert page.query(HelpPanel)


async def test_a_click_on_the_second_of_two_keys_is_that_one(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        line = footer_of(pilot)
        image, number = page.index, page.number
        left, right = line.index(BRAILLE.arrows[0]), line.index(BRAILLE.arrows[1])
        up, down = line.index(BRAILLE.arrows[2]), line.index(BRAILLE.arrows[3])
        for column, place in (
            (right, (image + 1, number)),
            (left, (image, number)),
            (down, (image, number - 1)),
            (up, (image, number)),
            (line.index("Number"), (image, number + 1)),  # the words are the first key
        ):
            await pilot.click(KeyFooter, offset=(column, 0))
            await pilot.pause()
            assert (page.index, page.number) == place


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_the_help_stands_beside_a_page_that_stays_usable(size: tuple[int, int], app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, size) as (pilot, page):
        await press(pilot, "question_mark")
        panel = page.query_one(HelpPanel)
        assert not panel.region.overlaps(page.query_one("#inspect").region)
        assert page.query_one("#sum-bars").region.right <= page.room.width
        assert len(page.about.splitlines()) == 5
        text = str(panel.query_one("#help-text").render())
        assert text == " ".join(page.about.split()), "wrapped at the panel's own width"
        assert "Wrong" in str(panel.query_one("#help-keys").render())
        top = panel.content_region
        assert "Image" in lines_of(app)[top.y][top.x :], "whoever asks for the keys sees them at once"
        await press(pilot, "right", "w")
        assert page.index == min(fixed.WRONG), "the keys are the page's"
        await press(pilot, "escape")
        assert not page.query(HelpPanel)
        assert page.room == page.size


async def test_the_pad_shrinks_beside_the_help_and_grows_again(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage, (120, 36)) as (pilot, page):
        pad = page.query_one(DrawPad)
        assert pad.scale == 2
        for scale in (1, 2):
            await pilot.press("question_mark")
            await until(pilot, lambda scale=scale: pad.scale == scale)  # type: ignore[misc]


async def test_the_help_lists_the_page_s_keys_first_and_none_of_textual_s(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage, (120, 36)) as (pilot, _):
        assert "Page Up" not in str(page_keys(app.screen)), "the gallery's"
        await fixed.open_page(pilot, "inside")
        lines = key_lines(page_keys(app.screen)[0]).plain.split("\n")
        arrows = [line.strip() for line in lines if BRAILLE.arrows[2] in line]
        assert arrows == [f"{BRAILLE.arrows[2]} {BRAILLE.arrows[3]} Layer"], "once, and not the list's own words, too"
        await fixed.open_page(pilot, "draw")
        own, general = page_keys(app.screen)
        lines = key_lines([*own, *general]).plain.split("\n")
        words = [line.split(maxsplit=1)[1] for line in lines]
        assert not any("Focus" in line or "Copy" in line for line in lines)
        assert ("Undo" in str(own), "Quit" in str(own), "Scroll the help" in str(own)) == (True, False, False)
        assert words.index("Undo") < words.index("Quit") < words.index("Back")
        assert "pgup pgdn Scroll the help" in lines
        assert [line.split() for line in lines[-len(PAGES) :]] == [
            [f"F{place}", f"Alt+{place}", name.title()] for place, name in enumerate(PAGES, 1)
        ]
        room = help_panel.WIDTH - 4  # the border, the padding, the scrollbar
        assert all(len(line) <= room for about in ABOUT.values() for line in about.splitlines())
        assert ABOUT.keys() == set(PAGES)
