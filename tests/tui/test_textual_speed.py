"""What Textual does once: parsing and styling, what a page is told, and what is kept of a drawn line."""

import asyncio
import gc
import sys
import weakref
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.cache import FIFOCache
from textual.css import stylesheet
from textual.css.parse import parse
from textual.dom import DOMNode
from textual.strip import Strip
from textual.widget import Widget

from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.tui import textual_speed
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.textual_speed import OnceParsed, parsed_with
from mnist_sum_tui.tui.widgets.help_panel import HelpPanel
from tests.tui import fixed, recorded
from tests.tui.recorded import until


async def test_style_sheets_are_parsed_once_for_a_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: Counter[tuple[object, ...]] = Counter()

    def count(scope: str, css: str, read_from: object, *, tie_breaker: int, **more: object) -> object:
        parsed[scope, css, read_from, tie_breaker] += 1
        return parse(scope, css, read_from, tie_breaker=tie_breaker, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(stylesheet, "parse", count)
    parsed_with.cache_clear()
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test(size=(120, 36)) as pilot:
        await fixed.open_page(pilot, "inspect")
        assert set(parsed.values()) == {1}
        colour = app.screen.styles.background
        app.theme = "textual-light"
        await pilot.pause()
        assert app.screen.styles.background != colour
        assert max(parsed.values()) == 2, "only where the colours are others"
    parsed.clear()
    async with fixed.new_app(tmp_path, monkeypatch).run_test(size=(120, 36)) as pilot:
        await pilot.pause()
    assert not parsed, "by the app before"


async def test_no_page_that_opens_is_styled_as_a_whole(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 66 widgets that would take 25 ms; each is styled on its own, when it is mounted, and no page before it."""
    styled, update = list[int](), OnceParsed.update_nodes

    def count(sheets: OnceParsed, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        styled.append(len(found := list(nodes)))
        update(sheets, found, animate)

    monkeypatch.setattr(OnceParsed, "update_nodes", count)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.train_page.is_composed)
        await pilot.pause()
        assert len(app.screen.query("*")) > 60
        fixed.hold(app)
        await fixed.open_page(pilot, "inspect")
        assert 30 <= len(app.screen.query("*")) < 60
    assert max(styled) < 15


async def test_a_page_that_opens_is_told_so_once(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """With each time all its styles are computed, and it asks for what it shows."""
    told = list[Page]()
    monkeypatch.setattr(Page, "on_screen_resume", lambda page: told.append(page))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f5")
        await until(pilot, lambda: "runs" in app.pages and app.pages["runs"] in told)
        await pilot.pause()
        assert told.count(app.pages["runs"]) == 1


def test_a_line_is_freed_once_it_is_not_drawn(tmp_path: Path) -> None:
    recorded.new_app(tmp_path)  # it mends Textual
    line = Strip([Segment("one")])
    holders = sys.getrefcount(line)
    assert list(line.divide([3])) == [line]
    assert sys.getrefcount(line) == holders, "it does not hold itself"
    assert [part.text for part in line.divide([1, 3])] == ["o", "ne"]


def test_a_line_has_only_the_caches_it_uses(tmp_path: Path) -> None:
    recorded.new_app(tmp_path)  # it mends Textual
    line = Strip([Segment("one")])

    def caches() -> set[str]:
        found = set()
        for name in Strip.__slots__:
            with suppress(AttributeError):
                found |= {name} if isinstance(object.__getattribute__(line, name), FIFOCache) else set()
        return found

    assert not caches()
    assert line.crop(0, 2) is line.crop(0, 2), "what is found once is kept"
    assert caches() == {"_crop_cache"}
    assert not hasattr(line, "_no_such_cache")


def test_a_textual_that_has_it_in_another_form_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Line:
        __slots__ = ("_cell_length", "_segments", "_width")

        def __init__(self, segments: list[Segment]) -> None:
            self._segments, self._cell_length, self._width = segments, None, 80

    monkeypatch.setattr(textual_speed, "Strip", Line)
    textual_speed.mend_strips()
    assert Line([])._width == 80
    monkeypatch.setattr(textual_speed, "StylesCache", renamed := type("StylesCache", (), {}))
    textual_speed.mend_line_caches()
    assert not hasattr(renamed, "get_inner_outer")
    monkeypatch.setattr(textual_speed, "DOMNode", type("DOMNode", (), {"__init__": lambda _: None}))
    monkeypatch.setattr(textual_speed, "NodeList", other := type("NodeList", (), {"updated": print}))
    textual_speed.mend_found()
    assert other.updated is print  # type: ignore[attr-defined]


def test_what_is_drawn_goes_with_its_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of closed pages would stay in memory, and slow the garbage collector down."""
    recorded.without_torch(monkeypatch)

    async def draw() -> list[weakref.ref[StylesCache]]:
        app = recorded.new_app(tmp_path)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            return [weakref.ref(node._styles_cache) for node in app.screen.walk_children(Widget)]

    drawn = asyncio.run(draw())
    assert len(drawn) > 10
    gc.collect()
    assert not any(cache() for cache in drawn)


async def test_panels_that_were_closed_are_freed(app: MnistSumApp) -> None:
    """Each opening would take memory, in a dashboard that is open for days."""
    import_torch()  # otherwise the dashboard does, in a thread, and what is there then is never collected
    opened = list[weakref.ref[HelpPanel]]()
    async with app.run_test(size=(120, 36)) as pilot:
        for _ in range(4):
            await pilot.press("question_mark")
            await pilot.pause()
            opened.append(weakref.ref(app.screen.query_one(HelpPanel)))
            await pilot.press("escape")
            await pilot.pause()
        gc.collect()
        assert [panel() for panel in opened[:-1]] == [None] * 3
