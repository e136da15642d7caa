"""A new run that takes long says so in its first lines, and what takes seconds."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui import __version__
from mnist_sum_tui.cli import progress
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.event_words import event_news
from mnist_sum_tui.runs.events import Advice, Changed, Progress
from mnist_sum_tui.runs.journal import to_lines
from mnist_sum_tui.runs.run import Run
from tests.tui import recorded

WORDS = "It takes about 40 min on this machine; mnist-sum train --recipe sprint takes seconds"
TURN = Changed(step=0, epoch=1, elapsed=0.0, at=9, setting="lr", before="x1", value="x0.5")


def _lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], style: str, remaining: float, **started: Any
) -> list[str]:
    with progress.printer(style, find.create(tmp_path, TrainConfig()), TrainConfig()) as out:
        out.show(replace(recorded.started(), **started))
        for event in recorded.training(200):
            if isinstance(event, Progress):
                out.show(replace(event, remaining=remaining))
    return capsys.readouterr().out.splitlines()


def test_a_long_run_says_how_long_it_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _lines(tmp_path, capsys, "auto", 2400.0)
    assert found.index(WORDS) == 2, "below the two lines of the heading"
    assert found.count(WORDS) == 1
    assert WORDS.partition(";")[0] in _lines(tmp_path, capsys, "auto", 2400.0, recipe="sprint")


@pytest.mark.parametrize(("style", "remaining", "resumed"), [
    ("auto", 20.0, False), ("auto", 2400.0, True), ("json", 2400.0, False), ("quiet", 2400.0, False),
    ("brief", 2400.0, False),
])  # fmt: skip
def test_others_do_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], style: str, remaining: float, resumed: bool
) -> None:
    assert not [line for line in _lines(tmp_path, capsys, style, remaining, resumed=resumed) if "It takes" in line]


def test_a_single_image_is_not_called_images() -> None:
    few = replace(recorded.started(), train_images=1, validation_images=1)
    words = "1 training image, 1 validation image"
    assert progress.heading(few, is_new=True, is_turned=False, version="")[1].startswith(f"{words}; ")
    assert event_news(few) == words


@pytest.mark.parametrize(("is_new", "resumed", "kept", "said"), [
    (True, False, [], []), (False, True, [], ["resumed in epoch 1, at step 0"]),
    (False, False, [TURN], ["nothing was saved yet: it begins again at step 0"]),
    (False, False, [], ["nothing was saved yet: it begins again at step 0, with no --change but those given now"]),
])  # fmt: skip
def test_a_run_that_is_resumed_says_where_it_goes_on(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    is_new: bool,
    resumed: bool,
    kept: list[Changed],
    said: list[str],
) -> None:
    run = find.create(tmp_path, TrainConfig())
    run.metrics_file.write_bytes(to_lines(kept))
    with progress.printer("auto", run if is_new else Run(run.path), TrainConfig()) as out:
        out.show(replace(recorded.started(), resumed=resumed))
    assert capsys.readouterr().out.splitlines()[2:] == said


@pytest.mark.parametrize(("version", "more"), [
    (__version__, ""), (None, ""), (3, ""),
    ("0.1\x1b", "; mnist-sum 0.1\\x1b trained it before, which may give other weights"),
])  # fmt: skip
def test_a_run_that_is_resumed_by_another_version_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], version: object, more: str
) -> None:
    run = find.create(tmp_path, TrainConfig())
    if version is not None:
        run.write_json(run.environment_file, {"mnist_sum": version})
    with progress.printer("auto", Run(run.path), TrainConfig()) as out:
        run.write_json(run.environment_file, {"mnist_sum": __version__})  # as a training does before its first event
        out.show(replace(recorded.started(), resumed=True))
    assert " ".join(capsys.readouterr().out.splitlines()[2:]) == f"resumed in epoch 1, at step 0{more}"


def test_a_log_has_each_sentence_of_the_coach_once_but_a_warning_that_comes_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [("knows", "Now the rare ones are learned"), ("busy", "Something else takes 89 % of the cores")]
    with progress.printer("auto", find.create(tmp_path, TrainConfig()), TrainConfig()) as out:
        for topic, words in 2 * said:
            out.show(Advice(step=1, epoch=1, elapsed=1.0, topic=topic, words=words))
    first, warning = (words for _, words in said)
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == [first, warning, warning]
