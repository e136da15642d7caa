"""The page Train, driven by a recorded list of events."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import ContentSwitcher, Digits, Static

from mnist_sum_tui.runs.events import Notice, Paused, Progress
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.train import TrainPage
from mnist_sum_tui.tui.session.messages import RunEvent, TrainingEnded
from mnist_sum_tui.tui.session.throttle import DrawingBudget
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.key_figures import Facts
from mnist_sum_tui.tui.widgets.sample_strip import Sample
from tests.tui import recorded
from tests.tui.pages.training import chart, play, shown
from tests.tui.recorded import press, until

CHARTS_SECONDS = "mnist_sum_tui.tui.pages.train.CHARTS_SECONDS"
AT: Any = {"step": 1075, "epoch": 3, "elapsed": 26.9}

pytestmark = pytest.mark.usefixtures("without_form")


def footer(app: MnistSumApp) -> dict[str, str]:
    return {key: found.binding.description for key, found in app.screen.active_bindings.items()}


def headings(app: MnistSumApp) -> list[str]:
    return [str(line.visual) for line in app.train_page.query(".heading").results(Static) if line.region]


def notes(app: MnistSumApp) -> list[str]:
    return [str(line.visual) for line in app.train_page.query("#figures .note").results(Static)]


async def test_what_is_said_again_lays_nothing_out(pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A layout of the form, and the drawing after it, take a tenth of the time until the dashboard stands."""
    page, laid_out = recorded.app_of(pilot).train_page, list[TrainPage]()
    page.show_form()
    await until(pilot, lambda: page.query("#readiness"))
    await until(pilot, lambda: str(page.query_one("#readiness", Static).visual) == "ready")
    monkeypatch.setattr(TrainPage, "_refresh_layout", lambda page, *_, **__: laid_out.append(page))
    page.form.complain("")
    page.take_room()
    await pilot.pause()
    assert not laid_out
    page.form.complain("no such device")
    await pilot.pause()
    assert laid_out


async def test_a_running_training_shows_curves_figures_and_samples(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training())
    assert app.train_page.query_one(ContentSwitcher).current == "run-view"
    loss, accuracy = chart(app, "loss"), chart(app, "accuracy")
    assert loss[0].startswith("loss  y log, smoothed 0.9")
    assert loss[1].startswith("━ digit  ╍ sum  ●◆ validation  ⣿ each batch")
    assert sum(line.count("●") for line in loss[2:]) == 2
    assert sum(line.count("◆") for line in accuracy[2:]) == 2
    assert any("99 %" in line for line in accuracy)
    assert [digits.value for digits in app.train_page.query(Digits)] == ["98.28", "97.16", "97.63"]
    assert headings(app) == ["training digit %", "training sum %", "agreement %"]
    assert notes(app)[:2] == ["validation 98.38", "validation 96.69"]
    facts = str(app.train_page.query_one(Facts).render())
    assert facts.startswith("5,120 images/s\nelapsed 27 s · left 27 s\n")
    assert next(str(sample.render()) for sample in app.train_page.query(Sample)).strip() == "5 + 8 = 13 ✓"
    assert len({app.train_page.query_one(name).content_region.x for name in ("#charts", "#figures", "#news")}) == 1
    assert (
        str(app.train_page.query_one("#state", Static).visual).strip()
        == "● epoch 3/5 · validation: digit 98.38 %, sum 96.69 %"
    )


async def test_without_validation_images_nothing_speaks_of_validation(pilot: Pilot[int]) -> None:
    events = [event for event in recorded.training() if isinstance(event, Progress)]
    app = await play(pilot, [replace(recorded.started(), validation_images=0), *events])
    assert headings(app) == ["training digit %", "training sum %"]
    assert notes(app)[:2] == ["smoothed", "smoothed"]
    words = [str(line.visual) for line in app.train_page.run_view.query(Static) if line.region]
    about = f"{recorded.RUN} · 55,000 training images, none held out for validation"
    assert [line for line in words if "validation" in line] == [about]
    assert "v" not in footer(app)
    assert shown(app, "#state").startswith("● epoch 3/5 · training: digit ")


async def test_wrong_answers_are_marked(pilot: Pilot[int]) -> None:
    newer = [event for event in recorded.training(100) if isinstance(event, Progress) and event.step > 10]
    app = await play(pilot, [recorded.started(), recorded.samples(10, 1, 1.0, right=1), *newer])
    words = [str(sample.render()) for sample in app.train_page.query(Sample)]
    assert [said[-1] for said in words] == ["✓", *"✗" * 7]
    tracks = app.train_page.query_one("#tracks")
    assert str(tracks.render()).endswith("   sample answers (digit, sum): step 10"), "the figures are newer"
    await pilot.resize_terminal(80, 24)  # `1+9:7,16` below an image needs the words
    await recorded.until(pilot, lambda: str(tracks.render()).endswith("   answers (digit,sum): step 10"))
    await pilot.resize_terminal(70, 24)
    await recorded.until(pilot, lambda: str(tracks.render()).endswith(" 5 %"))


