"""`mnist-sum bench`: measure how fast training is on this machine."""

import math
import statistics
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from mnist_sum_tui.cli.common import Json, check_model, complete_model, print_json
from mnist_sum_tui.cli.layout import console, print_table, say, styled
from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.formatting import about, percent, plural, typed
from mnist_sum_tui.machine.signals import tidied
from mnist_sum_tui.recipes import MODELS

if TYPE_CHECKING:
    from rich.console import Console

    from mnist_sum_tui.bench.dashboard import DashboardCost
    from mnist_sum_tui.bench.growth import Growth
    from mnist_sum_tui.bench.measure import Row
    from mnist_sum_tui.bench.race import Race
    from mnist_sum_tui.bench.several import Several
    from mnist_sum_tui.cli.layout import Cells

Measured = TypeVar("Measured", "Row", "DashboardCost", "Several", "Growth", "Race")

NETWORK_SECONDS = 26.0
"""about how long one network takes with three rounds"""


def bench(
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Network to measure; may be repeated.",
            autocompletion=complete_model,
            show_default="all; fewer with an option below",
        ),
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option(help="How often each is measured (a race: seeds), 1 to 100.", show_default="3; dashboard 16"),
    ] = None,
    dashboard: Annotated[
        bool, typer.Option("--dashboard", help="How much the dashboard slows training, and how fast it responds.")
    ] = False,
    page: Annotated[
        str | None,
        typer.Option(
            help="With --dashboard: the open page. One of train, inspect, draw, mistakes, runs, inside.",
            show_default="train",
        ),
    ] = None,
    distributed: Annotated[
        bool,
        typer.Option("--distributed", help="Two processes compared with one, and an estimate for several machines."),
    ] = False,
    growth: Annotated[
        bool, typer.Option("--growth", help="How time and disk space grow with the number of images and epochs.")
    ] = False,
    race: Annotated[
        float | None,
        typer.Option(
            help="Seconds until the validation has this accuracy for digit and sum, in percent (99.4, say).",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Measure the images per second of each network, and of a plain PyTorch loop, on this machine."""
    for name in model or ():
        check_model(name)
    if rounds is not None and not 1 <= rounds <= 100:
        raise UsageError(f"--rounds must be 1 to 100, not {rounds}")
    if dashboard + distributed + growth + (race is not None) > 1:
        separate = "--dashboard, --distributed, --growth and --race are separate measurements"
        raise UsageError(f"{separate}: give only one of them")
    if page is not None and not dashboard:
        raise UsageError("--page is the dashboard's: add --dashboard, or leave out --page")
    out = console()
    out.quiet = json  # with --json only its lines are printed
    with tidied():  # a bench has folders and trainings of its own
        if race is not None:
            _race(model, rounds or 3, race, out)
        elif growth:
            _measure_growth(model or ["compact"], rounds or 3, out)
        elif dashboard:
            _measure_dashboard(model or ["compact"], rounds or 16, "train" if page is None else page, out)
        elif distributed:
            _measure_several(model or ["original", "compact"], rounds or 3, out)
        else:
            _measure_training(tuple(model or MODELS), rounds or 3, out)


def _measure_training(chosen: tuple[str, ...], rounds: int, out: "Console") -> None:
    length = about(NETWORK_SECONDS * len(chosen) * (rounds + 1) / 4)  # one more round warms up
    say(out, f"Training with batch size 128, {plural(rounds, 'round')}; {length} ...", "dim")
    from mnist_sum_tui.bench.measure import measure  # imports torch and torchvision: three seconds
    from mnist_sum_tui.machine.hardware import usable_cores

    rows = _collect(measure(rounds, chosen), out)
    columns = ["network", "plain loop", "workers", "fp32", "ratio", "auto", "", "ratio", "of limit"]
    title = f"Median images/s on {rows[0].device}; mnist-sum in fp32 and with --precision auto"
    print_table(out, title, columns, [_cells(row) for row in rows], left=1)
    out.print()
    say(out, "plain loop: torchvision, one transform per image, fp32 (mnist_sum_tui/bench/plain.py)", "dim")
    say(out, "ratio: the median of the rounds' own ratios", "dim")
    say(out, f"workers: num_workers of the plain loop, the faster of 0 and {usable_cores()}", "dim")
    limit = f"{statistics.median(row.limit for row in rows) / 1e9:,.0f} GFLOP/s"
    say(out, f"limit: a matrix product of conv6's shape in the same precision, {limit}", "dim")
    if any(row.limit_share > 1 for row in rows):
        say(out, "above 100 %: Winograd convolution needs fewer multiplications than are counted", "dim")


def _measure_dashboard(models: list[str], rounds: int, page: str, out: "Console") -> None:
    if sys.platform == "win32":
        raise UsageError(
            "bench --dashboard does not run on Windows, because it needs a pseudo-terminal: use Linux or macOS"
        )
    from mnist_sum_tui.bench.dashboard import measure
    from mnist_sum_tui.tui.pages.base import PAGES

    if page not in PAGES:
        raise unknown("page", page, PAGES)
    say(out, "Training with and without the dashboard; about four minutes per network ...", "dim")
    costs = _collect((measure(model, rounds, page) for model in models), out)
    measured = ["without", "with", "ratio", "half", "drawing", "kB/s", "first frame"]
    measured += ["key", "95 %", "stroke", "95 %"]
    rows: list[Cells] = [
        [cost.model, f"{cost.headless:.1f}", f"{cost.dashboard:.1f}", styled(f"{cost.ratio:.3f}", "bold"),
         "{:.2f}-{:.2f}".format(*cost.quartiles),
         "-" if cost.drawing is None else f"{100 * cost.drawing:.1f} %",
         f"{cost.bytes_per_second / 1000:.1f}",
         *(f"{1000 * value:.0f} ms" for value in (
            cost.first_frame, cost.key_median, cost.key_p95, cost.stroke_median, cost.stroke_p95
        ))]
        for cost in costs
    ]  # fmt: skip
    print_table(out, "Median steps/s without and with the dashboard", ["network", *measured], rows, left=1)
    out.print()
    first = costs[0]
    turns = plural(rounds, "round")
    counts = f"{turns}, {first.starts} starts, {first.keys} keys and {first.strokes} strokes while training"
    say(out, counts, "dim")
    say(out, "half: between which ratios half of the rounds lie", "dim")
    say(out, "drawing: share of one CPU core that the dashboard's main thread uses", "dim")
    say(out, "kB/s: what it writes to a quick terminal; a slow one gets less than it takes", "dim")
    say(out, "key, stroke: from the input to its effect on the screen, median and 95th percentile", "dim")


def _measure_several(models: list[str], rounds: int, out: "Console") -> None:
    from mnist_sum_tui.bench.several import measure, rows

    say(out, "Training with one process and with two; about half a minute per round ...", "dim")
    found = _collect((measure(model, rounds) for model in models), out)
    columns = ["network", "one process", "two", "ratio", "gradients per step", "exchanges"]
    cells: list[Cells] = [
        [row.model, f"{row.one:,.0f}", f"{row.two:,.0f}", styled(f"{row.ratio:.2f}", "bold"),
         f"{row.gradient_bytes / 1e6:.1f} MB", f"{row.exchanges}"]
        for row in found
    ]  # fmt: skip
    print_table(out, "Median images/s on this machine", columns, cells, left=1)
    out.print()
    columns = ["network", "machines", "batch 128 in total", "of ideal", "128 per machine", "of ideal"]
    more: list[Cells] = [cell for row in found for cell in rows(row)]
    title = "Estimated images/s of several machines like this one, linked by 10 Gbit/s, 50 us per message"
    print_table(out, title, columns, more, left=1)
    out.print()


def _measure_growth(models: list[str], rounds: int, out: "Console") -> None:
    say(out, "Training on a quarter, half and all of the images; about a minute for compact ...", "dim")
    from mnist_sum_tui.bench.growth import measure

    for found in _collect((measure(model, rounds) for model in models), out):
        shares, epochs = list(found.epoch_seconds), list(found.file_bytes)
        columns = [found.model, *(percent(share, 0) for share in shares)]
        cells = [
            ["training, one epoch", *(f"{found.epoch_seconds[share]:.2f} s" for share in shares)],
            ["test, all ten numbers", *(f"{found.evaluation_seconds[share]:.3f} s" for share in shares)],
        ]
        print_table(out, "Median time by share of the images", columns, cells, left=1)
        out.print()
        columns = [found.model, *(plural(count, "epoch") for count in epochs)]
        cells = [
            ["metrics, report, settings", *(f"{found.file_bytes[count] / 1e3:.0f} kB" for count in epochs)],
            ["checkpoints", *(f"{found.checkpoint_bytes[count] / 1e6:.1f} MB" for count in epochs)],
        ]
        print_table(out, "Size of a run's files by number of epochs", columns, cells, left=1)
        out.print()


def _race(models: list[str] | None, seeds: int, target: float, out: "Console") -> None:
    from mnist_sum_tui.bench.race import MODELS, run

    if not 0 < target <= 100:
        raise UsageError(f"--race must be above 0 and at most 100 (percent), not {typed(target)}")
    what = f"Each network trains by its own recipe until the validation has {target:g} % for digit and sum"
    say(out, f"{what}; {plural(seeds, 'seed')} ...", "dim")
    found = _collect((run(model, seeds, target) for model in models or MODELS), out)
    rows: list[Cells] = [
        [row.model, row.recipe, f"{row.reached} of {row.seeds}", *map(_number, (row.epochs, row.training)),
         styled(_number(row.process), "bold")]
        for row in sorted(found, key=lambda row: row.process or math.inf)
    ]  # fmt: skip
    columns = ["network", "recipe", "reached", "epochs", "training, s", "command, s"]
    print_table(out, f"To {target:g} % of the 5,000 images held out", columns, rows, left=2)
    out.print()
    say(out, "means over the seeds that reached it; command: from its start to its end, with the test", "dim")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _collect(measured: Iterable[Measured], out: "Console") -> list[Measured]:
    """The results as a list; with --json, for which `out` is quiet, each is printed as soon as it is measured."""
    found = []
    for row in measured:
        found.append(row)
        if out.quiet:
            print_json(asdict(row))
    return found


def _cells(row: "Row") -> "Cells":
    return [
        row.model,
        f"{row.plain:,.0f}",
        f"{row.workers}",
        f"{row.fp32:,.0f}",
        f"{row.fp32_ratio:.2f}",
        f"{row.auto:,.0f}",
        row.precision,
        styled(f"{row.ratio:.2f}", "bold"),
        percent(row.limit_share, 0),
    ]
