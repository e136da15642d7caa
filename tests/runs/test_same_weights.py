"""Whether runs have the same weights, as `runs compare` and its report say it."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from mnist_sum_tui.runs import checkpoint, checkpoint_file
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.same_weights import about_weights, fingerprint
from tests.cli.test_strangers_text import make_run
from tests.conftest import Cli

SAME, OTHER = "Their best weights are the same, bit for bit.", "Their best weights differ."


def saved(run: Run, *others: str, value: float = 1.0) -> Path:
    """The run's best weights, with tensors of these names beside them."""
    tensors: dict[str, Tensor] = {name: torch.rand(3) for name in others}
    weights = {"b": torch.full((2,), value), "a": torch.zeros(4)}
    checkpoint.save(run.best_file, run.read_config(), Position(), weights | tensors)
    return run.best_file


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    return [make_run(tmp_path / "runs", f"2026010{day}-120000-compact") for day in (1, 2)]


def test_only_the_weights_are_compared(runs: list[Run]) -> None:
    first, second = runs
    assert about_weights(runs, has_same_settings=True) == "", "there are none"
    saved(first)
    assert about_weights(runs, has_same_settings=True) == "", "not of both"
    saved(second, "optimizer.a.step", "confidence.digit")
    assert about_weights(runs, has_same_settings=False) == SAME
    saved(second, value=1.0 + 2**-23)
    assert about_weights(runs, has_same_settings=True) == OTHER
    assert about_weights(runs, has_same_settings=False) == "", "as was to be expected"


def test_a_damaged_or_oversized_file_is_not_known(runs: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(runs[0])
    assert fingerprint(path)
    monkeypatch.setattr(checkpoint_file, "MAX_HEADER_BYTES", 10)
    assert fingerprint(path) is None
    monkeypatch.undo()
    raw = path.read_bytes()
    path.write_bytes(raw[:-1])
    assert fingerprint(path) is None
    path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    assert fingerprint(path) is None, "a flipped bit is no other training"


def test_compare_says_so_and_needs_no_torch(cli: Cli, runs: list[Run], tmp_path: Path) -> None:
    for run in runs:
        saved(run)
    names = [run.id for run in runs]
    assert f"The runs have the same settings.\n{SAME}\n" in cli("runs", "compare", *names).stdout
    assert cli("runs", "compare", *names, "--report", "both.html").returncode == 0
    assert f"<p>{SAME}</p>" in (tmp_path / "both.html").read_text(encoding="utf-8")
    code = f"""import sys
from pathlib import Path
from mnist_sum_tui.runs.same_weights import fingerprint
print(bool(fingerprint(Path({str(runs[0].best_file)!r}))), "torch" in sys.modules)"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "True False\n"
