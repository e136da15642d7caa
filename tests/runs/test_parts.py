"""The parts of a run that was resumed with other numbers of epochs, and all changes in them."""

from dataclasses import replace

from mnist_sum_tui.runs.events import Changed
from mnist_sum_tui.runs.parts import all_changes, parts_of
from tests.tui import recorded

BEGUN = recorded.started()
"""with five epochs"""


def changed(step: int, elapsed: float, setting: str, before: str, value: str) -> Changed:
    return Changed(step=step, epoch=1, elapsed=elapsed, at=step, setting=setting, before=before, value=value)


def test_a_number_that_is_asked_for_on_resume_stands_among_the_changes_in_their_order() -> None:
    again = replace(BEGUN, step=430, elapsed=10.0, resumed=True)
    longer = replace(BEGUN, step=860, elapsed=20.0, resumed=True, epochs=7)
    turned, before, after = (
        changed(500, 12.0, "epochs", "5", "6"),
        changed(860, 19.0, "lr", "x1", "x2"),
        changed(900, 21.0, "lr", "x2", "x3"),
    )
    starts, turns = [BEGUN, again, longer], [turned, before, after]
    assert [part.start for part in parts_of(starts, turns)] == [BEGUN, longer], "to go on as it was begins no part"
    asked = changed(860, 20.0, "epochs", "6", "7")
    assert all_changes(starts, turns) == [turned, before, replace(asked, epoch=longer.epoch), after]
    assert all_changes([], turns) == turns, "a journal without its start"


def test_a_number_that_a_resumption_repeats_after_a_kill_is_not_asked_for_again() -> None:
    turned = changed(430, 10.5, "epochs", "5", "6")
    again = replace(BEGUN, step=430, elapsed=10.0, resumed=True, epochs=6)
    assert [part.start for part in parts_of([BEGUN, again], [turned])] == [BEGUN]
    assert all_changes([BEGUN, again], [turned]) == [turned]
