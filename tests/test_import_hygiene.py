"""Which module may import which: torch stays out of what must start quickly, the front ends out of the engine."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import mnist_sum_tui

PACKAGE = Path(mnist_sum_tui.__file__).parent
ROWS = [
    {
        "config",
        "events",
        "errors",
        "control",
        "schedule",
        "render",
        "files",
        "meter",
        "position",
        "world",
        "importing",
        "waiting",
        "memory",
        "quota",
        "streams",
        "idx",
        "source",
        "picture",
        "printable",
        "checks",
    },
    {"runs", "journal", "summary", "lookup", "locking", "own_files"},
    {"hardware", "data", "augment", "optimizers", "models", "batchnorm", "distributed"},
    {"evaluate", "checkpoint"},
    {"learner", "course", "logbook", "training", "assist", "predict", "bundle"},
    {"tui", "bench"},
    {"cli"},
]
STANDARD_ONLY = {
    *(
        "config",
        "events",
        "errors",
        "control",
        "schedule",
        "render",
        "files",
        "meter",
        "world",
        "streams",
        "waiting",
        "quota",
        "printable",
        "checks",
        "printable",
    ),
    *("config", "events", "errors", "control", "schedule", "render", "files", "meter", "position", "world", "streams"),
    "waiting",
}


def loaded_by(code: str) -> set[str]:
    """The top-level modules in a fresh interpreter after that code."""
    listing = f"{code}\nimport sys; print(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return set(done.stdout.split()[-2000:])


def printed_by(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("module", ["", ".cli", ".runs", ".summary", ".journal", ".render", ".config", ".picture"])
def test_torch_is_not_loaded(module: str) -> None:
    loaded = loaded_by(f"import mnist_sum_tui{module}")
    assert "mnist_sum_tui" in loaded
    assert not loaded & {"torch", "torchvision", "textual"}


@pytest.mark.parametrize("arguments", [["--help"], ["runs"], ["--version"]])
def test_torch_is_not_loaded_by_a_command(arguments: list[str]) -> None:
    run = "from mnist_sum_tui.cli import main\ntry: main()\nexcept SystemExit: pass"
    code = f"import sys; sys.argv[1:] = {arguments!r}\n{run}"
    assert not loaded_by(code) & {"torch", "torchvision", "textual"}


def test_the_engine_needs_no_front_end() -> None:
    engine = ("training", "predict", "evaluate", "data", "checkpoint", "bundle")
    loaded = loaded_by("import " + ", ".join(f"mnist_sum_tui.{module}" for module in engine))
    assert "torch" in loaded
    assert not loaded & {"textual", "typer", "rich", "torchvision"}


def test_the_check_can_fail() -> None:
    assert "torch" in loaded_by("from mnist_sum_tui import train")
    assert "textual" in loaded_by("import textual.app")


def test_the_public_names_are_lazy() -> None:
    assert "torch" not in loaded_by("from mnist_sum_tui import TrainConfig")
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        mnist_sum_tui.nonsense  # noqa: B018


def _home(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("mnist_sum_tui.")}
    return found & set().union(*ROWS)


def test_imports_run_one_way() -> None:
    row_of = {module: row for row, modules in enumerate(ROWS) for module in modules}
    for path in PACKAGE.rglob("*.py"):
        home = _home(path)
        if home not in row_of:
            assert home in {"__init__", "__main__"}
            continue
        for other in _imports(path):
            assert row_of[other] <= row_of[home], f"{path.relative_to(PACKAGE)} imports {other}"


def test_the_first_row_needs_the_standard_library_alone() -> None:
    for name in STANDARD_ONLY:
        tree = ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                top = module.split(".")[0]
                assert top in sys.stdlib_module_names | {"mnist_sum_tui"}, f"{name} imports {module}"


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_step_loads_no_compiler(optimizer: str) -> None:
    code = f"""
import torch
from mnist_sum_tui.data import load, SumDataset
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.hardware import choose
from mnist_sum_tui.learner import Learner
config = TrainConfig.of("standard", model="compact", optimizer="{optimizer}")
learner = Learner(config, choose(config))
learner.step(SumDataset(load("test")).__getitems__([0, 1]), 0.1, 0)
import sys
print("loaded" if "torch._dynamo" in sys.modules else "free")
"""
    assert printed_by(code) == "free"


def test_torchs_own_optimizer_loads_the_compiler() -> None:
    """Or the class of our own could go."""
    code = """
import sys, torch
torch.optim.AdamW([torch.ones(1, requires_grad=True)])
print("loaded" if "torch._dynamo" in sys.modules else "free")
"""
    assert printed_by(code) == "loaded"
