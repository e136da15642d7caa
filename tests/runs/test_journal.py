from pathlib import Path

import pytest

from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.runs import journal
from mnist_sum_tui.runs.events import Changed, Event
from mnist_sum_tui.runs.journal import (
    Follower,
    Journal,
    changes_after,
    check_appendable,
    cut_after,
    last_event,
    read_events,
    to_lines,
)
from mnist_sum_tui.runs.replay import Replay
from tests.tui import recorded


def test_a_follower_gives_each_event_once_however_the_lines_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    events = list(recorded.training(100))
    content = to_lines(events)
    seen: list[Event] = []
    follower = Follower(path)
    assert follower.read() == ([], True)
    for begin in range(0, len(content), 700):  # cuts lines anywhere
        with path.open("ab") as stream:
            stream.write(content[begin : begin + 700])
        found, is_whole = follower.read()
        assert is_whole == (not seen)
        seen += found
    assert seen == events
    assert follower.read() == ([], False)


def followed(folder: Path) -> tuple[Path, list[Event], Follower]:
    """A file with the events of a hundred steps, and a follower that has read them all."""
    path, events = folder / "metrics.jsonl", list(recorded.training(100))
    path.write_bytes(to_lines(events))
    follower = Follower(path)
    assert follower.read() == (events, True)
    assert follower.read() == ([], False)
    return path, events, follower


def test_a_follower_starts_again_when_a_run_is_resumed(tmp_path: Path) -> None:
    path, events, follower = followed(tmp_path)
    kept = to_lines(events[:5])
    with Journal(path, keep=len(kept)) as journal:  # a resumed run cuts off and repeats what followed its checkpoint
        assert journal.size == len(kept)
        assert follower.read() == (events[:5], True)
        journal.append(recorded.started(resumed=True))
        assert follower.read() == ([*events[:5], recorded.started(resumed=True)], True)
        journal.append(events[5])
        assert follower.read() == ([events[5]], False)
    assert list(read_events(path)) == [*events[:5], recorded.started(resumed=True), events[5]]


def test_a_follower_notices_a_resume_even_if_the_file_is_longer_than_before(tmp_path: Path) -> None:
    path, events, follower = followed(tmp_path)
    other = [*events[:-2], recorded.started(resumed=True), *events[-2:]]
    path.write_bytes(to_lines(other))
    assert follower.read() == (other, True)
    assert follower.read() == ([], False)


@pytest.mark.parametrize(
    "line", ['{"event": []}', '{"event": {}}', "[]", '"x"', "1", "{}", pytest.param("[" * 99_999, id="deep")]
)
def test_a_line_that_is_not_an_event_is_skipped(tmp_path: Path, line: str) -> None:
    path, events, _ = followed(tmp_path)
    path.write_bytes(line.encode() + b"\n" + to_lines(events))
    assert list(read_events(path)) == events
    assert Follower(path).read() == (events, True)


@pytest.mark.parametrize("block", [7, 1000, 1 << 16])
@pytest.mark.parametrize("kinds", [(), ("progress",), ("epoch", "started")])
def test_events_are_read_however_the_blocks_cut_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, kinds: tuple[str, ...]
) -> None:
    """The last line, too, which has no newline; and what stands behind a line that is longer than any event."""
    monkeypatch.setattr("mnist_sum_tui.runs.journal.BLOCK_BYTES", block)
    monkeypatch.setattr("mnist_sum_tui.runs.journal.MOST_LINE_BYTES", 5000)
    path, events = tmp_path / "metrics.jsonl", list(recorded.training(500))
    content = to_lines(events[:20]) + b"\n" + b"x" * 30_000 + b"\n" + to_lines(events[20:])
    path.write_bytes(content.removesuffix(b"\n"))
    wanted = [event for event in events if not kinds or event.kind in kinds]
    assert wanted
    assert list(read_events(path, *kinds)) == wanted
    begin = len(to_lines(events[:3]))
    assert list(read_events(path, *kinds, begin=begin)) == [event for event in wanted if event not in events[:3]]


def test_a_line_without_its_end_is_not_the_last_event(tmp_path: Path) -> None:
    """It is still being written, and may be cut off within a number."""
    path, events, _ = followed(tmp_path)
    path.write_bytes(to_lines(events).removesuffix(b"\n"))
    assert last_event(path) == events[-2]


def test_a_trial_whether_events_can_be_written_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path, events, _ = followed(tmp_path)
    check_appendable(path)
    assert path.read_bytes() == to_lines(events)


def test_changes_that_are_kept_do_not_stand_behind_a_torn_line(tmp_path: Path) -> None:
    path, events, _ = followed(tmp_path)
    turned = Changed(step=9, epoch=1, elapsed=1.0, at=9, setting="lr", before="x1", value="x0.5")
    path.write_bytes(to_lines([turned, *events, turned]))
    begin, torn = len(to_lines([turned])), len(to_lines([turned, *events[:5]])) + 10
    assert (changes_after(path, 0), changes_after(path, begin)) == ([turned, turned], [turned])
    assert cut_after(path, torn, []) == torn
    assert cut_after(path, torn, [turned]) == path.stat().st_size
    assert list(read_events(path)) == [turned, *events[:5], turned]


@pytest.mark.parametrize("keep", [-10, 1 << 50], ids=["within a line", "beyond the end"])
def test_a_journal_goes_on_behind_its_last_whole_line(tmp_path: Path, keep: int) -> None:
    """A checkpoint may name more bytes than there are, because the file has lost its end."""
    path, events, _ = followed(tmp_path)
    path.write_bytes(to_lines(events) + b'{"event": "prog')
    with Journal(path, keep=len(to_lines(events)) + keep) as journal:
        journal.append(events[0])
        assert journal.size == path.stat().st_size
    assert path.read_bytes() == to_lines([*(events if keep > 0 else events[:-1]), events[0]])


def test_a_kind_of_event_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown event 'epochs': did you mean 'epoch'"):
        next(read_events(tmp_path / "metrics.jsonl", "started", "epochs"))


def test_a_follower_survives_the_files_deletion(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(to_lines([recorded.started()]))
    follower = Follower(path)
    follower.read()
    path.unlink()
    assert follower.read() == ([], False)


def test_to_sync_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited_for: list[int] = []
    monkeypatch.setattr("mnist_sum_tui.runs.journal.os.fsync", waited_for.append)
    with Journal(tmp_path / "metrics.jsonl") as journal:
        journal.append(recorded.started())
        journal.sync()
        assert waited_for == [journal._stream.fileno()]


def test_a_full_disk_is_reported_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "metrics.jsonl")
    journal.close()
    with Path("/dev/full").open("ab") as full:
        monkeypatch.setattr(journal, "_stream", full)
        with pytest.raises(RunError, match="free some space"):
            journal.append(recorded.started())
        journal.close()  # tries once more, without an error


def test_nothing_is_read_of_a_file_that_is_larger_than_a_run_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(to_lines(list(recorded.training(100))))
    monkeypatch.setattr(journal, "MOST_JOURNAL_BYTES", path.stat().st_size)
    assert any(read_events(path))
    assert last_event(path)
    assert Follower(path).read()[0]
    assert len(Replay(path))
    with path.open("ab") as stream:
        stream.write(b"\n")
    assert not any(read_events(path))
    assert last_event(path) is None
    assert Follower(path).read() == ([], True)
    assert not len(Replay(path))
    with pytest.raises(RunError, match="is too large"):
        check_appendable(path)
