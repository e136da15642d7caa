"""Find runs: by id, name, path, `latest` or `best`; list all runs; create a new one."""

import contextlib
import os
import re
from datetime import datetime
from pathlib import Path

from mnist_sum_tui.atomic import NO_FILES, NO_SPACE, what_helps
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError, unknown
from mnist_sum_tui.own_network import named, option_for
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import locking
from mnist_sum_tui.runs.checkpoint_file import head_of
from mnist_sum_tui.runs.created import seconds_since_1970
from mnist_sum_tui.runs.given_names import model_of, one_named, seeds_named
from mnist_sum_tui.runs.own_files import is_run
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.runs_folder import check_folder, check_readable, closed, emptiness, is_closed, spelt, unreadable
from mnist_sum_tui.runs.summary import Summary, best_run, summarise, warning_of

BUILT_IN_NAME = "built-in"
"""what the user calls the network in the package"""
CHECKPOINT = re.compile(r"(best|last|epoch-[0-9]{1,5})\.safetensors")
PROJECT_MARKS = (".git", "pyproject.toml")
"""the files that mark a project's folder; outside one, as with `uvx mnist-sum`, a relative path says too little"""


def by_name(name: str, folder: str | Path, others: tuple[str, ...] = ()) -> Run:
    """The run that the user names: `latest`, `best`, an id, the start of an id if it is unique, the name that
    --name gave to one run, or a path.

    `best_run` decides which is the best. `others` are further names that the user may have meant.

    Raises:
        UsageError: there is no such run, or it cannot be read.
    """
    return _find(name, folder, others)[0]


def all_by_name(name: str, folder: str | Path) -> list[Run]:
    """As `by_name`; but all runs of a name that --name gave to several seeds."""
    return _find(name, folder, is_of_seeds=True)


def _find(name: str, folder: str | Path, others: tuple[str, ...] = (), *, is_of_seeds: bool = False) -> list[Run]:
    if not name:
        raise UsageError("the name of a run is empty: mnist-sum runs lists them; latest and best work too")
    if Path(name).name != name or name in (".", ".."):
        return [_at_path(name)]
    check_folder(folder := Path(folder))
    if not (runs := list_runs(folder)):
        check_readable(folder)
        raise UsageError(f"the folder {folder}/ {emptiness(folder)}: make a run with mnist-sum train --recipe sprint")
    if name == "latest":  # a run that diverged at once has no weights, and nobody means it
        return [next((run for run in runs if run.best_weights or run.is_running), runs[0])]
    if name == "best":
        return [best_run(map(summarise, runs)).run]
    name = spelt(folder, name)
    matches = [run for run in runs if name in (run.path.name, run.id)]
    if not matches:
        for path in unreadable(folder):
            if path.name.startswith(name):
                raise closed(path)
        if os.path.isdir(folder / name):  # meant exactly: `runs delete` must not take a run whose id only begins so
            raise _no_run(name)
        matches = [run for run in runs if _begins(run.path.name, name) or _begins(run.id, name)]
    if len(matches) > 1:
        more = f" or {len(matches) - 2} more" if len(matches) > 2 else ""
        raise UsageError(f"run '{name}' could be {matches[0].id} or {matches[1].id}{more}: give more of its id")
    found = matches or (seeds_named(runs, name) if is_of_seeds else []) or one_named(runs, name)
    if found:
        return found
    raise unknown(
        "run", name, [*others, *(run.id for run in runs)], "mnist-sum runs lists the runs; latest and best work too"
    )


def _at_path(name: str) -> Run:
    """The run in the folder that the user names by a path, or of the checkpoint there."""
    path = Path(name)
    if CHECKPOINT.fullmatch(path.name) and is_run(path.parent):
        return Run(path.parent.resolve() if path.parent.name in ("", "..") else path.parent, asked=path.name)
    if is_run(path):
        return Run(path.resolve() if path.name in ("", "..") else path)  # the run's id is its name
    if is_closed(path):
        raise closed(path)
    raise _no_run(name)


def _begins(whole: str, name: str) -> bool:
    """Whether an id begins so; that of the first run of a second does not stand for the second one's, ID-2."""
    return whole.startswith(name) and not re.fullmatch("-[0-9]{1,3}", whole[len(name) :])


def _no_run(name: str) -> UsageError:
    return UsageError(f"'{name}' is not a run's folder (it has no config.json): mnist-sum runs lists the runs")


