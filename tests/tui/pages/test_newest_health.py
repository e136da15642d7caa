"""Inside: the health of the layers of the newest run, which was not opened."""

from pathlib import Path

import pytest
from textual.widgets import OptionList

from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.widgets.health_table import HealthTable
from tests.tui import recorded
from tests.tui.pages.test_inside import words
from tests.tui.pages.test_network_views import show
from tests.tui.recorded import until


@pytest.mark.usefixtures("without_form")
async def test_the_newest_run_shows_its_health_without_being_opened(
    app: MnistSumApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the weights that are shown are those of a run in this folder
    events = [next(iter(recorded.training(1))), *map(recorded.health, (10, 20))]
    Path("metrics.jsonl").write_text("".join(to_json(event) + "\n" for event in events))
    async with app.run_test(size=(120, 36)) as pilot:
        page = await show(pilot, "health")
        await until(pilot, lambda: words(page).startswith("Step 20 of 2,150. Each layer learns"))
        assert page.query_one(HealthTable).events == tuple(events[1:])
        page.query_one(OptionList).highlighted = 1
        Path("metrics.jsonl").unlink()
        page = await show(pilot, "health")
        assert words(page).startswith("Step 20"), "it is read once"
