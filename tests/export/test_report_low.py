"""The report of a run that learned nothing: the figures of its charts, and what is said of it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.export.report import report
from mnist_sum_tui.runs.events import Event, Progress
from tests.tui import recorded
from tests.tui.pages.test_runs import make

NINES = "Accuracy is drawn so that 90, 99 and 99.9 % are equally far apart"


def guessing() -> list[Event]:
    """A training whose accuracies stay between 2 and 12 %."""
    events = (event for event in recorded.training(400) if isinstance(event, Progress) or event.step == 0)
    low = {"digit_accuracy": 0.12, "sum_accuracy": 0.02}
    return [replace(event, **low) if isinstance(event, Progress) else event for event in events]


def figures_of_axes(text: str) -> list[list[str]]:
    """The labels of the y axis of each chart."""
    return [
        re.findall(r'text-anchor="end">([^<]*)<', chart) for chart in re.findall(r"(?s)<svg viewBox.*?</svg>", text)
    ]


@pytest.mark.parametrize("most", [0.12, 0.085, 0.3])
def test_charts_that_stay_low_have_figures_and_no_word_about_others(most: float, tmp_path: Path) -> None:
    events = [replace(event, digit_accuracy=most) if isinstance(event, Progress) else event for event in guessing()]
    text = report(make(tmp_path, "20260101-120100-compact", events)).decode()
    assert [len(labels) >= 2 for labels in figures_of_axes(text)] == [True, True]
    assert NINES not in text


def test_charts_with_two_of_those_figures_have_the_word(tmp_path: Path) -> None:
    text = report(make(tmp_path, "20260101-120100-compact", [*recorded.training(2150)])).decode()
    assert {"90 %", "99 %"} <= set(figures_of_axes(text)[1])
    assert NINES in text
