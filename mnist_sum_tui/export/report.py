"""Write a run, or several, as one HTML file to send to a friend; the page loads nothing from anywhere.

The content of a run's files is checked field by field, and damaged fields are left out. The template escapes all text.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mnist_sum_tui import __version__
from mnist_sum_tui.charts.run_charts import MOST_RUNS, short_names
from mnist_sum_tui.charts.series import HEADS, QUANTITIES, Series
from mnist_sum_tui.charts.sureness import COVERAGE
from mnist_sum_tui.config import option_name, value_words
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.export import figures
from mnist_sum_tui.export.addition_over_time import tables
from mnist_sum_tui.export.figures import Figure, comparison, figure, png, reliability
from mnist_sum_tui.export.report_json import pictured, shades, tested
from mnist_sum_tui.export.sample_images import pictures, right_answers
from mnist_sum_tui.formatting import BEFORE_UNIT, duration, how_sure, loss_figure, percent, plural
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.chance import about_chance
from mnist_sum_tui.runs.commands import reproduction
from mnist_sum_tui.runs.differences import SAME_SETTINGS, table_of
from mnist_sum_tui.runs.event_words import changed_words
from mnist_sum_tui.runs.events import Event, Samples
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.replay import Replay
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary, measured_on, summarise
from mnist_sum_tui.training.diverged import trouble

MOST_MISTAKES = 30
KEPT = re.compile(rf"<(table|pre|script|style)\b.*?</\1>|{BEFORE_UNIT}", re.DOTALL)
"""a part of a page that stays as it is, because it may be copied; or, in a sentence, the space before a unit"""
ENVIRONMENT = (
    "mnist_sum", "python", "torch", "platform", "processor", "cores", "gpu", "device", "precision", "threads"
)  # fmt: skip
"""the fields of environment.json that a report shows; none of them has a path in it"""


def report(run: Run, data_dir: str | None = None) -> bytes:
    """The report of a run; `data_dir` is the folder of its images, if they have moved.

    Raises:
        RunError: config.json is missing or damaged.
    """
    summary, config = summarise(run), run.read_config()
    series, changed = Series(_moments(run)), summary.changed
    test, found = tested(run, summary.finished), read_events(run.metrics_file, Samples.kind)
    samples = [event for event in found if isinstance(event, Samples)]
    command, besides = reproduction(config, summary.starts, summary.changed)
    worst = test.get("mistakes", ())[:MOST_MISTAKES]
    heads = {head: test[f"{head}_reliability"] for head in HEADS if f"{head}_reliability" in test}
    last, data_dir = samples[-1] if samples else None, data_dir or config.data_dir
    shown = pictures(last, data_dir) if last else ()
    drawn = _drawn(figure(series, quantity, changed) for quantity in QUANTITIES)
    return _page(
        "report.html",
        run.id,
        summary=summary,
        facts=_facts(summary),
        trouble=trouble(summary),
        test=test,
        shades_of=shades(test),
        turns=[changed_words(event, summary.steps) for event in changed],
        figures=drawn,
        has_nines=any(text.endswith("%") and float(text[:-2]) >= 90 for chart in drawn for _, text in chart.y_ticks),
        tables=tables(samples),
        last=last,
        shown=shown,
        right=right_answers(last) if last and shown else (),
        mistakes=[(wrong, png(image)) for wrong, image in pictured(worst, data_dir)],
        reliability=heads,
        coverage=COVERAGE,
        diagram=reliability({head: found.get("bins", ()) for head, found in heads.items()}) if heads else None,
        settings=[(option_name(name), printable(value_words(name, value))) for name, value in config.to_dict().items()],
        environment=_environment(run),
        command=command,
        besides=besides,
    )


def compared(named: Mapping[str, Summary]) -> bytes:
    """One page that compares several runs, given by the letters that stand for them."""
    drawn = dict(list(named.items())[:MOST_RUNS])
    curves = {letter: Series(_moments(found.run)) for letter, found in drawn.items()}
    rows = table_of([*named.values()], most=None)
    return _page(
        "compare.html",
        f"{len(named)} runs compared",
        runs=named,
        measured=measured_on(named.values()),
        chance=about_chance([*named.values()], names=[*named]),
        settings=rows,
        same=SAME_SETTINGS,
        drawn=list(drawn),
        short=dict(zip(named, short_names([found.run.id for found in named.values()]), strict=True)),
        ends=_ends(curves),
        figures=_drawn(comparison(curves, f"{head} {quantity}") for quantity in QUANTITIES for head in HEADS),
        commands={
            name: reproduction(found.config, found.starts, found.changed)
            for name, found in named.items()
            if found.config
        },
    )


def _page(template: str, title: str, **values: Any) -> bytes:
    from jinja2 import Environment, FileSystemLoader  # torch brings it; 40 ms

    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    spoken = {each.__name__: each for each in (duration, how_sure, loss_figure, percent)}
    shared = spoken | {"size": figures, "title": title, "version": __version__}
    html = pages.get_template(template).render(shared | values)
    whole = KEPT.sub(lambda found: found[0] if found[1] else "&nbsp;", html)
    return whole.encode(errors="backslashreplace")


def _drawn(found: Iterable[Figure | None]) -> list[Figure]:
    return [chart for chart in found if chart is not None]


def _ends(curves: Mapping[str, Series]) -> dict[str, str]:
    """Where each curve ends, in words; empty for the longest."""
    ends = {letter: max(series.x("epoch", series.training), default=0.0) for letter, series in curves.items()}
    last = {letter: round(end, 2) for letter, end in ends.items()}
    longest = max(last.values())
    return {letter: f" (ends at epoch {at:g})" if at != longest else "" for letter, at in last.items()}


def _moments(run: Run) -> tuple[Event, ...]:
    """The run's events, with Progress thinned."""
    replay = Replay(run.metrics_file)
    return replay.at(replay.last).events


def _facts(summary: Summary) -> str:
    """A line about what was trained: network, parameters, epochs, images, time and state."""
    start, config = summary.starts[-1] if summary.starts else None, summary.config
    facts = [] if start is None or config is None else [
        start.model, f"{start.parameters:,} parameters", f"{len(summary.epochs)} of {plural(config.epochs, 'epoch')}",
        plural(start.train_images, "training image"), f"{duration(summary.elapsed)} on {start.device}",
    ]  # fmt: skip
    return ", ".join([*facts, summary.state_word]) if facts else summary.state_word.capitalize()


def _environment(run: Run) -> list[tuple[str, str]]:
    try:
        values = run.read_json(run.environment_file)
    except RunError:
        return []
    known = [name for name in ENVIRONMENT if isinstance(values.get(name), str | int)]
    return [(option_name(name), printable(str(values[name]))) for name in known]