def for_prediction(name: str | None, folder: Path, model: str | None = None) -> Run | None:
    """The run to predict with: `by_name(name)`, or without a name the newest run that has weights.

    None for the network in the package: if it is named, or if there is no such run.
    `model` is the name of the user's own network, if its file was given: the newest run is then one of that network.

    Raises:
        UsageError: there is no such run, or it has no weights yet; or the folder is none, or cannot be read.
    """
    if name == BUILT_IN_NAME:
        return None
    if name is None:
        check_folder(folder)
        runs = (run for run in list_runs(folder) if run.best_weights)
        if model is None:
            return next(runs, None)
        for run in runs:
            if model_of(run).partition("@")[0] == model.partition("@")[0]:  # of another hash: building it says so
                return run
        raise UsageError(f"no run of {model} has weights yet: train it with mnist-sum train{option_for(model)}")
    run = by_name(name, folder, (BUILT_IN_NAME,))
    weights_file(run)  # raises here, before anything slow is imported
    return run


def has_learned(run: Run) -> bool:
    """Whether its network may be of use: not if it only guesses, or was stopped in its training's first moments."""
    weights = run.best_weights
    head = None if weights is None else head_of(weights)
    return weights is not None and (head is None or not head.is_early) and not warning_of(run)


def to_ask(folder: Path) -> Run | None:
    """The newest run that has learned; but first the newest with weights of a network whose file the user gave."""
    runs, own = list_runs(folder), named()
    of_own = (run for run in runs if own and run.best_weights and model_of(run) in own)
    return next(of_own, None) or next(filter(has_learned, runs), None)


def weights_file(run: Run, otherwise: str = "choose another run") -> Path:
    """The file of the run's best weights; `otherwise` is what to do if there is none.

    Raises:
        UsageError: the run has no weights.
    """
    if run.best_weights is None:
        wait = " yet: wait for its first epoch, or" if run.is_running else ":"
        raise UsageError(f"run {run.id} has no weights{wait} {otherwise}")
    return run.best_weights


def check_name(name: str) -> None:
    """Refuse a word that cannot be part of the name of a run's folder; empty is no word.

    Raises:
        UsageError: it has other characters, or too many.
    """
    if name and not re.fullmatch(r"[\w.-]{0,59}[\w-]", name):
        such = re.sub(r"[^\w.-]+", "-", name)[:60].strip("-.")  # Windows drops a dot at the end
        words = "use up to 60 letters, digits, dots (not last), dashes and underscores"
        words += f", such as {such}" if such else ""
        raise UsageError(f"name '{name}' cannot be used: {words}")


def create(folder: str | Path, config: TrainConfig, name: str = "", suffix: str = "") -> Run:
    """Create a new run's folder with its config.json, locked until the run has been trained.

    The folder's name ends with `name` and `suffix`.

    Raises:
        UsageError: the name cannot be part of a folder's name.
        RunError: the folder cannot be written to.
    """
    check_name(name)
    folder = Path(folder)
    base = "-".join(
        filter(None, [datetime.now().strftime("%Y%m%d-%H%M%S"), config.model.partition("@")[0], name, suffix])
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, 1000):
            path = folder / (base if attempt == 1 else f"{base}-{attempt}")
            with contextlib.suppress(FileExistsError):  # another run began in this second
                path.mkdir()
                return _begin(Run(path, []), config)
    except OSError as error:
        reason = error.strerror or str(error)
        ways = f"{what_helps(error)}, or " if error.errno in (*NO_SPACE, *NO_FILES) else ""
        raise RunError(f"{folder}: no run can be made there ({reason}); {ways}choose another --runs-dir") from error
    raise RunError(f"{folder}: has a thousand runs from this second; wait a moment")


def where(run: Run) -> str:
    """The path of a run's folder, to be shown to a reader: relative inside a project, absolute outside one."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was deleted meanwhile
        return printable(str(run.path))
    is_in_project = any(os.path.exists(folder / mark) for folder in (here, *here.parents) for mark in PROJECT_MARKS)
    return printable(str(run.path if is_in_project else run.path.absolute()))


def list_runs(folder: str | Path) -> list[Run]:
    """Every run in the folder, the newest first; if several have the same id, only one of them."""
    return sorted(_in(Path(folder)), key=lambda run: (seconds_since_1970(run.created), run.id), reverse=True)


def summaries(folder: str | Path) -> list[Summary]:
    """Every run of `list_runs` at a glance, in its order; each file is read once."""
    read = map(summarise, _in(Path(folder)))
    there = (found for found in read if is_run(found.run.path))  # others were deleted meanwhile
    return sorted(there, key=lambda found: (seconds_since_1970(found.created), found.run.id), reverse=True)


def _in(folder: Path) -> list[Run]:
    """The runs in a folder, unsorted; none if it cannot be read."""
    try:
        return list({run.id: run for run in map(Run, folder.iterdir()) if is_run(run.path)}.values())
    except OSError:
        return []


def _begin(run: Run, config: TrainConfig) -> Run:
    """Lock a new folder and write its config.json."""
    assert run._held is not None
    try:
        run._held.append(locking.acquire(run.path))
        run.write_config(config)
    except BaseException:  # also a second Ctrl-C
        run.remove_if_unused()
        raise
    return run
