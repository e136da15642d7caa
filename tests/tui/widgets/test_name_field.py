"""The field for a run's name in the form."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from tests.tui import recorded
from tests.tui.recorded import press


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the runs that were to be made."""
    names = list[str]()

    def create(_folder: object, _config: object, name: str) -> None:
        find.check_name(name)
        names.append(name)
        raise RunError("enough")

    monkeypatch.setattr(find, "create", create)
    return names


async def test_a_run_gets_the_name_that_was_typed_if_it_can_be_one(pilot: Pilot[int], made: list[str]) -> None:
    """All letters are typed into the field, keys of the page too."""
    app = recorded.app_of(pilot)
    await press(pilot, "enter")
    await press(pilot, "up", "q", "space", "2", "full_stop", "enter", "enter")
    complaint = str(app.train_page.form.query_one("#readiness", Static).render())
    assert "name 'q 2.' cannot be used" in complaint
    assert complaint.endswith("such as q-2")
    await press(pilot, "up", *"class-2", "enter", "enter")
    assert made == ["", "class-2"]


async def test_the_name_of_the_command_line_stands_in_the_field_where_it_can_be_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: list[str]
) -> None:
    recorded.without_torch(monkeypatch)
    app = recorded.new_app(tmp_path)
    app.run_name = "ours"
    async with app.run_test() as pilot:
        await press(pilot, "enter", "up", *["backspace"] * 4, "enter", "enter")
    assert made == ["ours", ""]
