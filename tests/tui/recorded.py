"""A recorded training for tests: a list of events, made by formula and a clock that is no clock."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkerCancelled

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.events import Advice, Checkpointed, EpochDone, Event, Finished, Progress, Samples, Started
from mnist_sum_tui.runs.health_event import Health
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.train import TrainPage
from mnist_sum_tui.tui.run_app import RunningApp
from mnist_sum_tui.tui.session.messages import StartTraining
from mnist_sum_tui.tui.session.session import Session

STEPS_PER_EPOCH, EPOCHS = 430, 5
INDICES = (0, 1, 2, 3, 4, 5, 7, 13)
LABELS = (5, 0, 4, 1, 9, 2, 3, 6)
NUMBERS = (8, 6, 5, 2, 3, 0, 7, 1)
RUN = "20250301-120000-compact"


@dataclass
class FakeClock:
    """Time that passes only when a step is made."""

    seconds_a_step: float = 0.025
    steps: int = 0

    def tick(self, steps: int) -> tuple[int, float]:
        self.steps += steps
        return self.steps, self.steps * self.seconds_a_step


def started(run: str = RUN, resumed: bool = False) -> Started:
    return Started(
        step=0, epoch=1, elapsed=0.0, run=run, path=f"runs/{run}", model="compact", recipe="standard",
        parameters=218_673, epochs=EPOCHS, batch_size=128, steps_per_epoch=STEPS_PER_EPOCH, train_images=55_000,
        validation_images=5_000, device="cpu", precision="fp32", threads=2, seed=0, resumed=resumed,
    )  # fmt: skip


def finished(step: int = EPOCHS * STEPS_PER_EPOCH, elapsed: float = 53.75, reason: str = "completed") -> Finished:
    has_test = reason == "completed"
    return Finished(
        step=step, epoch=EPOCHS, elapsed=elapsed, reason=reason, run=RUN, path=f"runs/{RUN}",
        message="all epochs are done" if has_test else "stopped as asked; everything is saved",
        best_epoch=5, digit_accuracy=0.9912 if has_test else None, sum_accuracy=0.98741 if has_test else None,
        agreement=0.99312 if has_test else None, digit_loss=0.0312 if has_test else None,
        sum_loss=0.0497 if has_test else None, pairs=100_000 if has_test else None,
    )  # fmt: skip


def training(until: int = 1075, slower: float = 1.0) -> Iterator[Event]:
    """The events up to a step, made once per process; `slower` stretches how long learning takes."""
    return iter(_kept(until, slower))


@cache
def _kept(until: int, slower: float) -> tuple[Event, ...]:
    return tuple(_made(until, slower))


def _made(until: int, slower: float) -> Iterator[Event]:
    chance = np.random.default_rng(7)
    clock = FakeClock(0.025 * (1.15 if slower > 1 else 1))
    yield started()
    while clock.steps < until:
        step, elapsed = clock.tick(5)
        epoch = min((step - 1) // STEPS_PER_EPOCH + 1, EPOCHS)
        pace = step / slower
        digit = 2.25 * np.exp(-pace / 60) + 0.25 * np.exp(-pace / 500) + 0.02
        total = 2.75 * np.exp(-pace / 190) + 0.2 * np.exp(-pace / 700) + 0.03
        noise = chance.lognormal(0, 0.35, 4)
        yield Progress(
            step=step, epoch=epoch, elapsed=elapsed,
            digit_loss=float(digit * noise[0]), sum_loss=float(total * noise[1] ** 0.5),
            digit_accuracy=float(1 - min(digit * 0.3 * noise[2], 0.9)),
            sum_accuracy=float(1 - min(total * 0.33 * noise[3] ** 0.5, 0.94)),
            lr=1e-3, images_per_second=5120.0, remaining=(EPOCHS * STEPS_PER_EPOCH - step) * 0.025,
        )  # fmt: skip
        if step == 600:
            words = "Since about step 600 it learns to add: the sum is more than guessed"
            yield Advice(step=step, epoch=epoch, elapsed=elapsed, topic="adds", words=words)
        if step % 40 == 0:
            yield samples(step, epoch, elapsed, right=min(8, step // 80))
        if step % STEPS_PER_EPOCH == 0:
            yield epoch_done(step, epoch, elapsed, float(digit), float(total))
            yield Checkpointed(
                step=step, epoch=epoch, elapsed=elapsed, file="last.safetensors", reason="epoch", seconds=0.1, best=True
            )


def samples(step: int, epoch: int, elapsed: float, right: int) -> Samples:
    digits = tuple(label if place < right else (label + 3) % 10 for place, label in enumerate(LABELS))
    sums = tuple(digit + number for digit, number in zip(digits, NUMBERS, strict=True))
    return Samples(
        step=step, epoch=epoch, elapsed=elapsed,
        indices=INDICES, labels=LABELS, numbers=NUMBERS, digits=digits, sums=sums, addition=addition(right),
    )  # fmt: skip


LAYERS = ("conv1", "conv2", "hidden", "digit", "sum")


def health(step: int, epoch: int = 1, elapsed: float = 1.0) -> Health:
    """Of layers whose weights spread out; a third of the hidden units are dead."""
    size = tuple(0.02 * (place + 1) * (1 + step / 500) for place in range(len(LAYERS)))
    wide = 2 + 2 * min(step, 2000) / 1000
    bins = "".join(str(max(0, round(9 - (place - 9) ** 2 / wide))) for place in range(19))
    return Health(
        step=step, epoch=epoch, elapsed=elapsed, layers=LAYERS, weights=size,
        gradients=tuple(value / (5 + step / 20) for value in size),
        updates=tuple(0.02 / (place + 3 + step / 20) for place in range(len(LAYERS))),
        dead=(0.0, 0.0, 0.333, 0.0, 0.0), spread=(bins,) * len(LAYERS),
    )  # fmt: skip


def addition(right: int) -> tuple[str, ...]:
    """The table of the first image: the brighter on its diagonal, the more of the answers are right."""
    spread = max(len(LABELS) - right, 0)
    return tuple(
        "".join(str(max(9 - spread - 3 * abs(total - number - LABELS[0]), spread // 4)) for total in range(19))
        for number in range(10)
    )


def epoch_done(step: int, epoch: int, elapsed: float, digit: float, total: float) -> EpochDone:
    return EpochDone(
        step=step, epoch=epoch, elapsed=elapsed, digit_loss=digit, sum_loss=total,
        digit_accuracy=1 - digit * 0.3, sum_accuracy=1 - total * 0.33, val_digit_loss=digit * 0.8,
        val_sum_loss=total * 0.85, val_digit_accuracy=1 - digit * 0.25, val_sum_accuracy=1 - total * 0.28,
        val_agreement=1 - total * 0.2, lr=1e-3, images_per_second=5120.0, remaining=30.0, best=True,
    )  # fmt: skip


def new_app(folder: Path) -> MnistSumApp:
    """The dashboard with an empty folder of runs."""
    defaults = TrainConfig.of("standard", model="compact")
    return MnistSumApp(Session(folder / "runs"), form_defaults=defaults)


def app_of(pilot: Pilot[int]) -> MnistSumApp:
    assert isinstance(pilot.app, MnistSumApp)
    return pilot.app


def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the import nor the sample images, which wait for it."""

    def load_images(page: TrainPage, indices: tuple[int, ...], data_dir: str | None) -> None:
        """Leave them out."""

    monkeypatch.setattr("mnist_sum_tui.tui.app.warm_up", lambda done: done())
    monkeypatch.setattr(TrainPage, "load_images", load_images)


