"""The settings in which runs differ."""

from dataclasses import replace
from pathlib import Path

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.differences import table_of
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary
from tests.tui import recorded

OURS = TrainConfig.of("standard", model="compact")


def test_runs_that_got_their_epochs_at_other_starts_differ() -> None:
    def run(*epochs: int) -> Summary:
        starts = tuple(replace(recorded.started(resumed=place > 0), epochs=count) for place, count in enumerate(epochs))
        return Summary(Run(Path("x")), OURS, "completed", starts=starts)

    assert table_of([run(2), run(1, 2)]) == [["epochs asked for", "2", "1, then 2"]]
    assert table_of([run(2), run(2, 2)]) == [], "it was only interrupted"
    assert table_of([run(2), run(2)]) == []
    assert table_of([run(), run(1, 2)])[0][1] == "-"


def test_runs_of_two_networks_of_one_name_differ() -> None:
    def run(parameters: int, model: str = "swift") -> Summary:
        config = TrainConfig.of("standard", model=model)
        starts = (replace(recorded.started(), parameters=parameters),) if parameters else ()
        return Summary(Run(Path("x")), config, "completed", starts=starts)

    assert table_of([run(100_000), run(99_000)]) == [["parameters", "100,000", "99,000"]]
    assert table_of([run(9), run(8), run(0)]) == [["parameters", "9", "8", "-"]]
    assert table_of([run(9), run(9), run(0)]) == [], "it has not begun"
    assert [name for name, *_ in table_of([run(9), run(8, "keen")])] == ["model", "parameters"], "how much they cost"


def test_settings_that_cannot_be_read_are_not_called_the_same() -> None:
    unread, read = Summary(Run(Path("x")), None, "damaged"), Summary(Run(Path("y")), OURS, "completed")
    assert table_of([unread, unread]) == [["all", "unreadable", "unreadable"]]
    assert ["model", "-", "compact"] in table_of([unread, read])
    assert table_of([read, read]) == []
