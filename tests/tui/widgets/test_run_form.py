"""The form for a new run."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Select, Static
from typer.testing import CliRunner

from mnist_sum_tui import own_network
from mnist_sum_tui.cli.commands import build
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.launch import LaunchOptions
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets.run_form import RunForm
from tests.tui import recorded, shown
from tests.tui.recorded import press, until


def said(form: RunForm, name: str) -> str:
    return str(form.query_one(f"#{name}", Static).visual)


def recipe(form: RunForm) -> str:
    return " ".join(said(form, "recipe SelectCurrent #label").split())


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
    assert (form.config.epochs, form.config.lr, form.config.optimizer) == (3, 0.002, "adamw"), "set by hand: it stays"
    assert recipe(form).endswith(" (set by you: 3 epochs)")
    assert "set by you" not in said(form, "sets"), "once"
    assert form.config.model == "compact"
    form.query_one("#model", Select).value = "pictured"
    form.query_one("#epochs", Input).value = "5"
    form.query_one("#recipe", Select).value = "sprint"
    await pilot.pause()
    assert (form.config.model, form.config.epochs, form.config.lr) == ("pictured", 2, 0.01)
    assert recipe(form).endswith(" (set by you: network pictured)")


async def test_another_recipe_keeps_the_settings_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.without_torch(monkeypatch)
    given = TrainConfig.of("standard", keep=2, augment="shift", epochs=4, seed=3, patience=6)
    app = MnistSumApp(Session(tmp_path / "runs"), form_defaults=given)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert recipe(app.train_page.form).endswith("for every network (set by you: 4 epochs)")
        app.train_page.form.query_one("#recipe", Select).value = "original"
        await pilot.pause()
        assert app.train_page.form.config == TrainConfig.of("original", **given.given())
        assert recipe(app.train_page.form).endswith("25 epochs (set by you: 4 epochs)")
        app.train_page.form.query_one("#recipe", Select).value = "sprint"
        await pilot.pause()
        assert "patience" in said(app.train_page.form, "readiness"), "no images validate"


@pytest.mark.parametrize("recipe", ["sprint", "marathon"])
async def test_choosing_a_recipe_takes_all_of_its_settings(pilot: Pilot[int], recipe: str) -> None:
    form = recorded.app_of(pilot).train_page.form
    form.query_one("#recipe", Select).value = recipe
    await pilot.pause()
    assert form.config == TrainConfig.of(recipe)


async def test_a_recipe_says_what_it_sets_and_what_it_leaves_out(pilot: Pilot[int]) -> None:
    form = recorded.app_of(pilot).train_page.form
    assert "55,000 examples" in said(form, "intro-words")
    assert said(form, "sets").startswith(
        "sets AdamW, one-cycle rate, weight decay 0.01\n55,000 images train; 5,000 valid"
    )
    form.query_one("#recipe", Select).value = "sprint"
    await pilot.pause()
    assert "60,000 examples" in said(form, "intro-words")
    assert "all 60,000 images train: no validation, so no best epoch" in said(form, "sets")


async def test_the_network_and_the_epochs_that_were_set_stand_beside_the_recipe(pilot: Pilot[int]) -> None:
    form = recorded.app_of(pilot).train_page.form
    form.query_one("#epochs", Input).value = "1"
    form.query_one("#other", Button).press()
    await until(pilot, lambda: form.config.model == "original")
    await until(pilot, lambda: recipe(form).endswith(" (set by you: network original, 1 epoch)"))
    assert str(form.query_one("#other", Button).label) == "Use the quick network"


async def test_no_number_is_told_of_images_that_nobody_has_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.without_torch(monkeypatch)
    app = MnistSumApp(Session(tmp_path / "runs"), form_defaults=TrainConfig(model="compact", data_dir="/data"))
    async with app.run_test() as pilot:
        form = app.train_page.form
        form.ready()
        await pilot.pause()
        assert said(form, "readiness") == "ready"
        assert "learns both from examples" in said(form, "intro-words")
        assert "images in /data train; one in twelve validates each epoch and chooses the best" in said(form, "sets")
        assert str(form.query_one("#model SelectCurrent #label", Static).visual).startswith("compact      small, quick")


async def test_the_quick_network_is_offered_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.without_torch(monkeypatch)
    app = MnistSumApp(Session(tmp_path / "runs"))
    async with app.run_test():
        assert app.train_page.form.config == TrainConfig.of("standard", model="compact")
    asked: list[LaunchOptions] = []
    monkeypatch.setattr("mnist_sum_tui.tui.launch.run_dashboard", asked.append)
    for arguments in ([], ["--epochs", "3"], ["--recipe", "original"], ["--model", "keen"]):
        CliRunner().invoke(build(), ["tui", *arguments])
    assert [(each.config.model, each.config.epochs) for each in asked] == [
        ("compact", 5), ("compact", 3), ("original", 25), ("keen", 5),
    ]  # fmt: skip


async def test_a_network_of_ones_own_is_a_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.without_torch(monkeypatch)
    monkeypatch.setattr(own_network, "_files", {})
    asked: list[LaunchOptions] = []
    monkeypatch.setattr("mnist_sum_tui.tui.launch.run_dashboard", asked.append)
    monkeypatch.chdir(tmp_path)
    file = Path("a[/b]c[old]\x1b") / "tiny.py"
    file.parent.mkdir(parents=True)
    file.write_text("raise SystemError('executed before it is built')")
    own = ["--model-file", str(file)]
    CliRunner().invoke(build(), ["tui", *own])
    given = asked[0].config
    assert own_network.is_own(given.model)
    app = MnistSumApp(Session(tmp_path / "runs"), form_defaults=given)
    async with app.run_test(size=(120, 36)) as pilot:
        form = app.train_page.form
        assert form.config == given
        where = r"your own, from a[/b]c[old]\x1b/tiny.py"
        await until(pilot, lambda: where in "\n".join(shown.lines(app)))
        form.query_one("#model").focus()
        await pilot.press("enter", "end")
        await until(pilot, lambda: "\n".join(shown.lines(app)).count(where) == 2)
        await pilot.press("escape")
        form.query_one("#model", Select).value = "swift"
        await pilot.pause()
        form.query_one("#model", Select).value = given.model
        await pilot.pause()
        assert form.config == given
    refused = CliRunner().invoke(build(), ["tui", "--watch", "nothing-of-the-kind", *own, "--epochs", "2"])
    assert "leave out --epochs" in str(refused.exception)


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
        assert words in said(app.train_page.form, "readiness")
        assert app.session.run is None


async def test_enter_starts_a_training_with_the_settings_of_the_form(
    pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = recorded.asked(monkeypatch)
    await press(pilot, "enter")
    assert [message.config.model for message in asked] == ["compact"]
    assert asked[0].run is None


async def test_a_number_field_leaves_other_keys_to_the_page(pilot: Pilot[int]) -> None:
    app = recorded.app_of(pilot)
    field = app.train_page.form.query_one("#epochs", Input)
    field.focus()
    await pilot.press("1", "2")
    assert field.value == "12"
    await press(pilot, "q")
    assert app.return_value == 0


async def test_a_form_that_is_not_whole_explains_nothing(pilot: Pilot[int], tmp_path: Path) -> None:
    RunForm(TrainConfig(), tmp_path, id="not-composed").ready()
    form = pilot.app.screen.query_one(RunForm)
    for part in ("#other", "#model", "#recipe"):
        await form.query_one(part).remove()
        form.complain("while the app closes, in any order")
        form.ready()


async def test_what_changes_at_once_is_explained_once(pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch) -> None:
    form, explained = pilot.app.screen.query_one(RunForm), list[TrainConfig]()
    await until(pilot, lambda: form._is_ready and form._is_explained)  # for the first time
    monkeypatch.setattr(form, "_describe_choices", lambda base, _: explained.append(base))
    form.ready()
    form.complain("what was said first")
    form.complain("what was said last")
    await pilot.pause()
    assert (len(explained), said(form, "readiness")) == (1, "what was said last")
