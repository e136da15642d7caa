"""`mnist-sum bench`: how fast training is on this machine."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_sum_tui.cli.common import Json, complete_model, console, print_json, print_table
from mnist_sum_tui.config import MODELS
from mnist_sum_tui.errors import unknown

if TYPE_CHECKING:
    from mnist_sum_tui.bench.measure import Row


def bench(
    model: Annotated[
        list[str] | None,
        typer.Option(help="A network; give it again for more.", autocompletion=complete_model, show_default="all"),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Turns of each contestant.")] = 5,
    json: Json = False,
) -> None:
    """Measure images/s of each network against a plain PyTorch loop, in turn, on this machine."""
    chosen = tuple(model or MODELS)
    for name in chosen:
        if name not in MODELS:
            raise unknown("model", name, MODELS)
    out = console()
    if not json:
        out.print(f"Training at batch 128, {rounds} rounds in turn; this takes up to two minutes ...", style="dim")
    from mnist_sum_tui.bench.measure import measure  # torch and torchvision, three seconds

    rows = []
    for row in measure(rounds, chosen):
        rows.append(row)
        if json:
            print_json(asdict(row))
    if not json:
        columns = ["network", "plain loop", "ours, fp32", "ratio", "ours, auto", "", "ratio", "of the limit"]
        print_table(out, "images/s, medians", columns, [_cells(row) for row in rows], left=1)
        out.print("plain loop: torchvision, one transform an image, fp32 (mnist_sum_tui/bench/plain.py)", style="dim")
        out.print("the limit: a matrix product of conv6's size in the same precision, measured here", style="dim")


def _cells(row: "Row") -> list[str]:
    return [
        row.model,
        f"{row.plain:,.0f}",
        f"{row.fp32:,.0f}",
        f"{row.fp32_ratio:.2f}",
        f"{row.auto:,.0f}",
        row.precision,
        f"[bold]{row.ratio:.2f}[/bold]",
        f"{row.limit_share:.0%}",
    ]
