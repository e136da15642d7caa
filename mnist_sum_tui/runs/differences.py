"""The settings in which runs differ, changes during training included; and which runs differ only in their seed."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from mnist_sum_tui.config import TrainConfig, option_name, settings, value_words
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.commands import asked as starts_asked
from mnist_sum_tui.runs.summary import Summary

MOST_CHANGES = 5
"""rows of changes that a terminal shows; one more row counts the rest"""
SAME_SETTINGS = "The runs have the same settings."
INDIFFERENT = ("device", "threads", "keep")
"""settings that do not decide what a network learns"""


def settings_table(
    configs: Sequence[TrainConfig | None], changed: Sequence[Sequence[str]] = (), most: int | None = MOST_CHANGES
) -> list[list[str]]:
    """A row for each setting that differs: the option's name, then the value in each config, in words.

    A config of None, for a damaged run, shows `-` and differs from every other. If the runs were not all changed alike
    during training (`changed`), rows `change` follow; at most `most`, or all with None.
    """
    found: list[list[str]] = []
    for name, values in differing_settings(configs).items():
        columns = zip(configs, values, strict=True)
        words = (printable(value_words(name, value)) if config else "-" for config, value in columns)
        found.append([option_name(name), *words])
    return found + _changes_table(changed, most)


def differing_settings(configs: Sequence[TrainConfig | None]) -> dict[str, list[object]]:
    """The settings that differ, each with its value in each config; None in a config of None, for a damaged run."""
    columns = [{} if config is None else config.to_dict() for config in configs]
    found = {name: [values.get(name) for values in columns] for name in settings()}
    return {name: values for name, values in found.items() if len({*map(str, values)}) > 1}


def table_of(runs: Sequence[Summary], most: int | None = MOST_CHANGES) -> list[list[str]]:
    """As `settings_table`, for runs; a row says if they got their epochs at different starts, as `1, then 2`.

    Others have the first digits of their images' SHA-256, if they were trained or tested on different images. Damaged
    runs alone have one row, because nothing is known of their settings, and so not that they are the same.
    """
    if not any(run.config for run in runs):
        return [["all", *("unreadable" for _ in runs)]]
    asked = [epochs_asked(run) for run in runs]
    is_other = len(set(asked)) > 1 and any("," in epochs for epochs in asked)
    rows = settings_table([run.config for run in runs], [[*changes_of(run)] for run in runs], most)
    rows += [["epochs asked for", *(epochs or "-" for epochs in asked)]] if is_other else []
    if len({run.parameters for run in runs} - {0}) > 1:
        rows += [["parameters", *(f"{run.parameters:,}" if run.parameters else "-" for run in runs)]]
    for place, name in enumerate(("training images", "test images")):
        contents = ["".join(run.images.sha256[place : place + 1])[:8] or "-" for run in runs]
        rows += [[name, *contents]] if len({*contents} - {"-"}) > 1 else []
    return rows


def epochs_asked(run: Summary) -> str:
    """The numbers of epochs that a run was asked for, one for each start that changed it: `1, then 2`.

    A number that was set while it trained, by the user or by the run itself, is among its changes and not among these.
    """
    return ", then ".join(str(start.epochs) for start in starts_asked(run.starts, run.changed))


def changes_of(run: Summary) -> Iterator[str]:
    """What was changed during training, written as for `--change`: `300:lr=x0.5`."""
    for event in run.changed:
        yield f"{event.turn}{'' if event.is_reached(run.steps) else ' (planned)'}"


def _changes_table(changed: Sequence[Sequence[str]], most: int | None) -> list[list[str]]:
    columns = [[*texts] for texts in changed]
    if all(column == columns[0] for column in columns):
        return []
    for column in columns:
        if most is not None and (more := len(column) - most) > 0:
            column[most:] = [f"{more:,} more"]
    rows = zip_longest(*columns, fillvalue="-")
    return [["" if place else "change", *map(printable, row)] for place, row in enumerate(rows)]


def apart_from_seed(config: TrainConfig) -> tuple[object, ...]:
    """All settings that decide what a network learns, except the seed: runs with the same ones differ by chance."""
    return tuple(getattr(config, name) for name in settings() if name not in (*INDIFFERENT, "seed"))
