"""The names that `train --name` gave to runs, and the network's name that stands before them in an id."""

import contextlib
import re

from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.runs.run import Run


def one_named(runs: list[Run], name: str) -> list[Run]:
    """The one run that --name gave this whole name, which nothing but the model stands before; none if no run has it.

    Those that have more behind it, because they are of several seeds or were begun in one second, are not meant by it.

    Raises:
        UsageError: several runs have it.
    """
    ids = {run.path.name for run in runs if _is_named(run, run.path.name, name)}
    alike = [
        run
        for run in runs
        if run.path.name in ids
        or _is_named(run, re.sub("-seed[0-9]+$", "", run.path.name), name)
        or re.sub("-[0-9]{1,3}$", "", run.path.name) in ids
    ]
    if len(alike) > 1:
        more = f" or {len(alike) - 2} more" if len(alike) > 2 else ""
        between = ", " if more else " and "
        raise UsageError(
            f"several runs are named '{name}': {alike[0].id}{between}{alike[1].id}{more}: give the id of one"
        )
    return alike if ids else []


def _is_named(run: Run, path_name: str, name: str) -> bool:
    """Whether an id of this run, that of its folder or a shorter one, ends with its model and this name."""
    begun = path_name.removesuffix(f"-{name}")
    return begun != path_name and bool(re.fullmatch(_unnamed(model_of(run)), begun))


def _unnamed(model: str) -> str:
    """The regular expression of an id without a name: date, time and network."""
    return f"[0-9]{{8}}-[0-9]{{6}}-{re.escape(model.partition('@')[0])}"


def seeds_named(runs: list[Run], name: str) -> list[Run]:
    """Those of the runs, the newest first, that `train --seeds` made with this name; the oldest first.

    None if only one has it, because that is no group of seeds.
    """
    matches = [(run, re.fullmatch("(.+)-seed[0-9]+", run.path.name)) for run in reversed(runs)]
    found = [run for run, begun in matches if begun and _is_named(run, begun[1], name)]
    return found if len(found) > 1 else []


def given_name(run: Run, model: str) -> str:
    """What --name gave to a run of this network, without what tells seeds and runs of one second apart; or empty."""
    found = re.fullmatch(
        f"{_unnamed(model)}(?:-(?!seed[0-9]+$)(.+?))?(?:-seed[0-9]+)?(?:-[0-9]{{1,3}})?", run.path.name
    )
    return (found and found[1]) or ""


def model_of(run: Run) -> str:
    """The name of a run's network; empty if it is not known."""
    with contextlib.suppress(RunError):
        return str(run.read_json(run.config_file).get("model", ""))
    return ""
