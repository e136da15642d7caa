"""A run for TensorBoard: what is in its file, whole or not at all; and a training that is streamed."""

import errno
import math
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.export.tensorboard import Board, scalars, streamed, to_tensorboard
from mnist_sum_tui.runs.events import EpochDone, Notice, Progress
from tests.conftest import Cli, is_one_line
from tests.export.test_report import EVENTS, a_result
from tests.tui import recorded
from tests.tui.pages.test_runs import make

pytest.importorskip("tensorboardX", reason="tensorboardX is not installed")


def records(folder: Path) -> list[Any]:
    """What the files in the folder hold, in the order in which they were written."""
    from tensorboardX.proto.event_pb2 import Event as Record

    found = []
    for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns):
        content = path.read_bytes()
        while content:
            length = int.from_bytes(content[:8], "little")
            found.append(Record.FromString(content[12 : 12 + length]))
            content = content[16 + length :]
    return found


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def values(folder: Path) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for record in records(folder):
        for value in record.summary.value:
            if value.HasField("simple_value"):
                found.setdefault(value.tag, []).append((record.step, value.simple_value))
    return found


def test_measurements_settings_and_mistakes(tmp_path: Path) -> None:
    run = make(tmp_path / "runs", "20260101-120100-compact", EVENTS)
    run.write_json(run.report_file, a_result())
    folder = to_tensorboard(run, EVENTS, tmp_path / "boards")
    assert folder == tmp_path / "boards" / run.path.name
    found = values(folder)
    progress = [event for event in EVENTS if isinstance(event, Progress)]
    epochs = [event for event in EVENTS if isinstance(event, EpochDone)]
    assert [step for step, _ in found["train/sum_loss"]] == [event.step for event in progress]
    assert found["train/sum_loss"][-1][1] == pytest.approx(progress[-1].sum_loss)
    (*_, (step, accuracy)), ((tested_at, tested),) = found["validation/sum_accuracy"], found["test/sum_accuracy"]
    assert (step, tested_at) == (2150, 2150)
    assert (accuracy, tested) == pytest.approx((epochs[-1].val_sum_accuracy, 0.98741))
    tags = Counter(value.tag for record in records(folder) for value in record.summary.value)
    assert tags["_hparams_/experiment"] == tags["_hparams_/session_start_info"] == 1
    assert tags["_hparams_/session_end_info"] == 1, "or its status would be unknown"
    labels = mnist_files.read("test")[1]
    assert tags[f"mistakes/01-{labels[8]}-read-as-3"] == 1
    (settings,) = (value for each in records(folder) for value in each.summary.value if "start_info" in value.tag)
    assert b"built-in" in settings.metadata.plugin_data.content, "as a reader is shown it"
    first, last = records(folder)[1].wall_time, records(folder)[-1].wall_time
    assert first == datetime.fromisoformat(run.created).timestamp(), "when it was trained, not when it was exported"
    assert last - first == pytest.approx(EVENTS[-1].elapsed, abs=1e-3), "its time is the training's"
    run.write_json(run.report_file, {**a_result(), "sum_accuracy": 0.5})
    other = records(to_tensorboard(run, EVENTS, tmp_path / "others"))
    assert not any(value.tag.startswith("mistakes") for each in other for value in each.summary.value), "contradicted"


def test_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make(tmp_path / "runs", "20260101-120100-compact", EVENTS)
    folder = to_tensorboard(run, EVENTS, tmp_path / "boards")
    with pytest.raises(UsageError, match="exists already"):
        to_tensorboard(run, EVENTS, tmp_path / "boards")
    assert len(list(folder.iterdir())) == 1
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / run.path.name).symlink_to(tmp_path / "gone")
    with pytest.raises(UsageError, match="exists already"):
        to_tensorboard(run, EVENTS, tmp_path / "links")

    monkeypatch.setattr(Board, "add", full)
    other = make(tmp_path / "others", "20260101-120200-compact", EVENTS)
    for target in (tmp_path / "full", tmp_path / "boards"):
        with pytest.raises(RunError, match=r"No space left on device\); free some space"):
            to_tensorboard(other, EVENTS, target)
    assert not (tmp_path / "full").exists()
    assert list((tmp_path / "boards").iterdir()) == [folder]


def test_what_is_no_number_is_written_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run = make(tmp_path / "runs", "20260101-120100-compact", [])
    progress = next(event for event in EVENTS if isinstance(event, Progress))
    assert list(streamed([EVENTS[0], replace(progress, digit_loss=math.nan)], run, tmp_path / "board"))
    assert caplog.text == ""
    ((_, loss),) = values(tmp_path / "board")["train/digit_loss"]
    assert math.isnan(loss)


