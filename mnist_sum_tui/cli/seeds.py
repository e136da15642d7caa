"""`mnist-sum train --seeds N`: the same training with N seeds, one after the other, and the mean of the results."""

import statistics
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_sum_tui.cli.again import begun, done_before, there
from mnist_sum_tui.cli.common import print_json
from mnist_sum_tui.cli.layout import console, print_table, say, styled
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.formatting import duration, percent
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary, summarise
from mnist_sum_tui.training.sweep import last_seed

if TYPE_CHECKING:
    from mnist_sum_tui.cli.layout import Cells

ACCURACIES = ("digit_accuracy", "sum_accuracy", "agreement")


def train_seeds(
    config: TrainConfig,
    count: int,
    folder: Path,
    name: str,
    train: Callable[[TrainConfig, Callable[[], Run], bool], int],
    *,
    json: bool,
    is_quiet: bool = False,
    is_fresh: bool = False,
) -> int:
    """Train with `count` seeds from the config's seed on, a sweep of one; stop at the first run that fails.

    `train` gets the config, what makes the run, and whether it is the last run; it returns an exit code.
    `is_fresh`: runs that are there already are made again.

    Raises:
        UsageError: the last seed would be above LARGEST_SEED.
    """
    last = last_seed(config.seed, count)
    if not is_quiet:
        say(console(), f"{count} trainings, with seeds {config.seed} to {last}; the time left is that of one", "dim")
    done = []
    for seed in range(config.seed, last + 1):
        own = replace(config, seed=seed)
        found = None if is_fresh else there(own, folder, is_quiet=is_quiet)
        if found is not None and found.state == "completed":
            if not is_quiet:
                say(console(), done_before(own, found))
            done.append(found)
            continue
        own, make = begun(own, found, folder, name)
        code = train(own, make, seed == last)
        if code:
            if not json and not is_fresh:
                say(console(), "  the same command goes on with it, and with the seeds that are left")
            elif not json and seed < last:
                words = f"the same command with --seed {seed + 1} --seeds {last - seed}"
                say(console(), f"  then the seeds that are left: {words}")
            return code
        done.append(summarise(make()))
    if json:
        print_json({"event": "seeds", **_as_json(done)})
    else:
        _print(done)
    return 0


def _values(done: list[Summary], name: str) -> list[float]:
    return [float(getattr(found.finished, name)) for found in done]


def _as_json(done: list[Summary]) -> dict[str, object]:
    values = {name: _values(done, name) for name in ACCURACIES}
    return {
        "runs": [found.run.id for found in done],
        **values,
        "elapsed": [found.elapsed for found in done],
        "mean": {name: statistics.mean(column) for name, column in values.items()},
        "deviation": {name: statistics.stdev(column) for name, column in values.items()},
    }


def _print(done: list[Summary]) -> None:
    columns = {name: _values(done, name) for name in ACCURACIES}
    rows: list[Cells] = [
        [found.run.id, *(percent(column[place], 3) for column in columns.values()), duration(found.elapsed)]
        for place, found in enumerate(done)
    ]
    seconds = [found.elapsed for found in done]
    means = (percent(statistics.mean(column), 3) for column in columns.values())
    mean_row = [f"mean of {len(done)}", *means, duration(statistics.mean(seconds))]
    rows.append([styled(text, "bold") for text in mean_row])
    spread = (f"{statistics.stdev(column) * 100:.3f} %" for column in columns.values())
    rows.append(["standard deviation", *spread, duration(statistics.stdev(seconds))])
    out = console()
    out.print()
    print_table(out, "Test accuracy by seed", ["run", "digit", "sum", "agreement", "time"], rows, left=1)
    say(out, f"{duration(sum(seconds))} of training in all", "dim")
