"""A time that was estimated while other programs took the cores is not the last word."""

import threading

import pytest

from mnist_sum_tui.machine.figures import Figures, Meter
from mnist_sum_tui.training import speed_estimate
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.session.network_speeds import SpeedThread
from tests.tui.recorded import press, until


class Started(SpeedThread):
    """One that does run, although other tests have none."""

    start = threading.Thread.start
    join = threading.Thread.join


async def test_it_is_estimated_again_when_the_form_is_seen_again_and_the_fastest_counts(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    others, estimates = [0.9], [100.0, 50.0, 5000.0, 1.0]
    monkeypatch.setattr("mnist_sum_tui.tui.run_app.SpeedThread", Started)
    monkeypatch.setattr("mnist_sum_tui.tui.session.network_speeds.MODELS", ())
    monkeypatch.setattr("mnist_sum_tui.tui.session.network_speeds.LARGE_MODEL", "compact")
    monkeypatch.setattr(Meter, "read", lambda _: Figures(2, 0.1, others[0], None, None, None, None))
    monkeypatch.setattr(speed_estimate, "augmenting", dict)
    monkeypatch.setattr(speed_estimate, "from_steps", lambda *_: estimates.pop(0))

    def speed() -> float:
        return app.train_page.form.speeds["compact"].images_per_second

    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.train_page.form.speeds)
        for share, left, expected in ((0.9, 2, 100.0), (0.1, 1, 5000.0), (0.1, 1, 5000.0)):
            others[0] = share
            await until(pilot, lambda: app.speeds is not None and not app.speeds.is_alive())
            await press(pilot, "f5", "f1")
            await until(pilot, lambda: app.speeds is not None and not app.speeds.is_alive())
            await pilot.pause()
            assert (len(estimates), speed()) == (left, expected)
