"""The search in the guide: the same as `mnist-sum guide WORD`, as a page with links."""

import pytest
from textual.widgets import Input, Markdown

from mnist_sum_tui.guide.find import find_text, pages
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.pages.guide import GuideScreen
from tests.tui.pages.test_guide import heading, reading, title
from tests.tui.recorded import press, until
from tests.tui.shown import lines

pytestmark = pytest.mark.usefixtures("without_form")


async def test_a_word_is_searched_for_and_what_is_found_has_links(app: MnistSumApp) -> None:
    async with reading(app) as (pilot, guide):
        assert "/ Search" in lines(app)[-1]
        document = guide.query_one(Markdown)
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await press(pilot, *"momentm", "enter")
        assert "did you mean 'momentum'" in " ".join(" ".join(lines(app)).split())
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is guide)
        assert title(guide) == heading(guide.page)
        for word in "momentum", "sweep":
            await pilot.press("slash")
            await until(pilot, lambda: isinstance(app.focused, Input))
            await press(pilot, *word, "enter")
            await until(pilot, lambda: document.source == find_text(word))  # noqa: B023
        document.post_message(Markdown.LinkClicked(document, "glossary.md#standard-error"))
        await until(pilot, lambda: document.source == find_text("standard error"))
        document.post_message(Markdown.LinkClicked(document, "runs.md#finding-settings"))
        await until(pilot, lambda: document.source == pages()["runs"].text)
        await until(pilot, lambda: guide.query_one("#guide-scroll").scroll_y > 20)
        assert guide.page == "runs"


async def test_escape_goes_back_to_the_page_and_then_closes_it(app: MnistSumApp) -> None:
    async with reading(app) as (pilot, guide):
        before = guide.page
        guide.show_found("loss")
        await until(pilot, lambda: not title(guide))
        await pilot.press("escape")
        await until(pilot, lambda: title(guide) == heading(before))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Page))
        assert not isinstance(app.screen, GuideScreen)


async def test_digits_open_what_is_found_and_a_failed_search_leaves_nothing_of_the_one_before(app: MnistSumApp) -> None:
    async with reading(app) as (pilot, guide):
        document = guide.query_one(Markdown)
        assert "1-8 Open" not in lines(app)[-1]
        guide.show_found("sweep")
        await until(pilot, lambda: document.source == find_text("sweep") and "1-8 Open" in lines(app)[-1])
        await pilot.press("8")
        assert document.source == find_text("sweep"), "there are only five"
        await pilot.press("3")
        await until(pilot, lambda: document.source == find_text("standard error"))
        await until(pilot, lambda: "1-8 Open" not in lines(app)[-1])
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await press(pilot, *"qqqq", "enter")
        assert "try another word" in " ".join(lines(app))
        await until(pilot, lambda: document.source == pages()[guide.page].text)
