"""Which module may import which: no room imports one to its right, and torch is not loaded at the start."""

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import mnist_sum_tui
from tests.conftest import Cli, python

PACKAGE = Path(mnist_sum_tui.__file__).parent
ROOMS = (
    {"errors", "glyphs", "formatting", "printable", "atomic", "recipes", "sizes", "own_network", "config", "verdict"},
    {"settings"},
    {"data", "runs", "machine", "models", "guide"},
    {"inference"},
    {"training"},
    {"charts"},
    {"export"},
    {"tui"},
    {"bench"},
    {"cli"},
)
"""from left to right; the rooms of one set do not import each other, besides those of the first"""
TUI_ROOMS = (
    {"whole_figures", "told_sizes"},
    {"session", "textual_fixes", "looks"},
    {"plain_app"},
    {"notifying"},
    {"predictions"},
    {"widgets"},
    {"pages", "patient_palette"},
    {"leaving"},
    {"run_app"},
    {"palette"},
    {"app"},
    {"launch", "web"},
)
FRONT_ENDS = {"textual", "typer", "rich"}
EXTRAS = {"onnx", "onnxscript", "onnxruntime", "tensorboardX", "textual_serve"}
"""loaded only by the options that need them"""
WITH_TORCH = {
    "data.dataset", "data.augment", "data.corrupt", "data.outliers", "data.printed_one",
    "data.photographed", "data.drawn_digits", "data.pen", "models", "runs.checkpoint", "machine.hardware", "inference",
    "training", "bench",
}  # fmt: skip
"""where torch may be imported at module level"""


def loaded_by(code: str) -> set[str]:
    """The top-level modules in a fresh interpreter after that code."""
    listing = f"{code}\nimport sys; print(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = python("-c", listing)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split()[-2000:])


def loads_compiler(cli: Cli, code: str) -> bool:
    """Whether that code loads torch's compiler into an interpreter that has loaded torch and the training."""
    done = cli("-c", f"{code}\nimport sys; print({{'torch._dynamo', 'sympy'}} & sys.modules.keys())")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip() != "set()"


LIGHT = ["", ".runs.find", ".runs.summary", ".runs.journal", ".formatting", ".config", ".data.picture",
         ".cli.main"]  # fmt: skip
QUICK = [["--help"], ["runs"], ["--version"], ["guide"], ["guide", "speed"]]
HEAVY = {"torch", "torchvision", "textual", *EXTRAS}
ONE_AFTER_THE_OTHER = f"""
import importlib, sys
for module in {LIGHT}:
    importlib.import_module("mnist_sum_tui" + module)
    assert not {HEAVY} & sys.modules.keys(), module
for sys.argv[1:] in {QUICK}:
    try: sys.modules["mnist_sum_tui.cli.main"].main()
    except SystemExit as end: assert not end.code, sys.argv
    assert not {HEAVY} & sys.modules.keys(), sys.argv
"""


def test_light_modules_and_quick_commands_load_no_torch() -> None:
    """What is loaded stays, so one interpreter shows which of them loads it first."""
    assert not loaded_by(ONE_AFTER_THE_OTHER) & HEAVY


FIRST_FRAME = """
from pathlib import Path
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.session.session import Session
def look(app):  # a moment after the first frame
    app.train_page.step_back()  # Escape
    app.exit(app.train_page.has_form)
MnistSumApp._begin = look
assert MnistSumApp(Session(Path("no-runs"))).run(headless=True)
"""


def test_the_dashboard_opens_without_numpy() -> None:
    assert "numpy" not in loaded_by(FIRST_FRAME), "its import takes as long as all others together"
    assert "numpy" in loaded_by("import mnist_sum_tui.tui.widgets.chart"), "this check can fail"


def test_the_engine_needs_no_front_end() -> None:
    engine = ["training.loop", "inference.predict", "inference.evaluate", "inference.bundle", "charts.run_charts"]
    engine += ["export.report", "export.onnx", "export.tensorboard"]
    loaded = loaded_by("import " + ", ".join(f"mnist_sum_tui.{module}" for module in engine))
    assert "torch" in loaded
    assert not loaded & {*FRONT_ENDS, *EXTRAS, "torchvision"}


def test_the_check_can_fail() -> None:
    assert {"torch", "textual"} <= loaded_by("from mnist_sum_tui import train; import textual.app")


def test_the_public_names_are_lazy() -> None:
    assert "torch" not in loaded_by("from mnist_sum_tui import TrainConfig")
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        mnist_sum_tui.nonsense  # noqa: B018


def test_the_public_names_are_listed_before_their_first_use() -> None:
    listed = python("-c", "import mnist_sum_tui; print(*dir(mnist_sum_tui))").stdout.split()
    assert {*mnist_sum_tui.__all__} == {name for name in listed if not name.startswith("_") or name == "__version__"}