async def test_keys_go_to_the_control(pilot: Pilot[int]) -> None:
    control = Control()
    app = await play(pilot, recorded.training(100), control)
    assert footer(app)["space"] == "Pause"
    await pilot.press("space")
    assert control.paused
    assert footer(app)["space"] == "Resume"
    app.on_run_event(RunEvent(Paused(step=100, epoch=1, elapsed=2.5)))
    assert shown(app, "#state").startswith("‖ paused")
    await pilot.press("space", "c", "v")
    assert not control.paused
    assert footer(app)["space"] == "Pause"
    assert footer(app)["v"] == "Validate"
    assert control.take("checkpoint")
    assert control.take("validate")
    assert not app._notifications, "it needs no words"
    await pilot.press("s")
    assert control.stopping


async def test_what_comes_last_is_drawn_too(pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame that comes early, or beyond the allowance, has no charts; nothing new may come after it."""
    app = await play(pilot, recorded.training(200))
    page = app.train_page
    for further, seconds, is_left in ((300, 60.0, True), (400, 0.0, False)):
        before = chart(app, "loss")
        for event in list(recorded.training(further))[-40:]:
            app.on_run_event(RunEvent(event))
        monkeypatch.setattr(CHARTS_SECONDS, seconds)
        monkeypatch.setattr(DrawingBudget, "is_left", is_left)
        page.redraw()
        assert chart(app, "loss") == before
        monkeypatch.setattr(CHARTS_SECONDS, 0.0)
        monkeypatch.setattr(DrawingBudget, "is_left", True)
        page.redraw()
        assert chart(app, "loss") != before


async def test_nan_is_seen(pilot: Pilot[int]) -> None:
    nan = math.nan
    last = Progress(
        step=205, epoch=1, elapsed=5.2, digit_loss=nan, sum_loss=nan, digit_accuracy=nan, sum_accuracy=nan,
        lr=1.0, images_per_second=0.0, remaining=None,
    )  # fmt: skip
    app = await play(pilot, [*recorded.training(200), last])
    assert "✗" in chart(app, "loss")[2]
    assert "✗" in chart(app, "accuracy")[2]
    assert next(iter(app.train_page.query(Digits))).value == "NaN"


async def test_the_end_shows_result_and_commands(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training(2150))
    assert app.session.run is not None
    app.session.run.path.mkdir(parents=True)
    for file in (app.session.run.last_file, app.session.run.best_file):
        file.touch()
    app.on_run_event(RunEvent(recorded.finished()))
    app.on_training_ended(TrainingEnded())
    await pilot.pause()
    words = shown(app, "#outcome")
    assert "epoch 5" in words
    assert f"mnist-sum predict 3 --run {recorded.RUN}\n" in words
    assert words.endswith(f"mnist-sum train --resume {recorded.RUN} --epochs 10")
    assert [digits.value for digits in app.train_page.query(Digits)] == ["99.12", "98.74", "99.31"]
    assert headings(app) == ["test digit %", "test sum %", "agreement %"]
    assert notes(app) == ["loss 0.0312", "loss 0.0497", "100,000 pairs"]
    assert shown(app, "#state").startswith("✓ done · test: digit 99.12 %, sum 98.74 %")
    await pilot.resize_terminal(50, 36)
    await until(pilot, lambda: all(len(line) <= 48 for line in shown(app, "#outcome").splitlines()))
    assert "\n" + " " * 10 in shown(app, "#outcome"), "a line that does not fit goes on below its start"
    await pilot.press("n")
    assert app.train_page.is_form_shown


async def test_an_error_before_the_start_goes_back_to_the_form(pilot: Pilot[int]) -> None:
    app = await play(pilot, [])
    app.on_training_ended(TrainingEnded(ValueError("no such device")))
    await pilot.pause()
    assert app.train_page.is_form_shown
    assert "no such device" in shown(app, "#readiness")


async def test_a_notice_is_shown(pilot: Pilot[int]) -> None:
    app = await play(pilot, [recorded.started(), Notice(step=1, epoch=1, elapsed=1.0, message="something to know")])
    assert "something to know" in shown(app, "#news")
    assert [notification.message for notification in app._notifications] == ["something to know"]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_nothing_hangs_over_at_any_size(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.without_torch(monkeypatch)
    async with recorded.new_app(tmp_path).run_test(size=size) as pilot:
        page = recorded.app_of(pilot).train_page
        await until(pilot, lambda: page.is_composed)
        await press(pilot, "n")
        assert page.form.max_scroll_y == 0, "the form fits without scrolling"
        app = await play(pilot, recorded.training())
        assert app.train_page.query_one("#loss", Chart).size.height >= 8
        for charts in ("#loss, #accuracy", "#loss, #accuracy, #system"):
            assert [chart.display for chart in app.train_page.run_view.query(Chart)].count(True) == 2
            for widget in app.train_page.run_view.query(f"{charts}, KeyFigures, ProgressBars, SampleStrip, #news"):
                assert widget.region.bottom <= size[1] - 1, widget
                assert widget.region.right <= size[0], widget
                assert widget.region.height > 0, widget
            await press(pilot, "u")


async def test_resizing_is_safe(pilot: Pilot[int]) -> None:
    await play(pilot, recorded.training(400))
    for size in ((1, 1), (5, 3), (300, 20), (20, 60), (120, 2), (80, 24)):
        await pilot.resize_terminal(*size)
        await press(pilot, "m")
