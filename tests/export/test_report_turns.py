"""What was changed while a run trained or when it was resumed, in its report and its moving picture."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from mnist_sum_tui.export.figures import LEFT, RIGHT, TOP, WIDTH
from mnist_sum_tui.export.report import report
from mnist_sum_tui.runs.event_words import event_news
from mnist_sum_tui.runs.events import Changed, Event, Started
from tests.tui import recorded
from tests.tui.pages.test_runs import make


def turned(at: int, value: str, setting: str = "lr", before: str = "x1") -> Changed:
    return Changed(step=at + 1, epoch=1, elapsed=1.0, at=at, setting=setting, before=before, value=value)


def test_each_chart_marks_what_was_changed_where_it_was(tmp_path: Path) -> None:
    planned = replace(turned(9999, "x3"), step=2151)
    events = [*recorded.training(2150), turned(5, "x0.1"), turned(2150, "x2"), planned]
    text = report(make(tmp_path, "20260101-120100-compact", events)).decode()
    found = re.findall(r'<g class="turn"><title>(.*?)</title><path d="M([\d.]+) ', text)
    first, last = "learning rate x1 -&gt; x0.1, after step 5", "learning rate x1 -&gt; x2, after step 2,150"
    assert [words for words, _ in found] == [first, last] * 2, "in both charts"
    assert [words for _, _, words in labels(text)] == ["1", "2"] * 2
    assert [float(x) for _, x in found[:2]] == pytest.approx([LEFT, WIDTH - RIGHT], abs=0.2)
    third = "learning rate x1 -&gt; x3, planned for step "
    assert f"Changed while it trained: (1) {first}; (2) {last}; (3) {third}" in text


def test_it_says_why_a_run_has_changed_its_epochs_by_itself(tmp_path: Path) -> None:
    ended = replace(turned(2150, "5", "epochs", "60"), why="the validation has not got better for 3 epochs")
    text = report(make(tmp_path, "20260101-120100-compact", [*recorded.training(2150), ended])).decode()
    assert "(1) epochs 60 -&gt; 5, after step 2,150: the validation has not got better for 3 epochs." in text
    assert "<title>epochs 60 -&gt; 5, after step 2,150</title>" in text, "short in the chart"
    assert event_news(ended) == "epochs 60 -> 5, after step 2,150", "the next line says why"


def labels(text: str) -> list[tuple[float, float, str]]:
    """Left, right and words of the labels of changes, with digits as wide as those of wide fonts on a telephone."""
    found = re.findall(rf'<text x="([\d.]+)" y="{TOP + 10}">(.*?)</text>', text)
    return [(float(x), float(x) + 11.4 * len(words), words) for x, words in found]


def test_the_numbers_of_changes_that_lie_close_together_do_not_overlap(tmp_path: Path) -> None:
    places = (9999, 20, 22, 24, 60, 26, 800, 2140, 2145, 2150)
    events = [*recorded.training(2150), *(turned(at, "x2") for at in places)]
    found = labels(report(make(tmp_path, "20260101-120100-compact", events)).decode())
    found = found[: len(found) // 2]
    assert [words for _, _, words in found] == ["2-6", "7", "8-10"], "the first is planned for a step that never came"
    assert all(right <= left for (_, right, _), (left, _, _) in pairwise(found))
    assert found[-1][1] <= WIDTH


def test_without_a_change_nothing_is_said_of_one(tmp_path: Path) -> None:
    text = report(make(tmp_path, "20260101-120100-compact", [*recorded.training(2150)])).decode()
    assert "Changed while" not in text
    assert 'class="turn"' not in text


def of_two_epochs(**started: object) -> list[Event]:
    """The events of a run that came to two epochs of `recorded.STEPS_PER_EPOCH` steps, begun with other values."""
    first, *rest = recorded.training(2 * recorded.STEPS_PER_EPOCH)
    assert isinstance(first, Started)
    return [replace(first, **started), *rest, recorded.finished(2 * recorded.STEPS_PER_EPOCH)]  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["2", "1"])
def test_a_shortened_run_has_the_number_of_epochs_that_it_came_to(tmp_path: Path, value: str) -> None:
    """An epoch that has begun is not taken back, whatever was asked for."""
    begun, *rest = of_two_epochs(epochs=9)
    shorter = turned(20, value, "epochs", "9")
    text = report(make(tmp_path, "20260101-120100-compact", [begun, shorter, *rest], epochs=2)).decode()
    assert "2 of 2 epochs" in text
