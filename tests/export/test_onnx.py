"""A network as an ONNX file: onnxruntime gives the same answers for it as the program itself."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import mnist_sum_tui
from mnist_sum_tui.cli import commands
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.export.earlier import in_the_way
from mnist_sum_tui.export.onnx import to_onnx
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.inference.predict import Predictor, load_predictor
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.models import build
from mnist_sum_tui.models.layers import log_softmax
from mnist_sum_tui.recipes import MODELS
from tests.conftest import is_one_line, python

is_there = all(map(find_spec, ("onnxruntime", "onnxscript")))
pytestmark = pytest.mark.skipif(not is_there, reason="onnxruntime or onnxscript is not installed")
LARGEST = 1e-4
"""difference of two log-probabilities, in nats"""
TRAINED = {"deep": None, "swift": RECORDED}
"""the networks of which there is a trained one here: in the package, and in the recorded run"""


def trained(model: str) -> Predictor:
    predictor = load_predictor(TRAINED[model], Path("nowhere"))
    predictor.hardware = choose(TrainConfig(precision="fp32", device="cpu"))
    return predictor


def untrained(model: str) -> Predictor:
    config = TrainConfig.of("standard", model=model, precision="fp32", device="cpu")
    return Predictor(config, build(model, seed=1).state_dict(), model, choose(config))


@cache
def untrained_file(model: str) -> bytes:
    return to_onnx(untrained(model))


def open_file(content: bytes) -> Any:
    runtime = import_module("onnxruntime")  # not when pytest's workers collect the tests: all of ONNX takes each 1 s
    return runtime.InferenceSession(content, providers=["CPUExecutionProvider"])


def largest_difference(predictor: Predictor, count: int, file: bytes | None = None) -> float:
    """Of the log-probabilities of the first test images with all ten numbers, whose answers must be the same."""
    session = open_file(file or to_onnx(predictor))
    images, worst = dataset.load("test").images[:count], 0.0
    own = predictor.confidence
    for part in images.split(500):
        outputs = predictor.infer(part)
        pairs = {
            "image": part.repeat_interleave(10, 0).numpy(),
            "number": np.tile(np.arange(10, dtype=np.int64), len(part)),
        }
        digits, sums = map(torch.from_numpy, session.run(["digit", "sum"], pairs))
        expected = (
            log_softmax(outputs.digits / own.digit_temperature).repeat_interleave(10, 0),
            log_softmax(outputs.sums.flatten(0, 1) / own.sum_temperature),
        )
        for found, right in zip((digits, sums), expected, strict=True):
            assert torch.equal(found.argmax(1), right.argmax(1))
            worst = max(worst, (found - right).abs().max().item())
    return worst


@pytest.mark.parametrize("model", [name for name in MODELS if name not in TRAINED])
def test_every_network_gives_the_same_answers_as_a_file(model: str) -> None:
    assert largest_difference(untrained(model), 20, untrained_file(model)) < LARGEST


def test_the_network_of_the_package_gives_the_same_calibrated_answers_as_its_file() -> None:
    """1,000 pairs; it has temperatures of its own."""
    predictor = trained("deep")
    assert predictor.config.model == "deep"
    assert predictor.confidence.digit_temperature != 1
    assert largest_difference(predictor, 100) < LARGEST


@pytest.mark.slow
@pytest.mark.parametrize("model", TRAINED)
def test_all_pairs(model: str) -> None:
    worst = largest_difference(trained(model), 10_000)
    print(f"{model}: largest difference {worst:.2e}")
    assert worst < LARGEST


def test_one_pair_alone_and_a_number_that_is_none_which_is_not_checked() -> None:
    session = open_file(untrained_file("compact"))
    image = np.zeros((1, 28, 28), np.uint8)
    for number in (3, -1):
        digits, sums = session.run(None, {"image": image, "number": np.array([number])})
        assert (digits.shape, sums.shape) == ((1, 10), (1, 19))


def test_the_file_names_no_folder_of_this_machine() -> None:
    """With its code's paths it would tell a stranger who made it, and differ from one made elsewhere."""
    file = untrained_file("compact")
    for part in (Path(torch.__file__).parent.parent, Path(mnist_sum_tui.__file__).parent, "portable.py"):
        assert str(part).encode() not in file


def test_a_network_that_cannot_be_exported_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    predictor = untrained("swift")
    see = predictor.network.see

    def followed(images: torch.Tensor) -> torch.Tensor:
        print("a word on the way, as an early onnxscript says it")
        return see(images if images.sum() > 0 else -images)

    monkeypatch.setattr(predictor.network, "see", followed)
    with pytest.raises(RunError, match="swift: cannot be written as ONNX"):
        to_onnx(predictor)
    assert capfd.readouterr() == ("", "")


def test_the_command_gives_the_answers_of_a_trained_network(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """1,000 pairs; only the file's own line is printed."""
    target = tmp_path / "run.onnx"
    done = CliRunner().invoke(commands.build(), ["runs", "export", str(RECORDED.path), "--onnx", str(target)])
    assert (done.exit_code, done.stderr, capfd.readouterr()) == (0, "", ("", ""))
    assert "Netron" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert largest_difference(trained("swift"), 100, target.read_bytes()) < LARGEST
    assert not in_the_way(target), "the same command may make it anew"


HIDDEN = """
import importlib.util, sys
find = importlib.util.find_spec
missing = ("onnx", "onnxscript", "tensorboardX")
importlib.util.find_spec = lambda name, *rest: None if name in missing else find(name, *rest)
from mnist_sum_tui.cli.main import main
sys.argv = ["mnist-sum", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize(("option", "packages"), [("--onnx", "onnx onnxscript"), ("--tensorboard", "tensorboardX")])
def test_without_the_packages_one_line_says_what_to_install(option: str, packages: str, tmp_path: Path) -> None:
    done = python("-c", HIDDEN, "runs", "export", str(RECORDED.path), option, str(tmp_path / "x"))
    is_one_line(done, 2, f"pip install {packages}")
    assert not (tmp_path / "x").exists()
