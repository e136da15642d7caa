"""What the demo says of the recorded run, and when."""

import re
from pathlib import Path

import pytest

from mnist_sum_tui.cli.welcome import FIRST
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.export.demo import GUESSES, NEXT, READS, WAKES, captions
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.runs.replay import Replay
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets.key_figures import figures
from tests.conftest import Cli
from tests.tui import recorded


def test_five_captions_at_the_moments_that_matter() -> None:
    replay = Replay(RECORDED.metrics_file)
    found = captions(replay)
    assert len(found) == 5
    assert [caption.row for caption in found] == sorted({caption.row for caption in found})
    assert all(len(caption.words) <= 78 for caption in found)
    assert all(len(f"Step {caption.step:,}: {caption.words}") <= 78 for caption in found[1:-1]), "as they are shown"
    assert all(replay.at(caption.row).step == caption.step for caption in found)
    assert found[-1].row == replay.last


def test_the_figures_are_those_that_the_dashboard_shows_at_that_moment(tmp_path: Path) -> None:
    replay, session = Replay(RECORDED.metrics_file), Session(tmp_path)
    _, reads, adds, _, test = captions(replay)
    for caption in (reads, adds, test):
        session.rewind(replay.at(caption.row))
        shown = figures(session)
        words = [percent(shown[name][1], int(caption is test)) for name in ("digit", "sum")]
        assert re.findall(r"[\d.]+ %", caption.words) == (words[1:] if caption is adds else words)
        assert caption is test or "training" in caption.words, "a share of what"
        if caption is reads:
            assert session.training is not None
            assert session.training[0] >= READS
            assert session.training[1] < GUESSES
        if caption is adds:
            assert session.training is not None
            assert session.training[1] >= WAKES


def test_nothing_is_said_that_is_not_so(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(to_json(event) + "\n" for event in recorded.training(100)), encoding="utf-8")
    said = " ".join(caption.words for caption in captions(Replay(path)))
    assert "it adds" not in said
    assert "The test" not in said
    path.write_text(to_json(recorded.started()) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="too short"):
        captions(Replay(path))


def test_the_commands_are_those_of_the_welcome() -> None:
    assert tuple(FIRST) == ("mnist-sum demo", *NEXT)


def test_through_a_pipe_the_captions_are_printed(cli: Cli, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    done = cli("demo", MNIST_SUM_RUNS=str(runs))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [
        caption.words in line for caption, line in zip(captions(Replay(RECORDED.metrics_file)), lines, strict=False)
    ] == [True] * 5
    assert all(command in lines[-1] for command in NEXT)
    assert not runs.exists()
