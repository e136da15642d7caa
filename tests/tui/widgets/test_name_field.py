"""The field for a run's name in the form."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from tests.tui import recorded
from tests.tui.recorded import press


async def test_a_run_gets_the_name_that_was_typed_if_it_can_be_one(
    pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All letters are typed into the field, keys of the page too."""
    app, made = recorded.app_of(pilot), list[str]()

    def create(_folder: object, _config: object, name: str) -> None:
        find.check_name(name)
        made.append(name)
        raise RunError("enough")

    monkeypatch.setattr(find, "create", create)
    await press(pilot, "enter")
    await press(pilot, "up", "q", "space", "2", "enter", "enter")
    assert "name 'q 2' cannot be used" in str(app.train_page.form.query_one("#readiness", Static).render())
    await press(pilot, "up", *"class-2", "enter", "enter")
    assert made == ["", "class-2"]
