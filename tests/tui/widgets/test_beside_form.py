"""What stands beside the form for a new run on a large screen."""

import pytest
from textual.widgets import Select, Static

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.recipes import RECIPES, Recipe
from mnist_sum_tui.tui.app import MnistSumApp
from tests.tui.recorded import until
from tests.tui.shown import lines


async def test_the_recipes_are_explained_where_there_is_room(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    gentle = Recipe("gentle", "one epoch, and no more", {"model": "swift", "epochs": 1})
    monkeypatch.setitem(RECIPES, gentle.name, gentle)

    def words() -> str:
        return " ".join("\n".join(lines(app)).split())

    async with app.run_test(size=(200, 60)) as pilot:
        await until(pilot, lambda: "What each recipe is for" in words())
        below = words().partition("What each recipe is for")[2]
        for name, recipe in RECIPES.items():
            assert name in below
            assert recipe.summary.partition(":")[0] in below
        app.train_page.query_one("#recipe", Select).value = "gentle"
        await pilot.pause()
        assert app.train_page.form.config == TrainConfig.of("gentle")
        app.train_page.query_one("#model", Select).value = "keen"
        await until(pilot, lambda: "What each recipe is for (set by you: network keen)" in words())
        assert words().count("(set by you: network keen)") == 2, "there, and of the chosen recipe"
        app.train_page.query_one("#model", Select).value = "compact"
        others = "One network, two answers", "Network compact, layer by layer"
        for rows, count in ((46, 2), (60, 3)):
            await pilot.resize_terminal(200, rows)
            parts = "What each recipe is for", *others
            await until(pilot, lambda: [part for part in parts if part in words()] == [*parts[3 - count :]])  # noqa: B023


async def test_the_introduction_goes_whenever_the_buttons_get_no_room(app: MnistSumApp) -> None:
    """However late that is known: on a busy machine the form was measured before it was laid out."""
    async with app.run_test(size=(80, 24)) as pilot:
        form = app.train_page.form
        await until(pilot, lambda: "weight decay" in str(form.query_one("#sets", Static).visual))
        await pilot.pause()
        assert not form.has_class("-tight")
        form.query_one("#sets", Static).update("\n" * 9)
        await until(pilot, lambda: form.has_class("-tight"))


@pytest.mark.parametrize(("width", "columns"), [(80, 4), (60, 2)])
async def test_fields_below_each_other_begin_in_one_column(app: MnistSumApp, width: int, columns: int) -> None:
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        form = app.train_page.form
        begins = [field.region.x for field in form.query("#fields Input")]
        assert [set(begins[at::columns]) for at in range(columns)] == [{at} for at in begins[:columns]]
        assert columns == 2 or begins[0] == form.query_one("#name").region.x == form.query_one("#recipe").region.x
