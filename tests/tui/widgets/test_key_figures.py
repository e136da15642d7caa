"""What stands beside the key figures."""

from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.renderables.digits import Digits as DigitsRenderable
from textual.widgets import Digits, Static

from mnist_sum_tui.runs.events import EpochDone, Progress
from mnist_sum_tui.tui.widgets.key_figures import Facts, KeyFigure, facts, figures
from mnist_sum_tui.tui.widgets.run_details import last_epochs
from tests.tui import recorded
from tests.tui.pages.training import play
from tests.tui.recorded import press


async def test_beside_the_figures_stand_the_last_epochs_and_the_settings_where_there_is_room(
    pilot: Pilot[int],
) -> None:
    app = await play(pilot, recorded.training(recorded.EPOCHS * recorded.STEPS_PER_EPOCH))
    beside = app.train_page.query("#chosen, #last-epochs")
    for width, names in ((120, []), (170, ["last-epochs"]), (200, ["chosen", "last-epochs"])):
        await pilot.resize_terminal(width, 60)
        await recorded.until(pilot, lambda: [line.id for line in beside if line.region] == names)  # noqa: B023
        assert "218,673 parameters" in str(app.train_page.query_one(Facts).render())
        found = [line for line in beside.results(Static) if line.region]
        assert all(line.region.right <= width for line in found)
        if found:
            lines = str(found[-1].render()).splitlines()
            assert [line[:5] for line in lines] == ["epoch", "  … 2", "    3", "    4", "    5"]
            assert lines[-1].endswith("best")
            assert max(map(len, lines)) <= found[-1].size.width


async def test_beside_the_open_help_no_figure_is_cut(pilot: Pilot[int]) -> None:
    await play(pilot, recorded.training(200))
    await pilot.press("question_mark")
    line = recorded.app_of(pilot).train_page.query_one(Facts)
    await recorded.until(pilot, lambda: 0 < line.size.width < 20)
    words = str(line.render()).splitlines()
    assert words
    assert max(map(len, words)) <= line.size.width
    assert "batch 128" not in words, "a line begins with its most important figure"
    session = recorded.app_of(pilot).session
    assert "\nlr - " not in facts(session, 80)
    session.add(replace(recorded.started(resumed=True), step=200, elapsed=5.0))
    assert facts(session, 80).startswith("- images/s\n"), "nothing of the process before"
    assert "\nlr - " in facts(session, 80)
    assert "\ncpu fp32 · 2 threads\n" in facts(session, 80)
    session.add(replace(recorded.started(), device="cuda", precision="bf16"))
    assert "\ncuda bf16\n" in facts(session, 80), "its threads do not matter"


async def test_there_is_a_gap_between_the_figures(pilot: Pilot[int]) -> None:
    app = await play(pilot, [*recorded.training(2150), replace(recorded.finished(), agreement=0.99991)])
    for size in ((80, 24), (80, 34), (60, 34), (120, 36)) * 2:
        await pilot.resize_terminal(*size)
        await recorded.until(pilot, lambda: app.screen.size == size)  # noqa: B023
        for figure in app.train_page.query(KeyFigure):
            large, small = figure.query_one(Digits), figure.query_one(".small", Static)
            width = DigitsRenderable.get_width(large.value) if large.display else len(str(small.render()))
            assert width < figure.size.width, (figure.name, app.train_page.room)
        if size == (120, 36):
            await press(pilot, "question_mark")


async def test_the_mean_speed_of_a_finished_run_is_between_those_of_its_epochs(pilot: Pilot[int]) -> None:
    """Start, validation and test, which the elapsed time contains, do not count, as they do not in an epoch's speed."""
    events = [replace(event, lr=5.6e-06) if isinstance(event, Progress) else event for event in recorded.training(2150)]
    speeds = iter((2000.0, 4000.0, 4000.0, 4000.0, 4000.0))
    events = [replace(e, images_per_second=next(speeds)) if isinstance(e, EpochDone) else e for e in events]
    app = await play(pilot, [*events, recorded.finished()])
    words = str(app.train_page.query_one(Facts).render())
    assert words.startswith("3,333 images/s · mean\n"), "that of all images in all of their time"
    assert "\nlr 5.6e-6 " in words
    app.session.finished = None
    assert "left: testing" in facts(app.session, 80)
    app.session.epochs, app.session.finished = [], recorded.finished(reason="stopped")
    assert not facts(app.session, 80).startswith("- "), "the last speed, if no epoch has one"
    assert " mean" not in facts(app.session, 80)


async def test_of_a_run_that_was_cut_off_no_time_is_said_to_be_left(pilot: Pilot[int]) -> None:
    """Nobody trains it, and its speed is that of its epochs, as if it had been stopped."""
    session = (await play(pilot, recorded.training(1000))).session
    assert "left 29 s" in facts(session, 80)
    session.end()
    assert "elapsed 25 s\n" in facts(session, 80)
    assert "left" not in facts(session, 80)
    assert " mean\n" in facts(session, 80)


async def test_what_the_agreement_is_of_ends_before_the_facts(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training(5))
    note = app.train_page.query_one("#agreement-figure .note", Static)
    assert figures(app.session)["agreement"][1] is None
    await recorded.until(pilot, lambda: str(note.render()) == "after an epoch")
    app = await play(pilot, recorded.training(recorded.STEPS_PER_EPOCH + 5))
    for width, words in ((80, "in validation"), (120, "of the validation")):
        await pilot.resize_terminal(width, 36)
        await recorded.until(pilot, lambda: str(note.render()) == words)  # noqa: B023
        assert len(words) < note.size.width


def test_without_validation_the_last_epochs_say_that_their_figures_are_of_training() -> None:
    done = recorded.epoch_done(430, 1, 9.0, 0.98, 0.97)
    without = replace(done, val_digit_accuracy=None, val_sum_accuracy=None)
    assert last_epochs([without], 3).splitlines()[0].split("  ") == ["epoch", "train. digit", "train. sum"]
    assert last_epochs([done], 3).startswith("epoch  digit")


@pytest.mark.parametrize("terminal_size", [(200, 60)])
async def test_the_headings_of_digit_and_sum_say_the_same(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training(100))
    said = [str(line.visual) for line in app.train_page.query(".heading").results(Static) if line.region]
    assert said[:2] == ["training digit %", "training sum %"]
