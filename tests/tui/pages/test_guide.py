"""The guide in the dashboard: opened by F9 and from the palette, read, turned, closed, at any size."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, cast

import pytest
from textual.await_complete import AwaitComplete
from textual.color import Color
from textual.command import Command, CommandList
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Markdown, OptionList, Static
from textual.widgets._markdown import MarkdownFence

from mnist_sum_tui.guide.find import pages
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.pages.dialogs import Confirm
from mnist_sum_tui.tui.pages.guide import GuideScreen
from tests.tui import fixed, recorded
from tests.tui.recorded import press, until
from tests.tui.shown import lines

pytestmark = pytest.mark.usefixtures("without_form")

SIZES = [(60, 20), (80, 24), (200, 60)]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages of the guide, each with its first two sections alone: whole ones take long to draw."""
    begun = {name: replace(page, text="\n## ".join(page.text.split("\n## ")[:3])) for name, page in pages().items()}
    monkeypatch.setattr("mnist_sum_tui.tui.pages.guide.pages", lambda: begun)


async def opened(pilot: Pilot[int]) -> GuideScreen:
    await pilot.press("f9")
    await until(pilot, lambda: isinstance(pilot.app.screen, GuideScreen) and len(pilot.app.screen.query("MarkdownH1")))
    return cast(GuideScreen, pilot.app.screen)


@contextlib.asynccontextmanager
async def reading(app: MnistSumApp, size: fixed.Size = (80, 24)) -> AsyncIterator[tuple[Pilot[int], GuideScreen]]:
    """The app in a terminal of this size, with the guide open."""
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot, await opened(pilot)


@pytest.mark.parametrize(("size", "rows"), [((80, 24), 3), ((100, 30), 7)])
async def test_the_list_above_the_text_takes_a_part_of_a_tall_terminal(
    app: MnistSumApp, short: None, size: fixed.Size, rows: int
) -> None:
    async with reading(app, size) as (_, screen):
        assert screen.query_one(OptionList).size.height == rows


def title(screen: GuideScreen) -> str:
    """The heading that is shown; nothing while a page takes the place of another."""
    return "".join(str(cast(Any, heading).visual) for heading in screen.query("MarkdownH1"))


def heading(name: str) -> str:
    """The heading of a page of that name."""
    return pages()[name].text.splitlines()[0].removeprefix("# ")


def offered(app: MnistSumApp) -> list[str | None]:
    """The commands in the palette."""
    return [cast(Command, command).hit.text for found in app.screen.query(CommandList) for command in found.options]


async def test_only_links_look_like_links_and_code_is_not_coloured_as_doubt(app: MnistSumApp) -> None:
    async with reading(app) as (_, guide):
        assert not guide.query("MarkdownH2").first().styles.text_style.underline
        paragraph = guide.query("MarkdownParagraph").first()
        link, words, code = paragraph.link_style, paragraph.visual_style, paragraph.get_visual_style("code_inline")
        assert Color.from_rich_color(link.color).hex == app.theme_variables["text-primary"]
        assert (code.foreground, code.background == words.background) == (words.foreground, False)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_is_opened_read_and_closed(size: tuple[int, int], app: MnistSumApp) -> None:
    async with reading(app, size) as (pilot, guide):
        scroll, choices = guide.query_one("#guide-scroll"), guide.query_one(OptionList)
        assert title(guide) == heading(next(iter(pages())))
        assert scroll.region.width >= 40
        assert scroll.region.height >= 12
        assert choices.region.overlaps(app.screen.region)
        for name, line in zip(pages(), lines(app)[:3], strict=False):
            assert f" {name} " in line, "a row each"
            assert (heading(name)[:20] in line) == (choices.region.width == size[0]), "with its title where it has room"
        await pilot.press("pagedown")
        await until(pilot, lambda: scroll.scroll_y > 0)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Page))


@pytest.mark.usefixtures("short")
async def test_pages_are_turned_by_keys_and_chosen_from_the_list(app: MnistSumApp) -> None:
    async with reading(app) as (pilot, guide):
        names = list(pages())
        await pilot.press("end")
        await until(pilot, lambda: guide.query_one("#guide-scroll").scroll_y > 0)
        await pilot.press("n")
        await until(pilot, lambda: title(guide) == heading(names[1]))
        assert guide.query_one("#guide-scroll").scroll_y == 0, "from its top"
        assert guide.query_one(OptionList).highlighted == 1
        await pilot.press("p", "p")
        await until(pilot, lambda: title(guide) == heading(names[-1]))
        await pilot.press("tab")
        assert guide.query_one(OptionList).has_focus
        assert guide.query_one(OptionList).size.height > 10, "more than the three rows above the text"
        await pilot.press("home", "down", "down", "enter")
        await until(pilot, lambda: title(guide) == heading(names[2]))
        assert guide.query_one("#guide-scroll").has_focus


