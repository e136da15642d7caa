"""The settings in which runs differ, as a table."""

from collections.abc import Sequence

from mnist_sum_tui.config import TrainConfig, option_name, settings, value_words
from mnist_sum_tui.printable import printable

SAME_SETTINGS = "The runs have the same settings."


def settings_table(configs: Sequence[TrainConfig | None]) -> list[list[str]]:
    """The settings that differ, a row each: the option's name, then the value in each config as a reader is shown it.

    A config that is None, because the run is damaged, has `-`, and differs from every other.
    """
    columns = [{} if config is None else config.to_dict() for config in configs]
    return [
        [option_name(name), *(printable(value_words(name, values[name])) if values else "-" for values in columns)]
        for name in settings()
        if len({str(values.get(name)) for values in columns}) > 1
    ]
