"""A run as it stood at any moment, found in its journal by time, step and epoch."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.runs.events import Changed, EpochDone, Event, Finished, Progress, Samples, Started, Validated
from mnist_sum_tui.runs.health_event import Health
from mnist_sum_tui.runs.replay import MOST_PROGRESS, TAIL, Replay, evenly
from tests.tui import recorded


def journal(folder: Path, events: list[Event]) -> Path:
    path = folder / "metrics.jsonl"
    path.write_text("".join(to_json(event) + "\n" for event in events), encoding="utf-8")
    return path


def of_kind(events: tuple[Event, ...], kind: type[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


EVENTS = list(recorded.training(1075))


def test_a_moment_has_what_came_before_it_and_nothing_else(tmp_path: Path) -> None:
    at: Any = {"epoch": 1, "elapsed": 1.0}
    asked = [
        *(Changed(step=n, at=n, setting="lr", before="x1", value="x2", **at) for n in (7, 8)),
        *(
            Validated(step=n, digit_loss=1, sum_loss=1, digit_accuracy=0.5, sum_accuracy=0.5, agreement=0.5, **at)
            for n in (7, 8)
        ),
    ]
    events = [*EVENTS[:40], *asked, *EVENTS[40:]]
    replay = Replay(journal(tmp_path, events))
    assert len(replay) == len(events)
    for row in (0, 1, 50, 130, replay.last):
        moment = replay.at(row)
        before = events[: row + 1]
        assert moment.events[-1] == before[-1]
        assert (moment.step, moment.elapsed) == (before[-1].step, before[-1].elapsed)
        for kind in (Started, Progress, EpochDone, Changed, Validated):
            assert of_kind(moment.events, kind) == of_kind(tuple(before), kind)
        assert of_kind(moment.events, Samples) == of_kind(tuple(before), Samples)[-1:]
    assert replay.at(-5).row == 0
    assert replay.at(10**9) == replay.at(replay.last)


def test_a_moment_is_found_by_time_and_by_step(tmp_path: Path) -> None:
    replay = Replay(journal(tmp_path, EVENTS))
    for seconds in (0.0, 0.124, 0.125, 10.0, 26.87, 1e9):
        row = replay.row_at(seconds)
        assert EVENTS[row].elapsed <= seconds
        assert row == replay.last or EVENTS[row + 1].elapsed > seconds
    assert replay.row_at(-1) == -1
    for step in (0, 5, 9, 430, 10**9):
        row = replay.row_at_step(step)
        assert EVENTS[row].step <= step
        assert row == replay.last or EVENTS[row + 1].step > step
    assert [EVENTS[row].step for row in replay.epochs()] == [430, 860]
    assert replay.at(0).has_samples
    assert [replay.at(row).epochs_done for row in (0, *replay.epochs())] == [0, 1, 2]


def test_a_resumed_run_with_more_epochs_is_of_its_time(tmp_path: Path) -> None:
    again = replace(recorded.started(resumed=True), step=2150, elapsed=53.75, epochs=7)
    more = Progress(
        step=2155, epoch=6, elapsed=54.0, digit_loss=0.1, sum_loss=0.1, digit_accuracy=0.9, sum_accuracy=0.9,
        lr=1e-3, images_per_second=1.0, remaining=None,
    )  # fmt: skip
    replay = Replay(journal(tmp_path, [*recorded.training(2150), recorded.finished(), again, more]))
    starts = of_kind(replay.at(replay.last).events, Started)
    assert [start.epochs for start in starts if isinstance(start, Started)] == [5, 7]
    assert len(of_kind(replay.at(replay.last).events, Finished)) == 1
    before = replay.at(replay.row_at_step(2149)).events
    assert [start.epochs for start in of_kind(before, Started) if isinstance(start, Started)] == [5]
    assert not of_kind(before, Finished)


def test_damaged_lines_are_passed_over(tmp_path: Path) -> None:
    lines = [to_json(event) for event in EVENTS]
    lines[5] = lines[5][:40]
    lines[6] = lines[6].replace('"lr": 0.001', '"lr": "no"')
    lines[7], lines[8], lines[9] = "", "not json", '{"event": "unknown", "step": 3}'
    lines[-20:] = [line[:60] for line in lines[-20:]]
    path = tmp_path / "metrics.jsonl"
    path.write_text("\n".join(lines) + "\n" + lines[0][:90], encoding="utf-8")
    replay = Replay(path)
    kept = [event for row, event in enumerate(EVENTS[:-20]) if row not in range(5, 10)]
    for kind, newest in ((Progress, slice(None)), (Samples, slice(-1, None))):
        assert of_kind(replay.at(replay.last).events, kind) == of_kind(tuple(kept), kind)[newest]
    assert replay.at(replay.last).events[-1] == kept[-1]
    seconds = 12.0
    assert replay.at(replay.row_at(seconds)).elapsed == max(event.elapsed for event in kept if event.elapsed <= seconds)


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"{}", b'{"event": "started"}\n'])
def test_a_file_without_events_has_an_empty_moment(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "metrics.jsonl"
    if content is not None:
        path.write_bytes(content)
    replay = Replay(path)
    assert replay.at(0).events == ()
    assert replay.at(0).elapsed == 0
    assert replay.row_at(1.0) <= 0


def test_what_was_read_outlives_its_file(tmp_path: Path) -> None:
    replay = Replay(path := journal(tmp_path, EVENTS))
    moments = [replay.at(row) for row in (100, 0)]
    path.unlink()
    assert [replay.at(row) for row in (100, 0)] == moments


def test_a_moment_has_the_health_of_the_layers_so_far(tmp_path: Path) -> None:
    """All of it, because it is shown with its course; what an older version knows nothing of is passed over."""
    found: list[Event] = [event for step in range(5, 101, 5) for event in (recorded.health(step), EVENTS[1])]
    path = journal(tmp_path, [EVENTS[0], *found])
    with path.open("a") as file:
        file.write('{"event": "unheard", "step": 1, "epoch": 1, "elapsed": 1.0}\n')
    replay = Replay(path)
    assert len(replay) == 41
    assert of_kind(replay.at(20).events, Health) == [recorded.health(step) for step in range(5, 51, 5)]


@pytest.mark.parametrize("count", [0, 3, MOST_PROGRESS, MOST_PROGRESS + 1, 10**6])
def test_progress_is_thinned_evenly(count: int) -> None:
    rows = evenly(np.arange(count))
    assert len(rows) <= MOST_PROGRESS + TAIL
    assert rows[-TAIL:].tolist() == list(range(max(count - TAIL, 0), count))
    assert count > MOST_PROGRESS or len(rows) == count
    if count > 10**5:
        near = set(evenly(np.arange(count - 500)).tolist())
        assert len(set(rows.tolist()) - near) <= TAIL + 1, "a moment nearby has nearly the same"


def long_journal(path: Path, count: int) -> None:
    """Progress every 0.1 s, with Samples every 10 s and an epoch every 1,000 s."""
    text = to_json(next(event for event in EVENTS if isinstance(event, Progress)))
    head, tail = text[: text.index('"step"')], text[text.index('"digit_loss"') :]
    done, seen = (to_json(next(event for event in EVENTS if isinstance(event, kind))) for kind in (EpochDone, Samples))
    with path.open("w", encoding="utf-8") as stream:
        stream.write(to_json(EVENTS[0]) + "\n")
        for row in range(1, count):
            whole = done if row % 10_000 == 0 else seen if row % 100 == 0 else None
            name, rest = (head, tail) if whole is None else (
                whole[: whole.index('"step"')], whole[whole.index('"elapsed"') :].split(", ", 1)[1]
            )  # fmt: skip
            stream.write(f'{name}"step": {row}, "epoch": 1, "elapsed": {row / 10}, {rest}\n')


def test_a_moment_of_a_long_run_has_few_events(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    long_journal(path, 40_000)
    replay = Replay(path)
    assert len(replay) == 40_000
    moment = replay.at(replay.row_at(3000.0))
    assert (moment.elapsed, moment.step) == (3000.0, 30_000)
    assert len(moment.events) < MOST_PROGRESS + TAIL + 10
    assert len(of_kind(replay.at(replay.last).events, EpochDone)) == 3


@pytest.mark.slow
def test_a_million_events(tmp_path: Path) -> None:
    """50 ms for a drag is what is wanted."""
    path = tmp_path / "metrics.jsonl"
    long_journal(path, 1_000_000)
    begin = time.perf_counter()
    replay, drags = Replay(path), list[float]()
    first = time.perf_counter() - begin
    for share in np.linspace(1, 0, 60):
        begin = time.perf_counter()
        replay.at(replay.row_at(100_000 * share))
        drags.append(time.perf_counter() - begin)
    print(f"read in {first:.1f} s, drags median {np.median(drags):.4f}, max {max(drags):.4f}")
    assert np.median(drags) < 0.05