@pytest.mark.usefixtures("short")
async def test_of_the_pages_that_a_held_key_asks_for_the_last_is_drawn(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, names, draw = list[str](), list(pages()), Markdown.update

    def update(document: Markdown, text: str) -> AwaitComplete:
        drawn.append(text)
        return draw(document, text)

    monkeypatch.setattr(Markdown, "update", update)
    async with reading(app) as (pilot, guide):
        drawn.clear()
        for _ in range(len(names) - 1):
            app.post_message(Key("n", "n"))
        await until(pilot, lambda: title(guide) == heading(names[-1]))
        assert len(drawn) <= 3
        await pilot.press("tab")
        for key in ("enter", "p"):  # the second comes while the first page is drawn
            app.post_message(Key(key, key))
        await until(pilot, lambda: guide.query_one("#guide-scroll").has_focus)
        await until(pilot, lambda: title(guide) == heading(guide.page) and guide.page in names[-2:])


async def test_links_lead_to_pages_and_open_nothing_else(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    went: list[str] = []
    monkeypatch.setattr(app, "open_url", lambda url, **_: went.append(url))
    async with reading(app) as (pilot, guide):
        document = guide.query_one(Markdown)
        document.post_message(Markdown.LinkClicked(document, "machines.md#measured-with-two-processes"))
        await until(pilot, lambda: title(guide) == heading("machines"))
        await until(pilot, lambda: guide.query_one("#guide-scroll").scroll_y > 20)
        document.post_message(Markdown.LinkClicked(document, "https://example.org/[/x]"))
        await until(pilot, lambda: any("example.org" in note.message for note in app._notifications))
        assert title(guide) == heading("machines")
    assert went == []


async def test_a_figure_keeps_its_percent_sign(app: MnistSumApp) -> None:
    """In all text that Textual wraps."""
    async with app.run_test(size=(80, 24)) as pilot:
        words = Static("of 10 % of the sums")
        words.styles.width = 6
        await app.screen.mount(words)
        await pilot.pause()
        rows = [words.render_line(y).text.strip() for y in range(words.size.height)]
        assert rows == ["of", "10 %", "of the", "sums"]
        assert str(words.visual) == "of 10 % of the sums", "as it is copied"


async def test_no_command_and_no_name_in_the_list_is_cut(app: MnistSumApp) -> None:
    async with reading(app) as (pilot, guide):
        fences = [*guide.query(MarkdownFence)]
        assert "--label-smoothing 0.1" in "".join(fence.code for fence in fences)
        for width in (80, 111, 112):
            await pilot.resize_terminal(width, 24)
            await until(pilot, lambda: guide.has_class("-wide") == (width == 112))  # noqa: B023
            assert all(fence.max_scroll_x == 0 for fence in fences), width
            assert guide.query_one(OptionList).virtual_size.height == len(pages()), "one line per page"


@pytest.mark.usefixtures("short")
async def test_figures_of_a_table_are_right_aligned(app: MnistSumApp) -> None:
    async with reading(app, (120, 36)) as (pilot, guide):
        guide.show_page("speed")
        await until(pilot, lambda: title(guide) == heading("speed"))
        cells = [*guide.query("MarkdownTableCellContents")][5:8]
        await until(pilot, lambda: all(cell.size for cell in cells))
        assert [cell.render_line(0).text.rstrip() for cell in cells] == ["original", "172".rjust(15), "407".rjust(14)]


async def test_the_palette_opens_it(app: MnistSumApp) -> None:
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("ctrl+p")
        await pilot.press(*"guide")
        await until(pilot, lambda: offered(app) == ["Guide"])
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, GuideScreen))
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.screen, Page))


async def test_a_question_that_is_open_keeps_it_away(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await app.push_screen(Confirm("Delete?", ""))
        await press(pilot, "f9")
        assert isinstance(app.screen, Confirm)


@pytest.mark.usefixtures("short")
async def test_it_survives_any_size(app: MnistSumApp) -> None:
    async with reading(app) as (pilot, guide):
        guide.show_page("machines")
        for size in ((1, 1), (8, 3), (300, 4), (60, 20)):
            await pilot.resize_terminal(*size)
            await pilot.press("tab", "down", "pagedown")
        await pilot.press("escape")
        await until(pilot, lambda: not guide.is_current)


async def test_a_training_goes_on_below(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        recorded.begin(app)
        await opened(pilot)
        for event in recorded.training(200):
            app.session.add(event)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, Page))
        assert app.is_running, "q closes what was read, and leaves nothing else"
