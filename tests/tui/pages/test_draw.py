"""The page Draw: strokes to answers, with fixed answers and with a real network in the real thread."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.events import MouseMove
from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data.picture import prepare
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.step import Learner
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.draw import DrawPage
from mnist_sum_tui.tui.predictions.messages import Trouble
from mnist_sum_tui.tui.predictions.requests import PredictDrawing
from mnist_sum_tui.tui.predictions.worker import PredictionWorker
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets.answer import AnswerText, Likeness
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars
from tests.tui import fixed
from tests.tui.recorded import press, until

THREE = ((9, 3), (14, 2), (18, 3), (19, 5), (14, 6), (18, 8), (19, 10), (15, 12), (9, 11))
"""in cells of a pad of 28x14"""


async def draw(pilot: Pilot[int], points: tuple[tuple[int, int], ...] = THREE) -> None:
    """Move the mouse from cell to cell of the pad without a pause, as a terminal tells of it."""
    pad = pilot.app.screen.query_one(DrawPad)
    places = [(x * pad.scale + 1, y * pad.scale + 1) for x, y in points]
    await pilot.mouse_down(pad, offset=places[0])
    for column, row in places:
        x, y = column + pad.region.x, row + pad.region.y
        pilot.app.post_message(MouseMove(None, x, y, 0, 0, 1, False, False, False, x, y))
    await pilot.mouse_up(pad, offset=places[-1])
    await pilot.pause()


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 60)])
async def test_a_stroke_is_answered(size: tuple[int, int], app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage, size) as (pilot, page):
        hint = page.query_one("#hint", Static)
        assert str(hint.render()).startswith("Draw a digit")
        await draw(pilot)
        pad, seen = page.query_one(DrawPad), page.query_one("#seen", Digit)
        assert seen.image is not None
        assert (seen.image == prepare(pad.sheet)).all()
        assert np.ptp(pad.sheet.nonzero()[0]) > 28, "lines, and no dot"
        shown = page.query_one(AnswerText).said
        assert shown is not None
        assert shown.correct is None
        assert len(page.query_one("#sum-bars", ProbabilityBars).probabilities) == 19
        assert not hint.display
        likeness = page.query_one(Likeness)
        assert likeness.display
        assert likeness.region.height == (0 if size == (60, 20) else 1), "the bars need the row more"
        figures = f"how like a digit: {shown.digit_score:.3f}, threshold {shown.threshold:.3f}"
        told = figures if size == (200, 60) else "like a digit: yes"
        assert str(page.query_one("#seen").border_subtitle) == told
        await press(pilot, "h", "h")  # where it looked, and back
        assert str(page.query_one("#seen").border_subtitle) == told
        likeness.said = replace(shown, digit_score=0.0)
        assert likeness.title == "like a digit: no" or size == (200, 60)
        likeness.said = replace(shown, digit_score=None)  # a network that is not calibrated
        assert not likeness.display
        assert page.milliseconds is not None


async def test_without_weights_the_answer_to_another_drawing_is_not_shown(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage, (120, 36)) as (pilot, page):
        await draw(pilot)
        answer = page.query_one(AnswerText)
        page.post_message(Trouble("not now"))
        await until(pilot, lambda: page.query_one("#note").display)
        assert answer.display, "it is of this drawing"
        fixed.predictions_in(app).says = {PredictDrawing: lambda _: Trouble("It has no weights")}
        await draw(pilot, ((9, 3), (9, 11)))
        await until(pilot, lambda: str(page.query_one("#note", Static).render()) == "It has no weights")
        assert not answer.display
        assert page.query_one("#seen", Digit).image is None
        assert "answered in" not in str(page.query_one("#below-pad", Static).render())


async def test_the_pad_gets_the_focus_if_a_smaller_terminal_hides_what_had_it(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage, (200, 60)) as (pilot, page):
        await draw(pilot)
        await pilot.press("c")
        earlier = page.query_one("#earlier")
        await until(pilot, lambda: earlier.display)
        earlier.focus()
        await until(pilot, lambda: earlier.has_focus)
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: page.query_one(DrawPad).has_focus)


async def test_number_pen_rubber_and_clear(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage) as (pilot, page):
        pad = page.query_one(DrawPad)
        await draw(pilot)
        for key, number in (("2", 2), ("plus", 3), ("minus", 2), ("minus", 1), ("0", 0), ("minus", 9)):
            await pilot.press(key)
            assert page.number == number
        await pilot.press("t")
        assert pad.pen == "thick"
        await pilot.press("t", "e")
        assert str(pad.border_subtitle) == "number 9 · thin rubber"
        assert (pad.pen, pad.rubs_out) == ("thin", True)
        await press(pilot, "t")
        assert str(pad.border_subtitle) == "number 9 · medium rubber", "it is wider than the pen of its name"
        before = int(pad.sheet.sum())
        await draw(pilot)
        assert int(pad.sheet.sum()) < before
        await press(pilot, "c")
        assert not pad.sheet.any()
        assert str(pad.border_subtitle) == "number 9 · medium pen", "there is nothing to rub out"
        assert str(page.query_one("#hint", Static).render()).startswith("Draw a digit")
        assert page.query_one("#seen", Digit).image is None


async def test_what_is_drawn_survives_a_resize_and_the_pen_can_be_read(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage) as (pilot, page):
        await draw(pilot)
        pad = page.query_one(DrawPad)
        sheet = pad.sheet
        for size, scale in (((120, 36), 2), ((120, 34), 2), ((200, 60), 3), ((160, 48), 3), ((60, 20), 1)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            await pilot.pause()
            assert pad.scale == scale
            assert any("number 7 · medium pen" in line.text for line in page._compositor.render_strips()), size
        assert pad.sheet is sheet


async def test_a_real_network_answers_every_stroke(app: MnistSumApp, tmp_path: Path) -> None:
    """Untrained; how quickly is what `bench --dashboard` measures."""
    make_run(tmp_path)
    app.predictions = PredictionWorker(app.session)
    async with fixed.on(app, DrawPage) as (pilot, page):
        pad = page.query_one(DrawPad)
        for column in (4, 12, 20):
            page.milliseconds = None
            await draw(pilot, ((column, 3), (column, 10)))
            await until(pilot, lambda: page.milliseconds is not None)
        assert pad.sheet.any()
    app.predictions.close()


def make_run(folder: Path, data_dir: str | None = None, seed: int = 0) -> Run:
    """A run whose weights are untrained."""
    config = TrainConfig.of(
        "standard", model="compact", epochs=1, device="cpu", precision="fp32", threads=1, data_dir=data_dir, seed=seed
    )
    run = find.create(folder, config)
    learner = Learner(config, choose(config))
    learner.save(run.last_file, Position(epoch=2), also=run.best_file)
    return run


@pytest.mark.usefixtures("without_form")
async def test_the_keys_are_said_where_no_mouse_is_heard_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.pages.draw.MOUSE_SECONDS", 0.1)
    for is_moved in (True, False):
        app = fixed.new_app(tmp_path, monkeypatch)
        async with app.run_test(size=(120, 36)) as pilot:
            if is_moved:
                await pilot.hover("#tabs")
            await fixed.open_page(pilot, "draw")
            await pilot.pause(0.3)
            hint = str(app.screen.query_one("#hint", Static).render())
            assert ("Space puts the pen down" in hint) != is_moved
            await pilot.hover("#tabs")
            await pilot.pause(0.3)
            hint_now, updates = app.screen.query_one("#hint", Static), list[object]()
            assert "Draw a digit with the mouse" in str(hint_now.render())
            monkeypatch.setattr(hint_now, "update", updates.append)
            await pilot.pause(0.3)
            assert not updates, "each would lay out the whole screen"


async def test_a_network_that_learned_nothing_is_named_as_what_it_is(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage, (120, 36)) as (pilot, page):
        await draw(pilot)
        assert page._answer is not None
        for source, is_said in ((f"{page._answer.source}, only guesses", True), (page._answer.source, False)):
            page.on_drawing_predicted(replace(page._answer, source=source))
            note = page.query_one("#note", Static)
            assert note.display == is_said
        page.on_drawing_predicted(replace(page._answer, source="20260101, only guesses"))
        assert "This network only guesses" in str(page.query_one("#note", Static).render())


async def test_after_the_training_the_weights_that_it_keeps_answer(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, DrawPage, (120, 36)) as (pilot, page):
        worker = fixed.predictions_in(app)
        await draw(pilot)
        assert page._answer is not None
        page.on_drawing_predicted(replace(page._answer, weights=fixed.NEWEST, choices=(fixed.NEWEST,), source="x"))
        monkeypatch.setattr(Session, "is_training", True)
        worker.requests.clear()
        page.keep_state()
        await pilot.pause()
        assert not worker.requests
        monkeypatch.setattr(Session, "is_training", False)
        page.keep_state()
        await pilot.pause()
        assert page._answer.weights.path is not None
        asked = len(worker.requests)
        assert asked in (1, 2), "the page's own clock may have come between"
        page.keep_state()
        await pilot.pause()
        assert len(worker.requests) == asked, "it has the answer now"
