"""`mnist-sum bench`: measure how fast training is on this machine."""

import statistics
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from mnist_sum_tui.cli.common import Json, check_model, complete_model, print_json
from mnist_sum_tui.cli.layout import console, print_table, say, styled
from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.formatting import about, percent, plural
from mnist_sum_tui.machine.signals import tidied
from mnist_sum_tui.recipes import MODELS

if TYPE_CHECKING:
    from rich.console import Console

    from mnist_sum_tui.bench.dashboard import DashboardCost
    from mnist_sum_tui.bench.measure import Row
    from mnist_sum_tui.cli.layout import Cells

Measured = TypeVar("Measured", "Row", "DashboardCost")

NETWORK_SECONDS = 26.0
"""about how long one network takes with three rounds"""


def bench(
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Network to measure; may be repeated.",
            autocompletion=complete_model,
            show_default="all; compact with --dashboard",
        ),
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option(help="How often each is measured, 1 to 100.", show_default="3; dashboard 16"),
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
    json: Json = False,
) -> None:
    """Measure the images per second of each network, and of a plain PyTorch loop, on this machine."""
    for name in model or ():
        check_model(name)
    if rounds is not None and not 1 <= rounds <= 100:
        raise UsageError(f"--rounds must be 1 to 100, not {rounds}")
    if page is not None and not dashboard:
        raise UsageError("--page is the dashboard's: add --dashboard, or leave out --page")
    out = console()
    out.quiet = json  # with --json only its lines are printed
    with tidied():  # a bench has folders and trainings of its own
        if dashboard:
            _measure_dashboard(model or ["compact"], rounds or 16, "train" if page is None else page, out)
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
