"""A network is named by how far it is trained: an epoch that is not done is not called done."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.inference.predict import load_predictor
from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.predictions import load
from mnist_sum_tui.tui.predictions.weights import best_of
from tests.conftest import Cli
from tests.training.resuming import begun, config_of
from tests.tui import recorded


def test_an_unfinished_run_says_where_it_stopped(
    small_data: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(begun(config_of(small_data), tmp_path / "runs", 7).path)
    assert load_predictor(run).source == f"run {run.id} (swift, stopped in epoch 1, step 7, not calibrated)"
    assert repr(load_predictor(run)) == f"<Predictor: {load_predictor(run).source}>", "as a notebook shows it"
    assert load.load_file(best_of(run)).source == f"{run.id}, stopped in epoch 1, step 7, not calibrated"
    assert load_predictor("latest", str(run.path.parent)).source == load_predictor(run).source, "a folder as a string"
    told = json.loads(cli("predict", "3", "--json").stdout)
    shown = cli("predict", "3").stdout.split()
    first = f"run {run.id} (swift, stopped in epoch 1, step 7, not calibrated) is hardly trained: try --run best"
    assert " ".join(shown).startswith(first), "before the answer"
    assert "hardly trained" not in cli("predict", "3", "--run", "built-in").stdout
    assert told["run"] == run.id
    assert told["source"] == f"run {run.id} (swift, stopped in epoch 1, step 7, not calibrated)"
    useless = replace(recorded.finished(), digit_accuracy=0.1)
    with run.metrics_file.open("a", encoding="utf-8") as journal:
        journal.write(to_json(useless) + "\n")
    assert load_predictor(run).source.endswith("step 7, only guesses, not calibrated)")
    assert load.load_file(best_of(run)).source.endswith("step 7, only guesses, not calibrated")
    monkeypatch.chdir(run.path.parent)
    monkeypatch.delenv("MNIST_SUM_RUNS")
    for path in (Path(run.id), Path(f"./{run.id}"), run.path):
        assert load_predictor(path).source == load_predictor(run).source
    with run.lock():
        assert load_predictor(run).source == f"run {run.id} (swift, still training, step 7, not calibrated)"


def test_a_script_takes_the_newest_run_of_a_network(small_data: str, tmp_path: Path) -> None:
    run = Run(begun(config_of(small_data), tmp_path, 7).path)
    assert load_predictor(folder=tmp_path, model="swift").run == run.id
    with pytest.raises(UsageError, match=f"run {run.id} is of network swift: name a run of compact"):
        load_predictor(run, model="compact")


def test_a_done_epoch_is_named() -> None:
    assert Position(epoch=4, step=54).words(is_running=True) == "epoch 3"
    assert Position(epoch=2, batch=3, step=1075).words(is_running=False) == "stopped in epoch 2, step 1,075"
    for right, more, is_early in ((250, ", no better than guessing", True), (1200, "", True), (1300, "", False)):
        guess = Position(batch=20, step=20, sums={"images": 2560.0, "digit_right": float(right)})
        assert guess.words(is_running=False) == f"stopped in epoch 1, step 20{more}"
        assert guess.is_early == is_early, "most of its images so far were misread"
