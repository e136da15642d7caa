"""Putting a run's weights into the package."""

import json
from pathlib import Path

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.inference import bundle, calibrate
from mnist_sum_tui.models import build
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.runs.run import Run
from tests.conftest import Cli, is_one_line
from tests.tui.pages.test_draw import make_run


def test_the_weights_are_kept_and_the_folder_of_the_images_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, built_in = make_run(tmp_path / "runs", str(tmp_path / "my images")), tmp_path / "built-in.safetensors"
    monkeypatch.setattr(bundle, "BUILT_IN", built_in)
    bundle.bundle("latest")
    before, after = checkpoint.load(run.best_file), checkpoint.load(built_in)
    assert before.weights.keys() == after.weights.keys()
    assert all(torch.equal(tensor, after.weights[name]) for name, tensor in before.weights.items())
    assert after.config.data_dir is None
    assert b"my images" not in built_in.read_bytes()


def test_wrong_arguments_and_a_missing_run_give_one_line(cli: Cli) -> None:
    command = ["-c", "import runpy; runpy.run_module('mnist_sum_tui.inference.bundle', run_name='__main__')"]
    for arguments in ([], ["--help"], ["one", "two"]):
        done = cli(*command, *arguments)
        assert done.returncode == 2
        assert done.stderr == "usage: python -m mnist_sum_tui.inference.bundle RUN\n"
    is_one_line(cli(*command, "x"), 2, "does not exist yet")


def test_a_run_that_is_not_calibrated_yet_is_calibrated_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = TrainConfig.of("sprint", seed=3, threads=1, device="cpu", precision="fp32")
    path, built_in = tmp_path / "runs" / "old" / "best.safetensors", tmp_path / "built-in.safetensors"
    path.parent.mkdir(parents=True)
    Run(path.parent).write_config(config)
    checkpoint.save(path, config, Position(epoch=3, step=10), build("swift").state_dict())
    monkeypatch.setattr(bundle, "BUILT_IN", built_in)
    bundle.bundle(str(path.parent))
    stored = checkpoint.load(built_in).confidence
    twin = json.loads(calibrate.TWINS.read_text())["sprint"]
    assert stored["temperatures"].tolist() == [twin["digit_temperature"], twin["sum_temperature"]]
    loaded = checkpoint.load(built_in)
    assert loaded.config == TrainConfig.of("sprint", seed=3), "what was for that machine is left out"
    wrong = {**stored, "threshold": torch.ones_like(stored["threshold"])}
    checkpoint.save_again(built_in, loaded, wrong)
    bundle.bundle("package")
    again = checkpoint.load(built_in).confidence
    assert again.keys() == stored.keys()
    assert torch.equal(again["temperatures"], stored["temperatures"])
    anew = again["threshold"].item()  # now with all threads, and in bf16 where the processor has it
    assert anew == pytest.approx(stored["threshold"].item(), rel=0.05), "it is calibrated anew"
