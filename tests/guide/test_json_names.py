"""The guide's page `python` explains each name in the JSON of events, files and commands."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.bench import dashboard, measure
from mnist_sum_tui.cli.run_list import plain
from mnist_sum_tui.guide.find import FOLDER
from mnist_sum_tui.inference.evaluate import EvalReport, Mistake
from mnist_sum_tui.inference.predict import Prediction
from mnist_sum_tui.inference.reliability import Bin, Reliability
from mnist_sum_tui.inference.sturdy import Spoiled
from mnist_sum_tui.models.describe import Layer
from mnist_sum_tui.runs.event_json import KINDS
from mnist_sum_tui.runs.json_values import NON_FINITE
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary
from mnist_sum_tui.training.lr_finder import RateTest

CLASSES: list[Any] = [
    *KINDS.values(), EvalReport, Mistake, Reliability, Prediction, RateTest,
    Layer, dashboard.DashboardCost, measure.Row,
]  # fmt: skip


def explained() -> set[str]:
    """Each name in JSON that the page explains."""
    section = (FOLDER / "python.md").read_text(encoding="utf-8").partition("## The names in the JSON")[2]
    return set(re.findall(r"`([^`]+)`", section))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_each_field_is_explained(cls: Any) -> None:
    assert {item.name for item in fields(cls)} - explained() == set()


def test_numbers_that_json_does_not_have_are_explained() -> None:
    assert NON_FINITE.keys() - explained() == set()


def test_each_event_and_each_other_name_is_explained() -> None:
    answer = Prediction(7, 1, 8, (0.0,) * 10, (0.0,) * 19).to_dict()
    listed = plain(Summary(Run(Path("x")), None, "completed"))
    assert {*KINDS, *answer, *listed, *Bin._fields, *Spoiled._fields} - explained() == set()
