"""`mnist-sum runs export` and `runs report`: write a run to files that other programs open."""

from pathlib import Path
from typing import Annotated

import typer

from mnist_sum_tui.cli.common import (
    DataDir,
    LaterRunsDir,
    ModelFile,
    RunName,
    TensorBoard,
    board_shown,
    folder_of,
    need,
)
from mnist_sum_tui.cli.layout import console, say
from mnist_sum_tui.cli.output import OPENS_A_PAGE, check_output, check_outputs, write_output
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.export.earlier import in_the_way
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.printable import printable, shell_word
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run


def export(
    context: typer.Context,
    run: RunName = "latest",
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Its measurements as a table, for a spreadsheet.")
    ] = None,
    onnx: Annotated[
        Path | None,
        typer.Option("--onnx", metavar="FILE", help="Its network, to be run without torch (needs onnx, onnxscript)."),
    ] = None,
    model_file: ModelFile = None,
    tensorboard: TensorBoard = None,
    runs_dir: LaterRunsDir = None,
) -> None:
    """Write a run to files that other programs open."""
    if csv is onnx is tensorboard is None:
        raise UsageError("say what to write: --csv FILE, --onnx FILE or --tensorboard DIR")
    if model_file is not None and onnx is None:
        raise UsageError("--model-file is only for --onnx: add --onnx FILE, or leave it out")
    check_outputs(csv, onnx, folder=tensorboard)
    if onnx is not None:
        need("--onnx", "onnx", "onnxscript")
    found = find.by_name(run, folder_of(context, runs_dir))
    events = [] if csv is tensorboard is None else _events(found)
    made: list[tuple[Path, bytes, str]] = []  # whole before the first is written: if one cannot be made, none is
    if csv is not None:
        from mnist_sum_tui.export.csv import to_csv

        made.append((csv, to_csv(events), "a spreadsheet or pandas.read_csv opens it"))
    if onnx is not None:
        import_torch()
        from mnist_sum_tui.export.onnx import to_onnx
        from mnist_sum_tui.inference.predict import load_predictor

        predictor = load_predictor(found, device="cpu", model=model_file)
        made.append((onnx, to_onnx(predictor), "Netron (netron.app) shows its layers, onnxruntime runs it"))
    if tensorboard is not None:
        from mnist_sum_tui.export.tensorboard import to_tensorboard

        said = printable(str(to_tensorboard(found, events, tensorboard)))
        say(console(), f"Wrote {said}: {board_shown(tensorboard)}")
    for path, content, opened_by in made:
        write_output(path, content, opened_by)


def _events(run: Run) -> list[Event]:
    """The events of a run, of which there is at least one.

    Raises:
        UsageError: it has none.
    """
    events = list(read_events(run.metrics_file))
    if not events:
        why = "its metrics.jsonl is missing, empty or unreadable"
        raise UsageError(f"run {run.id} has nothing to export: {why}; choose another run")
    return events


def report(
    context: typer.Context,
    run: RunName = "latest",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The file to write.", show_default="RUN.html, in this folder"
        ),
    ] = None,
    data_dir: DataDir = None,
    runs_dir: LaterRunsDir = None,
) -> None:
    """Write a run as one HTML file to send: curves, mistakes, settings, the command that repeats it."""
    from mnist_sum_tui.data import mnist_files  # numpy
    from mnist_sum_tui.export import report as reports  # and Pillow

    if context.args:
        names = " ".join(map(shell_word, (run, *context.args)))
        several = f"mnist-sum runs compare {names} --report compared.html"
        raise UsageError(f"a report is of one run: {several} makes one of several")
    check_output(output)
    if data_dir is not None:
        mnist_files.read("test", data_dir)  # raises here: without images the report has no pictures of the mistakes
    found = find.by_name(run, folder_of(context, runs_dir))
    target = output or Path(f"{found.path.name}.html")
    if output is None and (why := in_the_way(target)):
        raise UsageError(f"{target} {why}: name another file with -o")
    write_output(target, reports.report(found, data_dir), OPENS_A_PAGE)
