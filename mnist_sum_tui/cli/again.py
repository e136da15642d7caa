"""Earlier runs with the same settings: a sweep and `train --seeds` keep the finished ones and resume the others."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from mnist_sum_tui.cli.layout import console, say
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.images import Images
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary
from mnist_sum_tui.training.sweep import is_run_of


def there(
    config: TrainConfig, folder: Path, ended: Sequence[str] = ("completed",), *, is_quiet: bool = False
) -> Summary | None:
    """The run with this config that `ended` so, or else one that can be resumed; None if there is neither.

    One that was completed without a whole test result, as only a strange file says, counts as none; neither does one of
    another network of that name, as another version may have it, or one on other images, because the files in its
    folder have changed since, and a line says so unless `is_quiet`.
    """
    alike = [found for found in find.summaries(folder) if is_run_of(config, found)]
    alike = [found for found in alike if found.state != "completed" or _is_tested(found)]
    ours = [found for found in alike if found.parameters in (0, _parameters(config.model))]
    now = _images(config.data_dir) if ours else None
    same = [found for found in ours if now and found.images.same_as(now)]
    if alike and not same and not is_quiet:
        what = printable(config.data_dir or "") if ours else f"network {config.model}"
        earlier = (ours or alike)[0].run.argument
        say(console(), f"seed {config.seed}: {what} has changed since {earlier}: trained again")
    states = (ended, ("stopped", "interrupted"))
    return next((found for state in states for found in same if found.state in state), None)


@cache
def _parameters(model: str) -> int:
    """How many parameters a network has in this version."""
    import_torch()
    from mnist_sum_tui.models import parameter_count, skeleton

    return parameter_count(skeleton(model))


@cache
def _images(place: str | None) -> Images:
    """The images of a folder, read once per command; if they cannot be read their content is not known."""
    from mnist_sum_tui.data.mnist_files import FILES, fingerprint, read  # numpy

    with contextlib.suppress(DataError):
        if place is not None:
            return Images(place, tuple(fingerprint(*read(split, place, is_from_run=True)) for split in FILES))
    return Images(place)


def _is_tested(found: Summary) -> bool:
    return found.is_tested and found.finished is not None and found.finished.agreement is not None


def done_before(config: TrainConfig, found: Summary) -> str:
    """The line that is printed for a run that is not trained again."""
    how = "diverged" if found.state == "diverged" else "done"
    return f"seed {config.seed}: {how} before, in {found.run.argument}"


def begun(config: TrainConfig, found: Summary | None, folder: Path, name: str) -> tuple[TrainConfig, Callable[[], Run]]:
    """The settings of the run to train, and what gives it: the found run, or a new one, made at the first call."""
    if found is None or found.config is None:
        return config, cache(lambda: find.create(folder, config, name, f"seed{config.seed}"))
    return replace(config, epochs=found.config.epochs), lambda: found.run
