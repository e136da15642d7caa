"""A network from a file that the user names: what the file must have, and what is said of one that cannot be used."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mnist_sum_tui import own_network
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.models import build, own, skeleton
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.commands import command
from mnist_sum_tui.training.step import Learner
from tests.conftest import Cli, is_one_line

HEAD = """
import torch
from torch import nn
from mnist_sum_tui.models.layers import CellNetwork, SumNetwork
"""
CLASS = """
class Net(CellNetwork):
    def __init__(self):
        super().__init__()
        self.digit, self.sum = nn.Linear(784, 10), nn.Linear(100, 19)
        self.register_buffer("scale", torch.arange(2.0), persistent=False)
    def see(self, images_nchw):
        return self.digit(images_nchw.flatten(1)) * self.scale[1]
"""


@pytest.fixture(autouse=True)
def _nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_network, "_files", {})
    own.builder.cache_clear()


def named(folder: Path, code: str, name: str = "net.py") -> str:
    (folder / name).write_text(code)
    return own_network.take(folder / name)


def test_it_is_built_from_the_seed_alone_and_again_for_weights(tmp_path: Path) -> None:
    name = named(tmp_path, HEAD + CLASS)
    one, same, other = build(name, 1), build(name, 1), build(name, 2)
    assert torch.equal(one.state_dict()["digit.weight"], same.state_dict()["digit.weight"])
    assert not torch.equal(one.state_dict()["digit.weight"], other.state_dict()["digit.weight"])
    assert one.training
    assert not any(tensor.is_meta for tensor in (*skeleton(name).buffers(), *skeleton(name).parameters()))
    assert "own_network_net" in sys.modules


def test_threads_that_build_at_once_get_the_weights_of_their_seeds() -> None:
    wanted = [build("swift", seed).state_dict()["digit.weight"] for seed in range(40)]
    with ThreadPoolExecutor(4) as pool:
        built = list(pool.map(lambda seed: build("swift", seed), range(40)))
    for network, weights in zip(built, wanted, strict=True):
        assert torch.equal(network.state_dict()["digit.weight"], weights)


def test_a_network_may_build_another_one_within_its_own(tmp_path: Path) -> None:
    inner = CLASS.replace("super().__init__()", "super().__init__(); self.other = build('swift')")
    imported = "from mnist_sum_tui.models import build\nfrom mnist_sum_tui.models.swift import Swift\n"
    network = build(named(tmp_path, HEAD + imported + inner))
    assert type(network).__name__ == "Net", "a network that the file imports is not the file's own"
    assert "other.conv1.weight" in network.state_dict()


def test_the_name_goes_by_the_content(tmp_path: Path) -> None:
    first = named(tmp_path, HEAD + CLASS)
    assert first == named(tmp_path, HEAD + CLASS)
    assert first != named(tmp_path, HEAD + CLASS + "# another")
    assert TrainConfig(model=first).model == first
    with pytest.raises(UsageError, match="unknown model"):
        TrainConfig(model="net@12")
    with pytest.raises(UsageError, match="unknown recipe"):
        TrainConfig(recipe=first)
    assert f"--model-file {tmp_path / 'net.py'}" in command(TrainConfig(model=first))
    assert "--model-file other.py" in command(TrainConfig(model="other@0123456789ab"))


def test_another_file_is_not_called_changed(tmp_path: Path) -> None:
    first = named(tmp_path, HEAD + CLASS)
    other = named(tmp_path, HEAD + CLASS, "net2.py")
    own_network._files.pop(first)
    with pytest.raises(UsageError, match=rf"net2.py: is not the file of {first}: give that one, --model-file net.py$"):
        build(first)
    changed = named(tmp_path, HEAD + CLASS + "# changed")
    assert other in own_network.named()
    with pytest.raises(UsageError, match=rf"net.py: is not the file of {first}; it was changed, and is now {changed}:"):
        build(first)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x = 1", "needs one class derived from SumNetwork or CellNetwork, has none"),
        (HEAD + CLASS + CLASS.replace("Net(", "Two("), "has Net, Two"),
        ("x = (", "line 1: SyntaxError"),
        ("import no_such_package", "line 1: ModuleNotFoundError: No module named"),
        (HEAD + CLASS.replace("nn.Linear(784", "nn.Linear(783"), "line 12: RuntimeError: .*mat1 and mat2"),
        (HEAD + CLASS.replace("100, 19", "100, 18"), r"`add` gives \(3, 18\), not scores \(3, 19\)"),
        (HEAD + CLASS.replace("self.digit", "self.optimizer"), "the attribute of optimizer.weight needs another name"),
        (
            HEAD + CLASS.replace("self.digit", "self.confidence"),
            "of confidence.weight needs another name",
        ),
        (HEAD + CLASS.replace("super().__init__()", "raise SystemError(2)"), "line 8: SystemError: 2"),
        ("import sys\nsys.exit('good bye')", "line 2: SystemExit: good bye"),
        ("def made():\n    return 1 / 0\nmade()", "line 2: ZeroDivisionError"),
        (HEAD + CLASS.replace("super().__init__()", "raise SystemExit"), "line 8: SystemExit"),
        ("class Mute(Exception):\n    def __str__(self):\n        return 1 / 0\nraise Mute", "line 4: Mute$"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(code: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words) as told:
        build(named(tmp_path, code))
    assert str(told.value).startswith(str(tmp_path / "net.py"))


def test_a_base_class_of_the_network_is_none(tmp_path: Path) -> None:
    name = named(tmp_path, HEAD + CLASS + "class Wide(Net):\n    pass\n")
    assert type(build(name)).__name__ == "Wide"


@pytest.mark.parametrize("name", ["net.txt", "net", "a b.py", "none.py"])
def test_what_is_no_python_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"name a Python file|cannot be read"):
        own_network.take(str(tmp_path / name))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "net.py")
    with pytest.raises(UsageError, match=r"net\.py: cannot be read \(is a pipe\)"):
        own_network.take(str(tmp_path / "net.py"))


def test_no_code_is_taken_from_a_run_but_from_beside_another_config(tmp_path: Path) -> None:
    (tmp_path / "config.json").touch()
    named(tmp_path, HEAD + CLASS)
    (tmp_path / "metrics.jsonl").touch()
    with pytest.raises(UsageError, match=r"net\.py: lies in a run's folder, from which no code is taken"):
        own_network.take(str(tmp_path / "net.py"))


def test_naming_it_executes_nothing(tmp_path: Path) -> None:
    named(tmp_path, f"open({str(tmp_path / 'executed')!r}, 'w')")
    assert not (tmp_path / "executed").exists()


def test_its_option_is_a_printable_word_also_in_the_command_for_a_run(tmp_path: Path) -> None:
    (folder := tmp_path / "\x1b[31m").mkdir()
    option = own_network.option_for(model := named(folder, CLASS))
    assert option.endswith(r"/\x1b[31m/net.py'")
    assert option in command(TrainConfig(model=model))


def test_one_that_fails_in_bf16_is_told_before_its_first_step(tmp_path: Path) -> None:
    scores = "self.digit(images_nchw.flatten(1))"
    copied = f"torch.zeros(len(images_nchw), 10).scatter(1, torch.arange(10).repeat(len(images_nchw), 1), {scores})"
    code = HEAD + CLASS.replace(scores, copied)
    config = TrainConfig(model=named(tmp_path, code), precision="bf16")
    with pytest.raises(UsageError, match=r"net.py: fails in bf16 \(RuntimeError: .* add --precision fp32"):
        Learner(config, choose(config))
    config = replace(config, precision="fp32")
    Learner(config, choose(config))


def test_the_command_line_says_what_does_not_fit(cli: Cli, tmp_path: Path) -> None:
    file = ("--model-file", "net.py")
    (tmp_path / "net.py").write_text(HEAD + CLASS.replace("784, 10", "784, ten"))
    is_one_line(cli("train", *file, "--model", "swift"), 2, "leave out --model or --model-file")
    is_one_line(cli("train", "--model-file", "no.py"), 2, "no.py: cannot be read (No such file")
    for words in ("train", "lr", "sweep --seeds 2"):
        is_one_line(cli(*words.split(), *file), 2, "net.py, line 9: NameError: name 'ten' is not defined")
    for asked in (("predict", "3"), ("evaluate",)):
        is_one_line(cli(*asked, *file), 2, "no run of net@", "train it with mnist-sum train --model-file net.py")
    large = CLASS.replace("super().__init__()", "super().__init__(); self.large = nn.Linear(9000, 3000)")
    (tmp_path / "net.py").write_text(HEAD + large)
    is_one_line(cli("train", *file), 2, "MiB, at most 80: make the network smaller")


def test_its_newest_run_predicts_whichever_was_trained_last(tmp_path: Path) -> None:
    name = named(tmp_path, HEAD + CLASS)
    own_run, _, other = (find.create(tmp_path, TrainConfig(model=model)) for model in (name, name, "swift"))
    for run in (own_run, other):
        run.last_file.touch()
    assert find.for_prediction(None, tmp_path) == other
    assert find.for_prediction(None, tmp_path, name) == own_run, "the newer one has no weights"
    own_run.config_file.write_text("{}")
    with pytest.raises(UsageError, match=f"no run of {name} has weights yet"):
        find.for_prediction(None, tmp_path, name)


def test_a_rate_is_found_for_it_and_a_sweep_compares_it(cli: Cli, small_data: str, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(HEAD + CLASS)
    small = ("--model-file", "net.py", "--data-dir", small_data, "--batch-size", "64", "--threads", "1")
    found = cli("lr", *small)
    assert "--model-file net.py" in found.stdout, found.stderr
    compared = cli("sweep", "--model", "swift", *small, "--epochs", "1", "--json")
    (*_, told) = map(json.loads, compared.stdout.splitlines())
    models = [row["model"] for row in told["combinations"]]
    assert models[0] == "swift"
    assert own_network.is_own(models[1])
