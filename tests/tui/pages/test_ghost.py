"""The ghost run on page Train: its curves behind those of the run, and the sentence that says who is ahead."""

from dataclasses import replace

import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.charts.race import CROWDED, TURNED, race, race_line, why_apart
from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.runs.differences import ONLY_SPEED
from mnist_sum_tui.runs.events import Advice, Changed, Progress
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.session.messages import RunEvent
from mnist_sum_tui.tui.session.throttle import DrawingBudget
from tests.training.test_coach_busy import system
from tests.tui import recorded
from tests.tui.pages.training import chart, play, shown
from tests.tui.recorded import until


def colours(app: MnistSumApp) -> list[str]:
    line = app.train_page.query_one("#race", Static).visual
    assert isinstance(line, Content)
    return [str(span.style) for span in line.spans]


async def test_the_best_run_before_is_drawn_and_raced(pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DrawingBudget, "LONGEST", 0.0)  # drawn as soon as there is something new
    app = await play(pilot, recorded.training())
    page = app.train_page
    page.call_later(page.take_ghost, "20250228-090000-compact", Series(recorded.training(2150, slower=1.6)))
    sentence = "Sum reached 95 % 16 s sooner than the best earlier compact run, 20250228-090000-compact"
    await until(pilot, lambda: "earlier" in chart(app, "loss")[1] and sentence in shown(app, "#race"))
    assert colours(app) == ["$text-success"]
    assert shown(app, "#news") == f"{recorded.RUN} · epoch 2: validation digit 98.38 %, sum 96.69 % (best epoch so far)"
    raced = "Faster than the best earlier compact run"
    for topic, words in (("knows", "It knows both"), ("ghost", raced)):
        app.on_run_event(RunEvent(Advice(step=2150, epoch=5, elapsed=50.0, topic=topic, words=words)))
    await until(pilot, lambda: shown(app, "#coach") == "It knows both")
    reason, slower = "only the seed differs", Series(recorded.training(2150, slower=1.6))
    page.call_later(page.take_ghost, "20250228-090000-compact", slower, reason)
    await until(pilot, lambda: reason in shown(app, "#race"))
    app.on_run_event(RunEvent(Changed(step=200, epoch=1, elapsed=5.0, setting="lr", value="x0.5", before="x1", at=200)))
    await until(pilot, lambda: reason not in shown(app, "#race"))
    page.call_later(page.take_ghost, "20250228-090000-compact", Series(recorded.training(2150, slower=0.8)))
    await until(pilot, lambda: " later than " in shown(app, "#race"))
    assert colours(app) == ["$text-warning"]
    page.call_later(page.take_ghost, "20250228-090000-compact", Series(recorded.training(2150)))
    await until(
        pilot, lambda: "Sum reached 95 % at the same time as the best earlier compact run" in shown(app, "#race")
    )


def test_a_network_that_was_ruined_is_ahead_of_nothing() -> None:
    events, ghost = list(recorded.training(2150)), Series(recorded.training(2150, slower=1.6))
    last = next(event for event in reversed(events) if isinstance(event, Progress))
    assert race(Series([*events, *[replace(last, sum_accuracy=0.7)] * 30]), ghost) == race(Series(events), ghost) != []
    for lost in (0.1, float("nan")):
        assert race(Series([*events, *[replace(last, sum_accuracy=lost)] * 30]), ghost) == []


@pytest.mark.parametrize("width", [24, 38, 50, 78, 200])
def test_the_race_fits_its_line(width: int) -> None:
    found = [("90 %", 12.0, "12 s sooner"), ("95 %", -2.1, "2.1 s later")]
    line = race_line(found, "compact", "20250228-090000-compact", width)
    assert len(line) <= width
    assert "95 %" in line
    assert "2.1 s later" in line
    assert ("12 s sooner" in line) == (width == 200)
    told = race_line(found, "compact", "20250228-090000-compact", width, "that one had lr 0.01")
    assert len(told) <= width
    assert "2.1 s later" in told
    assert ("that one had lr 0.01" in told) == (width >= 78)


@pytest.mark.parametrize("width", [58, 78, 98, 200])
def test_that_knobs_were_turned_is_said_at_any_width(width: int) -> None:
    found = [("99.5 %", 31.0, "31 s sooner")]
    line = race_line(found, "compact", "20250228-090000-compact", width, TURNED)
    assert len(line) <= width
    assert "31 s sooner" in line
    assert ("knobs turned while it trained" in line, "with knobs turned" in line) == (width >= 98, width < 98)


@pytest.mark.parametrize(("turned_after", "why"), [(-1.0, TURNED), (1.0, "only the seed differs")])
def test_knobs_that_were_turned_later_explain_no_lead(turned_after: float, why: str) -> None:
    events, ghost = [*recorded.training(2150)], Series(recorded.training(2150, slower=1.6))
    mine, theirs = Series(events).reached(), ghost.reached()
    moment = max(mine[target] for target in mine.keys() & theirs.keys()) + turned_after
    turn = Changed(step=200, epoch=1, elapsed=moment, setting="lr", value="x0.5", before="x1", at=200)
    assert why_apart(Series([*events, turn]), ghost, "only the seed differs") == why


@pytest.mark.parametrize("is_ghost", [False, True])
def test_other_programs_that_took_cores_from_one_of_them_are_why(is_ghost: bool) -> None:
    started = replace(recorded.started(), device="cpu", threads=4)
    events, slower = [*recorded.training(2150), started], [*recorded.training(2150, slower=1.6), started]
    reached = max(Series(slower if is_ghost else events).reached().values())
    for share, moment, why in ((0.5, 1.0, CROWDED), (0.3, 1.0, "only the seed differs"), (0.5, reached, CROWDED)):
        told = replace(system(0.5, share), elapsed=moment)
        mine, theirs = (events, [*slower, told]) if is_ghost else ([*events, told], slower)
        assert why_apart(Series(mine), Series(theirs), "only the seed differs") == why
    early, late = replace(system(0.5, 0.1), elapsed=reached), replace(system(0.1, 0.9), elapsed=reached + 10)
    mine, theirs = (events, [*slower, early, late]) if is_ghost else ([*events, early, late], slower)
    assert why_apart(Series(mine), Series(theirs), "only the seed differs") == "only the seed differs"
    enough = replace(system(0.5, 0.5, cores=8), elapsed=1.0)
    mine, theirs = (events, [*slower, enough]) if is_ghost else ([*events, enough], slower)
    assert why_apart(Series(mine), Series(theirs), "only the seed differs") == "only the seed differs", "of other cores"


def test_that_other_programs_took_cores_is_said_at_any_width() -> None:
    found = [("95 %", 6.0, "6.0 s sooner")]
    lines = [race_line(found, "compact", "20250228-090000-compact", width, CROWDED) for width in (58, 78, 98)]
    assert ["beside other programs" in line or CROWDED in line for line in lines] == [True] * 3


def test_that_only_the_machine_is_slower_fits_into_80_columns() -> None:
    line = race_line([("90 %", -14.0, "14.0 s later")], "compact", "20250228-090000-compact", 78, ONLY_SPEED)
    assert line == "Sum at 90 % 14.0 s later than the best run: only the machine's speed differs"