def _module(path: Path) -> str:
    """`runs.find` for mnist_sum_tui/runs/find.py, `models` for mnist_sum_tui/models/__init__.py."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_module(path): ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _imports(node: ast.AST, *, deep: bool = True) -> Iterator[str]:
    """Full names of what is imported; with `deep` inside functions too, but never for types alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom) and child.module:
            for alias in child.names:
                name = f"{child.module}.{alias.name}"
                yield name if name.removeprefix("mnist_sum_tui.") in MODULES else child.module
        elif isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif not _is_for_types(child) and (deep or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)):
            yield from _imports(child, deep=deep)


def _ours(module: str) -> set[str]:
    """Which of our modules a module imports, besides the public names of the package."""
    names = {name.removeprefix("mnist_sum_tui.") for name in _imports(MODULES[module]) if "mnist_sum_tui." in name}
    return names & MODULES.keys()


def wrong_arrows(rooms: tuple[set[str], ...], imports: dict[str, set[str]]) -> list[str]:
    """`a imports b` for each import that runs from left to right, or between rooms of one set (but the first)."""
    place = {room: row for row, names in enumerate(rooms) for room in names}
    wrong = []
    for module, others in imports.items():
        here = module.split(".")[0]
        for other in others:
            there = other.split(".")[0]
            is_neighbour = place[here] == place[there] and here != there and place[here] > 0
            if place[there] > place[here] or is_neighbour:
                wrong.append(f"{module} imports {other}")
    return wrong


def test_imports_run_from_right_to_left() -> None:
    imports = {module: _ours(module) for module in MODULES if module not in ("__init__", "__main__", "")}
    assert {module.split(".")[0] for module in imports} <= set().union(*ROOMS)
    assert wrong_arrows(ROOMS, imports) == []


def test_imports_in_the_dashboard_run_from_right_to_left() -> None:
    inside = {module.removeprefix("tui."): _ours(module) for module in MODULES if module.startswith("tui.")}
    imports = {
        module: {other.removeprefix("tui.") for other in others if other.startswith("tui.")}
        for module, others in inside.items()
    }
    assert wrong_arrows(TUI_ROOMS, imports) == []


def test_a_wrong_arrow_is_found() -> None:
    imports = {"data.idx": {"tui.app"}, "runs.run": {"models.swift"}, "config": {"recipes"}, "cli.main": {"errors"}}
    assert wrong_arrows(ROOMS, imports) == ["data.idx imports tui.app", "runs.run imports models.swift"]


def test_there_is_no_circle() -> None:
    imports = {module: _ours(module) - {module} for module in MODULES if module not in ("__init__", "__main__")}
    assert list(TopologicalSorter(imports).static_order())


def test_nothing_left_of_the_dashboard_imports_a_front_end() -> None:
    for module, tree in MODULES.items():
        if module.split(".")[0] not in {"tui", "bench", "cli", "__main__"}:
            assert not {name.split(".")[0] for name in _imports(tree)} & FRONT_ENDS, module


def test_torch_is_imported_at_module_level_only_where_it_is_needed() -> None:
    for module, tree in MODULES.items():
        if not {module, module.split(".")[0]} & WITH_TORCH:
            loaded = {name.split(".")[0] for name in _imports(tree, deep=False)}
            assert not loaded & {"torch", "torchvision", "safetensors"}, module


def test_the_leftmost_modules_need_the_standard_library_alone() -> None:
    for module in ROOMS[0] & MODULES.keys():
        outside = {name.split(".")[0] for name in _imports(MODULES[module])} - {"mnist_sum_tui"}
        assert outside <= sys.stdlib_module_names, module


STEP = """
import torch
from mnist_sum_tui.data.dataset import load, SumDataset
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.training.batches import StepPlan
from mnist_sum_tui.training.step import Learner
config = TrainConfig.of("standard", model="compact", optimizer="{}")
learner = Learner(config, choose(config))
learner.step(StepPlan(SumDataset(load("test")), torch.tensor([0, 1]), 0.1, 0))
"""


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_step_loads_no_compiler(optimizer: str, cli: Cli) -> None:
    assert not loads_compiler(cli, STEP.format(optimizer))


def test_the_layers_of_a_network_load_no_compiler(cli: Cli) -> None:
    """Running it without weights would, for 1.2 s of the first page that a newcomer sees."""
    assert not loads_compiler(cli, "from mnist_sum_tui.models.describe import describe; describe('original')")


def test_torchs_own_optimizer_loads_the_compiler(cli: Cli) -> None:
    """This is why there is an AdamW of our own."""
    assert loads_compiler(cli, "import torch; torch.optim.AdamW([torch.ones(1, requires_grad=True)])")
