"""`mnist-sum evaluate`: test a trained network with every pair of test image and number."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_sum_tui.cli.charts import print_reliability
from mnist_sum_tui.cli.common import (
    DataDir,
    Device,
    Json,
    ModelFile,
    Notify,
    RunArgument,
    RunsDir,
    ask,
    print_json,
    source_of,
)
from mnist_sum_tui.cli.layout import console, drawn, is_plain, print_table, say, show_commands, styled
from mnist_sum_tui.cli.sturdy import print_sturdy, watched
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import how_sure, loss_figure, percent, plural, shade
from mnist_sum_tui.glyphs import current
from mnist_sum_tui.machine.notify import told_when_over
from mnist_sum_tui.machine.process import keep_freed_memory
from mnist_sum_tui.own_network import option_for
from mnist_sum_tui.printable import printable, shell_word
from mnist_sum_tui.runs.runs_folder import default_folder

if TYPE_CHECKING:
    from rich.console import Console

    from mnist_sum_tui.cli.layout import Cells
    from mnist_sum_tui.data.dataset import Split
    from mnist_sum_tui.inference.evaluate import EvalReport
    from mnist_sum_tui.inference.predict import Predictor

SHOWN_MISTAKES = 16
Corrupt = Annotated[
    bool,
    typer.Option("--corrupt", help="Spoil the images in fifteen ways, each in five strengths: some minutes for all."),
]
SameRun = Annotated[
    str | None, typer.Option("--run", metavar="RUN", help="The same as RUN, as predict has it.", hidden=True)
]
Images = Annotated[
    int | None,
    typer.Option("--images", help="Only so many test images, the first ones, for a quick look.", show_default="all"),
]


def evaluate(
    run: RunArgument = None,
    data_dir: DataDir = None,
    device: Device = None,
    runs_dir: RunsDir = None,
    model_file: ModelFile = None,
    corrupt: Corrupt = False,
    count: Images = None,
    json: Json = False,
    notify: Notify = None,
    same_run: SameRun = None,
) -> None:
    """Test a run: the accuracy of both heads, how often they agree, and what they get wrong."""
    if count is not None and count < 1:
        raise UsageError(f"--images must be 1 or more, not {count}")
    if None not in (run, same_run) and run != same_run:
        raise UsageError(f"the run is given twice, as {run} and as {same_run}: give it once")
    named = same_run if run is None else run
    keep_freed_memory()  # before torch has threads
    predictor, asked = ask(named, runs_dir, model_file, device)
    import torch

    from mnist_sum_tui.data import dataset
    from mnist_sum_tui.inference.evaluate import score

    images = dataset.load_for_run("test", predictor.config.data_dir, data_dir)
    own, known = predictor.config.data_dir, predictor.images.get("test")
    if data_dir is None and known not in (None, dataset.identity("test", own, images)):
        place = printable(own or "the package")
        words = "These are not the images of the run's own test: those in {} have changed since."
        if json:
            print(words.format(place), file=sys.stderr)
        else:
            say(console(), words.format(place))
    if count is not None:
        images = images.take(torch.arange(min(count, len(images))))
    with told_when_over(notify, "the evaluation"):
        if corrupt:
            _spoil(predictor, images, is_json=json)
        elif json:
            print_json({**source_of(predictor), **score(predictor.infer(images.images), images).to_dict()})
        else:
            is_told = named is not None or runs_dir not in (None, default_folder())  # predict would ask another network
            options = f" --run {asked}" if is_told else ""
            options += option_for(predictor.config.model)
            options += f" --data-dir {shell_word(data_dir)}" if data_dir else ""
            _print(predictor, score(predictor.infer(images.images), images), options)


def _print(predictor: "Predictor", report: "EvalReport", options: str) -> None:
    """Print the report; `options` are added to the command that shows one of its mistakes."""
    out = console()
    say(out, f"{predictor.source}, on {plural(report.images, 'test image')} with all ten numbers")
    out.print()
    say(out, f"digit accuracy  {percent(report.digit_accuracy):>9}   loss {loss_figure(report.digit_loss)}")
    loss = loss_figure(report.sum_loss)
    say(out, f"sum accuracy    {percent(report.sum_accuracy):>9}   loss {loss}   {report.pairs:,} pairs")
    say(out, f"agreement       {percent(report.agreement):>9}   sum = digit + number, right or wrong")
    if predictor.confidence.classes:
        say(out, f"refused         {percent(report.refused):>9}   images that are said to be no digits")
    else:
        say(out, f"refused         {'-':>9}   without a digit score it takes every image for a digit")
    print_reliability(out, report)
    _print_confusion(out, report)
    _print_by_pair(out, report)
    _print_mistakes(out, report, options, is_run=predictor.run is not None)


def _spoil(predictor: "Predictor", images: "Split", *, is_json: bool) -> None:
    """Evaluate spoiled images, and print the result."""
    from mnist_sum_tui.inference.sturdy import TOTAL, spoil

    found = [*watched(spoil(predictor, images), TOTAL)]
    if is_json:
        told = [spoiled._asdict() for spoiled in found]
        print_json({**source_of(predictor), "images": len(images), "corrupted": told})
        return
    out = console()
    say(out, predictor.source)
    print_sturdy(out, found, len(images))


def _print_confusion(out: "Console", report: "EvalReport") -> None:
    rows: list[Cells] = []
    for label, counts in enumerate(report.confusion):
        marked = [
            styled(f"{n:,}", "red") if n and digit != label else styled(f"{n:,}" if n else current().between, "dim")
            for digit, n in enumerate(counts)
        ]
        rows.append([str(label), *marked])
    title = "Digits: the true digit in rows, what it is read as in columns"
    out.print()
    read_as = [f"read as {digit}:" if is_plain() else str(digit) for digit in range(10)]
    print_table(out, title, ["true" if is_plain() else "", *read_as], rows)


def _print_by_pair(out: "Console", report: "EvalReport") -> None:
    known = [share for row in report.sum_accuracy_by_pair for share in row if share is not None]
    worst, best = min(known), max(known)
    rows = [
        [str(label), *(_shaded(share, worst, best) for share in shares)]
        for label, shares in enumerate(report.sum_accuracy_by_pair)
    ]
    is_shaded = not is_plain() and worst < best
    ends = f"{percent(best, 1, '')} to {current().shades[-1]} {percent(worst, 1, '')}"
    shades = f"; the fuller, the more mistakes: {ends}" if is_shaded else ""
    title = f"Sum accuracy in %: the digit in rows, the number in columns{shades}"
    out.print()
    numbers = [f"+{number}{':' if is_plain() else ''}" for number in range(10)]
    print_table(out, title, ["digit" if is_plain() else "", *numbers], rows, gap=1)
    hard = [
        f"{label} + {number}, right in {percent(report.sum_accuracy_by_pair[label][number])}"
        for label, number in report.hardest
    ]
    if hard:
        say(out, f"hardest sum{'s' * (len(hard) > 1)}: {'; '.join(hard)}")


def _shaded(share: float | None, worst: float, best: float) -> str:
    if share is None:
        return "-"
    mark = drawn(shade((best - share) / (best - worst))) if worst < best else ""
    return f"{mark}{percent(share, 1, ''):>5}"


def _print_mistakes(out: "Console", report: "EvalReport", options: str, *, is_run: bool) -> None:
    rows = [
        [str(w.index), str(w.label), str(w.digit), how_sure(w.probability, 2), "yes" if w.is_refused else ""]
        for w in report.mistakes[:SHOWN_MISTAKES]
    ]
    columns = ["index", "true", "read as", "probability", "refused"]
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    if rows:
        count = report.digit_mistakes
        part = f"{len(rows)} of {count:,}" if len(rows) < count else f"{count}"
        out.print()
        print_table(out, f"Wrong digits, {part} shown, surest first", columns, rows)
        if len(rows) < count:
            opened = ", once Enter on the page Runs has opened this run" if is_run else ""
            say(out, f"All of them: page Mistakes of mnist-sum tui{opened}", "dim")
        show_commands(out, {"see one": f"mnist-sum predict INDEX{options}"})
