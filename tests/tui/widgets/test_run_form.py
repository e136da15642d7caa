"""The form for a new run."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.session.messages import StartTraining
from mnist_sum_tui.tui.session.session import Session
from tests.tui import recorded


@pytest.fixture
async def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pilot[int]]:
    recorded.without_torch(monkeypatch)
    async with recorded.new_app(tmp_path).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield pilot


def complaint(app: MnistSumApp) -> str:
    return str(app.train_page.query_one("#readiness", Static).visual)


async def test_the_config_of_the_form_is_what_its_fields_show(pilot: Pilot[int]) -> None:
    form = recorded.app_of(pilot).train_page.form
    assert form.config.model == "compact"
    assert (form.config.epochs, form.config.batch_size, form.config.lr, form.config.seed) == (5, 128, 0.002, 0)
    form.query_one("#recipe", Select).value = "original"
    await pilot.pause()
    assert (form.config.epochs, form.config.lr, form.config.optimizer) == (25, 0.01, "sgd")
    form.query_one("#epochs", Input).value = "3"
    form.query_one("#recipe", Select).value = "standard"
    await pilot.pause()
    assert (form.config.epochs, form.config.lr, form.config.optimizer) == (5, 0.002, "adamw")


async def test_another_recipe_keeps_settings_that_have_no_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.without_torch(monkeypatch)
    given = TrainConfig.of("standard", keep=2, augment="shift")
    app = MnistSumApp(Session(tmp_path / "runs"), form_defaults=given)
    async with app.run_test() as pilot:
        app.train_page.form.query_one("#recipe", Select).value = "original"
        await pilot.pause()
        config = app.train_page.form.config
    assert (config.recipe, config.keep, config.augment) == ("original", 2, "shift")


@pytest.mark.parametrize("recipe", ["sprint", "marathon"])
async def test_choosing_a_recipe_takes_all_of_its_settings(pilot: Pilot[int], recipe: str) -> None:
    form = recorded.app_of(pilot).train_page.form
    form.query_one("#recipe", Select).value = recipe
    await pilot.pause()
    assert form.config == TrainConfig.of(recipe)


async def test_numbers_are_not_rounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.without_torch(monkeypatch)
    given = TrainConfig.of("standard", seed=20261126, lr=0.00123456789)
    app = MnistSumApp(Session(tmp_path / "runs"), form_defaults=given)
    async with app.run_test():
        assert app.train_page.form.config == given


async def test_a_bad_value_is_named_and_nothing_starts(pilot: Pilot[int]) -> None:
    app = recorded.app_of(pilot)
    for text, words in (("0", "epochs must be 1 to 10,000"), ("", "epochs must be a whole number"), ("1e3", "number")):
        app.train_page.form.query_one("#epochs", Input).value = text
        app.train_page.form.query_one("#start").focus()
        await pilot.press("enter")
        await pilot.pause(0.3)  # a button takes no second press for 0.2 s
        assert words in complaint(app)
        assert app.session.run is None


async def test_enter_starts_a_training_with_the_settings_of_the_form(
    pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[StartTraining] = []
    monkeypatch.setattr(MnistSumApp, "on_start_training", lambda _, message: asked.append(message))
    await pilot.press("enter")
    await pilot.pause()
    assert [message.config.model for message in asked] == ["compact"]
    assert asked[0].run is None


async def test_a_number_field_leaves_other_keys_to_the_page(pilot: Pilot[int]) -> None:
    app = recorded.app_of(pilot)
    field = app.train_page.form.query_one("#epochs", Input)
    field.focus()
    await pilot.press("1", "2")
    assert field.value == "12"
    await pilot.press("q")
    await pilot.pause()
    assert app.return_value == 0
