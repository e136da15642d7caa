"""Why one run may learn otherwise than another."""

from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.differences import why_other

OURS = TrainConfig.of("standard", model="compact")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "the settings are the same"),
        ({"seed": 3, "keep": 0, "patience": 2}, "only the seed differs"),
        ({"keep": 0}, "the settings are the same"),
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
