"""A run as one HTML file that can be sent to a friend: nothing in it is loaded from anywhere.

What a run's files say is checked field by field, and what is damaged is left out. The template escapes every text.
"""

from pathlib import Path

from mnist_sum_tui.charts.series import QUANTITIES, Series
from mnist_sum_tui.config import option_name, value_words
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.export import figures
from mnist_sum_tui.export.figures import figure, png
from mnist_sum_tui.export.tested import pictured, tested
from mnist_sum_tui.formatting import duration, percent
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.commands import reproduction
from mnist_sum_tui.runs.replay import Replay
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary, summarise
from mnist_sum_tui.version import __version__

TEMPLATE = Path(__file__).with_name("report.html")
MOST_MISTAKES = 30
ENVIRONMENT = (
    "mnist_sum",
    "python",
    "torch",
    "platform",
    "processor",
    "cores",
    "gpu",
    "device",
    "precision",
    "threads",
)
"""what a report shows of environment.json: nothing that has a path in it"""


def report(run: Run, data_dir: str | None = None) -> bytes:
    """The report of a run; `data_dir` is where its images are, if not where they were.

    Raises:
        RunError: config.json is missing or damaged.
    """
    from jinja2 import Environment  # torch brings it; 40 ms

    summary, config = summarise(run), run.read_config()
    replay = Replay(run.metrics_file)
    series = Series(replay.at(replay.last).events)
    test = tested(run)
    command, besides = reproduction(config, summary.starts)
    worst = test.get("mistakes", ())[:MOST_MISTAKES]
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
        TEMPLATE.read_text("utf-8")
    )
    text = template.render(
        run=run.id,
        summary=summary,
        facts=_facts(summary),
        test=test,
        figures=[found for quantity in QUANTITIES if (found := figure(series, quantity)) is not None],
        size=figures,
        mistakes=[(wrong, png(image)) for wrong, image in pictured(worst, data_dir or config.data_dir)],
        reliability={head: test[f"{head}_reliability"] for head in ("digit", "sum") if f"{head}_reliability" in test},
        settings=[(option_name(name), printable(value_words(name, value))) for name, value in config.to_dict().items()],
        environment=_environment(run),
        command=command,
        besides=besides,
        percent=percent,
        version=__version__,
    )
    return text.encode(errors="backslashreplace")


def _facts(summary: Summary) -> str:
    """What was trained, in a line."""
    start = summary.starts[-1] if summary.starts else None
    facts = [] if start is None else [
        start.model, f"{start.parameters:,} parameters", f"{len(summary.epochs)} of {start.epochs} epochs",
        f"{start.train_images:,} training images", f"{duration(summary.elapsed)} on {start.device}",
    ]  # fmt: skip
    return ", ".join([*facts, summary.state_word])


def _environment(run: Run) -> list[tuple[str, str]]:
    try:
        values = run.read_json(run.environment_file)
    except RunError:
        return []
    return [(name, printable(str(values[name]))) for name in ENVIRONMENT if isinstance(values.get(name), str | int)]
