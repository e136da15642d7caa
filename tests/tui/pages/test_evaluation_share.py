"""Inside while it trains: what evaluates all test images takes a small share of the time."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.heat_page import SHARE
from mnist_sum_tui.tui.predictions.messages import LookedInside, TestSetEvaluated
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, LookInside
from mnist_sum_tui.tui.widgets.maps import Pictures
from tests.tui import fixed
from tests.tui.pages.test_network_views import show


@pytest.mark.usefixtures("without_form")
@pytest.mark.parametrize("seconds", [15, 0.3])
async def test_while_it_trains_the_evaluations_take_a_small_share_of_the_time(
    seconds: float, app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of 15 seconds, as with `original`, and then none for minutes; with a quick network one every ten seconds."""
    clock, asked, looks = [1000.0], list[EvaluateTestSet](), list[LookInside]()
    own_time = SimpleNamespace(monotonic=lambda: clock[0])
    for module in ("pages.network_views", "predictions.pairs"):
        monkeypatch.setattr(f"mnist_sum_tui.tui.{module}.time", own_time)
    monkeypatch.setattr("mnist_sum_tui.tui.pages.image_page.TICK_SECONDS", 1e6)
    monkeypatch.setattr("mnist_sum_tui.tui.pages.network_views.LOOK_SECONDS", 1e6)
    async with app.run_test(size=(80, 24)) as pilot:

        def look(request: LookInside) -> LookedInside:
            looks.append(request)
            clock[0] += 0.01
            return replace(fixed.looked_inside(request), answer=fixed.live(request.index, fixed.SOURCE))

        def evaluate(request: EvaluateTestSet) -> TestSetEvaluated:
            asked.append(request)
            clock[0] += seconds
            return fixed.evaluated(weights=fixed.NEWEST, made=clock[0])

        fixed.predictions_in(app).says = {LookInside: look, EvaluateTestSet: evaluate}
        page = await show(pilot, "means")
        assert len(asked) == 1
        assert len(page.query_one("#means", Pictures).items) == 10
        looks.clear()
        for share, evaluations in ((0.2, 1), (0.78, 1), (0.2, 2), (0.2, 2)):
            clock[0] += share * seconds / SHARE
            page.keep_view_up()
            await pilot.pause()
            await pilot.pause()
            assert (len(asked), len(looks)) == (evaluations, 0)
