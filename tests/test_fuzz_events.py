"""One value of a real run's events is replaced by a random one: every view still shows the run, in printable text.

FUZZ=50 makes 50 times as many attempts, as in test_fuzz.py.
"""

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mnist_sum_tui.charts.run_charts import X_KINDS, View, overlay, plot
from mnist_sum_tui.charts.series import QUANTITIES, Series
from mnist_sum_tui.cli import main
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.columns import COLUMNS, arranged
from mnist_sum_tui.runs.event_json import to_dict
from mnist_sum_tui.runs.event_words import event_news
from mnist_sum_tui.runs.events import Advice, Changed, Event, Notice, Paused, Resumed, System, Validated
from mnist_sum_tui.runs.journal import Follower, read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.runs_folder import FOLDER_VARIABLE
from mnist_sum_tui.runs.summary import best_run, summarise
from mnist_sum_tui.tui.session.result import outcome, receipt
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.session.state_line import state_line
from mnist_sum_tui.tui.widgets.key_figures import facts
from mnist_sum_tui.tui.widgets.system_lines import system_words
from tests.charts.drawn import lines_of
from tests.test_fuzz import TIMES, json_values
from tests.tui import recorded

AT = {"step": 860, "epoch": 2, "elapsed": 21.5}
SCORES = {"digit_loss": 0.1, "sum_loss": 0.1, "digit_accuracy": 0.97, "sum_accuracy": 0.96, "agreement": 0.98}
EVENTS: list[Event] = [
    *recorded.training(880),
    Validated(**AT, **SCORES),  # type: ignore[arg-type]
    Paused(**AT),  # type: ignore[arg-type]
    Resumed(**AT),  # type: ignore[arg-type]
    Changed(**AT, at=880, setting="lr", before="x1", value="x0.5"),  # type: ignore[arg-type]
    Advice(**AT, topic="sees", words="It learns"),  # type: ignore[arg-type]
    recorded.health(**AT),  # type: ignore[arg-type]
    System(**AT, cores=2, own=0.5, others=0.4, memory=10**9, temperature=61.0, gpu=0.5, gpu_memory=10**9),  # type: ignore[arg-type]
    Notice(**AT, message="no validation"),  # type: ignore[arg-type]
    recorded.finished(),
]
WHOLE = [to_dict(event) for event in EVENTS]
PLACES = {values["event"]: row for row, values in enumerate(WHOLE)}
"""the last event of each kind"""
FIELDS = [(kind, name) for kind, row in PLACES.items() for name in WHOLE[row]]
strange = json_values | st.sampled_from(
    [10**400, -(10**400), 2**53, 2**63, 1e39, 1e308, -1e308, 5e-324, -0.0, True, "NaN", "Infinity", "-Infinity",
     "\x1b]52;c;cm0gLXJm\x07", "\x9b31m", "[/old]", "[red]x[/red]", "\u202e", [10**400], [[1]], {"step": {}}]
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a good run and with the run that each attempt spoils."""
    folder = tmp_path_factory.mktemp("fuzz-events") / "runs"
    for name in ("good", "spoiled"):
        run = Run(folder / name)
        run.path.mkdir(parents=True)
        run.write_config(TrainConfig.of("standard", model="compact"))
        write(run, WHOLE)
    return folder


def write(run: Run, lines: list[dict[str, Any]]) -> None:
    run.metrics_file.write_text("".join(json.dumps(values) + "\n" for values in lines))


def test_every_kind_is_tried() -> None:
    from mnist_sum_tui.runs.event_json import KINDS

    assert PLACES.keys() == KINDS.keys()


@settings(max_examples=40 * TIMES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(FIELDS), strange)
@example(("epoch", "val_digit_accuracy"), "abc")
@example(("finished", "elapsed"), "x")
@example(("epoch", "digit_loss"), None)
@example(("finished", "reason"), ["x"])
@example(("finished", "reason"), "\x1b]52;c;cm0gLXJm\x07")
@example(("progress", "step"), 10**400)
@example(("epoch", "digit_loss"), 1e308)
@example(("started", "steps_per_epoch"), 0)
@example(("started", "device"), "\x1b[31m")
@example(("samples", "sums"), [1])
@example(("health", "layers"), ["\x1b[31m"] * 5)
@example(("health", "updates"), ["NaN", "Infinity", 0, 1e39, 1])
def test_a_run_with_one_random_value_is_shown_everywhere(folder: Path, place: tuple[str, str], value: Any) -> None:
    kind, name = place
    run = Run(folder / "spoiled")
    lines = [dict(values) for values in WHOLE]
    lines[PLACES[kind]][name] = value
    write(run, lines)
    words = [*printed(folder), *charted(run), *on_the_pages(run)]
    assert all(line.isprintable() for text in words for line in text.splitlines())


def printed(folder: Path) -> Iterator[str]:
    """What the commands print."""
    spoiled = summarise(Run(folder / "spoiled"))
    best_run([spoiled, summarise(Run(folder / "good"))])
    for command in (["runs"], ["runs", "--json"], ["runs", "show", "spoiled"], ["runs", "compare", "good", "spoiled"]):
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(io.StringIO()) as out,
            contextlib.redirect_stderr(io.StringIO()) as errors,
        ):
            patch.setattr(sys, "argv", ["mnist-sum", *command])
            patch.setenv(FOLDER_VARIABLE, str(folder))
            with pytest.raises(SystemExit) as ended:
                main.main()
        assert ended.value.code == 0, errors.getvalue()
        yield out.getvalue()


def charted(run: Run) -> Iterator[str]:
    """What the charts draw: this run in front of a good one, and behind it."""
    series, good = Series(read_events(run.metrics_file, *Series.KINDS)), Series(EVENTS)
    for mine, past in ((series, good), (good, series)):
        for x_kind in X_KINDS:
            for quantity in QUANTITIES:
                for is_log in (True, False):
                    yield from lines_of(plot(mine, past, View(x_kind=x_kind, is_log=is_log), quantity), 60, 12)
    yield from lines_of(overlay([("spoiled", [series]), ("good", [good])], "sum loss", "time"), 60, 12)


def on_the_pages(run: Run) -> Iterator[str]:
    """What the pages Train and Runs say about the run, while it is watched and when it has ended."""
    session = Session(run.path.parent)
    session.watch(run.read_config(), run)
    events, is_whole = Follower(run.metrics_file).read()
    for is_alive in (True, False):
        session.take(events, is_whole, is_alive)
        yield from (state_line(session), state_line(session, room=20), facts(session, 30), receipt(session))
        yield from (words for row in outcome(session) for words in row)
    yield from map(event_news, events)
    yield from (system_words(event) for event in events if isinstance(event, System))
    summaries = [summarise(run), summarise(Run(run.path.with_name("good")))]
    for column in COLUMNS:
        yield from (column.text(summary) for summary in arranged(summaries, column))
