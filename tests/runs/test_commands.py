"""The command line that makes a run again."""

from dataclasses import replace

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.commands import reproduction
from mnist_sum_tui.runs.events import Changed, Started
from tests.tui import recorded

STARTED = next(event for event in recorded.training(1) if isinstance(event, Started))


def test_what_was_turned_is_planned_in_the_command_that_repeats_it() -> None:
    config = TrainConfig.of("standard", model="swift", epochs=3, max_minutes=2.0)
    at = {"step": 10, "epoch": 1, "elapsed": 1.0}
    changed = [
        Changed(**at, at=10, setting="epochs", before="2", value="3"),  # type: ignore[arg-type]
        Changed(**at, at=12, setting="lr", before="x1", value="x0.5"),  # type: ignore[arg-type]
    ]
    starts = [replace(STARTED, epochs=2, step=0), replace(STARTED, epochs=3, step=20, resumed=True)]
    text, besides = reproduction(config, starts, changed)
    assert text.endswith("--epochs 2 --seed 0 --change 10:epochs=3 --change 12:lr=x0.5")
    assert besides == ""
