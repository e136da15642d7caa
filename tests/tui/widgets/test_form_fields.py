"""The fields and buttons of the form for a new run: what is typed, what Enter does, what counts as set by hand."""

from pathlib import Path

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Button, Input, Select, Static
from textual.widgets._select import SelectOverlay

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.recipes import RECIPES
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets import form_words as words
from mnist_sum_tui.tui.widgets.choice import LABEL_WIDTH, Choice
from mnist_sum_tui.tui.widgets.form_words import NAME_WIDTH
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from mnist_sum_tui.tui.widgets.run_form import RunForm
from tests.tui import recorded
from tests.tui.recorded import press, until
from tests.tui.widgets.test_run_form import said


def form_of(pilot: Pilot[int]) -> RunForm:
    return recorded.app_of(pilot).train_page.form


async def test_enter_on_the_quick_button_starts_nothing_however_often(
    pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = recorded.asked(monkeypatch)
    form = form_of(pilot)
    form.query_one("#other").focus()
    for model in ("original", "compact"):
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert form.config.model == model
        assert pilot.app.focused is form.query_one("#other")
    assert not asked


async def test_keys_act_in_the_order_in_which_they_were_typed(pilot: Pilot[int]) -> None:
    """However quickly: the next comes before what the last one does."""
    form = form_of(pilot)
    form.query_one("#batch_size").focus()
    for key in ("end", *["backspace"] * 3, *"64", "tab", "end", *["backspace"] * 5, *"5e-4", "home", "0", "tab", *"7"):
        pilot.app.post_message(Key(key, key if len(key) == 1 else None))
    fields = [form.query_one(f"#{name}", Input) for name in ("batch_size", "lr", "seed")]
    await until(pilot, lambda: fields[2].value == "7")
    assert [field.value for field in fields] == ["64", "05e-4", "7"]
    assert pilot.app.focused is fields[2]


TYPED = [
    ("lr", "0,002", "learning rate must be a number such as 0.002, not '0,002'"),
    ("lr", "0.00z", "learning rate must be a number such as 0.01, not '0.00z'"),
    ("lr", "0", "learning rate must be above 0, at most 100, not 0"),
    ("batch_size", "0", "batch size must be 1 to 60,000, not 0"),
    ("batch_size", "1_000", "batch size must be a whole number, not '1_000'"),
    ("lr", "1_0", "learning rate must be a number such as 0.01, not '1_0'"),
    ("lr", "", "learning rate must be a number; the recipe's is 0.002"),
    ("batch_size", "1,000", "batch size must be a whole number, not '1,000'"),
]


async def test_what_was_typed_stays_and_is_called_by_the_name_of_its_field(pilot: Pilot[int]) -> None:
    form = form_of(pilot)
    for name, typed, refusal in TYPED:
        field = form.query_one(f"#{name}", Input)
        before, field.value = field.value, ""
        field.focus()
        await press(pilot, *typed)
        assert field.value == typed
        assert said(form, "readiness") == refusal
        field.value = before


async def test_the_form_of_the_next_run_keeps_what_was_set(pilot: Pilot[int]) -> None:
    app = recorded.app_of(pilot)
    form = form_of(pilot)
    form.query_one("#other", Button).press()
    form.query_one("#epochs", Input).value = "1"
    await pilot.pause(0.3)
    recorded.begin(app)
    app.session.end()
    form.complain("no such device")
    await press(pilot, "n")
    for recipe in ("standard", "sprint"):
        form.query_one("#recipe", Select).value = recipe
        await pilot.pause()
        assert (form.config.recipe, form.config.model, form.config.epochs) == (recipe, "original", 1)
        label = " ".join(said(form, "recipe SelectCurrent #label").split())
        assert label.endswith(" (set by you: network original, 1 epoch)")
    assert "no such device" not in said(form, "readiness")


async def test_a_learning_rate_far_above_the_recipes_is_doubted(pilot: Pilot[int]) -> None:
    form = form_of(pilot)
    for rate, is_doubted in (("10", True), ("0.04", True), ("0.03", False)):
        form.query_one("#lr", Input).value = rate
        await pilot.pause()
        assert (said(form, "readiness") == words.rate_doubt(form.config)) is is_doubted
    form.query_one("#lr", Input).value = "10"
    form.query_one("#epochs", Input).focus()
    await pilot.pause()
    assert said(form, "readiness") == "learning rate 10 is 5,000 times the recipe's: it may learn nothing"


@pytest.mark.parametrize(("name", "third"), [("recipe", "marathon"), ("model", "keen")])
async def test_the_open_list_is_as_wide_as_the_form_and_indents(pilot: Pilot[int], name: str, third: str) -> None:
    choice = form_of(pilot).query_one(f"#{name}", Choice)
    overlay, rows = choice.query_one(SelectOverlay), list[int]()
    choice.focus()
    await pilot.press("enter", "down", "down")
    for size in ((80, 24), (60, 20), (120, 36), (80, 24)):
        await pilot.resize_terminal(*size)
        await until(pilot, lambda: overlay.region.width == choice.size.width + LABEL_WIDTH)
        whole, region = form_of(pilot).query("Field.wide").first().region, overlay.region
        assert (region.x, region.right) == (whole.x, whole.right)
        assert region.bottom <= size[1] - 1, "the footer is free"
        rows.append(sum(len(str(option.prompt).splitlines()) for option in overlay.options))
        for option in overlay.options:
            first, *further = str(option.prompt).splitlines()
            assert all(line.startswith(" " * (NAME_WIDTH if size[0] >= 80 else 2)) for line in further)
            assert len(first) <= choice.size.width
    assert rows[1] > rows[0] == rows[3] >= rows[2], "the narrower, the more lines"
    await pilot.press("enter")
    assert choice.value == third, "the list kept its place"


async def test_what_a_recipe_is_stands_whole_in_the_form(pilot: Pilot[int]) -> None:
    form = form_of(pilot)
    form.query_one("#recipe", Select).value = "marathon"
    await pilot.pause()
    lines = str(form.query_one("#recipe SelectCurrent #label", Static).visual).splitlines()
    assert " ".join(" ".join(lines).split()).endswith(RECIPES["marathon"].summary)
    assert form.query_one("#recipe SelectCurrent #label", Static).size.height == len(lines) > 1


async def test_how_a_training_ends_by_itself_is_set_in_the_form(pilot: Pilot[int]) -> None:
    form = form_of(pilot)
    values = {"patience": 3, "min_gain": 0.05, "target": 99.4, "max_minutes": 1.5}
    fields = {name: form.query_one(f"#{name}", Input) for name in values}
    assert [field.value or field.placeholder for field in fields.values()] == ["off", "any", "off", "off"]
    assert {name: getattr(form.config, name) for name in values} == dict.fromkeys(values, 0)
    fields["patience"].value, fields["min_gain"].value = "0", "0.0"
    await pilot.pause()
    assert "set by you" not in said(form, "sets"), "0 is what the empty field means"
    for name, value in values.items():
        form.query_one(f"#{name}", Input).value = str(value)
    await pilot.pause()
    assert {name: getattr(form.config, name) for name in values} == values
    assert "set by you: patience, min gain, target, max minutes" in said(form, "sets")
    form.query_one("#recipe", Select).value = "sprint"
    await pilot.pause()
    assert said(form, "readiness").startswith("patience needs validation images"), "and no --patience"
    assert form.query_one("#go").region.bottom <= pilot.app.screen.size.height - 1, "all of it is in view"


async def test_a_field_takes_a_fraction_also_where_the_value_before_was_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.without_torch(monkeypatch)
    app = MnistSumApp(Session(tmp_path / "runs"), form_defaults=TrainConfig.of("standard", target=99, lr=1))
    async with app.run_test(size=(80, 24)):
        form = app.train_page.form
        assert form.config.target == 99
        form.query_one("#target", Input).value = "99.4"
        assert form.config.target == 99.4


async def test_a_click_on_a_label_is_meant_for_its_field(pilot: Pilot[int]) -> None:
    for name in ("seed", "epochs", "model"):
        field = pilot.app.screen.query_one(f"#{name}")
        label = next(widget for widget in field.parent.children if widget is not field) if field.parent else field
        await pilot.click(label)
        await pilot.pause()
        assert pilot.app.screen.focused is field
        assert "tab Next field" in str(pilot.app.screen.query_one(KeyFooter).render())


async def test_the_arrows_go_from_field_to_field_and_enter_opens_a_list(
    pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = recorded.asked(monkeypatch)
    form = form_of(pilot)
    seen: list[str | None] = []
    form.query_one("#recipe").focus()
    await pilot.pause()
    while pilot.app.focused is not form.query_one("#start") and len(seen) < 20:
        seen.append(pilot.app.focused.id if pilot.app.focused else None)
        await pilot.press("down")
    assert seen[:3] == ["recipe", "model", "epochs"]
    await pilot.press("up", "up")
    assert pilot.app.focused is form.query_one(f"#{seen[-2]}")
    form.query_one("#epochs").focus()
    await pilot.press("up", "enter")
    assert form.query_one("#model", Choice).expanded, "the network's list is open"
    await pilot.press("down", "enter")
    assert form.config.model == "swift"
    assert not asked


async def test_enter_stays_in_a_field_whose_value_is_wrong(pilot: Pilot[int]) -> None:
    form = form_of(pilot)
    form.query_one("#batch_size").focus()
    await pilot.press("end", *["backspace"] * 3, "x", "enter")
    assert pilot.app.focused is form.query_one("#batch_size")
    assert "batch size must be a whole number" in said(form, "readiness")
    await pilot.press("backspace", *"64", "enter")
    assert pilot.app.focused is form.query_one("#start")


async def test_the_arrow_keys_go_from_button_to_button(pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = recorded.asked(monkeypatch)
    form = form_of(pilot)
    form.query_one("#start").focus()
    await pilot.press("right", "right")
    assert pilot.app.focused is form.query_one("#other")
    await pilot.press("left", "right", "enter")
    assert pilot.app.focused is form.query_one("#other")
    assert not asked
