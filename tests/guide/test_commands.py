"""Every command in the README, the guide and the notes for contributors is one that exists, option for option."""

import ast
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
import typer.main
from PIL import Image

from mnist_sum_tui.cli.commands import build
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.guide.find import FOLDER
from mnist_sum_tui.recipes import MODELS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*FOLDER.glob("*.md"), ROOT / "README.md", ROOT / ".github/CONTRIBUTING.md"]
COMMAND = re.compile(r"(?<![\w-])mnist-sum((?: +[^\s`|&#;,)]+)+)")
FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
OWN = "tiny"
"""the network of the page own-network"""


def in_text(text: str) -> list[list[str]]:
    """The commands in fenced code and between backticks, as words without `mnist-sum`."""
    spans = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    code = [*FENCE.findall(text), *(" ".join(span.split()) for span in spans)]
    return [shlex.split(found) for part in code for found in COMMAND.findall(part)]


@cache
def program() -> Any:
    return typer.main.get_command(build())


def leaf(words: list[str]) -> tuple[Any, list[str]]:
    """The command that those words call, and the words that are left for it."""
    command = program()
    while words and not words[0].startswith("-") and hasattr(command, "commands"):
        if command.name == "predict" and words[0].isdecimal():  # `predict 3` is `predict idx 3`
            words = ["idx", *words]
        assert words[0] in command.commands, f"there is no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    return command, words


def check(words: list[str]) -> None:
    command, rest = leaf(words)
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for word in rest:
        assert not word.startswith("--") or word in known | {"--help"}, f"{command.name} has no {word}"


def check_training(words: list[str]) -> None:
    """Parse the command, and build its config, unless words in capitals stand for something else."""
    command, rest = leaf(words)
    values = command.make_context(command.name, rest).params
    if values["resume"] is None and not any(word.isupper() for word in words):
        recipe = values.pop("recipe") or "standard"
        settings = {name: values[name] for name in TrainConfig().to_dict() if name in values}
        settings["model"] = None if settings["model"] == OWN else settings["model"]
        assert TrainConfig.of(recipe, **settings).model in MODELS


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_commands_exist(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{OWN}.py").touch()
    monkeypatch.chdir(tmp_path)
    for words in in_text(path.read_text(encoding="utf-8")):
        check(words)
        if words[0] == "train":
            check_training(words)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_quotes_are_those_of_every_shell(path: Path) -> None:
    """cmd.exe takes single quotes for a part of the word, and `>` in them writes into a file."""
    code = "".join(FENCE.findall(path.read_text(encoding="utf-8")))
    assert not [line for line in code.splitlines() if line.startswith("mnist-sum") and "'" in line.partition(" #")[0]]


def test_the_commands_are_found() -> None:
    counts = {path.name: len(in_text(path.read_text(encoding="utf-8"))) for path in DOCUMENTS}
    assert counts["README.md"] >= 8
    assert counts["experiments.md"] >= 20
    assert sum(counts.values()) >= 70


@pytest.mark.parametrize("words", ["bake", "train --epoch 5", "runs shew latest", "bench --fast"])
def test_a_wrong_command_is_found(words: str) -> None:
    with pytest.raises(AssertionError, match=r"there is no command|has no"):
        check(words.split())


EXPERIMENTS = re.split(r"^## ", (FOLDER / "experiments.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]


def test_every_experiment_has_a_command() -> None:
    assert len(EXPERIMENTS) == 10
    assert all(FENCE.search(part) for part in EXPERIMENTS)


def test_an_experiment_looks_for_a_rate_with_the_recipe_that_it_trains() -> None:
    def of(option: str, words: list[str]) -> str:
        return words[words.index(option) + 1] if option in words else ""

    found = [in_text(part) for part in EXPERIMENTS if any(words[0] == "lr" for words in in_text(part))]
    assert found
    for commands in found:
        assert len({(of("--recipe", words), of("--model", words)) for words in commands}) == 1


def python_in(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (FOLDER / page).read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.parametrize("code", python_in("python.md"))
def test_the_python_code_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the recorded run and few images; of the code that trains for long, only the names are looked up."""
    few = dataset.load("test").take(torch.arange(20))
    monkeypatch.setattr(dataset, "load", lambda _: few)
    monkeypatch.chdir(tmp_path)
    Image.fromarray(few.images[0].numpy()).save("three.png")
    Path("tiny.py").write_text(python_in("own-network.md")[0], encoding="utf-8")
    body = ast.parse(code).body
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imports
    left = imports if "find.create" in code else body
    exec(compile(ast.Module([*left], []), "python.md", "exec"), {"run": RECORDED})
