"""The layers of the chosen network, beside the form for a new run."""

from textual.widgets import Select

from mnist_sum_tui.models.describe import Layer
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.widgets.network_layers import NetworkLayers, layer_lines
from tests.tui.recorded import until


def test_parameters_are_aligned_and_added_up() -> None:
    layers = [Layer("conv1", "convolution 3x3", "8 x 13 x 13", 1080), Layer("pool", "max pooling 2x2", "8 x 6 x 6", 0)]
    assert layer_lines("tiny", layers).splitlines() == [
        "Network tiny, layer by layer",
        "",
        "layer   kind             output       parameters",
        "conv1   convolution 3x3  8 x 13 x 13       1,080",
        "pool    max pooling 2x2  8 x 6 x 6",
        "in all                                     1,080",
    ]


def test_branches_that_are_alike_are_listed_once() -> None:
    layers = [Layer(f"branches.{branch}.conv1", "convolution 3x3", "8 x 13 x 13", 1080) for branch in range(3)]
    assert layer_lines("keen", [*layers, Layer("sum", "linear", "19", 1919)]).splitlines()[3:] == [
        "3 x conv1  convolution 3x3  8 x 13 x 13       1,080",
        "sum        linear           19                1,919",
        "in all                                        5,159",
    ]


async def test_the_chosen_network_is_described_where_there_is_room(app: MnistSumApp) -> None:
    async with app.run_test(size=(169, 60)) as pilot:
        form, layers = app.train_page.form, app.train_page.query_one(NetworkLayers)
        await until(pilot, lambda: form.region.width > 0)
        assert not layers.region
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: "Network compact, layer by layer" in str(layers.visual))
        assert "218,673" in str(layers.visual)
        await until(pilot, lambda: 0 < layers.region.right <= 200)
        assert layers.region.x >= form.query_one("#form").region.right
        form.query_one("#model", Select).value = "original"
        await until(pilot, lambda: "Network original" in str(layers.visual))
        assert form.max_scroll_y == 0
        layers.describe(f"net@{'0' * 12}")
        assert str(layers.visual) == "", "code of the user is not run for this"
        layers.describe("original")
        await until(pilot, lambda: "Network original" in str(layers.visual))
