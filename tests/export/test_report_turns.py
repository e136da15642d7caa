"""What was changed while a run trained, in its report."""

import re
from pathlib import Path

import pytest

from mnist_sum_tui.export.figures import LEFT, RIGHT, WIDTH
from mnist_sum_tui.export.report import report
from mnist_sum_tui.runs.events import Changed
from tests.tui import recorded
from tests.tui.pages.test_runs import make


def turned(at: int, value: str) -> Changed:
    return Changed(step=at + 1, epoch=1, elapsed=1.0, at=at, setting="lr", before="x1", value=value)


def test_each_chart_marks_what_was_changed_where_it_was(tmp_path: Path) -> None:
    events = [*recorded.training(2150), turned(5, "x0.1"), turned(2150, "x2"), turned(9999, "x3")]
    text = report(make(tmp_path, "20260101-120100-compact", events)).decode()
    found = re.findall(r'<g class="turn"><title>(.*?)</title><path d="M([\d.]+) .*?>(\d)</text></g>', text)
    first, last = "learning rate x1 -&gt; x0.1, after step 5", "learning rate x1 -&gt; x2, after step 2,150"
    assert [(words, number) for words, _, number in found] == [(first, "1"), (last, "2")] * 2, "in both charts"
    assert [float(x) for _, x, _ in found[:2]] == pytest.approx([LEFT, WIDTH - RIGHT], abs=0.2)
    assert f"Changed while it trained: (1) {first}; (2) {last}; (3)" in text


def test_without_a_change_nothing_is_said_of_one(tmp_path: Path) -> None:
    text = report(make(tmp_path, "20260101-120100-compact", [*recorded.training(2150)])).decode()
    assert "Changed while" not in text
    assert 'class="turn"' not in text
