"""`mnist-sum model`: the layers of a network, with their output shapes and numbers of parameters."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_sum_tui.cli.common import Json, check_model, complete_model, print_json
from mnist_sum_tui.cli.layout import console, print_table, styled
from mnist_sum_tui.cli.spoken import IN_ALL
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.recipes import MODELS

if TYPE_CHECKING:
    from mnist_sum_tui.cli.layout import Cells


def model(
    name: Annotated[
        str | None,
        typer.Argument(help="Name of a network.", metavar="NETWORK", autocompletion=complete_model, show_default="all"),
    ] = None,
    json: Json = False,
) -> None:
    """Show the layers of a network, with output shapes and numbers of parameters."""
    check_model(name)
    import_torch()
    from mnist_sum_tui.models.describe import describe

    out = console()
    for each in [name] if name else MODELS:
        layers = describe(each)
        total = sum(layer.parameters for layer in layers)
        if json:
            print_json({"model": each, "parameters": total, "layers": [asdict(layer) for layer in layers]})
            continue
        rows: list[Cells] = [
            [layer.name, layer.kind, layer.shape, f"{layer.parameters:,}" if layer.parameters else ""]
            for layer in layers
        ]
        rows.append([styled(IN_ALL, "bold"), "", "", styled(f"{total:,}", "bold")])
        print_table(out, f"{each}: {MODELS[each]}", ["layer", "kind", "output", "parameters"], rows, left=2)
        out.print()
