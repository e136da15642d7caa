"""Why one run may learn otherwise than another."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.differences import ONLY_SPEED, table_of, why_other
from mnist_sum_tui.runs.events import Started
from mnist_sum_tui.runs.ghost import can_explain, why_apart
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary
from tests.tui import recorded
from tests.tui.pages.test_runs import make

OURS = TrainConfig.of("standard", model="compact")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ONLY_SPEED),
        ({"seed": 3, "keep": 0, "patience": 2}, "only the seed differs"),
        ({"keep": 0}, ONLY_SPEED),
        ({"lr": 0.01, "seed": 3}, "that one had lr 0.01"),
        ({"lr": 0.01, "augment": "shift"}, "that one had lr 0.01, augment shift"),
        (
            {"lr": 0.01, "augment": "shift", "threads": 3, "epochs": 9},
            "that one had epochs 9, lr 0.01 and 2 more settings",
        ),
    ],
)
def test_what_the_other_run_had(values: dict[str, Any], words: str) -> None:
    assert why_other(TrainConfig.of("standard", **{"model": "compact", **values}), OURS) == words


def test_a_folder_from_a_file_is_printable() -> None:
    assert why_other(TrainConfig.of("standard", model="compact", data_dir="x\x1b[31m"), OURS).isprintable()


def test_knobs_that_were_turned_may_be_why() -> None:
    alike, other = OURS, TrainConfig.of("standard", model="compact", lr=0.5)
    assert why_other(alike, OURS, was_turned=True) == "that one had knobs turned while it trained"
    assert why_other(other, OURS, was_turned=True).endswith("lr 0.5, knobs turned while it trained")


def test_runs_that_got_their_epochs_at_other_starts_differ() -> None:
    def run(*epochs: int) -> Summary:
        starts = tuple(replace(recorded.started(resumed=place > 0), epochs=count) for place, count in enumerate(epochs))
        return Summary(Run(Path("x")), OURS, "completed", starts=starts)

    assert table_of([run(2), run(1, 2)]) == [["epochs asked for", "2", "1, then 2"]]
    assert table_of([run(2), run(2, 2)]) == [], "it was only interrupted"
    assert table_of([run(2), run(2)]) == []
    assert table_of([run(), run(1, 2)])[0][1] == "-"


def test_runs_of_two_networks_of_one_name_differ() -> None:
    def run(parameters: int, model: str = "swift") -> Summary:
        config = TrainConfig.of("standard", model=model)
        starts = (replace(recorded.started(), parameters=parameters),) if parameters else ()
        return Summary(Run(Path("x")), config, "completed", starts=starts)

    assert table_of([run(100_000), run(99_000)]) == [["parameters", "100,000", "99,000"]]
    assert table_of([run(9), run(8), run(0)]) == [["parameters", "9", "8", "-"]]
    assert table_of([run(9), run(9), run(0)]) == [], "it has not begun"
    assert [name for name, *_ in table_of([run(9), run(8, "keen")])] == ["model", "parameters"], "how much they cost"


def test_settings_that_cannot_be_read_are_not_called_the_same() -> None:
    unread, read = Summary(Run(Path("x")), None, "damaged"), Summary(Run(Path("y")), OURS, "completed")
    assert table_of([unread, unread]) == [["all", "unreadable", "unreadable"]]
    assert ["model", "-", "compact"] in table_of([unread, read])
    assert table_of([read, read]) == []


def test_epochs_that_were_added_later_do_not_explain_what_came_before(tmp_path: Path) -> None:
    events = [*recorded.training(100)]
    begun = next(event.epochs for event in events if isinstance(event, Started))
    ours = replace(OURS, epochs=begun)
    current, longer, other = (
        make(tmp_path, f"20260101-12000{at}-compact", events, **values)
        for at, values in enumerate(
            dict[str, Any](epochs=epochs, lr=lr) for epochs, lr in [(begun, 0.002), (begun + 5, 0.002), (begun, 0.5)]
        )
    )
    assert why_apart(longer, ours, current) == ONLY_SPEED
    assert not can_explain(longer, ours, current)
    assert why_apart(other, ours, current) == "that one had lr 0.5"
    assert can_explain(other, ours, current)