@contextlib.contextmanager
def without_form() -> Iterator[None]:
    """The page Train begins without its form, as for a replay: it takes half of the start, and comes when asked for."""
    with pytest.MonkeyPatch.context() as patch:
        page = "mnist_sum_tui.tui.app.TrainPage"
        patch.setattr(page, lambda defaults, _: TrainPage(defaults, begins_with_form=False))
        yield


def begin(app: MnistSumApp, control: Control | None = None) -> Control:
    """As if a training had been started, without its thread."""
    control = control or Control(samples=True)
    config = TrainConfig.of("standard", model="compact")
    app.session.begin(config, Run(app.session.runs_folder / RUN), control)
    app.train_page.show_run()
    return control


def shown_at_last(pilot: Pilot[int]) -> str:
    """What a test waited for in vain looks like: the screen's size, its classes and its lines."""
    screen = pilot.app.screen
    lines = "\n".join(strip.text for strip in screen._compositor.render_strips())
    return f"{screen.size}, {' '.join(sorted(screen.classes))}\n{lines}"


async def until(pilot: Pilot[int], condition: Callable[[], object], seconds: float = 60) -> None:
    """Let the app work until it holds, however slow the machine is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited too long: {shown_at_last(pilot)}"
        await pilot.pause(0.02)
    await pilot.pause()


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Press the keys, and let the app draw."""
    await pilot.press(*keys)
    await pilot.pause()


async def settle(pilot: Pilot[int]) -> None:
    """Wait for the workers, and let the app draw."""
    try:
        await pilot.app.workers.wait_for_complete()
    except WorkerCancelled:  # a newer one has taken its place
        await settle(pilot)
    await pilot.pause()


def asked(monkeypatch: pytest.MonkeyPatch) -> list[StartTraining]:
    """The trainings that are asked for, none of which begins."""
    found: list[StartTraining] = []
    monkeypatch.setattr(RunningApp, "on_start_training", lambda _, message: found.append(message))
    return found


def drawn_on(screen: Screen[Any], monkeypatch: pytest.MonkeyPatch) -> set[Widget]:
    """The widgets that are drawn on it from now on."""
    drawn, update = set[Widget](), screen._compositor.update_widgets

    def note(widgets: set[Widget]) -> None:
        drawn.update(widgets)
        update(widgets)

    monkeypatch.setattr(screen._compositor, "update_widgets", note)
    return drawn
