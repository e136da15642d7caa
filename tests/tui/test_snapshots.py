"""Pictures of the page Train while it trains, from recorded events; the README shows these very files.

`pytest tests/tui/test_snapshots.py --snapshot-update` makes them anew; look at each before keeping it.
"""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.session.messages import RunEvent
from tests.tui import recorded
from tests.tui.recorded import settle

SIZES = [(80, 24), (120, 36), (200, 60)]


async def train(pilot: Pilot[int]) -> None:
    app = pilot.app
    assert isinstance(app, MnistSumApp)
    page = app.train_page
    recorded.begin(app)
    for event in recorded.training():
        app.on_run_event(RunEvent(event))
    ghost = Series(recorded.training(2150, slower=1.6))
    page.take_ghost(ghost)
    await settle(pilot)
    page.redraw(at_once=True)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_train(size: tuple[int, int], snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.app.warm_up", lambda done: done())
    assert snap_compare(recorded.new_app(tmp_path), terminal_size=size, run_before=train)