def test_what_was_not_measured_is_left_out() -> None:
    epoch = next(event for event in EVENTS if isinstance(event, EpochDone))
    assert dict(scalars(replace(epoch, val_digit_loss=None, val_agreement=math.nan))).keys() == {
        "validation/sum_loss", "validation/digit_accuracy", "validation/sum_accuracy", "validation/agreement",
    }  # fmt: skip
    assert list(scalars(recorded.started())) == []


def test_a_resumed_training_takes_back_what_comes_again(tmp_path: Path) -> None:
    run = make(tmp_path / "runs", "20260101-120100-compact", [])
    folder = tmp_path / "board"
    assert list(streamed(EVENTS[:200], run, folder)) == EVENTS[:200]
    again = replace(recorded.started(resumed=True), step=430, elapsed=10.75)
    rest = [again, *EVENTS[200:-1], recorded.finished(reason="stopped")]
    now = time.time()
    assert list(streamed(rest, run, folder)) == rest
    (start,) = [record for record in records(folder) if record.HasField("session_log")]
    assert start.wall_time == pytest.approx(now, abs=8), "the time of its earlier part is taken off where it begins"
    assert "_hparams_/session_end_info" in {value.tag for value in records(folder)[-1].summary.value}, "as if complete"
    assert (start.step, start.session_log.status) == (430, start.session_log.START)


def test_the_disk_is_waited_for_at_the_end_and_at_most_once_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, synced = make(tmp_path / "runs", recorded.RUN, EVENTS), list[int]()
    monkeypatch.setattr("tensorboardX.record_writer.os.fsync", synced.append)
    monkeypatch.setattr("mnist_sum_tui.export.tensorboard.time.monotonic", lambda: 7.0)
    assert len(EVENTS) > 4
    to_tensorboard(run, EVENTS, tmp_path / "boards")
    assert len(synced) == 1
    assert not [event for event in streamed(EVENTS, run, tmp_path / "live") if isinstance(event, Notice)]
    assert len(synced) == 4, "at the start, at the end, and when it is closed"


def test_a_full_disk_stops_no_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make(tmp_path / "runs", "20260101-120100-compact", [])
    (tmp_path / "board").write_text("a file, where a folder should be")
    passed = list(streamed(EVENTS, run, tmp_path / "board" / "x"))
    notices = [event for event in passed if isinstance(event, Notice)]
    assert [event for event in passed if event not in notices] == EVENTS
    assert len(notices) == 1
    assert "goes on without TensorBoard" in notices[0].message

    monkeypatch.setattr("tensorboardX.event_file_writer.EventsWriter", full)
    (notice,) = [event for event in streamed(EVENTS, run, tmp_path / "full") if isinstance(event, Notice)]
    assert "free some space" in notice.message
    assert not (tmp_path / "full").exists()


def test_the_commands(cli: Cli, small_data: str, tmp_path: Path) -> None:
    boards = tmp_path / "boards"
    settings = ("--model", "swift", "--epochs", "1", "--data-dir", small_data, "--quiet")
    done = cli("train", *settings, "--tensorboard", str(boards))
    assert (done.returncode, done.stderr) == (0, "")
    (streams,) = boards.iterdir()
    exported = cli("runs", "export", "latest", "--tensorboard", str(tmp_path / "x -> y"), "--plain")
    assert (exported.returncode, exported.stderr) == (0, "")
    written = f"Wrote {tmp_path}/x -> y/{streams.name}: tensorboard --logdir '{tmp_path}/x -> y' shows it"
    assert exported.stdout == f"{written}\n"
    assert values(streams) == values(tmp_path / "x -> y" / streams.name)
    is_one_line(cli("runs", "export", "latest", "--tensorboard", str(boards)), 2, "exists already")
    loud = cli("train", *settings[:-1], "--tensorboard", str(tmp_path / "loud"))
    assert f"for TensorBoard, too: tensorboard --logdir {tmp_path / 'loud'} shows it" in loud.stdout
    (streams,) = (tmp_path / "loud").iterdir()
    (tmp_path / "barred").mkdir()
    (tmp_path / "barred" / streams.name).write_text("a file, where a folder should be")
    failed = cli("train", "--resume", "latest", "--epochs", "2", "--tensorboard", str(tmp_path / "barred"))
    assert "goes on without TensorBoard" in " ".join(failed.stdout.split()), failed.stderr
    assert "for TensorBoard, too" not in failed.stdout
    for no_folder in (str(next(streams.iterdir())), ""):
        refused = cli("train", *settings, "--tensorboard", no_folder)
        is_one_line(refused, 2, "' is not the name of a folder: name one, such as logs")


def test_its_folder_has_the_name_of_no_other_output(cli: Cli, tmp_path: Path) -> None:
    run = make(tmp_path / "runs", "20260101-120000-compact", EVENTS)
    twice = ("--csv", str(tmp_path / "one"), "--tensorboard", str(tmp_path / "one"))
    is_one_line(cli("runs", "export", str(run.path), *twice), 2, "is named twice")
    assert not (tmp_path / "one").exists()
